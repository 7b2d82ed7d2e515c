"""The normal, Student's t and the binomial distribution, in plain Python.

A comparison needs a handful of quantiles and tail areas. Writing them here, a page of code that the tests hold against
scipy, keeps scipy (half a second and 60 MB) out of ``diff`` and out of the process that draws the screens.
"""

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300


def normal_quantile(probability: float) -> float:
    """The value below which a standard normal variable falls with ``probability``."""
    return _NORMAL.inv_cdf(probability)


def z_of(level: float) -> float:
    """The half-width, in standard errors, of a central normal interval of ``level`` (1.96 for 0.95)."""
    return _NORMAL.inv_cdf(0.5 + level / 2)


def normal_two_sided(z: float) -> float:
    """The probability that a standard normal variable lies at least as far from 0 as ``z``, on either side."""
    return math.erfc(abs(z) / math.sqrt(2))


def t_two_sided(t: float, degrees: float) -> float:
    """The probability that Student's t with ``degrees`` of freedom lies at least as far from 0 as ``t``.

    Infinite ``degrees`` make it the normal distribution.
    """
    if math.isinf(t) or math.isinf(degrees):
        return normal_two_sided(t)
    return beta_cdf(degrees / (degrees + t * t), degrees / 2, 0.5)


@lru_cache(maxsize=4096)
def t_quantile(probability: float, degrees: float) -> float:
    """The value below which Student's t falls with ``probability`` (> 0.5).

    Newton's steps, kept within a bracket, from the expansion in 1 / degrees (Abramowitz and Stegun 26.7.5).
    """
    if math.isinf(degrees):
        return _NORMAL.inv_cdf(probability)
    tail = 2 * (1 - probability)
    low, high = 0.0, math.inf
    log_scale = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(degrees * math.pi) / 2
    z = _NORMAL.inv_cdf(probability)
    t = z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    for _ in range(100):
        excess = t_two_sided(t, degrees) - tail
        low, high = (t, high) if excess > 0 else (low, t)
        density = math.exp(log_scale - (degrees + 1) / 2 * math.log1p(t * t / degrees))
        step = t + excess / (2 * density)
        if not low < step < high:
            step = (low + high) / 2 if math.isfinite(high) else 2 * low
        if abs(step - t) <= 1e-10 * step:
            return step
        t = step
    return t


def binomial_cdf(k: int, n: int, probability: float) -> float:
    """The probability of at most ``k`` successes in ``n`` trials of ``probability`` each."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else beta_cdf(1 - probability, n - k, k + 1)


def binomial_half(k: int, n: int) -> float:
    """The probability of exactly ``k`` heads in ``n`` throws of a fair coin."""
    return math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, the mirrored one is fast
        return 1 - beta_cdf(1 - x, b, a)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - (math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)))
    return front * _beta_fraction(x, a, b) / a


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the continued fraction; it takes about the square root of max(a, b) terms."""
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
