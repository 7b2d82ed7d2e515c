"""One score of both models in every group of a column at once, with intervals and tests, in a few passes.

Accuracy: Wilson's intervals, Tango's for the paired difference and McNemar's exact test. Means of losses: Student's t.
Bits per byte: as for the whole text (``text``), over the units of each group.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import t_quantile
from workbench.comparison.means import contrast_of
from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes, UnitOutcomes, ValueOutcomes
from workbench.comparison.pairing import Pair
from workbench.comparison.shares import paired_shares
from workbench.comparison.text import unit_contrasts

_SOFT_CLIP = -math.log(1e-3)
_FEW_DECIDE = "the sign turns when probabilities are clipped at 0.001: a few very confident errors decide"
_NORMAL_FROM = 20_000
"""From so many examples on the normal distribution stands for Student's t, whose quantiles it meets to 1 in 10,000."""


class Score(ABC):
    """What one metric says of each example for both models, so that it can be summed up over any group of them."""

    @property
    def is_known(self) -> bool:
        """Whether the score is defined for every example of both models."""
        return True

    @abstractmethod
    def by_group(self, codes: Array, groups: int) -> list[Contrast]:
        """The contrast of B against A in each of so many groups, none of them empty; ``codes`` of shape (n,)."""

    @abstractmethod
    def weights(self, codes: Array, groups: int) -> Floats:
        """The share of each group in the whole, so that the weighted differences add up to that of the whole."""


def scores_of(pair: Pair[RunOutcomes]) -> Mapping[str, Score]:
    """The scores that paired outcomes allow, by metric, the main one first."""
    a, b = pair.a, pair.b
    scores: dict[str, Score] = {}
    if isinstance(a, ExampleOutcomes) and isinstance(b, ExampleOutcomes):
        scores["accuracy"] = RightOrWrong.of(a.predicted == a.truth, b.predicted == b.truth)
        if a.loss is not None and b.loss is not None:
            scores["log_loss"] = LogLosses(a.loss.astype(np.float64), b.loss.astype(np.float64))
    elif isinstance(a, ValueOutcomes) and isinstance(b, ValueOutcomes):
        error_a, error_b = a.predicted - a.truth, b.predicted - b.truth
        scores["mae"] = Means(np.abs(error_a), np.abs(error_b))
        scores["mse"] = Means(np.square(error_a), np.square(error_b))
    elif isinstance(a, UnitOutcomes) and isinstance(b, UnitOutcomes):
        scores["bits_per_byte"] = BitsPerByte(Pair(a, b, paired=True, common=pair.common))
    return {name: score for name, score in scores.items() if score.is_known}


@dataclass(frozen=True, eq=False)
class RightOrWrong(Score):
    """Answers that are right or wrong; ``cells`` says of each example 2 · A right + B right."""

    cells: Array

    @classmethod
    def of(cls, right_a: Array, right_b: Array) -> "RightOrWrong":
        """From which answers were right, each bool of shape (n,)."""
        return cls(right_a.astype(np.int64) * 2 + right_b)

    def by_group(self, codes: Array, groups: int) -> list[Contrast]:
        """Accuracy in each group."""
        counts = np.bincount(codes.astype(np.int64) * 4 + self.cells, minlength=4 * groups).reshape(groups, 4)
        return [_accuracy(*row) for row in counts.tolist()]

    def weights(self, codes: Array, groups: int) -> Floats:
        """The share of the examples."""
        return np.bincount(codes, minlength=groups) / len(codes)


@dataclass(frozen=True, eq=False)
class Means(Score):
    """A loss of each example, none of them negative, float64 of shape (n,)."""

    a: Floats
    b: Floats

    @property
    def is_known(self) -> bool:
        """Whether every loss is a finite number."""
        return bool(np.isfinite(self.a).all() and np.isfinite(self.b).all())

    def by_group(self, codes: Array, groups: int) -> list[Contrast]:
        """The mean loss in each group."""
        counts = np.bincount(codes, minlength=groups)
        mean_a, spread_a = _moments(self.a, codes, counts)
        mean_b, spread_b = _moments(self.b, codes, counts)
        _, spread = _moments(self.b - self.a, codes, counts)
        rows = np.stack([mean_a, spread_a, mean_b, spread_b, spread], axis=1).tolist()
        return [_means(n, *row) for n, row in zip(counts.tolist(), rows, strict=True)]

    def weights(self, codes: Array, groups: int) -> Floats:
        """The share of the examples."""
        return np.bincount(codes, minlength=groups) / len(codes)


class LogLosses(Means):
    """Log losses, of which a few very large ones may decide."""

    def by_group(self, codes: Array, groups: int) -> list[Contrast]:
        """The mean log loss in each group, in doubt where its sign turns when probabilities are clipped at 0.001."""
        contrasts = super().by_group(codes, groups)
        gap = np.minimum(self.b, _SOFT_CLIP) - np.minimum(self.a, _SOFT_CLIP)
        softened = np.bincount(codes, gap, groups).tolist()
        return [
            replace(contrast, doubt=_FEW_DECIDE) if (contrast.delta or 0.0) * soft < 0 else contrast
            for contrast, soft in zip(contrasts, softened, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class BitsPerByte(Score):
    """Units of text in the codes of both models."""

    pair: Pair[UnitOutcomes]

    @property
    def is_known(self) -> bool:
        """Whether every unit has a code of finite length, and there is some text."""
        return bool(unit_contrasts(self.pair))

    def by_group(self, codes: Array, groups: int) -> list[Contrast]:
        """Bits per byte of the units in each group, taken in the text's order."""
        return [self._of(np.flatnonzero(codes == group)) for group in range(groups)]

    def weights(self, codes: Array, groups: int) -> Floats:
        """The share of the bytes."""
        size = self.pair.a.bytes.astype(np.float64)
        weights: Floats = np.bincount(codes, size, groups) / size.sum()
        return weights

    def _of(self, positions: Array) -> Contrast:
        part = Pair(self.pair.a.at(positions), self.pair.b.at(positions), paired=True, common=len(positions))
        found = unit_contrasts(part).get("bits_per_byte")
        return found or Contrast(Estimate(), Estimate(), n=len(positions), note="no bytes of text")


def _accuracy(both_wrong: int, only_b: int, only_a: int, both_right: int) -> Contrast:
    n = both_wrong + only_b + only_a + both_right
    return paired_shares(both_right + only_a, both_right + only_b, both_right, n)


def _moments(values: Floats, codes: Array, counts: Array) -> tuple[Floats, Floats]:
    """The mean and the standard deviation of each group; the latter NaN for a group of one."""
    mean = np.bincount(codes, values, len(counts)) / counts
    squares = np.bincount(codes, np.square(values - mean[codes]), len(counts))
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean, np.sqrt(squares / (counts - 1))


def _means(n: int, mean_a: float, spread_a: float, mean_b: float, spread_b: float, spread: float) -> Contrast:
    root = math.sqrt(n)
    a, b = _estimate(mean_a, spread_a / root, n), _estimate(mean_b, spread_b / root, n)
    return contrast_of(a, b, spread / root, _degrees(n), test="paired-t", n=n)


def _estimate(value: float, error: float, n: int) -> Estimate:
    """A value that cannot be negative, with its 95 % interval."""
    if not math.isfinite(error):
        return Estimate(value)
    half = t_quantile(0.975, _degrees(n)) * error
    return Estimate(value, max(0.0, value - half), value + half)


def _degrees(n: int) -> float:
    return n - 1 if n < _NORMAL_FROM else math.inf
