"""Numbers and lists as people read them: the pure functions behind the screens, the terminal reports and Markdown.

A figure's unit is part of its name (``p95_ms``, ``usd_per_1k_correct``), so its name is all that is needed to write it.
Digits follow what is known: with an interval at hand, a value is shown to two digits of its half-width and no further.
A figure that is not known is 'n/a', never 0. Only ASCII is written, so that every terminal can show it.
"""

import math
import time
from collections.abc import Sequence
from typing import Final

NOT_KNOWN: Final = "n/a"
"""What stands where a figure is not known."""

_COUNTS = {"parameters", "trials", "batch_size", "threads", "support", "n"}
_COUNTS |= {"epochs", "best_epoch", "iterations", "steps", "best_step"}
_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_FEW_DECIMALS_FROM = 10
"""A score from here on is an error in the unit of a target, or a perplexity: four decimals would be noise."""
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86400


def unit_of(name: str) -> str:
    """The unit that a figure's name carries: ms, /s, USD, bytes, J, s, count, or '' for a score without unit."""
    if "usd" in name.split("_"):
        return "USD"
    if name in _COUNTS:
        return "count"
    if name.endswith("_seconds"):
        return "s"
    for suffix, unit in (("_ms", "ms"), ("_per_s", "/s"), ("_bytes", "bytes"), ("_j", "J"), ("_s", "s")):
        if name.endswith(suffix):
            return unit
    return ""


def format_value(name: str, value: float | None, uncertainty: float | None = None, *, unit: bool = True) -> str:
    """The value of the figure called ``name``; ``uncertainty`` is the half-width of its interval, if there is one.

    Without ``unit`` milliseconds, rates and dollars stand bare, for a table whose rows name the unit; bytes and
    durations always carry theirs, since they are scaled to their size.
    """
    if not _is_number(value):
        return NOT_KNOWN
    assert value is not None
    kind = unit_of(name)
    if kind == "bytes":
        return format_bytes(value)
    if kind == "s":
        return format_duration(value)
    if kind == "J":
        return format_energy(value)
    if kind == "count":
        return format_count(value)
    if kind == "USD":
        return format_usd(value, symbol=unit)
    if kind == "/s":
        return format_significant(value, 3, uncertainty) + ("/s" if unit else "")
    if kind == "ms":
        return format_significant(value, 3, uncertainty) + (" ms" if unit else "")
    return format_score(value, uncertainty)


def format_delta(name: str, delta: float | None, uncertainty: float | None = None, *, unit: bool = True) -> str:
    """A signed difference of two values of the figure called ``name``: ``+0.0139``, ``-1.2 ms``, ``0``."""
    if not _is_number(delta):
        return NOT_KNOWN
    assert delta is not None
    if delta == 0:
        return "0"
    text = format_value(name, abs(delta), uncertainty, unit=unit)
    if _reads_as_zero(text):
        return text
    return ("+" if delta > 0 else "-") + text


def format_interval(name: str, low: float | None, high: float | None, *, signed: bool = False) -> str:
    """An interval as ``[0.951, 0.984]``, or with signs for a difference; 'n/a' where either end is not known."""
    if not (_is_number(low) and _is_number(high)):
        return NOT_KNOWN
    assert low is not None
    assert high is not None
    half_width = abs(high - low) / 2
    write = format_delta if signed else format_value
    return f"[{write(name, low, half_width, unit=False)}, {write(name, high, half_width, unit=False)}]"


def format_relative(fraction: float | None) -> str:
    """A relative difference, given as a fraction, as a signed percentage: ``+12.3%``."""
    if not _is_number(fraction):
        return NOT_KNOWN
    assert fraction is not None
    percent = fraction * 100
    decimals = 0 if abs(percent) >= 100 else 1
    text = f"{percent:+,.{decimals}f}%"
    return text.lstrip("+-") if _reads_as_zero(text) else text


def format_percent(fraction: float | None, decimals: int = 1) -> str:
    """A share, given as a fraction, as a percentage without a sign: ``97.2%``."""
    if not _is_number(fraction):
        return NOT_KNOWN
    assert fraction is not None
    return f"{fraction * 100:,.{decimals}f}%"


def format_p(p: float | None) -> str:
    """A p-value: three decimals, more digits where it is small, ``< 0.0001`` below that."""
    if not _is_number(p):
        return NOT_KNOWN
    assert p is not None
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.4f}" if p < 0.01 else f"{p:.3f}"


def format_score(value: float, uncertainty: float | None = None) -> str:
    """A figure without unit: four decimals, from ten on four digits, or as many decimals as ``uncertainty`` justifies.

    In the last case they are at least two.
    """
    if uncertainty and math.isfinite(uncertainty):
        decimals = max(2, 1 - _exponent(uncertainty))
        return f"{value:.2e}" if decimals > 6 else _without_minus_zero(f"{value:,.{decimals}f}")
    if 0 < abs(value) < 0.001:
        return f"{value:.2e}"
    if abs(value) >= _FEW_DECIMALS_FROM:
        return format_significant(value, 4)
    return _without_minus_zero(f"{value:,.4f}")


