"""What the diff screen says above its tabs: who A and B are, the verdict in a line and a sentence, warnings; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from screens.formatting import dataset_name
from screens.pieces import Line, Piece, hanging, width_of
from screens.signs import Signs
from store.records import RunStatus
from workbench.cells import shorten
from workbench.inert import inert

if TYPE_CHECKING:
    from workbench.comparison import Caution
    from workbench.comparison.compared import Compared
    from workbench.comparison.groups import GroupCompared

_VERDICT_LINES = ((32, 7), (24, 4), (18, 3), (0, 1))
"""How many lines the verdict and the warnings may take, by the least height of the terminal."""
_LONGEST_NAME = 60
_LONGEST_ALIGNED = 24
"""Cells of the longer name up to which what follows the names stands in one column."""
_FEWEST_OF_NAME = 12
_UNFINISHED = (RunStatus.QUEUED.value, RunStatus.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Side:
    """One run, as the head names it."""

    letter: str
    name: str
    model: str = ""
    dataset: str = ""
    id: int | None = None
    status: str = ""
    is_gone: bool = False
    """Whether the run was deleted since it was read."""

    @property
    def is_provisional(self) -> bool:
        """Whether its figures may still change."""
        return self.status in _UNFINISHED and not self.is_gone


def side_of(letter: str, run: Mapping[str, Any], *, is_gone: bool = False) -> Side:
    """A run's document as a side of the comparison."""
    return Side(
        letter=letter,
        name=str(run.get("name") or f"run {run.get('id')}"),
        model=str(run.get("model") or ""),
        dataset=str(run.get("dataset") or ""),
        id=run.get("id"),
        status=str(run.get("status") or ""),
        is_gone=is_gone,
    )


def head_lines(
    sides: Sequence[Side],
    compared: "Compared | None",
    groups: "GroupCompared | None",
    width: int,
    height: int,
    signs: Signs,
) -> list[Line]:
    """Who A and B are, the verdict and the warnings, of runs or of ``groups``; ``height`` is the terminal's."""
    room = next(lines for least, lines in _VERDICT_LINES if height >= least)
    if groups is not None:
        from screens.diff.group_rows import group_head_lines

        return group_head_lines(groups, width, room, signs)
    lines = side_lines(sides, width, signs)
    if compared is not None:
        from screens.diff.rows import board
        from workbench.comparison.summary import headline

        comparison = compared.comparison
        lead = board(comparison, width, signs)
        lines += verdict_lines(headline(comparison), comparison.warnings, lead, width, room, signs)
    return lines


def side_lines(sides: Sequence[Side], width: int, signs: Signs) -> list[Line]:
    """A line for each side: letter, name, model on data, run and state; what is told first is cut last."""
    names = max((cell_len(inert(side.name)) for side in sides), default=0)
    return [_side_line(side, names if names <= _LONGEST_ALIGNED else 0, width, signs) for side in sides]


def verdict_lines(
    sentence: str, cautions: "Sequence[Caution]", lead: Line, width: int, height: int, signs: Signs
) -> list[Line]:
    """The verdict of each group in a line, then in a sentence, then the warnings, in at most ``height`` lines.

    Where the sentence leaves no room for a warning, it is said how many there are.
    """
    lines: list[Line] = [lead] if lead else []
    said: list[Line] = [(Piece(text),) for text in hanging(signs.write(sentence), width)]
    room = height - len(lines)
    if len(said) == room and cautions:
        count = f" ({len(cautions)} warning{'s' if len(cautions) > 1 else ''}: 0)"
        return [*lines, *said[:-1], _followed(said[-1], count, width, signs)]
    if len(said) <= room:
        lines += said
    elif not lines:
        lines += said[: max(0, room)]
    return [*lines, *warning_lines(cautions, width, height - len(lines), signs)][:height]


