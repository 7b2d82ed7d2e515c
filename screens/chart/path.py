"""Where the stretches of a series lie on a chart, how they are smoothed, and where an epoch ends."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from screens.chart.scale import Axis
from store.records import SeriesRow


@dataclass(frozen=True, slots=True)
class Spot:
    """One stretch on the chart: its middle across, and the value that is drawn (None: a gap)."""

    x: float
    value: float | None
    row: SeriesRow


def spots(rows: Sequence[SeriesRow], place: Callable[[SeriesRow], float | None], smoothing: float) -> list[Spot]:
    """The stretches that have a place on the axis, in their order."""
    found = []
    for row in rows:
        x = place(row)
        if x is not None:
            found.append(Spot(x, row.mean, row))
    return smoothed(found, smoothing) if smoothing > 0 else found


def place_by(
    axis: Axis, *, started_at: float | None = None, steps_per_epoch: float | None = None
) -> Callable[[SeriesRow], float | None]:
    """Where the middle of a stretch lies on an axis; None where that is not known."""

    def by_step(row: SeriesRow) -> float | None:
        return (row.first_step + row.last_step) / 2

    def by_epoch(row: SeriesRow) -> float | None:
        return (row.first_step + row.last_step) / 2 / steps_per_epoch if steps_per_epoch else None

    def by_time(row: SeriesRow) -> float | None:
        if started_at is None or row.first_at is None or row.last_at is None:
            return None
        return (row.first_at + row.last_at) / 2 - started_at

    return {Axis.STEP: by_step, Axis.EPOCH: by_epoch, Axis.TIME: by_time}[axis]


def smoothed(found: Sequence[Spot], smoothing: float) -> list[Spot]:
    """An exponential moving average: each full stretch leaves ``smoothing`` of its weight to those before it.

    A stretch with fewer points weighs less. Divided by the weight so far, so that it starts at the first value and not
    at 0 (Adam's bias correction). A gap stays a gap; each attempt starts anew.
    """
    most = max((spot.row.n for spot in found), default=1)
    result: list[Spot] = []
    total = weight = 0.0
    attempt: int | None = None
    for spot in found:
        if spot.row.attempt != attempt:
            total, weight, attempt = 0.0, 0.0, spot.row.attempt
        if spot.value is not None:
            keep = smoothing ** (spot.row.n / most)
            weight = weight * keep + (1 - keep)
            # Moved towards the new value, so that two large values are never added up.
            share = (1 - keep) / weight
            total = total * (1 - share) + spot.value * share
        result.append(spot if spot.value is None else replace(spot, value=total))
    return result


def pieces_of(found: Sequence[Spot]) -> Iterator[list[Spot]]:
    """Runs of neighbours that are joined by a line: a gap or a new attempt ends one."""
    piece: list[Spot] = []
    for spot in found:
        if piece and (spot.value is None or spot.row.attempt != piece[-1].row.attempt):
            yield piece
            piece = []
        if spot.value is not None:
            piece.append(spot)
    if piece:
        yield piece


def nearest(found: Sequence[Spot], x: float) -> Spot | None:
    """The stretch at ``x``; None where the line has not begun or has ended there."""
    by_place = sorted(found, key=lambda spot: spot.x)
    if not by_place:
        return None
    at = bisect_left([spot.x for spot in by_place], x)
    near = min(by_place[max(0, at - 1) : at + 1], key=lambda spot: abs(spot.x - x))
    if by_place[0].x <= x <= by_place[-1].x:
        return near
    reach = (by_place[-1].x - by_place[0].x) / (len(by_place) - 1) / 2 if len(by_place) > 1 else 0.0
    return near if abs(near.x - x) <= reach else None


def epoch_length(rows: Sequence[SeriesRow]) -> float | None:
    """Steps in an epoch, by a series that is logged once an epoch (``val_loss``, ``learning_rate``); None: not known.

    The first attempt says it: its points stand at the ends of epochs, at equal distances.
    """
    first = [row for row in rows if row.attempt == rows[0].attempt]
    n = sum(row.n for row in first)
    if not n:
        return None
    # Differences, since what is read of a window does not begin with the first epoch.
    length = (first[-1].last_step - first[0].first_step) / (n - 1) if n > 1 else float(first[0].last_step)
    return length if length > 0 else None
