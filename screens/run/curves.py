"""The curves of a run: any of its series, those of one scale in one chart, the charts below each other.

One set of keys for everything: up and down go through the series and space draws one or leaves it away, while all the
keys of a chart (the cursor, zoom, smoothing, the axes) act on every chart at once, so that they are read at one step.
"""

from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from screens.chart import ChartView, Line, epoch_length
from screens.page import CurvesWish
from screens.pieces import Line as Row
from screens.pieces import Piece, hanging, pad
from screens.run.panels import ONCE_AN_EPOCH, Panel, first_choice, in_order, most_panels, panels_of
from screens.run.tabs import RunTab, Shown
from screens.run.text import not_yet
from screens.signs import Signs
from screens.widgets.chart_pane import ChartPane
from screens.widgets.painted import PaintedText
from store.records import MetricSummary
from workbench.cells import shorten
from workbench.formatting import format_value
from workbench.inert import inert
from workbench.run_words import title_of

_LAST = 10
"""Cells of a series' last value in the list."""


class RunChart(ChartPane):
    """A chart that says when it is looked at otherwise, so that the others can follow."""

    class Looked(Message):
        """The view of the chart is another."""

        def __init__(self, view: ChartView) -> None:
            super().__init__()
            self.view = view

    _told = ChartView()

    def redraw(self) -> None:
        """Draw, and say it."""
        super().redraw()
        if self.view != self._told:
            self._told = self.view
            self.post_message(self.Looked(self.view))

    def follow(self, view: ChartView) -> None:
        """Look as another chart does, without saying it."""
        if view != self.view:
            self.view = self._told = view
            self.redraw()


