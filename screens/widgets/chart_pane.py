"""A chart of one or more series that is read by keys: a value cursor, zoom, smoothing, a log axis, what runs across.

It repaints only the cells that changed. Where it is zoomed it says so (``WindowMoved``), so that finer stretches are
read; until they are there the coarse ones stand.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from screens.chart import KINDS, SMOOTHINGS, Axis, Chart, ChartView, Line, axes_of, draw_chart
from screens.chart.path import place_by
from screens.chart.window import Steps, moved, zoomed
from screens.page import Curve
from screens.pieces import Line as Row
from screens.pieces import on_rule
from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from store.records import Run, SeriesRow
from workbench.run_words import title_of

NO_TITLE = "Curve"
NO_CURVE = "no points"
NOT_IN_SIGHT = "no points among these steps"
NOT_ON_LOG = "no value above 0: a log axis has no place for the others"


class ChartPane(LinesWidget, can_focus=True):
    """Lines over an axis, and below them what each is and what it reads.

    A pane that only shows (``can_focus=False``) has no cursor. ``legend=False`` leaves away the rows below the axis
    until something is read.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"chart-pane--{kind}" for kind in KINDS}

    SCOPED_CSS = False
    DEFAULT_CSS = """
    ChartPane {
        height: 1fr;

        & > .chart-pane--axis { color: $wb-muted; }
        & > .chart-pane--band { color: $wb-rule; }
        & > .chart-pane--cursor { color: $wb-soft; }
        & > .chart-pane--a { color: $wb-a; }
        & > .chart-pane--b { color: $wb-b; }
        & > .chart-pane--line-1 { color: $text-primary; }
        & > .chart-pane--line-2 { color: $text-warning; }
        & > .chart-pane--line-3 { color: $text-success; }
        & > .chart-pane--line-4 { color: $text-error; }
    }
    .-mono ChartPane {
        & > .chart-pane--a, & > .chart-pane--b, & > .chart-pane--line-1, & > .chart-pane--line-2 { color: $foreground; }
        & > .chart-pane--line-3, & > .chart-pane--line-4 { color: $foreground; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "read(-1)", "Read", id="chart.left", tooltip="Read the values one stretch to the left"),
        Binding("right,l", "read(1)", "Right", show=False, id="chart.right", tooltip="One stretch to the right"),
        Binding("shift+left", "read(-10)", "Left", show=False, id="chart.far_left", tooltip="Ten stretches left"),
        Binding("shift+right", "read(10)", "Right", show=False, id="chart.far_right", tooltip="Ten stretches right"),
        Binding("home", "read(-1_000_000)", "First", show=False, id="chart.first", tooltip="Read the first values"),
        Binding("end", "read(1_000_000)", "Last", show=False, id="chart.last", tooltip="Read the last values"),
        Binding("escape", "put_down", "Put down", show=False, id="chart.put_down", tooltip="Put the cursor away"),
        Binding("plus,equals_sign", "zoom(0.5)", "Zoom", id="chart.zoom_in", tooltip="Zoom in round the cursor"),
        Binding("minus", "zoom(2)", "Zoom out", show=False, id="chart.zoom_out", tooltip="Zoom out"),
        Binding("0", "whole", "Whole", show=False, id="chart.whole", tooltip="Show all steps"),
        Binding("w", "smooth", "Smooth", id="chart.smooth", tooltip="Smooth the lines: not, 0.6, 0.9, 0.97"),
        Binding("L", "log", "Log", id="chart.log", tooltip="Values on a logarithmic axis, and back"),
        Binding("a", "axis", "Axis", id="chart.axis", tooltip="Over steps, epochs or time"),
        Binding("r", "band", "Range", show=False, id="chart.range", tooltip="Show the range of values in each stretch"),
    ]

    @dataclass
    class WindowMoved(Message):
        """Other steps are in sight; None: all of them."""

        pane: "ChartPane"
        first_step: int | None
        last_step: int | None

        @property
        def control(self) -> "ChartPane":
            """The pane."""
            return self.pane

    def __init__(
        self,
        signs: Signs,
        *,
        can_focus: bool = True,
        legend: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.can_focus = can_focus
        self.view = ChartView()
        """How the lines are looked at now."""
        self._signs = signs
        self._legend = legend
        self._lines: tuple[Line, ...] = ()
        self._is_told = False
        """Whether the lines are known, be there some or none."""
        self._whole: Steps = (0, 0)
        self._chart: Chart | None = None
        self._run_id: int | None = None
        self._title: str | None = None
        self._said: str | None = None
        self._styles: dict[str, Style] = {}
        self._keys = (False, False, False, False)

    def notify_style_update(self) -> None:
        """Forget the styles when the theme changes."""
        self._styles.clear()
        super().notify_style_update()

    def show(self, lines: Sequence[Line], *, title: str | None = None) -> None:
        """Draw these lines; with ``title``, the border says it, and beside it how they are looked at.

        The cursor and the window stay where they are: ``reset`` lets go of them, for lines of another run.
        """
        self._title = title
        if self._is_told and tuple(lines) == self._lines:
            self._say_title()
            return
        self._is_told, self._lines = True, tuple(lines)
        rows = [row for line in lines for row in line.rows]
        if rows:
            first, last = min(row.first_step for row in rows), max(row.last_step for row in rows)
            is_whole = self.view.window is None
            self._whole = (first, last) if is_whole else (min(first, self._whole[0]), max(last, self._whole[1]))
        self.redraw()

    def show_curve(self, curve: Curve | None, run: Run | None = None, *, is_live: bool = False) -> None:
        """Draw one series of a run of the page, or say that there is none; with another run, all its steps."""
        if run is not None and run.id != self._run_id:
            self._run_id = run.id
            self.view = replace(self.view, cursor=None)
            self._look_at(None)
        if curve is None or run is None:
            self.show([], title=NO_TITLE)
            return
        line = Line("", "*", curve.rows, curve.metric, started_at=run.started_at, is_live=is_live)
        self.show([line], title=title_of(curve.metric))

    def reset(self) -> None:
        """Let go of the lines, the cursor and the window, without telling anybody."""
        self._is_told, self._lines = False, ()
        self.view = replace(self.view, cursor=None, window=None)

    def draw(self) -> None:
        """The chart, or a sentence that there is none."""
        if self.view.axis not in axes_of(self._lines):
            self.view = replace(self.view, axis=Axis.STEP, cursor=None)
        self._say_title()
        width, height = self.size
        legend = self._legend or self.view.cursor is not None
        self._chart = draw_chart(self._lines, self.view, width, height, self._signs, legend=legend)
        if self._chart is not None:
            self.show_lines([self._strip(row) for row in self._chart.rows])
        else:
            self.show_lines([Strip([Segment(self._excuse(), self._style("axis"))])])
        view = self.view
        keys = (bool(self._lines), len(axes_of(self._lines)) > 1, view.cursor is not None, view.window is not None)
        if keys != self._keys:
            self._keys = keys
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys without use here are left to the screen: no line, an axis that is not known, no cursor, no zoom."""
        has_lines, has_axes, has_cursor, is_zoomed = self._keys
        return has_lines and {"axis": has_axes, "put_down": has_cursor, "whole": is_zoomed}.get(action, True)

    def action_read(self, by: int) -> None:
        """Move the cursor by so many stretches; it begins at the end."""
        stops = self._chart.stops if self._chart is not None else ()
        if not stops or self._chart is None:
            return
        if self.view.cursor is None:
            index = len(stops) - 1 if abs(by) < len(stops) or by > 0 else 0
        else:
            index = _nearest(stops, self.view.cursor) + by
        cursor = stops[min(max(index, 0), len(stops) - 1)]
        self.view = replace(self.view, cursor=cursor)
        if not self._chart.across.low <= cursor <= self._chart.across.high:
            self._follow(cursor)
        self.redraw()

    def action_put_down(self) -> None:
        """Put the cursor away: the rows below say last and best values again."""
        self.view = replace(self.view, cursor=None)
        self.redraw()

    def action_zoom(self, factor: float) -> None:
        """Show ``factor`` times as many steps, those round the cursor; without a cursor, round the middle."""
        steps = self.view.window or self._whole
        row = self._row_at_cursor()
        middle = (steps[0] + steps[1]) / 2 if row is None else (row.first_step + row.last_step) / 2
        self._look_at(zoomed(steps, middle, factor, self._whole))

    def action_whole(self) -> None:
        """Show all steps."""
        self._look_at(None)

    def action_smooth(self) -> None:
        """The next smoothing."""
        here = SMOOTHINGS.index(self.view.smoothing) if self.view.smoothing in SMOOTHINGS else 0
        self.view = replace(self.view, smoothing=SMOOTHINGS[(here + 1) % len(SMOOTHINGS)])
        self.redraw()

    def action_log(self) -> None:
        """A log axis, or a plain one."""
        self.view = replace(self.view, log=not self.view.log)
        self.redraw()

    def action_band(self) -> None:
        """Show or hide the range of each stretch."""
        self.view = replace(self.view, band=not self.view.band)
        self.redraw()

    def action_axis(self) -> None:
        """What else may run across; the cursor stays on its stretch."""
        axes = axes_of(self._lines)
        axis = axes[(axes.index(self.view.axis) + 1) % len(axes)] if self.view.axis in axes else axes[0]
        row, cursor = self._row_at_cursor(), None
        for line in self._lines:
            place = place_by(axis, started_at=line.started_at, steps_per_epoch=line.steps_per_epoch)
            cursor = place(row) if cursor is None and row in line.rows and row is not None else cursor
        self.view = replace(self.view, axis=axis, cursor=cursor)
        self.redraw()

    def _look_at(self, window: Steps | None) -> None:
        if window != self.view.window:
            self.view = replace(self.view, window=window)
            self.post_message(self.WindowMoved(self, *(window or (None, None))))
            self.redraw()

    def _follow(self, cursor: float) -> None:
        """Move the window to the cursor, which has left it."""
        for line in self._lines:
            place = place_by(self.view.axis, started_at=line.started_at, steps_per_epoch=line.steps_per_epoch)
            row = next((row for row in line.rows if place(row) == cursor), None)
            if row is not None and self.view.window is not None:
                self._look_at(moved(self.view.window, row.last_step, self._whole))
                return

    def _row_at_cursor(self) -> SeriesRow | None:
        readings = self._chart.readings if self._chart is not None and self.view.cursor is not None else ()
        return next((reading.spot.row for reading in readings if reading.spot is not None), None)

    def _excuse(self) -> str:
        if not any(row.mean is not None for line in self._lines for row in line.rows):
            return NOT_IN_SIGHT if self.view.window is not None else NO_CURVE if self._is_told else ""
        is_plain = (
            not self.view.log or draw_chart(self._lines, replace(self.view, log=False), 80, 24, self._signs) is None
        )
        return "" if is_plain else NOT_ON_LOG

    def _say_title(self) -> None:
        """Set the title where it differs: setting one repaints the whole pane."""
        if self._title is None:
            return
        view, dot = self.view, f" {self._signs.dot} "
        parts = [self._title] if self._title else []
        parts += [f"by {view.axis}"] if view.axis is not Axis.STEP else []
        parts += [f"smoothed {view.smoothing:g}"] if view.smoothing else []
        parts += ["log"] if view.log else []
        parts += ["range"] if view.band else []
        parts += [f"steps {view.window[0]:,}-{view.window[1]:,}"] if view.window else []
        words = dot.join(parts)
        if words != self._said:
            self._said = words
            self.border_title = Content(on_rule(words))

    def _strip(self, row: Row) -> Strip:
        return Strip([Segment(text, self._style(kind)) for text, kind in row if text])

    def _style(self, kind: str) -> Style:
        style = self._styles.get(kind)
        if style is None:
            style = self._styles[kind] = ink(self, f"chart-pane--{kind}") if kind else Style.null()
        return style


def _nearest(stops: Sequence[float], x: float) -> int:
    at = bisect_left(stops, x)
    return min((i for i in (at - 1, at) if 0 <= i < len(stops)), key=lambda i: abs(stops[i] - x))
