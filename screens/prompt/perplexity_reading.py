"""A text scored by one or two models, and compared where there are two; made in a thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from screens.prompt.shown import ShownModel
from store.errors import ReportedError
from workbench.formatting import format_count, format_percent
from workbench.generation.scores import TextScore, compare_scores
from workbench.language.scored_text import ScoredText

if TYPE_CHECKING:
    from workbench.comparison import Row
    from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the text: its place, and the bits per byte of each model's code, in the order of the letters."""

    place: int
    text: str
    bits_per_byte: tuple[float, ...]

    @property
    def difference(self) -> float | None:
        """B's bits per byte minus A's; None where only one model was asked."""
        return self.bits_per_byte[1] - self.bits_per_byte[0] if len(self.bits_per_byte) > 1 else None


@dataclass(frozen=True, slots=True)
class ScoredByModels:
    """What models made of a text."""

    text: ScoredText
    letters: tuple[str, ...]
    scores: tuple[TextScore, ...]
    """Of the models in ``letters``, in their order."""
    units: tuple[UnitRow, ...]
    rows: "tuple[Row, ...]" = ()
    """B beside A; none of one model."""
    problems: tuple[tuple[str, str], ...] = ()
    """Of each model that could not score it, its letter and why, in a sentence."""


def score_by(
    text: ScoredText,
    models: tuple[ShownModel, ...],
    settings: "Settings",
    tell: Callable[[str], None],
    stop: Event,
) -> ScoredByModels | None:
    """The text scored by each model, one after the other; None where ``stop`` came first.

    ``tell`` gets a line for what is waited for, and for how far it is.
    """
    scores: dict[str, TextScore] = {}
    problems = []
    for model in models:
        letter = model.letter

        def follow(done: int, total: int, letter: str = letter) -> None:
            share = done / total if total else 1.0
            tell(f"{letter} has scored {format_percent(share, 0)} of {format_count(total)} tokens.")

        generator = replace(model.generator, say=tell)
        try:
            score = generator.score(text.text, follow, stop)
        except ReportedError as error:
            problems.append((letter, error.message))
            continue
        if score is None:
            return None
        scores[letter] = score
    found = tuple(scores.values())
    return ScoredByModels(text, tuple(scores), found, _units(text, found), _compare(found, settings), tuple(problems))


def _compare(scores: tuple[TextScore, ...], settings: "Settings") -> "tuple[Row, ...]":
    if len(scores) != 2:
        return ()
    from workbench.comparison import Options  # with NumPy, which only this thread has to wait for

    return tuple(compare_scores(*scores, Options.of(settings)))


def _units(text: ScoredText, scores: tuple[TextScore, ...]) -> tuple[UnitRow, ...]:
    if not scores:
        return ()
    columns = [
        [bits / size if size else 0.0 for bits, size in zip(score.units["bits"], score.units["bytes"], strict=True)]
        for score in scores
    ]
    values = zip(*columns, strict=True)
    return tuple(UnitRow(place, *unit) for place, unit in enumerate(zip(text.units, values, strict=True)))
