"""The checks that were made before, a line each: when, by whom, what was asked, and what came of it."""

from collections.abc import Sequence

from screens.pieces import Line, Piece, hanging, pad
from screens.prompt.models import short_model
from screens.prompt.settings_texts import settings_words
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from store.generation_checks import StoredCheck
from workbench.cells import crop, shorten
from workbench.formatting import format_count, format_moment
from workbench.generation.settings import GenerationSettings
from workbench.inert import inert

_MOMENT, _WIDE, _NARROW = 16, 110, 60
_FOOT_TEXT = 400
"""Characters of a text of which the beginning is shown."""


class HistoryRows(RowsPane):
    """Checks, newest first; two of them may be marked."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="history-rows", classes="rows")
        self.checks: Sequence[StoredCheck] = ()
        self.notice = "Reading..."
        self.marks: tuple[int | None, int | None] = (None, None)

    @property
    def row(self) -> StoredCheck | None:
        """The check under the cursor."""
        return self.checks[self.cursor] if self.cursor < len(self.checks) else None

    def show(self, checks: Sequence[StoredCheck], notice: str) -> None:
        """Show these, the cursor on the check that it was on, if it is still there."""
        before = self.row.id if self.row is not None else None
        self.checks, self.notice = checks, notice
        self.cursor = next((place for place, check in enumerate(checks) if check.id == before), 0)
        self.redraw()

    def leave(self) -> None:
        """Put the cursor on the neighbour of its check, which is going to be deleted: the next one, if there is one."""
        self.cursor += 1 if self.cursor + 1 < len(self.checks) else -1 if self.cursor else 0

    def mark(self, check_id: int) -> None:
        """Mark a check A, or B where another is A; a marked one loses its mark."""
        a, b = self.marks
        if check_id == a:
            self.marks = (None, b)
        elif check_id == b:
            self.marks = (a, None)
        else:
            self.marks = (check_id, b) if a is None else (a, check_id)
        self.redraw()

    def row_count(self) -> int:
        """As many as there are; the lines of the sentence that says why there is none."""
        return len(self.checks) or len(self._sentence())

    def is_choosable(self, index: int) -> bool:
        """Checks are; the sentence is not."""
        return bool(self.checks)

    def line_at(self, index: int) -> Line:
        """One check."""
        if not self.checks:
            return (Piece(self._sentence()[index], "secondary"),)
        return check_line(self.checks[index], self.marks, self.size.width - 3, self._signs)

    def _sentence(self) -> list[str]:
        return hanging(self.notice, max(10, self.size.width - 3))


def check_line(stored: StoredCheck, marks: tuple[int | None, int | None], width: int, signs: Signs) -> Line:
    """A check in a line: its mark, its id, when, the model, the prompt, and where there is room the text."""
    check = stored.check
    letter = {marks[0]: "A", marks[1]: "B"}.get(stored.id, " ")
    pieces = [Piece(f"{letter} ", letter.lower() if letter != " " else ""), Piece(pad(f"{stored.id}", 5), "secondary")]
    if width >= _NARROW:
        pieces.append(Piece(pad(format_moment(check.at), _MOMENT + 2), "secondary"))
    left = width - sum(len(piece.text) for piece in pieces)
    model_width = max(8, min(24, left // 4))
    pieces.append(Piece(pad(shorten(inert(short_model(check.source)), model_width, signs.ellipsis), model_width + 2)))
    left -= model_width + 2
    prompt = inert(check.prompt) or "(empty)"
    if width < _WIDE:
        return (*pieces, Piece(crop(prompt, max(1, left), signs.ellipsis), "strong"))
    prompt_width = left // 2
    text = inert(check.texts[0].text, _FOOT_TEXT) if check.texts else ""
    return (
        *pieces,
        Piece(pad(crop(prompt, prompt_width - 2, signs.ellipsis), prompt_width), "strong"),
        Piece(crop(text, max(1, left - prompt_width), signs.ellipsis)),
    )


def foot_lines(stored: StoredCheck, width: int, most: int, signs: Signs) -> list[Line]:
    """What is known of the check under the cursor: how it was asked, and how its text begins."""
    check = stored.check
    settings = GenerationSettings.from_json(check.settings)
    words = [f"check {stored.id}", inert(check.source), check.device, *settings_words(settings)]
    if stored.suite_run_id is not None:
        verdict = {True: ", passed", False: ", failed", None: ""}[check.passed]
        words.append(f"line {format_count(check.line)} of a suite{verdict}")
    lines: list[Line] = [(Piece(line, "secondary"),) for line in hanging(f" {signs.dot} ".join(words), width)]
    text = inert(check.texts[0].text, _FOOT_TEXT) if check.texts else ""
    lines += [(Piece(line),) for line in hanging(text, width)]
    return lines[:most]
