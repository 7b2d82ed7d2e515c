"""A series as at most 256 stretches of equal length: the arithmetic, without the store.

A stretch holds the first, last, smallest, largest and mean value of its points, so a peak never disappears, and when
its first and last point were logged. All stretches but the last hold the same number of points, a power of two; when
there would be too many, neighbours are joined in pairs. A series can therefore grow for ever, point by point, without a
second look at the old ones.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

MAX_ROWS = 256


@dataclass(slots=True)
class Stretch:
    """Some neighbouring points of one series. The five figures are of the ``known`` of its ``n`` points."""

    first_step: int
    last_step: int
    n: int
    known: int
    first: float | None
    last: float | None
    minimum: float | None
    maximum: float | None
    mean: float | None
    first_at: float | None = None
    """When its first point was logged; None where the store did not keep that yet."""
    last_at: float | None = None


PlainPoint: TypeAlias = tuple[int, float | None, float]
"""Step, value, time."""


def stretch_size(n: int, rows: int = MAX_ROWS) -> int:
    """The smallest power of two so that ``n`` points fill at most ``rows`` stretches of that many."""
    size = 1
    while n > rows * size:
        size *= 2
    return size


def ended_rows(n: int) -> int:
    """How many stretches a series of ``n`` points keeps once its run has ended.

    A short series is better read from its points; its rows serve those who read the tables, and must not weigh more
    than the points themselves.
    """
    return min(MAX_ROWS, max(64, n // 16))


def append(stretches: list[Stretch], size: int, points: Sequence[PlainPoint]) -> None:
    """Add points behind the last stretch, which is filled first."""
    start = 0
    while start < len(points):
        room = size - stretches[-1].n if stretches and stretches[-1].n < size else size
        stretch = _of(points[start : start + room])
        if room < size:
            stretches[-1] = joined(stretches[-1], stretch)
        else:
            stretches.append(stretch)
        start += room


def coarsened(stretches: Sequence[Stretch], factor: int) -> list[Stretch]:
    """The same series with ``factor`` neighbours joined into one; ``factor`` is a power of two."""
    result = list(stretches)
    while factor > 1:
        pairs = [joined(*result[place : place + 2]) for place in range(0, len(result) - 1, 2)]
        result = pairs + result[len(pairs) * 2 :]
        factor //= 2
    return result


def stretches_of(points: Sequence[PlainPoint]) -> list[Stretch]:
    """A whole series as at most 256 stretches."""
    stretches: list[Stretch] = []
    append(stretches, stretch_size(len(points)), points)
    return stretches


def windowed(points: Sequence[PlainPoint], before: int, first_step: int, last_step: int) -> list[Stretch]:
    """The steps in sight of a series, and the point on either side of them, as at most 256 stretches.

    ``points`` follow ``before`` others. Stretches begin at multiples of their size among all points, so that a window
    that moves along cuts the series in the same places.
    """
    steps = [step for step, _, _ in points]
    start = max(0, bisect_left(steps, first_step) - 1)
    end = min(len(points), bisect_right(steps, last_step) + 1)
    if start >= end:
        return []
    size = stretch_size(end - start, MAX_ROWS - 1)
    first_end = min(end, start + size - (before + start) % size)
    stretches: list[Stretch] = []
    append(stretches, size, points[start:first_end])
    rest: list[Stretch] = []
    append(rest, size, points[first_end:end])
    return stretches + rest


def joined(a: Stretch, b: Stretch) -> Stretch:
    """Two neighbouring stretches as one."""
    if a.mean is None or b.mean is None:
        filled = b if a.mean is None else a
        figures = filled.first, filled.last, filled.minimum, filled.maximum, filled.mean
    else:
        # Known where the mean is.
        low, high = _least(a.minimum, b.minimum), _most(a.maximum, b.maximum)
        figures = a.first, b.last, low, high, _within(low, _mean(a, b), high)
    return Stretch(a.first_step, b.last_step, a.n + b.n, a.known + b.known, *figures, a.first_at, b.last_at)


def _of(points: Sequence[PlainPoint]) -> Stretch:
    values = [value for _, value, _ in points if value is not None]
    (first_step, _, first_at), (last_step, _, last_at) = points[0], points[-1]
    stretch = Stretch(first_step, last_step, len(points), len(values), None, None, None, None, None, first_at, last_at)
    if values:
        stretch.first, stretch.last = values[0], values[-1]
        stretch.minimum, stretch.maximum = min(values), max(values)
        # Divided before it is summed, since the sum of two large values could overflow.
        mean = sum([value / len(values) for value in values])
        stretch.mean = _within(stretch.minimum, mean, stretch.maximum)
    return stretch


def _mean(a: Stretch, b: Stretch) -> float:
    weight = b.known / (a.known + b.known)
    return (a.mean or 0.0) * (1 - weight) + (b.mean or 0.0) * weight


def _within(low: float | None, mean: float, high: float | None) -> float:
    """A mean kept between the extremes, which rounding may leave."""
    return min(max(mean, mean if low is None else low), mean if high is None else high)


def _least(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else min(a, b)


def _most(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else max(a, b)
