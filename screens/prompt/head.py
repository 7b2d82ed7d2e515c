"""The head of the generation screen: which models are A and B, what is known of them, and whether they are loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from screens.pieces import Line, Piece, width_of
from screens.prompt.models import Candidate, Loaded, loaded_words
from screens.signs import Signs
from workbench.cells import crop, shorten
from workbench.inert import inert

_GAP = 4
_LEAST_NAME, _ENOUGH_NAME = 12, 24
"""Cells that a name keeps whatever is told beside it; and those for which less is told."""


@dataclass(frozen=True, slots=True)
class HeadModel:
    """One of the two models, as the head tells of it."""

    letter: str
    name: str
    found: Candidate | None = None
    """What its files say; None while they are read."""
    loaded: Loaded | None = None


def head_lines(models: Sequence[HeadModel], width: int, signs: Signs, *, most: int) -> list[Line]:
    """Both models in one line where they fit as they are, else a line each; in one line with less said, if need be."""
    whole = [_model(model, width, signs) for model in models]
    if sum(map(width_of, whole)) + _GAP * (len(whole) - 1) <= width:
        return [_joined(whole)]
    if most >= len(models):
        return whole
    share = (width - _GAP * (len(models) - 1)) // len(models)
    return [_joined([_model(model, share, signs, short=True) for model in models])]


def _model(model: HeadModel, width: int, signs: Signs, *, short: bool = False) -> Line:
    letter = Piece(f"{model.letter}  ", model.letter.lower())
    if not model.name:
        return (letter, Piece("none", "secondary"))
    is_wrong = not short and model.found is not None and not model.found.is_usable
    kind = "error" if is_wrong else "secondary"
    name = inert(model.name)
    told = _told(model, signs, short=short)
    least = min(len(name), _ENOUGH_NAME)
    words = next((words for words in told if width - 5 - len(words) >= least), told[-1])
    name_room = max(_LEAST_NAME, width - 5 - len(words)) if words else width - 3
    name = shorten(name, min(name_room, max(1, width - 3)), signs.ellipsis)
    left = width - 5 - len(name)
    rest = (Piece(f"  {crop(words, left, signs.ellipsis)}", kind),) if words and left > _GAP else ()
    return (letter, Piece(name, "strong"), *rest)


def _told(model: HeadModel, signs: Signs, *, short: bool) -> list[str]:
    """What may be told of a model, the most first."""
    found = ""
    if not short and model.found is not None:
        found = inert(model.found.words) if model.found.is_usable else "cannot be used"
    if model.loaded is None:
        return [found]
    told = [f" {signs.dot} ".join(filter(None, (found, loaded))) for loaded in (loaded_words(model.loaded), "loaded")]
    return ["loaded"] if short else [*told, "loaded"]


def _joined(parts: Sequence[Line]) -> Line:
    pieces: list[Piece] = list(parts[0])
    for part in parts[1:]:
        pieces += [Piece(" " * _GAP), *part]
    return tuple(pieces)
