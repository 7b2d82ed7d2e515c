"""The rows of the model pane: the catalogue by family, how often each was run, and where a checkpoint is kept. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from screens.formatting import fit
from screens.page import ModelUse
from screens.pieces import Line, Piece
from screens.signs import Signs
from workbench.cells import crop
from workbench.formatting import format_count
from workbench.inert import inert
from workbench.models import MODELS, ModelEntry

_OTHERS = "elsewhere"
"""The family of models that runs are of and the catalogue does not know: imported ones, or of another version."""


_WITH_SUMMARY, _BESIDE_SUMMARY = 60, 32
"""From so many cells on a row says what the model is, behind so many for the rest."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A family's heading, or a model below it."""

    title: str
    entry: ModelEntry | None = None
    use: ModelUse | None = None
    is_heading: bool = False


def model_rows(used: Mapping[str, ModelUse], wanted: str = "") -> tuple[ModelRow, ...]:
    """The models whose name, family or summary holds every word of ``wanted``, under their families."""
    rows: list[ModelRow] = []
    families: dict[str, list[ModelRow]] = {}
    for name, entry in MODELS.items():
        if _holds(f"{name} {entry.family} {entry.summary}", wanted):
            families.setdefault(str(entry.family), []).append(ModelRow(name, entry, used.get(name)))
    for name in sorted(set(used) - set(MODELS)):
        if _holds(name, wanted):
            families.setdefault(_OTHERS, []).append(ModelRow(name, None, used[name]))
    for family, members in families.items():
        rows += [ModelRow(family, is_heading=True), *members]
    return tuple(rows)


def model_line(row: ModelRow, width: int, signs: Signs) -> Line:
    """One row in ``width`` cells: a name, how many runs, a sign where a checkpoint is kept; with room, what it is."""
    if row.is_heading:
        return (Piece(fit(row.title.capitalize(), width, "left", signs.ellipsis, cut="end"), "heading"),)
    count = format_count(row.use.runs, compact=True) if row.use else ""
    sign = signs.has if row.use and row.use.has_checkpoint else " "
    is_wide = width >= _WITH_SUMMARY
    room = max(4, (_BESIDE_SUMMARY if is_wide else width) - len(count) - 4)
    name = fit(inert(row.title), room, "left", signs.ellipsis)
    line = (Piece(f" {name} "), Piece(count, "secondary"), Piece(f" {sign}", "good"))
    if not is_wide or row.entry is None:
        return line
    return (*line, Piece("  " + crop(row.entry.summary, width - _BESIDE_SUMMARY - 2, signs.ellipsis), "secondary"))


def _holds(text: str, wanted: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted.casefold().split())
