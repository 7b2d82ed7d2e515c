"""The standard error of a mean of values in an order in which neighbours are alike, as the units of a text are.

The moving-block bootstrap (Künsch 1989, Annals of Statistics 17:1217) draws blocks of L neighbours instead of single
values. Of a mean its variance has a closed form, that of the means of all overlapping blocks times L / n, so nothing is
drawn. Blocks alone are too short for what lasts longer than they are: of 50 units with a correlation of 0.6 from one to
the next, 95 % intervals hold the mean in 87 %. So what one unit hands on to the next is taken out first, the blocks are
of what remains, and the variance is put back for it (post-blackening: Davison and Hinkley 1997, section 8.2.3; Andrews
and Monahan 1992, Econometrica 60:953). Then they hold it in 95 to 97 %, and in 93 where documents of 8 units have each
a level of their own. The price is width: of 50 independent units a quarter more than is needed.
"""

import math
from dataclasses import dataclass

import numpy as np

from workbench.comparison.arrays import Floats

_MOST_HANDED_ON = 0.9


@dataclass(frozen=True, slots=True)
class SerialError:
    """The standard error of a mean, the degrees of freedom that it is known with, and the length of the blocks."""

    error: float
    degrees: float
    block: int


def block_length(n: int) -> int:
    """Twice the cube root of n, rounded up.

    The cube root is the order that is best for a variance (Hall, Horowitz and Jing 1995, Biometrika 82:561); twice it
    suits the documents of a text, which are longer than a unit.
    """
    return min(max(1, n // 2), math.ceil(2 * math.cbrt(n) - 1e-9))


def serial_error(values: Floats) -> SerialError:
    """The standard error of the mean of ``values`` (n,) in their order; NaN of fewer than three."""
    n = len(values)
    if n < 3:
        return SerialError(math.nan, math.nan, 1)
    centred = values - values.mean()
    handed_on = _handed_on(centred)
    rest = centred[1:] - handed_on * centred[:-1] if handed_on else centred
    block = block_length(n)
    variance = _block_variance(rest - rest.mean(), block) * len(rest) / n / (1 - handed_on) ** 2
    return SerialError(math.sqrt(variance), max(1.0, n / block - 1), block)


def _handed_on(centred: Floats) -> float:
    """The correlation of neighbours without its bias (Marriott and Pope 1954); 0 where chance makes as much."""
    n, squares = len(centred), float(centred @ centred)
    if squares <= 0:
        return 0.0
    seen = float(centred[:-1] @ centred[1:]) / squares
    corrected = min(seen + (1 + 4 * seen) / n, _MOST_HANDED_ON)
    return corrected if corrected >= 1 / math.sqrt(n) else 0.0


def _block_variance(centred: Floats, block: int) -> float:
    """The bootstrap's variance of the mean, times n / (n - L) for the mean that was taken off."""
    n = len(centred)
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    means = (sums[block:] - sums[:-block]) / block
    return block / n * float(np.mean(np.square(means))) * n / (n - block)
