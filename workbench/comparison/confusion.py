"""F1, precision, recall and balanced accuracy of two runs, with intervals for the difference.

A bootstrap over examples is one multinomial draw over the combinations of truth and predictions that occur (``cells``),
so it costs the same for a thousand examples as for a million. Where classes are so many that even the combinations are
too many, influence values give the standard error in one pass (the infinitesimal jackknife).
"""

import math
from collections.abc import Mapping

import numpy as np

from workbench.comparison.cells import SCORES, Cells, Floats, count_cells, influence, score
from workbench.comparison.distributions import normal_two_sided, z_of
from workbench.comparison.pairing import Pair
from workbench.comparison.result import Contrast, Estimate, Options

Draws = Mapping[str, Floats]

_MOST_WORK = 50_000
"""The most combinations times classes that are resampled; 4,000 resamples of as many take about a second."""
_MANY_EXAMPLES = 50_000
_LITTLE_WORK = 2_000
"""With so many examples the linear form is as good, so only what costs next to nothing is resampled."""


def confusion_contrasts(pair: Pair, options: Options) -> dict[str, Contrast]:
    """The contrast of each score in SCORES."""
    if pair.paired:
        joint = count_cells(pair.classes, pair.a.truth, pair.a.predicted, pair.b.predicted)
        a, b = (Cells(joint.classes, joint.truth, (predicted,), joint.counts) for predicted in joint.predicted)
        draws = _paired_draws(joint, options) if _is_resampled(joint) else None
    else:
        a = count_cells(pair.classes, pair.a.truth, pair.a.predicted)
        b = count_cells(pair.classes, pair.b.truth, pair.b.predicted)
        small = _is_resampled(a) and _is_resampled(b)
        draws = (_draws(a, options), _draws(b, options)) if small else None
    values_a, values_b = _values(a), _values(b)
    if draws is not None:
        return {name: _resampled(values_a[name], values_b[name], draws, name, pair) for name in SCORES}
    pulls_a, pulls_b = influence(a, a.predicted[0]), influence(b, b.predicted[0])
    return {
        name: _linearised((values_a[name], a, pulls_a[name]), (values_b[name], b, pulls_b[name]), pair.paired)
        for name in SCORES
    }


def bootstrap_p(deltas: Floats) -> float | None:
    """The two-sided p-value whose 5 % point is where the 95 % percentile interval of ``deltas`` touches 0.

    One is added to either count, so that no number of resamples gives a p-value of 0 (Davison and Hinkley 1997, 4.2).
    """
    if len(deltas) == 0:
        return None
    below, above = int(np.count_nonzero(deltas <= 0)), int(np.count_nonzero(deltas >= 0))
    return min(1.0, 2 * (min(below, above) + 1) / (len(deltas) + 1))


def _is_resampled(cells: Cells) -> bool:
    return cells.work <= (_MOST_WORK if cells.n < _MANY_EXAMPLES else _LITTLE_WORK)


def _paired_draws(cells: Cells, options: Options) -> tuple[Draws, Draws]:
    """The scores of A and of B on the same resamples.

    The draws are made in an order of the runs that does not depend on which is called A, so that exchanging the runs
    mirrors the interval exactly.
    """
    turned = cells.mirrored()
    exchange = turned.listed() < cells.listed()
    ordered = turned if exchange else cells
    weights = ordered.resample(options.resamples, options.seed)
    first, second = (score(ordered, predicted, weights) for predicted in ordered.predicted)
    return (second, first) if exchange else (first, second)


def _draws(cells: Cells, options: Options) -> Draws:
    return score(cells, cells.predicted[0], cells.resample(options.resamples, options.seed))


def _values(cells: Cells) -> dict[str, float]:
    scores = score(cells, cells.predicted[0], cells.counts[None, :].astype(np.float64))
    return {name: float(values[0]) for name, values in scores.items()}


def _resampled(a: float, b: float, draws: tuple[Draws, Draws], name: str, pair: Pair) -> Contrast:
    draws_a, draws_b = draws[0][name], draws[1][name]
    deltas = draws_b - draws_a
    deltas = deltas[np.isfinite(deltas)]
    return Contrast(
        a=Estimate(a, *_percentiles(draws_a, 0.95)),
        b=Estimate(b, *_percentiles(draws_b, 0.95)),
        delta=b - a,
        interval=_percentiles(deltas, 0.95),
        narrow=_percentiles(deltas, 0.90),
        test="paired-bootstrap" if pair.paired else None,
        p_value=bootstrap_p(deltas) if pair.paired else None,
        n=pair.examples if pair.paired else pair.a.n + pair.b.n,
        standard_error=float(deltas.std()),
    )


def _linearised(a: tuple[float, Cells, Floats], b: tuple[float, Cells, Floats], paired: bool) -> Contrast:
    """The contrast from influence values; those of A and B belong to the same cells where the runs are paired."""
    (value_a, cells_a, pull_a), (value_b, cells_b, pull_b) = a, b
    error_a, error_b = _error(cells_a, pull_a), _error(cells_b, pull_b)
    error = _error(cells_a, pull_b - pull_a) if paired else math.hypot(error_a, error_b)
    return normal_contrast(
        normal_estimate(value_a, error_a),
        normal_estimate(value_b, error_b),
        error,
        test="paired-influence" if paired else None,
        n=cells_a.n if paired else cells_a.n + cells_b.n,
    )


def normal_estimate(value: float, error: float) -> Estimate:
    """A score between 0 and 1 with its normal 95 % interval; none where the error is not known."""
    if not math.isfinite(error):
        return Estimate(value)
    half = z_of(0.95) * error
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))


def normal_contrast(a: Estimate, b: Estimate, error: float, test: str | None, n: int) -> Contrast:
    """The contrast of two values whose difference has this standard error (NaN: unknown); a p-value for a test."""
    delta = (b.value or 0.0) - (a.value or 0.0)
    if not math.isfinite(error):
        return Contrast(a, b, delta, n=n, doubt="a class has too few test examples for a test")
    wide, narrow = z_of(0.95) * error, z_of(0.90) * error
    p_value = normal_two_sided(delta / error) if error > 0 else float(delta == 0)
    return Contrast(
        a,
        b,
        delta,
        interval=(delta - wide, delta + wide),
        narrow=(delta - narrow, delta + narrow),
        test=test,
        p_value=p_value if test else None,
        n=n,
        standard_error=error,
    )


def _error(cells: Cells, pulls: Floats) -> float:
    """The standard error of a mean of influence values, each of which stands for a cell's count of examples."""
    return math.sqrt(float(cells.counts @ (pulls * pulls)) / cells.n**2)


def _percentiles(draws: Floats, level: float) -> tuple[float, float]:
    tail = 50 * (1 - level)
    low, high = np.percentile(draws[np.isfinite(draws)], (tail, 100 - tail))
    return float(low), float(high)
