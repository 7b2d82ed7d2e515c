"""A series as at most 256 stretches of equal length: the arithmetic, without the store.

A stretch holds the first, last, smallest, largest and mean value of its points, so a peak never disappears. All
stretches but the last hold the same number of points, a power of two; when there would be too many, neighbours are
joined in pairs. A series can therefore grow for ever, point by point, without a second look at the old ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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


def append(stretches: list[Stretch], size: int, points: Sequence[tuple[int, float | None]]) -> None:
    """Add points, each ``(step, value)``, behind the last stretch, which is filled first."""
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


def joined(a: Stretch, b: Stretch) -> Stretch:
    """Two neighbouring stretches as one."""
    if a.mean is None or b.mean is None:
        filled = b if a.mean is None else a
        figures = filled.first, filled.last, filled.minimum, filled.maximum, filled.mean
    else:
        # Known where the mean is.
        figures = a.first, b.last, _least(a.minimum, b.minimum), _most(a.maximum, b.maximum), _mean(a, b)
    return Stretch(a.first_step, b.last_step, a.n + b.n, a.known + b.known, *figures)


def _of(points: Sequence[tuple[int, float | None]]) -> Stretch:
    values = [value for _, value in points if value is not None]
    first_step, last_step, n, known = points[0][0], points[-1][0], len(points), len(values)
    if not values:
        return Stretch(first_step, last_step, n, 0, None, None, None, None, None)
    minimum, maximum = min(values), max(values)
    # Divided before it is summed, since the sum of two large values could overflow; kept within bounds for rounding.
    mean = min(max(sum([value / known for value in values]), minimum), maximum)
    return Stretch(first_step, last_step, n, known, values[0], values[-1], minimum, maximum, mean)


def _mean(a: Stretch, b: Stretch) -> float:
    weight = b.known / (a.known + b.known)
    return (a.mean or 0.0) * (1 - weight) + (b.mean or 0.0) * weight


def _least(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else min(a, b)


def _most(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else max(a, b)