def format_significant(value: float, digits: int = 3, uncertainty: float | None = None) -> str:
    """A measured quantity to ``digits`` significant digits, or to two of its uncertainty where that is known."""
    if value == 0:
        return "0"
    decimals = digits - 1 - _exponent(value, digits)
    if uncertainty and math.isfinite(uncertainty):
        decimals = 1 - _exponent(uncertainty)
    if decimals > 6:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(0, decimals)}f}"


def format_usd(value: float | None, *, symbol: bool = True) -> str:
    """Dollars: cents from a dollar up, three significant digits below, two where only a power of ten can be read."""
    if not _is_number(value):
        return NOT_KNOWN
    assert value is not None
    size = abs(value)
    amount = f"{size:,.2f}" if size >= 1 or size == 0 else format_significant(size, 3 if size >= 1e-4 else 2)
    return ("-" if value < 0 else "") + ("$" if symbol else "") + amount


def format_bytes(value: float | None) -> str:
    """A number of bytes in binary units: ``512 B``, ``1.21 MiB``."""
    if not _is_number(value):
        return NOT_KNOWN
    assert value is not None
    size, power = abs(value), 0
    while size >= 1023.5 and power < len(_BYTE_UNITS) - 1:
        size, power = size / 1024, power + 1
    text = f"{size:.0f}" if power == 0 or size >= 100 else format_significant(size, 3)
    return ("-" if value < 0 else "") + f"{text} {_BYTE_UNITS[power]}"


def format_energy(value: float | None) -> str:
    """Joules, kilojoules from 1,000 J, megajoules from 1,000 kJ."""
    if not _is_number(value):
        return NOT_KNOWN
    assert value is not None
    for scale, unit in ((1e6, "MJ"), (1e3, "kJ")):
        if abs(value) >= scale:
            return f"{format_significant(value / scale)} {unit}"
    return f"{format_significant(value)} J"


def format_count(value: float | None, *, compact: bool = False) -> str:
    """A whole number with thousands separated, or with ``compact`` to three digits: ``1.23M``."""
    if not _is_number(value):
        return NOT_KNOWN
    assert value is not None
    if compact:
        for scale, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
            if abs(value) >= scale * 0.9995:
                return f"{value / scale:.3g}{letter}"
    return f"{value:,.0f}" if float(value).is_integer() else format_significant(value, 3)


_LARGEST_COUNTED = 99_999
_TENTHS_BELOW = 10


def format_progress(done: float, total: float) -> str:
    """How much is done of what there is to do, above 0: ``12/40``, and of what nobody counts, as bytes, the share."""
    if total > _LARGEST_COUNTED:
        return f"{min(1.0, done / total):.0%}"
    # Tenths only where they are news: each one that changes is sent to the terminal.
    is_whole = total >= _TENTHS_BELOW or float(done).is_integer()
    return f"{int(done) if is_whole else format(done, '.1f')}/{total:g}"


def format_duration(seconds: float | None) -> str:
    """A stretch of time: ``85 ms``, ``3.2 s``, ``4m 05s``, ``3h 07m``, ``2d 04h``."""
    if not _is_number(seconds):
        return NOT_KNOWN
    assert seconds is not None
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds == 0:
        return "0 s"
    if seconds < 0.9995:
        return f"{format_significant(seconds * 1000, 2)} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S}m {whole % _MINUTE_S:02d}s"
    if whole < _DAY_S:
        return f"{whole // _HOUR_S}h {whole % _HOUR_S // _MINUTE_S:02d}m"
    return f"{whole // _DAY_S}d {whole % _DAY_S // _HOUR_S:02d}h"


def format_some(words: Sequence[str], most: int) -> str:
    """The first ``most`` of ``words``, and how many more there are: ``a, b and 3 more``."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def format_moment(at: float | None) -> str:
    """A time, given as seconds since the epoch, in the reader's own time zone: ``2026-11-22 14:05``."""
    if not _is_number(at):
        return NOT_KNOWN
    assert at is not None
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _exponent(value: float, digits: int = 2) -> int:
    """The power of ten of ``value`` once it is rounded to ``digits`` significant digits (9.996 becomes 10.0)."""
    return int(f"{abs(value):.{digits - 1}e}".partition("e")[2])


def _reads_as_zero(text: str) -> bool:
    return not any(character in "123456789" for character in text)


def _without_minus_zero(text: str) -> str:
    return text.lstrip("-") if _reads_as_zero(text) else text
