"""The difference of two groups of runs: over repeated splits, and over seeds on one split.

**Splits.** Training parts of repeated splits overlap, so the differences that they give are not independent, and
Student's t on them finds differences where there are none. The corrected resampled t-test (Nadeau and Bengio 2003,
"Inference for the generalization error", Machine Learning 52:239, section 3.3) replaces the variance s²/k of the mean
by (1/k + n_test/n_train) s².

**Seeds.** Both the seeds and the test examples are samples: a verdict should hold for other seeds and for other
examples. The bootstrap that resamples the seeds of A, those of B and the examples, which all runs share, has variances
in closed form where a score is a mean of influence values, so nothing is drawn and nothing depends on chance:

* over examples alone, V_e = S²/n of the differences of the examples' mean influence values;
* over seeds alone, V_s = s²_A/m_A + s²_B/m_B of the scores of single runs (m - 1 of m seeds drawn, which makes it
  unbiased for few: Rao and Wu 1988, "Resampling inference with complex survey data", JASA 83:231);
* each holds once what single runs do on single examples, V_i, and a bootstrap over both at once thrice (Owen 2007,
  "The pigeonhole bootstrap", Annals of Applied Statistics 1:386), so the variance is V_e + V_s - V_i, as for readers
  and cases in radiology (Gallas 2006, Academic Radiology 13:353).

Intervals are Student's t with the degrees that Satterthwaite's formula gives the sum, since five seeds are few, and so
may be the examples on which two models differ. The seeds of two models are not paired: the same number starts other
random streams in another model.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.comparison.arrays import Floats
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import t_quantile, t_two_sided

FEWEST = 5
"""With fewer members on a side only their spread is shown."""
SPLITS_TEST = "corrected-resampled-t"
SEEDS_TEST = "seed-example-bootstrap"

_ROUNDING = 1e-12
_SAME_ON_ALL_SPLITS = "the difference is the same on every split, so nothing tells how far it may vary"


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What the members of one side came to. ``points`` has one value a member, None where it is not known."""

    points: tuple[float | None, ...]

    @property
    def known(self) -> Floats:
        """The values that are known."""
        return np.array([point for point in self.points if point is not None], dtype=np.float64)

    @property
    def n(self) -> int:
        """How many values are known."""
        return len(self.known)

    @property
    def mean(self) -> float | None:
        """The mean; None where nothing is known."""
        known = self.known
        return _mean(known) if len(known) else None

    @property
    def sd(self) -> float | None:
        """The sample standard deviation; None of fewer than two."""
        known = self.known
        return math.sqrt(_variance(known)) if len(known) > 1 else None

    @property
    def low(self) -> float | None:
        """The least value."""
        return float(self.known.min()) if self.n else None

    @property
    def high(self) -> float | None:
        """The greatest value."""
        return float(self.known.max()) if self.n else None


@dataclass(frozen=True, slots=True, eq=False)
class SeedScores:
    """One score of m runs that differ in seed, on the same n test examples.

    ``points`` (m,) are the scores; ``pulls`` (n,) is each example's mean influence value, with mean 0: how far it pulls
    the score; ``interaction`` is the variance of the single influence values about what run and example explain.
    """

    points: Floats
    pulls: Floats
    interaction: float

    @property
    def seeds(self) -> int:
        """The number of runs."""
        return len(self.points)


class SeedScoresSum:
    """Gathers SeedScores run by run, in the memory of two columns however many runs there are."""

    def __init__(self) -> None:
        self._points: list[float] = []
        self._pulls: Floats | None = None
        self._squares = 0.0

    def add(self, point: float, pulls: Floats) -> None:
        """One more run: its score, and the influence values of its n examples."""
        centred = pulls - pulls.mean()
        self._points.append(point)
        self._pulls = centred if self._pulls is None else self._pulls + centred
        self._squares += float(centred @ centred)

    def finish(self) -> SeedScores | None:
        """The scores of all runs added; None where there were none."""
        m = len(self._points)
        if self._pulls is None:
            return None
        pulls = self._pulls / m
        degrees = (m - 1) * (len(pulls) - 1)
        left = self._squares - m * float(pulls @ pulls)
        return SeedScores(np.array(self._points), pulls, max(0.0, left) / degrees if degrees else 0.0)


@dataclass(frozen=True, slots=True)
class _Variance:
    """The variance of a mean or a difference over seeds and examples, and the degrees that it is known with."""

    total: float
    degrees: float
    of_seeds: float
    """What the seeds' part of the variance is of both parts, from 0 to 1."""


def split_contrast(a: Sequence[float], b: Sequence[float], ratio: float) -> Contrast:
    """B - A over k splits, paired by split; ``ratio`` is n_test / n_train. No verdict from fewer than FEWEST splits."""
    values_a, values_b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    k = len(values_a)
    differences = values_b - values_a
    delta = _mean(differences)
    if k < FEWEST:
        return Contrast(Estimate(_mean(values_a)), Estimate(_mean(values_b)), delta, n=k, doubt=_too_few_splits(k))
    factor = 1 / k + ratio
    error = math.sqrt(factor * _variance(differences))
    same = error <= _ROUNDING * abs(delta)
    return _with_interval(
        Contrast(_over_splits(values_a, factor), _over_splits(values_b, factor), delta, test=SPLITS_TEST, n=k),
        error,
        k - 1,
        doubt=_SAME_ON_ALL_SPLITS if same and delta else None,
    )


