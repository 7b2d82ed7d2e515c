"""Means over examples, as of losses: the difference of two, paired and unpaired, with t intervals."""

import math

import numpy as np
import numpy.typing as npt

from workbench.comparison.distributions import t_quantile, t_two_sided
from workbench.comparison.result import Contrast, Estimate

Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-12
_TOO_FEW = "one test example is too few for a test"


def mean_estimate(values: Floats) -> Estimate:
    """The mean and its 95 % t interval; no interval from fewer than two values."""
    n = len(values)
    if n == 0:
        return Estimate()
    mean = float(values.mean())
    if n == 1:
        return Estimate(mean)
    half = t_quantile(0.975, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half)


def paired_means(a: Floats, b: Floats) -> Contrast:
    """The mean of the differences b - a of the same examples: Student's paired t test and interval."""
    n = len(a)
    differences = b - a
    delta = float(differences.mean())
    if n < 2:
        return Contrast(mean_estimate(a), mean_estimate(b), delta, n=n, doubt=_TOO_FEW)
    base = Contrast(mean_estimate(a), mean_estimate(b), delta, test="paired-t", n=n)
    error = float(differences.std(ddof=1)) / math.sqrt(n)
    # Differences that are all the same but for rounding say no more than their signs do.
    p_value = t_two_sided(delta / error, n - 1) if error > _ROUNDING * abs(delta) else _sign_p(delta, n)
    return _with_interval(base, delta, error, n - 1, p_value)


def welch_means(a: Floats, b: Floats) -> Contrast:
    """The difference of the means of different examples: Welch's interval, and no paired p-value."""
    delta = float(b.mean()) - float(a.mean())
    n = len(a) + len(b)
    if min(len(a), len(b)) < 2:
        return Contrast(mean_estimate(a), mean_estimate(b), delta, n=n, doubt=_TOO_FEW)
    base = Contrast(mean_estimate(a), mean_estimate(b), delta, n=n)
    part_a, part_b = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    spread = part_a + part_b
    degrees = spread**2 / (part_a**2 / (len(a) - 1) + part_b**2 / (len(b) - 1)) if spread > 0 else 1.0
    return _with_interval(base, delta, math.sqrt(spread), degrees, None)


def _sign_p(delta: float, n: int) -> float:
    """The two-sided p-value of n differences with one sign, or of none that differs from 0."""
    return 1.0 if delta == 0 else 2.0 ** (1 - n)


def _with_interval(base: Contrast, delta: float, error: float, degrees: float, p_value: float | None) -> Contrast:
    wide, narrow = t_quantile(0.975, degrees) * error, t_quantile(0.95, degrees) * error
    return Contrast(
        base.a,
        base.b,
        delta,
        interval=(delta - wide, delta + wide),
        narrow=(delta - narrow, delta + narrow),
        test=base.test,
        p_value=p_value,
        n=base.n,
        standard_error=error,
    )