class CurvesTab(RunTab):
    """A list of the series, and the charts of those that are chosen."""

    TITLE = "Curves"
    WORDS = "any of its series, to read and zoom"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "draw_series", "Draw", tooltip="Draw the series under the cursor, or not", id="curves.toggle"),
        Binding("down,j", "move(1)", "Down", show=False, tooltip="The next series", id="curves.down"),
        Binding("up,k", "move(-1)", "Up", show=False, tooltip="The series before", id="curves.up"),
        Binding("enter", "only", "Only", show=False, tooltip="Draw this series alone", id="curves.only"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs)
        self._instead = PaintedText(classes="instead")
        self._body = Horizontal(id="curves-body")
        self._list = PaintedText(id="series-list")
        self._charts = [RunChart(signs) for _ in range(4)]
        self._chosen: tuple[str, ...] | None = None
        self._cursor = 0
        self._window: tuple[int | None, int | None] = (None, None)
        self._shown: Shown | None = None
        self._metrics: list[str] = []
        self._view = ChartView()

    def compose(self) -> ComposeResult:
        """The list beside the charts, and a sentence in their place."""
        with self._body:
            yield self._list
            with Vertical(id="charts"):
                yield from self._charts
        yield self._instead

    @property
    def target(self) -> Widget:
        """The first chart takes the keys, and the others follow."""
        return self._charts[0]

    @property
    def words(self) -> list[str]:
        """How the charts are looked at, and what has no room."""
        view, hidden = self._view, len(panels_of(self._chosen or ())) - self._room
        words = [f"by {view.axis}"] if view.axis.value != "step" else []
        words += [f"smoothed {view.smoothing:g}"] if view.smoothing else []
        words += ["log"] if view.log else []
        words += ["zoomed"] if view.window is not None else []
        return words + ([f"{hidden} more below the edge"] if hidden > 0 else [])

    def show(self, shown: Shown) -> None:
        """Draw the chosen series of the page."""
        self._shown = shown
        metrics = in_order(shown.page.metrics)
        if metrics != self._metrics:
            self._metrics = metrics
            self.refresh_bindings()
            self._cursor = min(self._cursor, max(0, len(metrics) - 1))
        if self._chosen is None and metrics:
            self._choose(first_choice(metrics))
        self._draw()

    def begin(self) -> None:
        """Want the chosen series."""
        self._ask()

    def leave(self) -> None:
        """Want only the main one."""
        self.workbench.ask(curves=CurvesWish())

    def forget(self) -> None:
        """The same series of another run, if it has them, all of their steps."""
        self._window = (None, None)
        self._view = replace(self._view, window=None, cursor=None)
        for chart in self._charts:
            chart.follow(self._view)
        self._ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without series there is nothing to draw."""
        return bool(self._metrics) if action == "draw_series" else super().check_action(action, parameters)

    def action_move(self, by: int) -> None:
        """Go to another series."""
        self._cursor = max(0, min(self._cursor + by, len(self._metrics) - 1))
        self._draw_list()

    def action_draw_series(self) -> None:
        """Draw the series under the cursor, or leave it away; one is always drawn."""
        if not self._metrics:
            return
        metric, chosen = self._metrics[self._cursor], self._chosen or ()
        kept = tuple(name for name in chosen if name != metric)
        self._choose(kept if kept and metric in chosen else (*kept, metric))

    def action_only(self) -> None:
        """Draw this series alone."""
        if self._metrics:
            self._choose((self._metrics[self._cursor],))

    def on_resize(self) -> None:
        """More charts may have room, or fewer, and another number of them has none."""
        self.call_after_refresh(self._fit)

    def on_run_chart_looked(self, event: RunChart.Looked) -> None:
        """All charts are looked at alike."""
        event.stop()
        self._view = event.view
        for chart in self._charts:
            chart.follow(event.view)
        self.post_message(self.WordsChanged())

    def on_chart_pane_window_moved(self, event: ChartPane.WindowMoved) -> None:
        """Have finer stretches read."""
        event.stop()
        self._window = (event.first_step, event.last_step)
        self._ask()

    @property
    def _room(self) -> int:
        return min(len(self._charts), most_panels(self.query_one("#charts").size.height)) if self.is_attached else 1

    def _choose(self, metrics: tuple[str, ...]) -> None:
        # In the order of the list, so that the letters are, too.
        self._chosen = tuple(name for name in self._metrics if name in metrics)
        self._ask()
        self._draw()
        self.post_message(self.WordsChanged())

    def _ask(self) -> None:
        if self._chosen is None:
            return
        # By one of these series epochs are counted, drawn or not.
        paced = next((name for name in ONCE_AN_EPOCH if name in self._metrics), None)
        metrics = dict.fromkeys([*self._chosen, *([paced] if paced else [])])
        self.workbench.ask(curves=CurvesWish(tuple(metrics), *self._window))

    def _fit(self) -> None:
        self._draw()
        self.post_message(self.WordsChanged())

    def _draw(self) -> None:
        if self._shown is None or not self.is_attached:
            return
        self._body.display, self._instead.display = bool(self._metrics), not self._metrics
        if not self._metrics:
            width = max(20, (self.size or self.app.size).width - 2)
            sentence = not_yet(self._shown.row, "series")
            self._instead.show([(Piece(text, "secondary"),) for text in hanging(sentence, width)])
        self._draw_list()
        panels = panels_of([name for name in self._chosen or () if name in self._metrics])[: self._room]
        for place, chart in enumerate(self._charts):
            chart.display = place < max(1, len(panels))
            if place < len(panels):
                chart.show(self._lines(panels[place]), title=panels[place].title)
        if not panels:
            self._charts[0].show([], title="")

    def _lines(self, panel: Panel) -> list[Line]:
        assert self._shown is not None
        page, run = self._shown.page, self._shown.row.run
        rows = {curve.metric: curve.rows for curve in page.curves}
        paced = next((rows[name] for name in ONCE_AN_EPOCH if name in rows), None)
        chosen = list(self._chosen or ())
        return [
            Line(
                label=inert(title_of(metric)),
                letter=_letter(chosen.index(metric)),
                rows=rows[metric],
                metric=metric,
                started_at=run.started_at,
                steps_per_epoch=epoch_length(paced) if paced else None,
                is_live=self._shown.row.is_live,
            )
            for metric in panel.metrics
            if metric in rows
        ]

    def _draw_list(self) -> None:
        if self._shown is None:
            return
        summaries = {summary.metric: summary for summary in self._shown.detail.summaries}
        width, height = self._list.size.width, max(1, self._list.size.height)
        chosen = list(self._chosen or ())
        rows = []
        for place, metric in enumerate(self._metrics):
            letter = _letter(chosen.index(metric)) if metric in chosen else " "
            rows.append(_series_row(metric, letter, summaries.get(metric), place == self._cursor, width, self.signs))
        top = max(0, min(self._cursor - height // 2, len(rows) - height))
        self._list.show(rows[top : top + height])


def _letter(place: int) -> str:
    return "123456789abcdefghijklmnopqrstuvwxyz"[place % 35]


def _series_row(
    metric: str, letter: str, summary: MetricSummary | None, is_current: bool, width: int, signs: Signs
) -> Row:
    """The cursor, the letter of a drawn series, its name, and its last value where there is room."""
    last = format_value(metric, summary.last) if summary is not None else ""
    room = width - 4 - (_LAST if width >= 24 else 0)
    name = shorten(signs.write(inert(title_of(metric))), max(1, room), signs.ellipsis)
    value = f"{last:>{_LAST - 1}}" if width >= 24 and cell_len(last) < _LAST else ""
    kind = "strong" if letter != " " else ""
    return (
        Piece(f"{signs.cursor if is_current else ' '}{letter} ", "strong"),
        Piece(pad(name, max(1, room)), kind),
        Piece(value, "secondary"),
    )
