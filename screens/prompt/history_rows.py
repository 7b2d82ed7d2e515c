"""The checks that were made before, a line each: when, by whom, what was asked, and what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from rich.cells import cell_len

from screens.pieces import Line, Piece, hanging, pad
from screens.prompt.settings_texts import settings_words
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from store.generation_checks import StoredCheck
from workbench.cells import crop, shorten
from workbench.formatting import format_count, format_moment
from workbench.generation.checks import short_model
from workbench.generation.settings import GenerationSettings
from workbench.inert import inert

_MOMENT, _WIDE, _NARROW = 16, 110, 60
_LEAST_MODEL, _MOST_MODEL = 8, 24
_MOST_SHOWN = 400
"""Characters of a prompt or a text, of which the beginning is shown."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells that each column would take if there were room enough."""

    model: int = 0
    prompt: int = 0
    text: int = 0


class HistoryRows(RowsPane):
    """Checks, newest first; two of them may be marked."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="history-rows", classes="rows")
        self.checks: Sequence[StoredCheck] = ()
        self.notice = "Reading..."
        self.marks: tuple[int | None, int | None] = (None, None)
        self._wide = Columns()

    @property
    def row(self) -> StoredCheck | None:
        """The check under the cursor."""
        return self.checks[self.cursor] if self.cursor < len(self.checks) else None

    def show(self, checks: Sequence[StoredCheck], notice: str) -> None:
        """Show these, the cursor on the check that it was on, if it is still there."""
        before = self.row.id if self.row is not None else None
        self.checks, self.notice, self._wide = checks, notice, columns_of(checks)
        self.cursor = next((place for place, check in enumerate(checks) if check.id == before), 0)
        self.redraw()

    def leave(self, check_id: int) -> None:
        """Let go of a check that is going to be deleted: its mark, and the cursor, which goes to a neighbour of it."""
        a, b = (None if mark == check_id else mark for mark in self.marks)
        self.marks = (a, b)
        if self.row is None or self.row.id != check_id:
            return
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
        return check_line(self.checks[index], self.marks, self._wide, self.size.width - 3, self._signs)

    def _sentence(self) -> list[str]:
        return hanging(self.notice, max(10, self.size.width - 3))


def columns_of(checks: Iterable[StoredCheck]) -> Columns:
    """The room that the columns of these checks would take at most."""
    wide = Columns()
    for stored in checks:
        names = inert(short_model(stored.check.source)), _prompt(stored), _text(stored)
        here = (max(widest, cell_len(words)) for widest, words in zip(astuple(wide), names, strict=True))
        wide = Columns(*here)
    return wide


def check_line(
    stored: StoredCheck, marks: tuple[int | None, int | None], wide: Columns, width: int, signs: Signs
) -> Line:
    """A check in a line: its mark, its id, when, the model, the prompt, and where there is room the text."""
    check = stored.check
    letter = {marks[0]: "A", marks[1]: "B"}.get(stored.id, " ")
    pieces = [Piece(f"{letter} ", letter.lower() if letter != " " else ""), Piece(pad(f"{stored.id}", 5), "secondary")]
    if width >= _NARROW:
        pieces.append(Piece(pad(format_moment(check.at), _MOMENT + 2), "secondary"))
    left = width - sum(len(piece.text) for piece in pieces)
    model_width = min(wide.model, max(_LEAST_MODEL, min(_MOST_MODEL, left // 4)))
    pieces.append(Piece(pad(shorten(inert(short_model(check.source)), model_width, signs.ellipsis), model_width + 2)))
    left -= model_width + 2
    prompt = _prompt(stored)
    if width < _WIDE:
        return (*pieces, Piece(crop(prompt, max(1, left), signs.ellipsis), "strong"))
    # Half of the room for either, and what one of them leaves over for the other.
    prompt_width = min(wide.prompt, max(left // 2, left - wide.text) - 2)
    text_width = max(1, left - prompt_width - 2)
    return (
        *pieces,
        Piece(pad(crop(prompt, prompt_width, signs.ellipsis), prompt_width + 2), "strong"),
        Piece(crop(_text(stored), text_width, signs.ellipsis)),
    )


def _prompt(stored: StoredCheck) -> str:
    return inert(stored.check.prompt[:_MOST_SHOWN]) or "(empty)"


def _text(stored: StoredCheck) -> str:
    return inert(stored.check.texts[0].text[:_MOST_SHOWN]) if stored.check.texts else ""


def foot_lines(stored: StoredCheck, width: int, most: int, signs: Signs) -> list[Line]:
    """What is known of the check under the cursor: how it was asked, and how its text begins."""
    check = stored.check
    settings = GenerationSettings.from_json(check.settings)
    words = [f"check {stored.id}", inert(check.source), check.device, *settings_words(settings)]
    if stored.suite_run_id is not None:
        verdict = {True: ", passed", False: ", failed", None: ""}[check.passed]
        words.append(f"line {format_count(check.line)} of a suite{verdict}")
    lines: list[Line] = [(Piece(line, "secondary"),) for line in hanging(f" {signs.dot} ".join(words), width)]
    lines += [(Piece(line),) for line in hanging(_text(stored), width)]
    return lines[:most]
