"""The timings of a race as differences: percentiles and mean of B minus A, resampled by process and by block.

A process is the unit: calls of one process share its memory layout, its caches and its minute of the machine, and are
no independent evidence. So processes are drawn with replacement, within each one drawn its pairs of blocks, and both
models' trials of a pair come along together, so that whatever disturbed both at that time cancels (Davison and Hinkley
1997, section 3.8; Kalibera and Jones 2013 for benchmarks). Six processes are too few to read an interval from the
quantiles of the resampled differences, so only their standard deviation is taken: widened by sqrt(P / (P - 1)), since
drawing P out of P makes their spread too small (Rao and Wu 1988), and used with Student's t of P - 1 degrees, for the
intervals and for the p-value alike. Drawing on both levels counts the spread of the blocks twice, which errs on the
side of 'unresolved'.

Before that, the calls of each pair of blocks are brought to one speed of the machine (``levelled``). A machine that
others use changes its speed by half and more between one moment and the next; percentiles over calls of several speeds
tell mostly how much of the race fell into which, and a median between two speeds jumps from one to the other. Both
models of a pair met the same speed, so it can be taken out of both.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import t_quantile
from workbench.comparison.means import contrast_of

TEST = "race-bootstrap"
SHARES: Mapping[str, float] = {"p50_ms": 0.50, "p90_ms": 0.90, "p95_ms": 0.95, "p99_ms": 0.99}
FEWEST_FOR_P99 = 400
RESAMPLES = 1000
_SEED = 20
_GRID = np.concatenate([np.linspace(0, 0.9, 361), np.linspace(0.9, 1, 161)[1:]])
"""Where the calls are cut into bins: as shares of them, closer where the tail's percentiles lie."""


@dataclass(frozen=True, eq=False)
class SideTrials:
    """One model's timed calls: milliseconds (n,) and, for each, the number (from 0) of its pair of blocks."""

    ms: Array
    pair: Array


@dataclass(frozen=True, eq=False)
class RaceTrials:
    """Both models' calls, and the process (from 0) of each pair of blocks, (G,), ascending."""

    a: SideTrials
    b: SideTrials
    process: Array

    @property
    def processes(self) -> int:
        """How many processes took part."""
        return len(np.unique(self.process))

    @property
    def n(self) -> int:
        """The timed calls of both."""
        return len(self.a.ms) + len(self.b.ms)

    def swapped(self) -> "RaceTrials":
        """The same race with the sides exchanged."""
        return replace(self, a=self.b, b=self.a)


def trials_from(ms: Array, process: Array, pair: Array, side: Array) -> RaceTrials:
    """The trials of a race from its columns, each (n,): ``pair`` counts within its process, ``side`` is 0 for A."""
    # One number a pair of blocks, ascending by process, without gaps.
    keys = process.astype(np.int64) << 32 | pair.astype(np.int64)
    unique, place = np.unique(keys, return_inverse=True)
    a, b = (SideTrials(ms[side == number].astype(np.float64), place[side == number]) for number in (0, 1))
    return RaceTrials(a, b, unique >> 32)


def levelled(trials: RaceTrials) -> RaceTrials:
    """The calls as they would be at the race's typical speed.

    A pair's speed is the geometric mean of the medians of its two blocks, the typical one the median over the pairs.
    Times of both models are divided by the former and multiplied by the latter, so their ratio within a pair stays.
    """
    speed = np.sqrt(_block_medians(trials.a) * _block_medians(trials.b))
    factor = np.median(speed) / speed
    a, b = (replace(side, ms=side.ms * factor[side.pair]) for side in (trials.a, trials.b))
    return replace(trials, a=a, b=b)


