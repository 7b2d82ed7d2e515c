"""The rows of the model pane: the catalogue by family, then what lies in the hub's local cache; pure.

A model of the catalogue has beside it how often it was run, and a sign where a checkpoint is kept; a cached one how
many parameters it has, and a sign that it is there, or another where something must be done before it can be used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screens.formatting import fit
from screens.page import ModelUse
from screens.pieces import Line, Piece
from screens.signs import Signs
from workbench.cells import crop
from workbench.formatting import format_bytes, format_count
from workbench.inert import inert
from workbench.language.hub_cache import CachedModel
from workbench.models import MODELS, ModelEntry
from workbench.models.language import names_checkpoint

_CACHED = "cached"
"""The family of what can be asked for text without being trained here."""
_TRAINED_FURTHER = "trained further"
"""The heading of checkpoints that runs have been trained from."""
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
    cached: CachedModel | None = None
    is_heading: bool = False


def model_rows(
    used: Mapping[str, ModelUse], wanted: str = "", cached: Sequence[CachedModel] = ()
) -> tuple[ModelRow, ...]:
    """The models whose name, family or summary holds every word of ``wanted``, under their families."""
    rows: list[ModelRow] = []
    families: dict[str, list[ModelRow]] = {}
    for name, entry in MODELS.items():
        if _holds(f"{name} {entry.family} {entry.summary}", wanted):
            families.setdefault(str(entry.family), []).append(ModelRow(name, entry, used.get(name)))
    for model in cached:
        if _holds(f"{model.name} {_CACHED} {_facts(model)}", wanted):
            families.setdefault(_CACHED, []).append(ModelRow(model.name, None, used.get(model.name), model))
    for name in sorted(set(used) - set(MODELS) - {model.name for model in cached}):
        if _holds(name, wanted):
            family = _TRAINED_FURTHER if names_checkpoint(name) else _OTHERS
            families.setdefault(family, []).append(ModelRow(name, None, used[name]))
    for family, members in families.items():
        rows += [ModelRow(family, is_heading=True), *members]
    return tuple(rows)


def model_line(row: ModelRow, width: int, signs: Signs) -> Line:
    """One row in ``width`` cells: a name, how many runs or parameters, a sign; with room, what it is."""
    if row.is_heading:
        return (Piece(fit(row.title.capitalize(), width, "left", signs.ellipsis, cut="end"), "heading"),)
    count, sign, summary = _words(row, signs)
    is_wide = width >= _WITH_SUMMARY
    room = max(4, (_BESIDE_SUMMARY if is_wide else width) - len(count) - 4)
    name = fit(inert(row.title), room, "left", signs.ellipsis)
    kind = "warning" if sign == signs.problem else "good"
    line = (Piece(f" {name} "), Piece(count, "secondary"), Piece(f" {sign}", kind))
    if not (is_wide and summary):
        return line
    words = crop(signs.write(summary), width - _BESIDE_SUMMARY - 2, signs.ellipsis)
    return (*line, Piece(f"  {words}", kind if kind == "warning" else "secondary"))


def _words(row: ModelRow, signs: Signs) -> tuple[str, str, str]:
    """The figure beside a name, the sign behind it, and what it is."""
    if row.cached is not None:
        parameters = row.cached.parameters
        count = "" if parameters is None else format_count(parameters, compact=True)
        return count, signs.problem if row.cached.trouble else signs.has, row.cached.trouble or _facts(row.cached)
    count = format_count(row.use.runs, compact=True) if row.use else ""
    sign = signs.has if row.use and row.use.has_checkpoint else " "
    return count, sign, row.entry.summary if row.entry is not None else ""


def _facts(model: CachedModel) -> str:
    """What is known of a cached model, in words."""
    words = [
        "" if model.size_bytes is None else format_bytes(model.size_bytes),
        "" if model.parameters is None else f"{format_count(model.parameters, compact=True)} parameters",
        model.dtype or "",
        model.architecture or "",
        f"context {format_count(model.context_length)}" if isinstance(model.context_length, int) else "",
        str(model.folder),
    ]
    return inert(" · ".join(word for word in words if word))


def _holds(text: str, wanted: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted.casefold().split())
