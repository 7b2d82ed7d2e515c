"""The axes of the charts in the HTML report: round ends that hold every value, ticks, and their words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.formatting import format_count


@dataclass(frozen=True, slots=True)
class Scale:
    """From the values ``low`` to ``high`` to the places ``start`` to ``end`` in a chart, straight or by logarithm."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value lies; beyond the ends, at the end."""
        low, high = self.low, self.high
        value = min(max(value, low), high)
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        share = (value - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)


def linear_scale(values: Sequence[float], start: float, end: float, *, most: int = 6, tight: bool = False) -> Scale:
    """Round ends and at most ``most`` ticks; ``tight`` ends are those of the values."""
    low, high = min(values), max(values)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        margin = abs(high) * 0.1 or 1.0
        low, high = low - margin, high + margin
    step = _round_step((high - low) / (most - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(number * step for number in range(first, last + 1))
    if tight:
        return Scale(low, high, start, end, tuple(tick for tick in ticks if low <= tick <= high))
    return Scale(ticks[0], ticks[-1], start, end, ticks)


def log_scale(values: Sequence[float], start: float, end: float) -> Scale:
    """Ticks at 1, 2 and 5 times powers of ten, fewer where they would crowd; all ``values`` above 0."""
    low, high = min(values), max(values)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = tuple(10.0**power * factor for power in powers for factor in factors)
        ticks = tuple(tick for tick in ticks if low <= tick <= high)
        if len(ticks) <= 8:
            break
    return Scale(low, high, start, end, ticks, log=True)


def tick_words(scale: Scale) -> list[str]:
    """What stands at each tick."""
    if scale.log:
        return [f"{tick:g}" if 1e-4 <= tick < 1e5 else f"{tick:.0e}" for tick in scale.ticks]
    if max((abs(tick) for tick in scale.ticks), default=0) >= 1e4:
        return [format_count(tick, compact=True) for tick in scale.ticks]
    step = scale.ticks[1] - scale.ticks[0] if len(scale.ticks) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals > 5:
        return [f"{tick:.3g}" for tick in scale.ticks]
    return [f"{tick + 0.0:.{decimals}f}" for tick in scale.ticks]


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((power * factor for factor in (1, 2, 5) if least <= power * factor * (1 + 1e-9)), power * 10)
