"""The scales of a chart: round ends that hold every value, and the ticks between them with their words.

Ends are chosen so that they seldom move: up, at steps of a fifth or so of the span; across, while a run goes on, in
doublings. Whatever finite values come in, the ends are finite and hold them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workbench.formatting import format_count, format_duration

_SECONDS = (1, 2, 5, 10, 15, 20, 30, 45)
_DURATIONS = (
    *_SECONDS,
    *(60 * n for n in (1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 45)),
    *(3600 * n for n in (1, 1.5, 2, 3, 4, 6, 8, 12, 18)),
)
_DAY_S = 86400
_EVERY = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000)
_FLAT = 1e-9
"""Values that differ by less than this share of their size differ by rounding only."""
_TINY = 1e-300


class Axis(StrEnum):
    """What runs across."""

    STEP = "step"
    EPOCH = "epoch"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of one axis; ``step`` is the distance of round numbers on it, a factor of ten on a ``log`` one."""

    low: float
    high: float
    step: float
    log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value lies: 0 at its low end, 1 at its high one."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        if math.isinf(high - low):
            low, high, value = low / 2, high / 2, value / 2
        return (value - low) / (high - low) if high > low else 0.5


def value_scale(values: Iterable[float], *, log: bool = False, tight: bool = False) -> Scale | None:
    """Round ends that hold all ``values`` (on a ``log`` axis: those above 0); None where there is none.

    Shares near 1 get an axis up to 1, which does not move; not where the ends are to be ``tight``.
    """
    held = [value for value in values if not log or value > 0]
    if not held:
        return None
    low, high = min(held), max(held)
    if log:
        return _log_scale(low, high)
    if low >= 0 and 0.5 < high <= 1 and not tight:
        bottom = math.floor(low * 10) / 10
        return Scale(bottom if bottom < 1 else 0.9, 1.0, 0.1)
    return _linear_scale(low, high)


def across_scale(axis: Axis, last: float, *, growing: bool) -> Scale:
    """From 0 to the last step, epoch or second; where it is still ``growing``, to a round end not below it."""
    if axis is Axis.TIME:
        end = _round_duration(last) if growing else last
    else:
        end = _round_end(math.ceil(last)) if growing else last
    return Scale(0.0, float(end) if end > 0 else 1.0, 1.0)


def value_ticks(scale: Scale, most: int) -> list[float]:
    """At most ``most`` round values from the low end to the high one, both included; fewer than 2 never."""
    if scale.log:
        return _log_ticks(scale, most)
    steps = (scale.high - scale.low) / scale.step
    if most < 3 or not 1.5 < steps < 1000:
        return [scale.low, scale.high]
    inner = next(found for n in _EVERY if len(found := _inner_ticks(scale, n * scale.step)) <= most - 2)
    return [scale.low, *inner, scale.high]


def _inner_ticks(scale: Scale, distance: float) -> list[float]:
    """The multiples of a distance that are not too near to the ends."""
    first, last = math.ceil(scale.low / distance - 1e-6), math.floor(scale.high / distance + 1e-6)
    margin = distance * 0.45
    ticks = [n * distance for n in range(first, last + 1)]
    return [tick for tick in ticks if scale.low + margin < tick < scale.high - margin]


def across_ticks(axis: Axis, scale: Scale, most: int) -> list[float]:
    """Round steps, epochs or seconds strictly between the ends, at most ``most``."""
    span = scale.high - scale.low
    if most < 1 or span <= 0:
        return []
    wanted = span / (most + 1)
    if axis is Axis.TIME and wanted >= 1:
        step = _round_duration(wanted)
    else:
        power = 10.0 ** math.floor(math.log10(wanted))
        step = next((power * factor for factor in (1, 2, 5, 10) if power * factor >= wanted), power * 10)
        step = step if axis is Axis.TIME else max(1.0, step)
    first = math.floor(scale.low / step) + 1
    ticks = [n * step for n in range(first, first + most + 1)]
    return [tick for tick in ticks if scale.low < tick < scale.high][:most]


def value_words(ticks: list[float], scale: Scale) -> list[str]:
    """What stands beside the ticks of the value axis; different words for different values."""
    if scale.log:
        return [f"{tick:g}" if 1e-3 <= tick < 1e5 else _power_words(tick) for tick in ticks]
    words = [_linear_words(tick, scale.step) for tick in ticks]
    return words if len(set(words)) == len(words) else [f"{tick:.9g}" for tick in ticks]


