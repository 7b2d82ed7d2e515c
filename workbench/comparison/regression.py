"""The measured differences of how well two runs predict numbers.

Squared and absolute errors are means over examples: paired differences, Student's t. On the same examples RMSE and R²
order two models as the mean squared error does, so they have its test, and intervals of their own: RMSE by the delta
method, R² by the jackknife, since the variance of the truth is estimated, too.
"""

import math
from dataclasses import replace

import numpy as np

from workbench.comparison.arrays import Floats
from workbench.comparison.contrast import Contrast
from workbench.comparison.influence import PulledScore, contrast_of_pulls
from workbench.comparison.means import paired_means, welch_means
from workbench.comparison.outcomes import ValueOutcomes
from workbench.comparison.pairing import Pair


def value_contrasts(pair: Pair[ValueOutcomes]) -> dict[str, Contrast]:
    """The contrasts that the outcomes of both runs allow, by metric; none where a value is no finite number."""
    if min(pair.a.n, pair.b.n) == 0:
        return {}
    errors_a, errors_b = (side.predicted - side.truth for side in (pair.a, pair.b))
    if not (np.isfinite(errors_a).all() and np.isfinite(errors_b).all()):
        return {}
    means = paired_means if pair.paired else welch_means
    note = _closer(np.abs(errors_a), np.abs(errors_b)) if pair.paired else None
    squared = replace(means(np.square(errors_a), np.square(errors_b)), note=note)
    absolute = replace(means(np.abs(errors_a), np.abs(errors_b)), note=note)
    roots = contrast_of_pulls(
        _root_mean_square(errors_a), _root_mean_square(errors_b), paired=pair.paired, tests=("paired-t", "welch-t")
    )
    contrasts = {"mse": squared, "mae": absolute, "rmse": _tested_as(roots, squared)}
    a, b = _explained(pair.a.truth, errors_a), _explained(pair.b.truth, errors_b)
    if a is not None and b is not None:
        shares = contrast_of_pulls(a, b, paired=pair.paired, tests=("paired-jackknife", "welch-jackknife"))
        # Of different examples the variance of the truth differs, too: there R² has a test of its own.
        contrasts["r2"] = _tested_as(shares, squared) if pair.paired else shares
    return contrasts


def _tested_as(contrast: Contrast, other: Contrast) -> Contrast:
    return replace(contrast, test=other.test, p_value=other.p_value, note=other.note)


def _root_mean_square(errors: Floats) -> PulledScore:
    """RMSE; its influence values are those of the mean square over twice the root (the delta method)."""
    squares = np.square(errors)
    mean = float(squares.mean())
    root = math.sqrt(mean)
    return PulledScore(root, (squares - mean) / (2 * root) if root > 0 else np.zeros(len(errors)), least=0.0)


def _explained(truth: Floats, errors: Floats) -> PulledScore | None:
    """R² with n - 1 times what the absence of each example would change; None where the truth does not vary.

    Without example i the squares about the mean are fewer by n / (n - 1) (y_i - mean)².
    """
    n = len(truth)
    apart = np.square(truth - truth.mean())
    around, missed = float(apart.sum()), float(np.square(errors).sum())
    if n < 2 or around <= 0:
        return None
    around_without = around - n / (n - 1) * apart
    if float(around_without.min()) <= 1e-12 * around:
        return None
    value = 1 - missed / around
    without = 1 - (missed - np.square(errors)) / around_without
    return PulledScore(value, (n - 1) * (value - without), most=1.0)


def _closer(a: Floats, b: Floats) -> str:
    """On how many examples each run is the closer one: what the means of heavy-tailed errors do not tell."""
    closer_a, closer_b = int(np.count_nonzero(a < b)), int(np.count_nonzero(b < a))
    return f"of {len(a):,} examples A is closer on {closer_a:,}, B on {closer_b:,}"