def race_contrasts(trials: RaceTrials) -> dict[str, Contrast]:
    """The contrast of each percentile and of the mean, levelled; p99 has no difference under 400 calls a side."""
    trials = levelled(trials)
    values_a, values_b = _values(trials.a.ms), _values(trials.b.ms)
    degrees = trials.processes - 1
    if degrees < 1:
        note = "one process is too few to tell how far timings of fresh processes differ"
        return {
            name: Contrast(
                Estimate(values_a[name]), Estimate(values_b[name]), values_b[name] - values_a[name], doubt=note
            )
            for name in values_a
        }
    drawn_a, drawn_b = _resample(trials)
    widening = math.sqrt(trials.processes / degrees)
    contrasts = {}
    for place, name in enumerate(values_a):
        error_a, error_b, error = (
            float(values.std()) * widening
            for values in (drawn_a[:, place], drawn_b[:, place], drawn_b[:, place] - drawn_a[:, place])
        )
        contrasts[name] = contrast_of(
            _estimate(values_a[name], error_a, degrees),
            _estimate(values_b[name], error_b, degrees),
            error,
            degrees,
            test=TEST,
            n=trials.n,
        )
    if min(len(trials.a.ms), len(trials.b.ms)) < FEWEST_FOR_P99:
        contrasts["p99_ms"] = Contrast(Estimate(), Estimate(), note=f"p99 needs {FEWEST_FOR_P99} trials of each model")
    return contrasts


def relative_width(trials: RaceTrials) -> float:
    """The width of the 95 % interval for the difference of the medians, as a share of A's median; infinite if unknown.

    A race stops by this and not by the difference itself: however that comes out, the width is what it is.
    """
    contrast = race_contrasts(trials)["p50_ms"]
    if contrast.interval is None or not contrast.a.value:
        return math.inf
    return (contrast.interval[1] - contrast.interval[0]) / contrast.a.value


def _block_medians(side: SideTrials) -> Floats:
    """The median of each pair's block, (G,): of an even number of calls the lower one of the two in the middle."""
    ordered = side.ms[np.lexsort((side.ms, side.pair))]
    counts = np.bincount(side.pair)
    middles: Floats = ordered[np.cumsum(counts) - counts + (counts - 1) // 2]
    return middles


def _values(ms: Array) -> dict[str, float]:
    percentiles = np.percentile(ms, [100 * share for share in SHARES.values()])
    return {**dict(zip(SHARES, map(float, percentiles), strict=True)), "mean_ms": float(ms.mean())}


def _estimate(value: float, error: float, degrees: float) -> Estimate:
    half = t_quantile(0.975, degrees) * error
    return Estimate(value, max(0.0, value - half), value + half)


def _resample(trials: RaceTrials) -> tuple[Floats, Floats]:
    """The values of A and of B, (resamples, percentiles and mean), under the same draws of processes and pairs."""
    weights = _draw(trials.process, np.random.default_rng(_SEED))
    return _drawn_values(trials.a, weights), _drawn_values(trials.b, weights)


def _draw(process: Array, random: np.random.Generator) -> Floats:
    """How often each pair of blocks is drawn, (resamples, G)."""
    _, pairs = np.unique(process, return_counts=True)
    times = random.multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), size=RESAMPLES)
    # A process that was drawn c times gives c times as many pairs as it has, each equally likely.
    drawn = [
        random.multinomial(times[:, number] * count, np.full(count, 1 / count)) for number, count in enumerate(pairs)
    ]
    return np.concatenate(drawn, axis=1).astype(np.float64)


def _drawn_values(side: SideTrials, weights: Floats) -> Floats:
    """Percentiles and mean of the calls where each counts as often as its pair was drawn.

    The calls are counted in some hundred bins once, so that a resample costs what its pairs times the bins do, however
    many calls there are; within a bin its ends are interpolated.
    """
    pairs = weights.shape[1]
    edges = np.unique(np.quantile(side.ms, _GRID))
    bins = max(1, len(edges) - 1)
    place = np.clip(np.searchsorted(edges, side.ms, side="right") - 1, 0, bins - 1)
    counts = np.bincount(side.pair * bins + place, minlength=pairs * bins).reshape(pairs, bins)
    below = np.cumsum(weights @ counts, axis=1)
    total = below[:, -1]
    values = np.empty((len(weights), len(SHARES) + 1))
    for column, share in enumerate(SHARES.values()):
        rank = share * total
        bin_ = np.minimum((below < rank[:, None]).sum(axis=1), bins - 1)
        rows = np.arange(len(weights))
        before = np.where(bin_ > 0, below[rows, bin_ - 1], 0.0)
        part = (rank - before) / np.maximum(below[rows, bin_] - before, 1e-12)
        values[:, column] = edges[bin_] + part * (edges[np.minimum(bin_ + 1, len(edges) - 1)] - edges[bin_])
    values[:, -1] = weights @ np.bincount(side.pair, weights=side.ms, minlength=pairs) / total
    return values
