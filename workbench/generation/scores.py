"""How well a language model predicts a text, as whoever asked for it holds it: figures, and columns by unit of text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from workbench.errors import UsageError
from workbench.formatting import format_count

if TYPE_CHECKING:
    from workbench.comparison import Options, Row, UnitOutcomes

_COLUMNS: Final = ("bits", "bytes", "tokens", "right")


@dataclass(frozen=True, slots=True)
class TextScore:
    """What a model made of one text."""

    source: str
    weights: str
    device: str
    figures: Mapping[str, Any]
    """bits_per_byte, perplexity, next_token_accuracy, bytes, tokens, units, window, lossless."""
    units: Mapping[str, Sequence[float]]
    """One value a unit of text, in its order: bits, bytes, tokens, right (tokens that were the most probable)."""
    environment: Mapping[str, Any]

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any], device: str) -> "TextScore":
        """The score in the answer to ``score``."""
        return cls(
            answer["source"], answer["weights"], device, answer["figures"], answer["units"], answer["environment"]
        )

    def recipe(self, unit: str) -> str:
        """How the figures came about, in a sentence; ``unit`` is what the text was taken apart into."""
        window = int(self.figures["window"])
        tokens, units = (format_count(self.figures[name]) for name in ("tokens", "units"))
        return (
            f"each of {tokens} tokens was predicted once, in windows of {format_count(window)} tokens, from all tokens "
            f"before it or at least {format_count(window // 2)}; {units} {unit}."
        )

    @property
    def caution(self) -> str | None:
        """Why the figures are better than they should be, in a sentence; None where they are what they seem."""
        if self.figures["lossless"]:
            return None
        return (
            "its tokens do not give the text back to the letter, so that its code is shorter than that of the whole "
            "text would be."
        )

    def to_json(self) -> dict[str, Any]:
        """The score as ``perplexity --json`` prints it."""
        return {
            "model": self.source,
            "weights": self.weights,
            "device": self.device,
            **self.figures,
            "environment": dict(self.environment),
        }


def compare_scores(a: TextScore, b: TextScore, options: "Options") -> "list[Row]":
    """The rows of B beside A on the same text: bits per byte, and where their tokens agree perplexity and accuracy.

    Raises UsageError where they are not of the same text.
    """
    from workbench.comparison.pairing import Pair  # with NumPy: a tenth of a second, for those who compare
    from workbench.comparison.text import unit_contrasts
    from workbench.comparison.verdicts import judge

    if a.units["bytes"] != b.units["bytes"]:
        raise UsageError("The two scores are of different texts, and do not compare.")
    pair = Pair(_outcomes(a), _outcomes(b), paired=True, common=len(a.units["bytes"]))
    return judge(unit_contrasts(pair), options)


def _outcomes(score: TextScore) -> "UnitOutcomes":
    import numpy as np

    from workbench.comparison.outcomes import UnitOutcomes

    bits, sizes, tokens, right = (np.array(score.units[name]) for name in _COLUMNS)
    return UnitOutcomes(ids=np.arange(len(bits)), bits=bits, bytes=sizes, tokens=tokens, right=right)