def seed_contrast(a: SeedScores, b: SeedScores, deciding: int | None = None) -> Contrast:
    """B - A over seeds and examples. No verdict, and no interval, from fewer than FEWEST seeds on either side.

    ``deciding`` is on how many examples the groups differ at all, where that is few for a score of right and wrong: the
    p-value is then no smaller than that of as many examples that all speak for one side.
    """
    delta = _mean(b.points) - _mean(a.points)
    n = a.seeds + b.seeds
    if min(a.seeds, b.seeds) < FEWEST:
        few = Estimate(_mean(a.points)), Estimate(_mean(b.points))
        return Contrast(*few, delta, n=n, doubt=_too_few_seeds(a.seeds, b.seeds))
    variance = _variance_of(b.pulls - a.pulls, (a, b))
    return _with_interval(
        Contrast(_over_seeds(a), _over_seeds(b), delta, test=SEEDS_TEST, n=n),
        math.sqrt(variance.total),
        variance.degrees,
        least_p=2.0 ** (1 - (len(a.pulls) if deciding is None else deciding)),
    )


def seeds_share(a: SeedScores, b: SeedScores) -> float | None:
    """How much of the variance of B - A comes from the seeds, from 0 to 1; None where there is none, or too few seeds.

    The rest comes from the test examples, and more seeds leave it as it is.
    """
    if min(a.seeds, b.seeds) < 2:
        return None
    variance = _variance_of(b.pulls - a.pulls, (a, b))
    return variance.of_seeds if variance.total > 0 else None


def _variance_of(pulls: Floats, sides: Iterable[SeedScores]) -> _Variance:
    """The variance of a sum of sides whose examples' influence values add up to ``pulls``."""
    n = len(pulls)
    over_examples = float(pulls @ pulls) / (n * (n - 1)) if n > 1 else 0.0
    over_seeds, both, unsure = 0.0, 0.0, 0.0
    for side in sides:
        part = _variance(side.points) / side.seeds
        over_seeds += part
        both += side.interaction / (side.seeds * n)
        unsure += part**2 / (side.seeds - 1)
    unsure += over_examples**2 / _degrees_of_examples(pulls)
    # Each part estimates at most the whole: where chance makes the sum less than one of them, that one stands.
    total = max(over_examples + over_seeds - both, over_examples, over_seeds)
    degrees = total**2 / unsure if unsure > 0 else math.inf
    only_seeds = max(0.0, total - over_examples)
    return _Variance(total, degrees, only_seeds / total if total > 0 else 0.0)


def _degrees_of_examples(pulls: Floats) -> float:
    """The degrees that the variance of influence values (n,) is known with: 2n / (kurtosis - 1), at most n - 1.

    Where a few examples decide, as between models that err alike, they are few; of normal values they are n.
    """
    n, squares = len(pulls), np.square(pulls)
    scatter = n * float(squares @ squares) - float(squares.sum()) ** 2
    if scatter <= 0:
        return max(1.0, n - 1.0)
    return max(1.0, min(n - 1.0, 2 * n * float(squares.sum()) ** 2 / scatter))


def _with_interval(
    contrast: Contrast, error: float, degrees: float, *, least_p: float = 0.0, doubt: str | None = None
) -> Contrast:
    assert contrast.delta is not None
    delta = contrast.delta
    if delta == 0:
        p_value = 1.0
    else:
        p_value = t_two_sided(delta / error, degrees) if error > _ROUNDING * abs(delta) else 0.0
        p_value = min(1.0, max(p_value, least_p))
    wide, narrow = t_quantile(0.975, degrees) * error, t_quantile(0.95, degrees) * error
    return replace(
        contrast,
        interval=(delta - wide, delta + wide),
        narrow=(delta - narrow, delta + narrow),
        p_value=None if doubt else p_value,
        standard_error=error,
        doubt=doubt,
    )


def _over_splits(values: Floats, factor: float) -> Estimate:
    return _estimate(values, math.sqrt(factor * _variance(values)), len(values) - 1)


def _over_seeds(side: SeedScores) -> Estimate:
    variance = _variance_of(side.pulls, (side,))
    return _estimate(side.points, math.sqrt(variance.total), variance.degrees)


def _estimate(values: Floats, error: float, degrees: float) -> Estimate:
    mean = _mean(values)
    half = t_quantile(0.975, degrees) * error
    # Shares and losses are never negative.
    return Estimate(mean, max(0.0, mean - half) if values.min() >= 0 else mean - half, mean + half)


def _mean(values: Floats) -> float:
    """The mean, exact where all values are the same, and the same in any order."""
    return float(values[0]) if (values == values[0]).all() else math.fsum(values) / len(values)


def _variance(values: Floats) -> float:
    mean = _mean(values)
    return math.fsum((values - mean) ** 2) / (len(values) - 1)


def _too_few_splits(k: int) -> str:
    splits = "one split" if k == 1 else f"{k} splits"
    return f"{splits} in common, where a verdict needs {FEWEST}: only the spread is shown"


def _too_few_seeds(a: int, b: int) -> str:
    return f"A has {_seeds(a)}, B {_seeds(b)}, where a verdict needs {FEWEST} of each: only the spread is shown"


def _seeds(n: int) -> str:
    return "one seed" if n == 1 else f"{n} seeds"
