"""Means over examples, as of losses: the difference of two, paired and unpaired, with t intervals.

``contrast_of`` is also what becomes of any other pair of scores whose difference has a known standard error.
"""

import math

from workbench.comparison.arrays import Floats
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import t_quantile, t_two_sided

_ROUNDING = 1e-12
_TOO_FEW = "one test example is too few for a test"
_TOO_FEW_OF_CLASS = "a class has too few test examples for a test"


def mean_estimate(values: Floats) -> Estimate:
    """The mean and its 95 % t interval; no interval from fewer than two values.

    Where no value is negative, as of losses and times, the interval does not reach below 0.
    """
    n = len(values)
    if n == 0:
        return Estimate()
    mean = float(values.mean())
    if n == 1:
        return Estimate(mean)
    half = t_quantile(0.975, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    low = mean - half
    return Estimate(mean, max(0.0, low) if values.min() >= 0 else low, mean + half)


def paired_means(a: Floats, b: Floats) -> Contrast:
    """The mean of the differences b - a of the same examples: Student's paired t test and interval."""
    n = len(a)
    error = float((b - a).std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return contrast_of(mean_estimate(a), mean_estimate(b), error, n - 1, test="paired-t", n=n)


def welch_means(a: Floats, b: Floats) -> Contrast:
    """The difference of the means of different examples: Welch's t test and interval."""
    n = len(a) + len(b)
    if min(len(a), len(b)) < 2:
        estimate_a, estimate_b = mean_estimate(a), mean_estimate(b)
        return Contrast(estimate_a, estimate_b, float(b.mean()) - float(a.mean()), n=n, doubt=_TOO_FEW)
    error_a, error_b = (float(side.std(ddof=1)) / math.sqrt(len(side)) for side in (a, b))
    return unpaired_contrast(mean_estimate(a), mean_estimate(b), error_a, error_b, len(a), len(b), test="welch-t")


def unpaired_contrast(
    a: Estimate, b: Estimate, error_a: float, error_b: float, n_a: float, n_b: float, *, test: str
) -> Contrast:
    """The contrast of two scores of different examples, from the standard error of each: Welch's degrees of freedom.

    Welch 1947, Biometrika 34:28; Satterthwaite 1946, Biometrics Bulletin 2:110.
    """
    spread = error_a**2 + error_b**2
    parts = error_a**4 / max(1, n_a - 1) + error_b**4 / max(1, n_b - 1)
    degrees = spread**2 / parts if parts > 0 else 1.0
    return contrast_of(a, b, math.sqrt(spread), degrees, test=test, n=round(n_a + n_b))


def bounded_estimate(value: float, error: float, degrees: float) -> Estimate:
    """A score between 0 and 1 with its 95 % t interval; no interval where the error is not known (NaN)."""
    if not math.isfinite(error):
        return Estimate(value)
    half = t_quantile(0.975, degrees) * error
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))


def contrast_of(
    a: Estimate,
    b: Estimate,
    error: float,
    degrees: float,
    *,
    test: str | None,
    n: int,
    deciding: int | None = None,
) -> Contrast:
    """The contrast of two values whose difference has this standard error (NaN: not known) with so many degrees.

    Infinite ``degrees`` mean a normal distribution; without a ``test`` there is no p-value. ``deciding`` is on how many
    examples the runs differ at all: a p-value is no smaller than that of as many that all speak for one side.
    """
    assert a.value is not None
    assert b.value is not None
    delta = b.value - a.value
    if not math.isfinite(error):
        return Contrast(a, b, delta, n=n, doubt=_TOO_FEW if n < 2 else _TOO_FEW_OF_CLASS)
    # Differences that are all the same but for rounding say no more than their signs do.
    p_value = t_two_sided(delta / error, degrees) if error > _ROUNDING * abs(delta) else _sign_p(delta, n)
    if deciding is not None:
        p_value = max(p_value, min(1.0, 2.0 ** (1 - deciding)))
    wide, narrow = t_quantile(0.975, degrees) * error, t_quantile(0.95, degrees) * error
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


def _sign_p(delta: float, n: int) -> float:
    """The two-sided p-value of n differences with one sign, or of none that differs from 0."""
    return 1.0 if delta == 0 else 2.0 ** (1 - n)
