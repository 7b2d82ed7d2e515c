"""The dashboard's half that decides which pane is seen and which has the focus, by key and by the terminal's size."""

from dataclasses import replace

from textual.screen import Screen
from textual.widget import Widget

from screens.dashboard.layout import PANES, is_small, next_pane, seen_panes
from screens.dashboard.welcome import Welcome
from screens.memory import Memory
from screens.widgets.chart_pane import ChartPane
from screens.widgets.device_pane import DevicePane
from screens.widgets.filter_line import FilterLine
from screens.widgets.log_view import LogView
from screens.widgets.model_pane import ModelPane
from screens.widgets.run_table import RunTable


class Panes(Screen[None]):
    """Five panes: shown where there is room, hidden and brought back by digits, zoomed; it stays so."""

    memory: Memory
    models: ModelPane
    runs: RunTable
    log_view: LogView
    curve: ChartPane
    devices: DevicePane
    filter_line: FilterLine
    welcome: Welcome
    _current = "runs"

    @property
    def panes(self) -> dict[str, Widget]:
        """The panes by their names."""
        return {
            "models": self.models,
            "runs": self.runs,
            "log": self.log_view,
            "curve": self.curve,
            "devices": self.devices,
        }

    @property
    def seen(self) -> tuple[str, ...]:
        """The panes in sight."""
        layout = self.memory.layout
        width, height = self.size
        return seen_panes(width, height, layout.panes, layout.zoomed, self._current)

    def on_resize(self) -> None:
        """Show the panes that there is room for."""
        self.lay_out()

    def on_descendant_focus(self) -> None:
        """Know which pane has the focus, also where it was clicked."""
        self._current = next((name for name, pane in self.panes.items() if pane.has_focus_within), self._current)

    def action_pane(self, by: int) -> None:
        """Go to the next pane."""
        small = bool(self.memory.layout.zoomed) or is_small(*self.size)
        self.go_to(next_pane(PANES if small else self.seen, self._current, by))

    def action_zoom(self) -> None:
        """Show the pane with the focus alone, or all again."""
        layout = self.memory.layout
        self.memory.layout = replace(layout, zoomed="" if layout.zoomed else self._current)
        self.lay_out()

    def action_toggle_pane(self, name: str) -> None:
        """Hide a pane, or bring it back and go there; where one is seen at a time, go there."""
        layout = self.memory.layout
        if not layout.zoomed and not is_small(*self.size):
            is_seen = name in self.seen
            self.memory.layout = replace(layout, panes={**layout.panes, name: not is_seen})
            if is_seen:
                self.lay_out()
                return
        self.go_to(name)

    def go_to(self, name: str) -> None:
        """Show a pane and give it the focus."""
        self._current = name
        layout = self.memory.layout
        if layout.zoomed:
            self.memory.layout = replace(layout, zoomed=name)
        self.lay_out()
        self.focus_current()

    def focus_current(self) -> None:
        """Give the focus to the pane that shall have it, at once: keys that came with this one are meant for it."""
        pane = self.panes[self._current]
        self.set_focus(self.log_view.pane if pane is self.log_view else pane)

    def lay_out(self) -> None:
        """Show the panes that are wanted and that there is room for; in an empty store the welcome instead of runs."""
        if not self.is_attached:
            return
        seen, empty = self.seen, self.welcome.display
        for name, pane in self.panes.items():
            pane.display = name in seen and (name == "devices" or not empty)
        is_small_and_empty = empty and is_small(*self.size)
        above, below, side = (self.query_one(name) for name in ("#above", "#below", "#side"))
        above.display = empty or "runs" in seen or "models" in seen
        below.display = (
            any(pane.display for pane in (self.log_view, self.curve, self.devices)) and not is_small_and_empty
        )
        side.display = self.curve.display or self.devices.display
        above.set_class(not below.display, "-alone")
        side.set_class(not self.log_view.display, "-alone")
        self.devices.set_class(not self.curve.display, "-alone")
        self.set_class(empty, "-empty")
        self.models.set_class("runs" not in seen and not empty, "-alone")
        if self._current not in seen and not self.filter_line.display:
            self._current = seen[0]
            self.focus_current()
