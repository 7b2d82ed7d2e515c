"""Where differences lie around zero: below it they speak for A, above it for B, whatever the metric's direction.

The rows of a group share one scale, so that bars can be compared. Scores have units that cannot be (a share, nats), so
they are measured in half-widths of their own intervals: what counts is on which side of zero the whole interval lies.
Times, costs and sizes are shares of the mean of both values, which swapping A and B mirrors exactly. The diff screen
and the HTML report draw bars by these.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from workbench.comparison.result import Row, Verdict
from workbench.evaluation.metrics import METRICS

_ROOM_FOR_ENDS = 1.3
_ROOM_FOR_SCORES = 1.5
"""A score further out than this many times the middle one lies beyond the scale: the others are to be seen."""
_SMALLEST_SHARE = 0.05
"""Where all differences of a group are smaller than this, they are drawn as small."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a difference lies on its group's scale, -1 to 1 within it; positive speaks for B."""

    value: float
    low: float | None = None
    high: float | None = None
    is_certain: bool = False
    """Whether it was counted: there is nothing to be uncertain of."""


def reaches(rows: Iterable[Row]) -> Mapping[str, Reach]:
    """The reach of each row that has a difference to draw, by its metric."""
    by_group: dict[str, dict[str, Reach]] = {}
    for row in rows:
        reach = _unscaled(row)
        if reach is not None:
            by_group.setdefault(row.group, {})[row.metric] = reach
    found: dict[str, Reach] = {}
    for group, members in by_group.items():
        scale = _scale(group, members.values())
        found.update({name: _divided(reach, scale) for name, reach in members.items()})
    return found


def _unscaled(row: Row) -> Reach | None:
    if row.delta is None or row.verdict is Verdict.NOT_COMPARABLE:
        return None
    unit = _unit(row)
    if unit is None:
        return None
    sign = 1.0 if row.higher_is_better is not False else -1.0
    value = sign * row.delta / unit
    certain = METRICS[row.metric].counted
    if row.delta_low is None or row.delta_high is None or row.delta_low == row.delta_high:
        return Reach(value, is_certain=certain)
    low, high = sorted((sign * row.delta_low / unit, sign * row.delta_high / unit))
    return Reach(value, low, high, is_certain=certain)


def _unit(row: Row) -> float | None:
    """What a difference of the row is divided by; None where it cannot be drawn."""
    if row.group == "accuracy":
        if row.delta_low is None or row.delta_high is None:
            return None
        half_width = (row.delta_high - row.delta_low) / 2
        return half_width if half_width > 0 else 1.0 if row.delta == 0 else None
    mean = (abs(row.a.value or 0.0) + abs(row.b.value or 0.0)) / 2
    return mean if mean > 0 else 1.0


def _scale(group: str, members: Iterable[Reach]) -> float:
    """The distance from zero that a group's bars have room for; an end that lies beyond it has an arrow."""
    members = list(members)
    furthest = max(abs(end) for reach in members for end in (reach.low, reach.high, reach.value) if end is not None)
    if group == "accuracy":
        middle = median(abs(reach.value) + 1 for reach in members)
        return max(2.0, min(furthest, _ROOM_FOR_SCORES * middle))
    # One wide interval must not press all the others into a corner.
    value = max(abs(reach.value) for reach in members)
    return max(_SMALLEST_SHARE, min(furthest, _ROOM_FOR_ENDS * value))


def _divided(reach: Reach, scale: float) -> Reach:
    def of(end: float | None) -> float | None:
        return None if end is None or not math.isfinite(end) else end / scale

    return Reach(reach.value / scale, of(reach.low), of(reach.high), reach.is_certain)