def across_words(axis: Axis, value: float, *, unit: bool = False) -> str:
    """A place on the axis across: ``1.2k``, ``4``, ``2m 05s``; with its ``unit``, ``step 1.2k``."""
    if axis is Axis.TIME:
        return format_duration(value)
    compact = format_count(value, compact=True)
    words = compact if _is_round(compact, value) else format_count(round(value))
    return f"{axis} {words}" if unit else words


def _linear_scale(low: float, high: float) -> Scale:
    size = max(abs(low), abs(high))
    is_flat = high - low <= _FLAT * size
    # The smallest numbers of all would make a step of zero, the largest an endless span.
    step = _round_step(min(8e307, max(_TINY, (size or 1.0) if is_flat else high - low)))
    # A flat curve runs through the middle.
    below, above = (_finite(low - step, low), _finite(high + step, high)) if is_flat else (low, high)
    bottom, top = math.floor(below / step) * step, math.ceil(above / step) * step
    return Scale(_finite(min(bottom, below), low), _finite(max(top, above), high), step)


def _log_scale(low: float, high: float) -> Scale:
    """Ends at 1, 2 or 5 times a power of ten."""
    bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high))
    below = [value for n in (bottom - 1, bottom) for factor in (1, 2, 5) if 0 < (value := factor * _power(n)) <= low]
    above = [value for n in (top - 1, top) for factor in (1, 2, 5) if high <= (value := factor * _power(n)) < math.inf]
    first, last = max(below, default=low), min(above, default=high)
    if first == last:
        first, last = max(first / 2, 5e-324), _finite(last * 2, last)
    return Scale(first, last, 10.0, log=True)


def _log_ticks(scale: Scale, most: int) -> list[float]:
    bottom, top = math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high))
    powers = [_power(n) for n in range(bottom, top + 1)]
    if len(powers) < 3:
        powers = [factor * _power(n) for n in range(bottom - 1, top + 1) for factor in (1, 2, 5)]
    inner = [value for value in powers if scale.low < value < scale.high]
    every = max(1, math.ceil(len(inner) / max(1, most - 2)))
    return [scale.low, *(inner[::every] if most > 2 else []), scale.high]


def _round_step(span: float) -> float:
    """A fifth of ``span`` or a little more: 1, 2 or 5 times a power of ten."""
    least = span / 5
    power = 10.0 ** math.floor(math.log10(least))
    return next((power * factor for factor in (1, 2, 5) if least <= power * factor), power * 10)


def _round_end(last: int) -> int:
    """The smallest round number from 8 on that is not below ``last``: 1, 1.2, 1.5, 2, 3, … times a power of ten."""
    if last <= 8:
        return 8
    power: int = 10 ** (len(str(last)) - 1)
    return next(end for n in (10, 12, 15, 20, 30, 40, 50, 60, 80, 100) if (end := power * n // 10) >= last)


def _round_duration(seconds: float) -> float:
    """The smallest duration that people count in and that is not below ``seconds``."""
    found = next((duration for duration in _DURATIONS if duration >= seconds), None)
    if found is not None:
        return float(found)
    days = math.ceil(seconds / _DAY_S)
    return float(_DAY_S * (days if days <= 8 else _round_end(days)))


def _linear_words(value: float, step: float) -> str:
    if value == 0:
        return "0"
    if abs(value) >= 1e5:
        return format_count(value, compact=True)
    if step < 1e-4:
        return f"{value:.3g}"
    decimals = next((n for n in range(6) if abs(step - round(step, n)) <= step * 1e-6), 6)
    return f"{value:.{decimals}f}"


def _power_words(value: float) -> str:
    mantissa, _, exponent = f"{value:.2g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _power(exponent: int) -> float:
    return 10.0**exponent if exponent <= 308 else math.inf


def _finite(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else otherwise


def _is_round(compact: str, value: float) -> bool:
    """Whether the short form of a number says it all, in two digits."""
    scales = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    number = compact.rstrip("kMGT")
    exact = math.isclose(float(number.replace(",", "")) * scales.get(compact[-1], 1.0), value, rel_tol=1e-9)
    return exact and len(number.replace(".", "").rstrip("0")) <= 2
