"""The tab of latency: how the times of single calls of both are spread, their percentiles, and the way to a race."""

from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget

from screens.diff.latency_plot import Times, TimesView, draw_times
from screens.diff.latency_words import latency_lines, source_words
from screens.pieces import Piece
from screens.racing import RaceStanding
from screens.signs import Signs
from screens.widgets.painted import PaintedLines, PaintedText, pane_size
from screens.widgets.scroll_text import ScrollText
from workbench.cells import crop
from workbench.comparison.race_bootstrap import levelled

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.comparison.compared import Compared

_BESIDE = 140
"""From this width on the figures stand beside the plot."""
_LEAST_PLOT, _MOST_PLOT = 6, 22
_FEWEST_FIGURES = 8
"""Lines that the percentiles take, which the plot leaves below itself."""


class TimesPlot(PaintedLines):
    """The times of both, drawn for the size that there is."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="times-plot")
        self._signs = signs
        self._times: tuple[Times | None, Times | None] = (None, None)
        self.view = TimesView()

    def show(self, a: Times | None, b: Times | None) -> None:
        """Draw other times, each ascending."""
        self._times = (a, b)
        self.redraw()

    def look(self, view: TimesView) -> None:
        """Look at them in another way."""
        self.view = view
        self.redraw()

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to draw."""
        return all(times is None for times in self._times)

    @property
    def is_log(self) -> bool:
        """Whether the axis is logarithmic now."""
        return self.view.is_log([times for times in self._times if times is not None])

    def draw(self) -> None:
        """Draw them."""
        lines = draw_times(*self._times, self.view, self.size.width, self.size.height, self._signs)
        self.show_lines([self.paint(line) for line in lines])


class LatencyPane(Vertical):
    """The plot, and below or beside it a text to scroll through: percentiles, reasons, conditions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "shape", "Shape", tooltip="Shares of calls by time, or a histogram", id="times.shape"),
        Binding("L", "log", "Log", tooltip="Times on a logarithmic axis, and back", id="times.log"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-latency")
        self._signs = signs
        self._compared: Compared | None = None
        self._race: RaceStanding | None = None
        self.no_race = ""
        """Why these two cannot race, as a sentence; '' where they can."""
        self._lead = PaintedText(id="latency-lead", classes="lead")
        self._plot = TimesPlot(signs)
        self._text = ScrollText(signs, id="latency-text")
        self._parts = Container(id="latency-parts")

    def compose(self) -> ComposeResult:
        """Where the times come from, the plot, the figures."""
        yield self._lead
        with self._parts:
            yield self._plot
            yield self._text

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self._text

    def take(self, compared: "Compared") -> None:
        """Show the times of another comparison."""
        self._compared = compared
        self._race = cast("WorkbenchApp", self.app).race
        self._plot.show(*times_of(compared))
        self._arrange()
        self._draw_text()
        self.refresh_bindings()

    def follow(self, race: RaceStanding) -> None:
        """Say how far a race is."""
        self._race = race
        self._draw_text()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without times there is nothing to look at in another way."""
        if action in ("shape", "log"):
            return not self._plot.is_blank
        return super().check_action(action, parameters)

    def action_shape(self) -> None:
        """Shares, or a histogram."""
        view = self._plot.view
        self._plot.look(TimesView(not view.as_histogram, view.log))

    def action_log(self) -> None:
        """A logarithmic axis, or a plain one."""
        view = self._plot.view
        self._plot.look(TimesView(view.as_histogram, not self._plot.is_log))

    def on_resize(self) -> None:
        """Share the room anew."""
        self._arrange()
        self._draw_text()

    def _arrange(self) -> None:
        """The plot above the figures, beside them where there is room; without times, none."""
        width, height = pane_size(self)
        is_beside = width >= _BESIDE
        self._parts.styles.layout = "horizontal" if is_beside else "vertical"
        self._plot.styles.width = "1fr" if is_beside else "100%"
        self._text.styles.width = "1fr" if is_beside else "100%"
        rows = height - 1 - _FEWEST_FIGURES
        is_seen = not self._plot.is_blank and (is_beside or rows >= _LEAST_PLOT)
        self._plot.display = is_seen
        self._plot.styles.height = "100%" if is_beside else max(_LEAST_PLOT, min(_MOST_PLOT, rows))

    def _draw_text(self) -> None:
        compared = self._compared
        if compared is None:
            return
        words = crop(source_words(compared), max(10, pane_size(self).width - 2), self._signs.ellipsis)
        self._lead.show([(Piece(self._signs.write(words), "secondary"),)])
        race, offer, signs = self._race, self._offer(), self._signs
        self._text.show(lambda width: latency_lines(compared, offer, race, max(20, width), signs))

    def _offer(self) -> str:
        """How to race these two, or why that is not offered."""
        if self._race is not None and not self._race.is_over:
            return ""
        if cast("WorkbenchApp", self.app).read_only:
            return "No race is offered: the store is only read here."
        if self.no_race:
            return f"No race is offered: {self.no_race[0].lower()}{self.no_race[1:]}"
        again = " again" if self._compared is not None and self._compared.race is not None else ""
        return f"R races these two{again}: both measured side by side, under the same conditions."


def times_of(compared: "Compared") -> tuple[Times | None, Times | None]:
    """The times that the figures rest on, ascending: of a race, brought to one speed of the machine; else each own."""
    if compared.race is not None:
        trials = levelled(compared.race.trials)
        return np.sort(trials.a.ms), np.sort(trials.b.ms)
    a, b = (None if side.calls is None else np.sort(side.calls.ms) for side in (compared.a, compared.b))
    return a, b
