"""Shares of right answers: intervals for one, and tests and intervals for the difference of two."""

import math
from collections.abc import Callable

import numpy as np

from workbench.comparison.distributions import binomial_cdf, binomial_half, z_of

Interval = tuple[float, float]

_WINDOW = 40.0
"""Standard deviations of a hypergeometric count beyond which nothing adds to a p-value."""


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval for a share (Wilson 1927; Newcombe 1998a, method 3)."""
    z = z_of(level)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At the ends of the scale rounding would leave 1e-17 where the interval touches 0 or 1.
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return low, high


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """The two-sided p-value that both kinds of disagreement are equally likely, from the binomial distribution."""
    n = only_a + only_b
    return min(1.0, 2 * binomial_cdf(min(only_a, only_b), n, 0.5)) if n else 1.0


def mcnemar_mid_p(only_a: int, only_b: int) -> float:
    """Mid-p beside ``mcnemar_exact``: what was seen counts half on either side.

    It errs about as often as it says, sometimes a little more (Fagerland, Lydersen and Laake 2013, BMC Medical Research
    Methodology 13:91), where the exact test errs less often.
    """
    n, fewer = only_a + only_b, min(only_a, only_b)
    return min(1.0, 2 * binomial_cdf(fewer, n, 0.5) - binomial_half(fewer, n)) if n else 1.0


def fisher(right_a: int, n_a: int, right_b: int, n_b: int) -> tuple[float, float]:
    """Fisher's exact p-value that two independent shares are equal, and its mid-p.

    Two-sided: the probability, given how many are right in all, of the tables no more probable than the one seen
    (Irwin 1935, Metron 12:83); mid-p counts those as probable as it half.
    """
    right, n = right_a + right_b, n_a + n_b
    least, most = max(0, right - n_b), min(right, n_a)
    mean, spread = right * n_a / n, math.sqrt(right * (n - right) * n_a * n_b / (n * n * max(1, n - 1)))
    first = max(least, min(right_a, math.floor(mean - _WINDOW * spread)))
    last = min(most, max(right_a, math.ceil(mean + _WINDOW * spread)))
    k = np.arange(first, last, dtype=np.float64)
    steps = np.log((right - k) * (n_a - k)) - np.log((k + 1) * (n_b - right + k + 1))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    logs -= logs.max()
    weights = np.exp(logs)
    seen = logs[right_a - first]
    near = 1e-7
    total = float(weights.sum())
    exact = float(weights[logs <= seen + near].sum()) / total
    alike = float(weights[np.abs(logs - seen) <= near].sum()) / total
    return min(1.0, exact), min(1.0, exact - alike / 2)


def tango(only_a: int, only_b: int, n: int, level: float = 0.95) -> Interval:
    """The score interval for the paired difference of shares B - A (Tango 1998, Statistics in Medicine 17:891)."""
    z = z_of(level)
    estimate = (only_b - only_a) / n

    def statistic(delta: float) -> float:
        return _tango_statistic(only_a, only_b, n, delta)

    low = _root(lambda delta: statistic(delta) - z, -1.0, estimate)
    high = _root(lambda delta: statistic(delta) + z, estimate, 1.0)
    return low, high


def newcombe(right_a: int, n_a: int, right_b: int, n_b: int, level: float = 0.95) -> Interval:
    """The hybrid score interval for the difference B - A of independent shares (Newcombe 1998b, method 10)."""
    return mover(right_a / n_a, wilson(right_a, n_a, level), right_b / n_b, wilson(right_b, n_b, level))


def mover(a: float, interval_a: Interval, b: float, interval_b: Interval) -> Interval:
    """The interval for b - a from the intervals of two independent estimates (Zou and Donner 2008: squares add)."""
    delta = b - a
    low = delta - math.hypot(b - interval_b[0], interval_a[1] - a)
    high = delta + math.hypot(interval_b[1] - b, a - interval_a[0])
    return low, high


def _tango_statistic(only_a: int, only_b: int, n: int, delta: float) -> float:
    """The difference seen minus ``delta``, in standard errors under ``delta`` (equations 4 to 6 of the paper)."""
    slope = -only_b - only_a + (2 * n - only_b + only_a) * delta
    constant = -only_a * delta * (1 - delta)
    share_a = (math.sqrt(max(0.0, slope * slope - 8 * n * constant)) - slope) / (4 * n)
    variance = n * (2 * share_a + delta * (1 - delta))
    distance = only_b - only_a - n * delta
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero between ``low`` and ``high``; an end where it does not.

    By false position, halving the weight of an end that stays (Illinois), and by bisection where a value is infinite.
    """
    at_low, at_high = function(low), function(high)
    if at_low <= 0:
        return low
    if at_high >= 0:
        return high
    kept = 0
    for _ in range(200):
        finite = math.isfinite(at_low) and math.isfinite(at_high)
        middle = (low * at_high - high * at_low) / (at_high - at_low) if finite else (low + high) / 2
        value = function(middle)
        if value > 0:
            low, at_low = middle, value
            at_high = at_high / 2 if kept == 1 and finite else at_high
            kept = 1
        else:
            high, at_high = middle, value
            at_low = at_low / 2 if kept == -1 and finite else at_low
            kept = -1
        if high - low <= 1e-13 or value == 0:
            return middle
    return (low + high) / 2
