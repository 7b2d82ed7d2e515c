"""Curves as rows of pieces: any number of lines over steps, epochs or time, with axes, a legend and readings.

Pure: stretches of series in, rows of pieces out. Braille dots where the terminal has them, else each line's own letter.
Lines differ by letter also where there is no colour: it stands at the line's end and in the legend. The scales end at
round numbers, and while a run goes on the end across moves in doublings, so that a growing curve mostly adds dots at
its end and the screen repaints a few cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screens.chart.canvas import Canvas, Dot
from screens.chart.legend import legend_rows
from screens.chart.lines import (
    ChartView,
    Course,
    Line,
    Reading,
    axes_of,
    course_of,
    reading_of,
    scale_across,
    scale_up,
)
from screens.chart.path import Spot, epoch_length, pieces_of
from screens.chart.scale import Axis, Scale, across_ticks, across_words, value_ticks, value_words
from screens.pieces import Line as Row
from screens.pieces import Piece, plain
from screens.signs import Signs
from workbench.cells import crop

__all__ = [
    "KINDS",
    "SMOOTHINGS",
    "Axis",
    "Chart",
    "ChartView",
    "Line",
    "Reading",
    "axes_of",
    "draw_chart",
    "epoch_length",
]

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97)
KINDS = ("axis", "band", "cursor", "a", "b", "line-1", "line-2", "line-3", "line-4")
"""The kinds of the pieces of a chart; '' is plain."""

_LABEL_WIDTH = 6
_LABEL_MOST = 12
_LEAST_ACROSS = 6
_FLOOR_FROM = 6
"""Rows of a plot from which on it has a line below it, and ticks between its ends."""
_TICK_ROWS = 4
_TICK_CELLS = 14


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: rows from the top, none wider than asked for."""

    rows: tuple[Row, ...]
    up: Scale
    """The axis of the values."""
    across: Scale
    readings: tuple[Reading, ...]
    """What each line says, in the order of the lines."""
    stops: tuple[float, ...]
    """Where the cursor may stand, in order, in units of the axis."""

    @property
    def text(self) -> str:
        """The rows without their kinds."""
        return "\n".join(plain(row).rstrip() for row in self.rows)


