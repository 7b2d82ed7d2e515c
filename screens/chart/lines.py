"""What a chart shows: lines, the way they are looked at, and what follows of both: places, ends of axes, readings."""

from collections.abc import Sequence
from dataclasses import dataclass

from screens.chart.path import Spot, nearest, place_by, spots
from screens.chart.scale import Axis, Scale, across_scale, value_scale
from store.records import SeriesRow

_LINE_KINDS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One series to draw."""

    label: str
    """What it is called in the legend; made inert by the caller where a user named it. '' where it goes without."""
    letter: str
    """One cell that no other line of the chart has: ``A``, ``B``; with several metrics ``1``, ``2``, …"""
    rows: Sequence[SeriesRow]
    metric: str = ""
    """The name of the series, by which its values are written and its best is known."""
    started_at: float | None = None
    """When its run started: the zero of the time axis."""
    steps_per_epoch: float | None = None
    """By ``epoch_length``; None: this line has no place on an axis of epochs."""
    is_live: bool = False
    """Whether it may still grow."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """How the lines are looked at."""

    axis: Axis = Axis.STEP
    log: bool = False
    smoothing: float = 0.0
    """0 … 0.99: the weight that a stretch leaves to those before it."""
    band: bool = False
    """Whether the span from the smallest to the largest value of each stretch is drawn behind the line."""
    window: tuple[int, int] | None = None
    """The first and last step in sight; None: all."""
    cursor: float | None = None
    """Where values are read, in units of the axis; None: nowhere."""


@dataclass(frozen=True, slots=True)
class Course:
    """A line with its places on the chart."""

    line: Line
    kind: str
    """The kind of its pieces: ``a``, ``b``, ``line-1`` …"""
    spots: tuple[Spot, ...]
    left_out: bool
    """Whether values of 0 and below were left out, which a log axis cannot show."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says at the cursor, or without one, in the end."""

    course: Course
    spot: Spot | None
    """The stretch at the cursor (its value smoothed where the view is), or the last one that has a value."""
    at_cursor: bool
    smoothing: float = 0.0
    window: tuple[int, int] | None = None
    """The steps in sight; None: all."""

    @property
    def line(self) -> Line:
        """The line that is read."""
        return self.course.line

    @property
    def value(self) -> float | None:
        """The drawn value at the cursor; without one, the last value logged."""
        if self.spot is None:
            return None
        return self.spot.value if self.at_cursor else self.spot.row.last

    @property
    def rows(self) -> list[SeriesRow]:
        """The stretches in sight that have a value."""
        known = [row for row in self.line.rows if row.mean is not None]
        return known if self.window is None else [row for row in known if _is_within(row, self.window)]

    def lowest(self) -> SeriesRow | None:
        """The stretch in sight that holds the smallest value; of equal ones the first."""
        rows = self.rows
        return min(rows, key=lambda row: row.minimum or 0.0, default=None)

    def highest(self) -> SeriesRow | None:
        """The stretch in sight that holds the largest value; of equal ones the first."""
        rows = self.rows
        return max(rows, key=lambda row: row.maximum or 0.0, default=None)


def axes_of(lines: Sequence[Line]) -> tuple[Axis, ...]:
    """What may run across: epochs and time only where a line knows them."""
    found = [Axis.STEP]
    if any(line.steps_per_epoch is not None and line.steps_per_epoch != 1 for line in lines):
        found.append(Axis.EPOCH)
    if any(line.started_at is not None and line.rows and line.rows[-1].last_at is not None for line in lines):
        found.append(Axis.TIME)
    return tuple(found)


def course_of(line: Line, number: int, view: ChartView) -> Course:
    """A line on the chart; ``number`` is its place among the lines."""
    by = place_by(view.axis, started_at=line.started_at, steps_per_epoch=line.steps_per_epoch)
    found = spots(line.rows, by, view.smoothing)
    left_out = view.log and any(row.minimum is not None and row.minimum <= 0 for row in line.rows)
    if left_out:
        found = [Spot(spot.x, None, spot.row) if (spot.value or 0) <= 0 else spot for spot in found]
    kind = line.letter.lower() if line.letter in ("A", "B") else f"line-{number % _LINE_KINDS + 1}"
    return Course(line, kind, tuple(found), left_out)


def reading_of(course: Course, view: ChartView) -> Reading:
    """What a line says where the cursor is; without a cursor, at its end."""
    if view.cursor is not None:
        spot = nearest(course.spots, view.cursor)
        return Reading(course, spot, at_cursor=True, smoothing=view.smoothing, window=view.window)
    seen = [spot for spot in course.spots if spot.row.last is not None]
    if view.window is not None:
        seen = [spot for spot in seen if _is_within(spot.row, view.window)]
    return Reading(course, seen[-1] if seen else None, at_cursor=False, window=view.window)


def scale_across(courses: Sequence[Course], view: ChartView) -> Scale:
    """The axis across: the window, or all from 0 on."""
    windowed = _window_scale(courses, view) if view.window is not None else None
    if windowed is not None:
        return windowed
    last = max((_end(course, view.axis) for course in courses), default=0.0)
    first = min((spot.x for course in courses for spot in course.spots), default=0.0)
    scale = across_scale(view.axis, last, growing=any(course.line.is_live for course in courses))
    return Scale(min(0.0, first), max(scale.high, last), scale.step)


def scale_up(courses: Sequence[Course], view: ChartView) -> Scale | None:
    """The axis up: it holds every value of the stretches in sight; None where there is none."""
    seen = [spot for course in courses for spot in course.spots if spot.value is not None]
    if view.window is not None:
        seen = [spot for spot in seen if _is_within(spot.row, view.window)] or seen
    held = [value for spot in seen for value in (spot.row.minimum, spot.row.maximum, spot.value) if value is not None]
    return value_scale(held, log=view.log, tight=view.window is not None)


def _window_scale(courses: Sequence[Course], view: ChartView) -> Scale | None:
    assert view.window is not None
    first, last = view.window[0], max(view.window[1], view.window[0] + 1)
    if view.axis is Axis.STEP:
        return Scale(first, last, 1.0)
    if view.axis is Axis.EPOCH:
        lengths = [course.line.steps_per_epoch for course in courses if course.line.steps_per_epoch]
        return Scale(first / lengths[0], last / lengths[0], 1.0) if lengths else None
    places = [spot.x for course in courses for spot in course.spots if _is_within(spot.row, view.window)]
    return Scale(min(places), max(places), 1.0) if places and min(places) < max(places) else None


def _end(course: Course, axis: Axis) -> float:
    """Where the last point of a line lies."""
    rows = [spot.row for spot in course.spots]
    if axis is Axis.TIME:
        return max((row.last_at or 0.0 for row in rows), default=0.0) - (course.line.started_at or 0.0)
    last = float(max((row.last_step for row in rows), default=0))
    return last / (course.line.steps_per_epoch or 1.0) if axis is Axis.EPOCH else last


def _is_within(row: SeriesRow, window: tuple[int, int]) -> bool:
    return window[0] <= row.last_step and row.first_step <= window[1]
