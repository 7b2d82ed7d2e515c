"""What the diff screen says above its tabs: who A and B are, the verdict in a line and a sentence, warnings; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from screens.formatting import dataset_name
from screens.pieces import Line, Piece, hanging
from screens.signs import Signs
from store.records import RunStatus
from workbench.cells import shorten
from workbench.inert import inert

if TYPE_CHECKING:
    from workbench.comparison import Comparison

TABS = ("Figures", "Examples", "Confusion", "Curves", "Settings", "Summary")
_LONGEST_NAME = 60
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


def side_lines(sides: Sequence[Side], width: int, signs: Signs) -> list[Line]:
    """A line for each side: letter, name, model on data, run and state; what is told first is cut last."""
    return [_side_line(side, width, signs) for side in sides]


def verdict_lines(comparison: "Comparison", lead: Line, width: int, height: int, signs: Signs) -> list[Line]:
    """The verdict of each group in a line, then in a sentence, then the warnings, in at most ``height`` lines."""
    from workbench.comparison.summary import headline

    lines: list[Line] = [lead] if lead else []
    sentence = [(Piece(text),) for text in hanging(signs.write(headline(comparison)), width)]
    warnings = warning_lines(comparison, width, 1, signs)
    room = height - len(lines) - len(warnings)
    if len(sentence) <= room:
        lines += sentence
        warnings = warning_lines(comparison, width, height - len(lines), signs)
    elif not lines:
        lines += sentence[: max(0, room)]
    return [*lines, *warnings][:height]


def warning_lines(comparison: "Comparison", width: int, most: int, signs: Signs) -> list[Line]:
    """The gravest warnings, each in one line, and how many more there are."""
    cautions = comparison.warnings
    shown = list(cautions[: max(0, most)])
    lines: list[Line] = []
    for number, caution in enumerate(shown, start=1):
        rest = len(cautions) - len(shown) if number == len(shown) else 0
        more = f" (and {rest} more: 6)" if rest else ""
        message = caution.message
        room = width - 2 - cell_len(more)
        if cell_len(message) > room:
            more = more or " (6)"
            message = shorten_end(message, width - 2 - cell_len(more), signs)
        lines.append((Piece("! ", "warning"), Piece(signs.write(message), "warning"), Piece(more, "secondary")))
    return lines


def shorten_end(text: str, width: int, signs: Signs) -> str:
    """The beginning of a sentence, cut between words."""
    kept = hanging(text, max(1, width - 1))[0]
    return kept + signs.ellipsis if len(kept) < len(text) else text


def _side_line(side: Side, width: int, signs: Signs) -> Line:
    state = _state_words(side, signs)
    where = f"{side.model} on {dataset_name(side.dataset)}" if side.model else ""
    number = f"run {side.id}" if side.id is not None else ""
    for parts in ((where, number, state), (where, state), (where if side.is_gone else "", state), (state,), ()):
        tail = f" {signs.dot} ".join(inert(part) for part in parts if part)
        room = width - 3 - (cell_len(tail) + 2 if tail else 0)
        name = inert(side.name)
        if room >= min(cell_len(name), _FEWEST_OF_NAME) or not parts:
            name = shorten(name, max(1, min(room, _LONGEST_NAME)), signs.ellipsis)
            kind = "warning" if side.is_provisional or side.is_gone else "secondary"
            return (
                Piece(f"{side.letter}  ", side.letter.lower()),
                Piece(name, "strong"),
                *((Piece(f"  {tail}", kind if tail == state else "secondary"),) if tail else ()),
            )
    return (Piece(side.letter, side.letter.lower()),)


def _state_words(side: Side, signs: Signs) -> str:
    if side.is_gone:
        return "deleted meanwhile"
    if not side.status:
        return ""
    sign = signs.statuses.get(RunStatus(side.status), "")
    return f"{sign} {side.status}{', provisional' if side.is_provisional else ''}"
