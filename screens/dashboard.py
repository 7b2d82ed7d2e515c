"""The dashboard: runs with their metrics, the log and the curve of the chosen run, and the devices.

It draws the app's newest page and passes wishes up as messages: the widgets beside each other know nothing of each
other. On a small terminal one pane is seen at a time, and ``tab`` goes to the next.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from screens.page import Page
from screens.signs import Signs
from screens.widgets.curve_pane import CurvePane
from screens.widgets.device_pane import DevicePane
from screens.widgets.key_bar import KeyBar
from screens.widgets.log_pane import LogPane
from screens.widgets.run_table import RunTable
from store.records import RunStatus, Sample
from workbench.inert import inert
from workbench.run_words import title_of


class DashboardScreen(Screen[None]):
    """Four panes over one page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "app.new_run", "New", tooltip="Start a new run from a form"),
        Binding("tab", "pane(1)", "Pane", tooltip="Next pane"),
        Binding("s", "app.stop_run", "Stop", tooltip="Stop the chosen run; a second time, kill it"),
        Binding("shift+tab", "pane(-1)", "Previous pane", show=False),
        Binding("question_mark", "app.help", "Help", tooltip="These keys"),
        Binding("q", "app.quit", "Quit", tooltip="Leave; runs go on"),
    ]

    class LogDrawn(Message):
        """The log of a run has been drawn up to and including a line."""

        def __init__(self, run_id: int, last_id: int) -> None:
            super().__init__()
            self.run_id = run_id
            self.last_id = last_id

    def __init__(self, signs: Signs, *, select: int | None = None, read_only: bool = False) -> None:
        super().__init__()
        self._signs = signs
        self._select = select
        self._has_page = False
        self._is_readable = True
        self._titles: dict[str, str] = {}
        self.runs = RunTable(signs, read_only=read_only, id="runs")
        self.log_pane = LogPane(signs, id="log")
        self.devices = DevicePane(signs, id="devices")
        self.curve = CurvePane(signs, id="curve")

    def compose(self) -> ComposeResult:
        """Runs above; log, devices and curve below; the keys last."""
        yield self.runs
        with Horizontal(id="below"):
            yield self.log_pane
            with Vertical(id="side"):
                yield self.devices
                yield self.curve
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the app's pages; begin on the runs."""
        self._title(self.runs, "Runs")
        self._title(self.log_pane, "Log")
        self._title(self.devices, "Devices")
        self._title(self.curve, "Curve")
        self._show_pane(self.runs)
        self.watch(self.app, "page", self.show, init=False)

    def show(self, page: Page) -> None:
        """Draw a page."""
        if not self._has_page:
            self._has_page = True
            first = self._select if self._select is not None else _newest_live(page)
            if first is not None:
                self.runs.choose(first)
        self._title_runs(page)
        self.runs.page = page
        self._show_chosen(page)

    def show_readable(self, *, readable: bool) -> None:
        """Say beside the runs whether what stands there is what the store says now."""
        self._is_readable = readable
        self._title_runs(self.runs.page)

    def show_devices(self, samples: tuple[Sample, ...]) -> None:
        """Draw the newest readings of the devices."""
        self.devices.show(samples)

    def action_pane(self, by: int) -> None:
        """Go to the next pane."""
        panes = (self.runs, self.log_pane, self.devices)
        here = next((index for index, pane in enumerate(panes) if pane.has_focus), 0)
        self._show_pane(panes[(here + by) % len(panes)])

    def on_log_pane_followed(self, event: LogPane.Followed) -> None:
        """Say in the title whether the log follows."""
        event.stop()
        self._title_log(self._log_name)

    def _show_chosen(self, page: Page) -> None:
        row = page.chosen
        if row is None or row.run.id != self.runs.cursor_id:
            # The page was read before the cursor moved; the one for the cursor's run is on its way.
            if page.total == 0:
                self.log_pane.show(None, ())
                self.curve.show(None)
            return
        self.log_pane.show(row.run.id, page.log)
        if page.log:
            self.post_message(self.LogDrawn(row.run.id, self.log_pane.last_id))
        self._title_log(inert(row.run.name))
        self._title(self.curve, title_of(page.curve.metric) if page.curve is not None else "Curve")
        self.curve.show(page.curve)

    def _title_runs(self, page: Page) -> None:
        parts = [f"Runs {page.total:,}"] + ([f"{page.live} live"] if page.live else [])
        parts += [] if self._is_readable else ["the store cannot be read"]
        self._title(self.runs, f" {self._signs.dot} ".join(parts))

    _log_name = ""

    def _title_log(self, name: str) -> None:
        self._log_name = name
        parts = ["Log", name] if name else ["Log"]
        self._title(self.log_pane, f" {self._signs.dot} ".join(parts + ([] if self.log_pane.follows else ["paused"])))

    def _title(self, pane: Widget, words: str) -> None:
        """Set a title where it differs: setting one repaints the whole pane."""
        key = str(pane.id)
        if self._titles.get(key) != words:
            self._titles[key] = words
            pane.border_title = Content(words)

    def _show_pane(self, pane: Widget) -> None:
        for other in (self.runs, self.log_pane, self.devices):
            other.set_class(other is pane, "-current")
        below = self.query_one("#below")
        below.set_class(pane is not self.runs, "-current")
        self.query_one("#side").set_class(pane is self.devices, "-current")
        pane.focus()


def _newest_live(page: Page) -> int | None:
    """The run to begin on: the newest that lives, of those in sight."""
    return next((row.run.id for row in page.rows if row.status is RunStatus.RUNNING), None) or next(
        (row.run.id for row in page.rows if row.is_live), None
    )