def warning_lines(cautions: "Sequence[Caution]", width: int, most: int, signs: Signs) -> list[Line]:
    """The gravest warnings with what repairs each, in at most ``most`` lines, and how many more there are."""
    from workbench.comparison.wording import with_repairs

    lines: list[Line] = []
    shown = 0
    for caution, repair in with_repairs(cautions):
        found = _warning(caution.message, repair, width, signs)
        if len(lines) + len(found) > most:
            # Without its repair, or without its end, a warning says more than none.
            found = [] if lines else found[:most]
            if found and most == 1:
                found = [(Piece("! ", "warning"), Piece(shorten_end(signs.write(caution.message), width - 8, signs)))]
            lines += found
            shown += bool(found)
            break
        lines += found
        shown += 1
    rest = len(cautions) - shown
    if rest and lines:
        lines[-1] = _followed(lines[-1], f" (and {rest} more: 0)", width, signs)
    return lines


def _warning(message: str, repair: str, width: int, signs: Signs) -> list[Line]:
    """A warning and what repairs it, in one line where they fit, else one below the other."""
    message, repair = signs.write(message), signs.write(repair_words(repair))
    if not repair:
        return [_marked(text, number) for number, text in enumerate(hanging(f"{message}.", width - 2))]
    if cell_len(f"! {message}. {repair}") <= width:
        return [(Piece("! ", "warning"), Piece(f"{message}. ", "warning"), Piece(repair, "secondary"))]
    lines: list[Line] = [_marked(text, number) for number, text in enumerate(hanging(f"{message}.", width - 2))]
    return [*lines, *((Piece("  "), Piece(text, "secondary")) for text in hanging(repair, width - 2))]


def _marked(text: str, number: int) -> Line:
    return Piece("  " if number else "! ", "warning"), Piece(text, "warning")


def _followed(line: Line, words: str, width: int, signs: Signs) -> Line:
    """The line with ``words`` after it; its end gives way."""
    more = Piece(words, "secondary")
    room = width - cell_len(words)
    *before, last = line
    if width_of(line) > room:
        last = Piece(shorten_end(last.text, room - width_of(before), signs), last.kind)
    return *before, last, more


def repair_words(repair: str) -> str:
    """What repairs a thing, as a sentence; a race needs no command here: its key is offered where there can be one."""
    first, *rest = repair.split("`workbench race A B`")
    for part in rest:
        first += ("A" if not first or first.endswith(". ") else "a") + f" race{part}"
    return first if not first or first.endswith(".") else f"{first}."


def shorten_end(text: str, width: int, signs: Signs) -> str:
    """The beginning of a sentence, cut between words."""
    kept = hanging(text, max(1, width - 1))[0]
    return kept + signs.ellipsis if len(kept) < len(text) else text


def _side_line(side: Side, names: int, width: int, signs: Signs) -> Line:
    state = _state_words(side, signs)
    where = f"{side.model} on {dataset_name(side.dataset)}" if side.model else ""
    number = f"run {side.id}" if side.id is not None else ""
    for parts in ((where, number, state), (where, state), (where if side.is_gone else "", state), (state,), ()):
        tail = f" {signs.dot} ".join(inert(part) for part in parts if part)
        room = width - 3 - (cell_len(tail) + 2 if tail else 0)
        name = inert(side.name)
        if room >= min(cell_len(name), _FEWEST_OF_NAME) or not parts:
            name = shorten(name, max(1, min(room, _LONGEST_NAME)), signs.ellipsis)
            gap = max(0, min(names, room) - cell_len(name)) + 2
            kind = "warning" if side.is_provisional or side.is_gone else "secondary"
            return (
                Piece(f"{side.letter}  ", side.letter.lower()),
                Piece(name, "strong"),
                *((Piece(f"{'':{gap}}{tail}", kind if tail == state else "secondary"),) if tail else ()),
            )
    return (Piece(side.letter, side.letter.lower()),)


def _state_words(side: Side, signs: Signs) -> str:
    if side.is_gone:
        return "deleted meanwhile"
    if not side.status:
        return ""
    sign = signs.statuses.get(RunStatus(side.status), "")
    return f"{sign} {side.status}{', provisional' if side.is_provisional else ''}"