def draw_chart(
    lines: Sequence[Line], view: ChartView, width: int, height: int, signs: Signs, *, legend: bool = True
) -> Chart | None:
    """The lines in at most ``height`` rows of at most ``width`` cells; None where there is no value or no room.

    With ``legend`` the rows below the axis say what each line is, and its value at the cursor or its last and best.
    """
    courses = [course_of(line, number, view) for number, line in enumerate(lines)]
    up, across = scale_up(courses, view), scale_across(courses, view)
    if up is None or height < 2:
        return None
    readings = tuple(reading_of(course, view) for course in courses)
    below = legend_rows(readings, width, height - 1, signs) if legend else []
    has_floor = height - 2 - len(below) >= _FLOOR_FROM
    rows = height - 1 - len(below) - has_floor
    ticks = value_ticks(up, max(rows // _TICK_ROWS + 1, min(5, rows // 2 + 1)) if has_floor else 2)
    words = [crop(word, _LABEL_MOST, signs.ellipsis) for word in value_words(ticks, up)]
    left = max(_LABEL_WIDTH, *(len(word) for word in words))
    if width - left - 1 < _LEAST_ACROSS:
        return None
    canvas = Canvas(width - left - 1, rows, braille=signs.braille)
    _Drawing(canvas, view, across, up, signs).draw(courses)
    labels = {canvas.cell_row(up.share(tick)): word for tick, word in zip(ticks, words, strict=True)}
    plot = [
        (Piece(f"{labels.get(y, ''):>{left}}{signs.chart.tick if y in labels else signs.chart.side}", "axis"), *row)
        for y, row in enumerate(canvas.rows("band", signs.shades[1]))
    ]
    bottom = _bottom(view.axis, across, left, canvas, signs, has_floor=has_floor)
    stops = sorted({spot.x for course in courses for spot in course.spots if spot.value is not None})
    return Chart((*plot, *bottom, *below), up, across, readings, tuple(stops))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What is needed to put lines onto a canvas."""

    canvas: Canvas
    view: ChartView
    across: Scale
    up: Scale
    signs: Signs

    def draw(self, courses: Sequence[Course]) -> None:
        """The spans, the lines, their letters, and the cursor where nothing else stands."""
        for course in courses if self.view.band else ():
            self._spans(course)
        for course in courses:
            sign = course.line.letter if len(courses) > 1 else self.signs.chart.point
            for piece in pieces_of(course.spots):
                self.canvas.path(self._dots(piece), course.kind, sign)
        # From left to right, so that where letters make way for each other does not hang on which line is called A.
        for (x, y), course in sorted(self._ends(courses), key=lambda end: end[0]) if len(courses) > 1 else ():
            self.canvas.letter(x, y, course.line.letter, course.kind)
        if self.view.cursor is not None:
            column = self._column(self.view.cursor)
            if 0 <= column < self.canvas.across:
                self.canvas.upright(column, self.signs.chart.side, "cursor")

    def _dots(self, piece: Sequence[Spot]) -> list[Dot]:
        """The dots of neighbouring stretches; of those beyond the window only the way to its edge."""
        low, high = self.across.low, self.across.high
        places = [(spot.x, spot.value or 0.0) for spot in piece]
        cut = []
        for index, (x, value) in enumerate(places):
            if low <= x <= high:
                cut.append((x, value))
                continue
            edge = low if x < low else high
            cut += [
                (edge, self._between((x, value), other, edge))
                for other in places[max(0, index - 1) : index + 2]
                if (x < low) is not (other[0] < low) or (x > high) is not (other[0] > high)
            ]
        return [(self._column(x), self._line(value)) for x, value in cut]

    def _between(self, one: tuple[float, float], other: tuple[float, float], x: float) -> float:
        share = (x - one[0]) / (other[0] - one[0])
        return one[1] * (1 - share) + other[1] * share

    def _spans(self, course: Course) -> None:
        for spot in course.spots:
            low, high = spot.row.minimum, spot.row.maximum
            if spot.value is None or low is None or high is None or not self.across.low <= spot.x <= self.across.high:
                continue
            column = self._column(spot.x)
            top, bottom = self._line(max(high, self.up.low)), self._line(max(low, self.up.low))
            self.canvas.span(column, column, top, bottom)

    def _ends(self, courses: Sequence[Course]) -> Iterator[tuple[Dot, Course]]:
        """Where each line ends in sight."""
        for course in courses:
            seen = [spot for spot in course.spots if spot.value is not None and spot.x <= self.across.high]
            if seen and seen[-1].x >= self.across.low:
                yield self._dots(seen[-1:])[0], course

    def _column(self, x: float) -> int:
        return round(self.across.share(x) * (self.canvas.across - 1))

    def _line(self, value: float) -> int:
        # Where the way to the edge of a window leads out of sight, it need not be followed for ever.
        share = min(2.0, max(-1.0, self.up.share(value)))
        return self.canvas.up - 1 - round(share * (self.canvas.up - 1))


def _bottom(axis: Axis, across: Scale, left: int, canvas: Canvas, signs: Signs, *, has_floor: bool) -> list[Row]:
    """The floor with its ticks, and the words below it: the first place, round ones, and the last with its unit."""
    first, last = across_words(axis, across.low), across_words(axis, across.high, unit=True)
    words = f"{first}{last:>{canvas.width - len(first)}}" if len(first) + len(last) < canvas.width else last
    marks = [signs.chart.floor] * canvas.width
    end = canvas.width - len(last)
    free = len(first) + 2
    for tick in across_ticks(axis, across, canvas.width // _TICK_CELLS) if has_floor else ():
        column, word = round(across.share(tick) * (canvas.width - 1)), across_words(axis, tick)
        start = column - len(word) // 2
        if start >= free and start + len(word) + 2 <= end:
            words = words[:start] + word + words[start + len(word) :]
            marks[column] = signs.chart.mark
            free = start + len(word) + 2
    floor = [(Piece(" " * left + signs.chart.corner + "".join(marks), "axis"),)] if has_floor else []
    return [*floor, (Piece(" " * (left + 1) + crop(words, canvas.width, signs.ellipsis), "axis"),)]
