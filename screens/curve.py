"""A curve as lines of text: braille dots where the terminal has them, else one mark a column.

Pure: stretches of a series in, strings of equal width out. The scales are made of round numbers and of a horizontal
end that moves in doublings, so that a growing curve mostly adds dots at its end and the screen repaints a few cells.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from store.records import SeriesRow

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of the axes: steps across, values up."""

    first_step: int
    last_step: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """The lines of a curve, top to bottom, and the scale that they were drawn on."""

    lines: tuple[str, ...]
    scale: Scale


def choose_scale(rows: Sequence[SeriesRow]) -> Scale | None:
    """Round ends that hold every finite value of ``rows``; None where there is none."""
    values = [value for row in rows for value in (row.minimum, row.maximum) if value is not None]
    if not values:
        return None
    low, high = min(values), max(values)
    if low >= 0 and high <= 1 and high > 0.5:
        bottom = math.floor(low * 10) / 10
        return Scale(0, _round_end(rows[-1].last_step), bottom if bottom < 1 else 0.9, 1.0)
    # Values that differ by rounding only are flat; a flat curve runs through the middle.
    is_flat = high - low <= 1e-9 * max(abs(low), abs(high))
    # The smallest numbers of all would make a step of zero.
    step = _round_step(max(1e-300, (abs(high) or 1.0) if is_flat else high - low))
    low, high = (low - step, high + step) if is_flat else (low, high)
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    return Scale(0, _round_end(rows[-1].last_step), min(bottom, low), max(top, high))


def draw_curve(rows: Sequence[SeriesRow], width: int, height: int, *, braille: bool) -> Drawing | None:
    """The curve in ``height`` lines of ``width`` cells; None where there is no value or no room."""
    scale = choose_scale(rows)
    if scale is None or width < 2 or height < 1:
        return None
    across, up = (width * 2, height * 4) if braille else (width, height)
    dots = _dots(rows, scale, across, up)
    lines = _braille_lines(dots, width, height) if braille else _plain_lines(dots, width, height)
    return Drawing(lines, scale)


def _round_step(span: float) -> float:
    """A quarter or so of ``span``: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(span))
    return next((power * factor / 4 for factor in (1, 2, 5, 10) if span <= power * factor), power)


def _round_end(step: int) -> int:
    """The smallest of 8, 10, 12, 16, 20 and their doublings and tenfolds that is not below ``step``."""
    end = 8
    while end < step:
        end = next((c for c in _ends(end) if c >= step), end * 10)
    return end


def _ends(start: int) -> list[int]:
    power = 10 ** int(math.log10(max(start, 1)))
    return [round(power * factor) for factor in (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20)]


def _dots(rows: Sequence[SeriesRow], scale: Scale, across: int, up: int) -> set[tuple[int, int]]:
    """The dots that are set, as (column, line from the top): the mean's path, and each stretch's extremes."""
    dots: set[tuple[int, int]] = set()
    before: tuple[int, int] | None = None
    for row in rows:
        middle = row.mean if row.mean is not None else row.last
        if middle is None:
            before = None
            continue
        x = _place((row.first_step + row.last_step) / 2, scale.first_step, scale.last_step, across)
        y = up - 1 - _place(middle, scale.low, scale.high, up)
        dots.update(_line(before or (x, y), (x, y)))
        before = (x, y)
    return dots


def _place(value: float, low: float, high: float, n: int) -> int:
    share = (value - low) / (high - low) if high > low else 0.5
    return min(n - 1, max(0, round(share * (n - 1))))


def _line(start: tuple[int, int], end: tuple[int, int]) -> set[tuple[int, int]]:
    """The dots on the straight line between two dots, both included."""
    (x0, y0), (x1, y1) = start, end
    n = max(abs(x1 - x0), abs(y1 - y0), 1)
    return {(round(x0 + (x1 - x0) * i / n), round(y0 + (y1 - y0) * i / n)) for i in range(n + 1)}


def _braille_lines(dots: set[tuple[int, int]], width: int, height: int) -> tuple[str, ...]:
    cells = [[0] * width for _ in range(height)]
    for x, y in dots:
        cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
    return tuple("".join(chr(_BRAILLE + bits) if bits else " " for bits in line) for line in cells)


def _plain_lines(dots: set[tuple[int, int]], width: int, height: int) -> tuple[str, ...]:
    cells = [[" "] * width for _ in range(height)]
    for x, y in dots:
        cells[y][x] = "*"
    return tuple("".join(line) for line in cells)
