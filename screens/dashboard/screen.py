"""The dashboard: models, runs with their metrics, the log and the curve of the chosen run, and the devices.

It draws the app's newest page and passes wishes up as messages: the widgets beside each other know nothing of each
other. Which panes are in sight is decided by ``layout``; on a small terminal it is one at a time.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from screens.base import WorkbenchScreen
from screens.dashboard.layout import PANES
from screens.dashboard.panes import Panes
from screens.dashboard.table_actions import TableActions
from screens.dashboard.titles import log_title, runs_title
from screens.dashboard.welcome import Welcome
from screens.memory import Memory
from screens.page import CurvesWish, Page, TableWish
from screens.pieces import on_rule
from screens.signs import Signs
from screens.widgets.chart_pane import ChartPane
from screens.widgets.device_pane import DevicePane
from screens.widgets.filter_line import FilterLine
from screens.widgets.key_bar import KeyBar
from screens.widgets.log_pane import LogPane
from screens.widgets.log_view import LogView
from screens.widgets.model_pane import ModelPane
from screens.widgets.run_table import RunTable
from store.records import RunStatus, Sample
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.engine import Engine


class DashboardScreen(TableActions, Panes, WorkbenchScreen[None]):
    """Five panes over one page."""

    AUTO_FOCUS = ""  # the runs get it, not the first pane that could
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "app.new_run", "New", tooltip="Start a new run from a form", id="run.new"),
        Binding("space", "app.mark_run", "Mark", tooltip="Mark the run A, then another B", id="run.mark"),
        Binding(
            "d", "app.diff_runs", "Diff", tooltip="Compare the marked runs, or A with the chosen one", id="run.diff"
        ),
        Binding(
            "slash",
            "filter",
            "Filter",
            # Of keys that arrive together those behind it are letters of the filter.
            priority=True,
            tooltip="Show only runs for which an expression holds",
            id="table.filter",
        ),
        Binding("o", "sort", "Sort", tooltip="Order by any metric or parameter", id="table.sort"),
        Binding("s", "app.stop_run", "Stop", tooltip="Stop the chosen run; a second time, kill it", id="run.stop"),
        Binding("tab", "pane(1)", "Pane", tooltip="Next pane", id="panes.next"),
        Binding("z", "zoom", "Zoom", tooltip="The pane alone on the screen, or all again", id="panes.zoom"),
        Binding(
            "p", "app.prompt", "Prompt", tooltip="What one or two language models make of a prompt", id="app.prompt"
        ),
        Binding("v", "app.devices", "Devices", tooltip="GPUs, the host, the queue and the leases", id="app.devices"),
        Binding("c", "columns", "Columns", show=False, tooltip="Choose and order the columns", id="table.columns"),
        Binding("u", "fold", "Fold", show=False, tooltip="Runs that differ only in seed as one row", id="table.fold"),
        Binding(
            "b", "app.baseline", "Baseline", show=False, tooltip="Differences to this run, or none", id="run.baseline"
        ),
        Binding("t", "app.edit_tags", "Tags", show=False, tooltip="Tags and notes of the run", id="run.tags"),
        Binding("y", "app.clone_run", "Clone", show=False, tooltip="A form with the run's settings", id="run.clone"),
        Binding("x", "app.delete_run", "Delete", show=False, tooltip="Delete the run; asks first", id="run.delete"),
        Binding("D", "app.demo", "Demo", show=False, tooltip="Train two small models and compare them", id="app.demo"),
        Binding("shift+tab", "pane(-1)", "Previous pane", show=False, id="panes.previous"),
        *(
            Binding(
                str(number),
                f"toggle_pane('{name}')",
                name.title(),
                show=False,
                tooltip=f"Hide or show {name}",
                id=f"panes.{name}",
            )
            for number, name in enumerate(PANES, start=1)
        ),
        Binding("comma", "app.settings", "Settings", show=False, tooltip="Prices, theme, keys", id="app.settings"),
        Binding(
            "exclamation_mark", "app.notices", "Notices", show=False, tooltip="What was said so far", id="app.notices"
        ),
        Binding("question_mark", "app.help", "Help", tooltip="These keys", id="app.help"),
        Binding("q", "app.quit", "Quit", tooltip="Leave; runs go on", id="app.leave"),
    ]

    class LogDrawn(Message):
        """The log of a run has been drawn up to and including a line."""

        def __init__(self, run_id: int, last_id: int) -> None:
            super().__init__()
            self.run_id = run_id
            self.last_id = last_id

    def __init__(self, signs: Signs, memory: Memory, *, select: int | None = None, read_only: bool = False) -> None:
        super().__init__()
        self.signs = signs
        self.memory = memory
        self._select = select if select is not None else memory.place.chosen_id
        self._has_page = False
        self._is_readable = True
        self._titles: dict[str, str] = {}
        self._log_name = ""
        place = memory.place
        table = TableWish(where=place.where, sort=place.sort, folded=place.folded)
        self.models = ModelPane(signs, id="models")
        self.runs = RunTable(signs, columns=memory.layout.columns, table=table, id="runs")
        self.log_view = LogView(signs, self._consult, id="log")
        self.log_pane = self.log_view.pane
        self.devices = DevicePane(signs, id="devices")
        self.curve = ChartPane(signs, legend=False, id="curve")
        self.filter_line = FilterLine(id="filter")
        self.welcome = Welcome(signs, read_only=read_only, id="welcome")

    def compose(self) -> ComposeResult:
        """Models and runs above; log, curve and devices below; the keys last."""
        with Horizontal(id="above"):
            yield self.models
            yield self.runs
            yield self.welcome
        with Horizontal(id="below"):
            yield self.log_view
            with Vertical(id="side"):
                yield self.devices
                yield self.curve
        yield self.filter_line
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin on the runs."""
        for pane, words in ((self.models, "Models"), (self.runs, "Runs"), (self.log_pane, "Log")):
            self._title(pane, words)
        self._title(self.devices, "Devices")
        self.curve.show_curve(None)
        self.filter_line.close()
        self.welcome.display = False
        self.lay_out()
        self.focus_current()

    def show_page(self, page: Page) -> None:
        """Draw a page."""
        if not self._has_page and page.is_read:
            self._has_page = True
            is_there = page.chosen is not None and page.chosen.run.id == self._select
            first = self._select if is_there else _newest_live(page)
            if first is not None:
                self.runs.choose(first)
        is_empty = self._has_page and page.runs == 0
        if is_empty != self.welcome.display:
            self.welcome.display = is_empty
            self.lay_out()
            self.refresh_bindings()
            self.call_after_refresh(self.welcome.redraw)  # with the keys that work by then
            if not is_empty:
                self.focus_current()  # the table lost the focus while it was hidden
        self.models.show(page.models)
        self.filter_line.know(page.paths)
        self._title_runs(page)
        self.runs.page = page
        self._show_chosen(page)

    def _consult(self, work: Callable[["Engine"], Any], then: Callable[[Any], None]) -> None:
        self.workbench.consult(work, then)

    def show_readable(self, *, readable: bool) -> None:
        """Say beside the runs whether what stands there is what the store says now."""
        self._is_readable = readable
        key = self.workbench.notices_key
        self.runs.trouble = "" if readable else f"The store cannot be read: {key} says why, and what to do."
        if self.runs.page.total == 0:
            self.runs.refresh()
        self._title_runs(self.runs.page)

    def show_devices(self, samples: tuple[Sample, ...]) -> None:
        """Draw the newest readings of the devices."""
        self.devices.show(samples)

    def on_chart_pane_window_moved(self, event: ChartPane.WindowMoved) -> None:
        """Have finer stretches read of the steps in sight."""
        event.stop()
        self.workbench.ask(curves=CurvesWish(first_step=event.first_step, last_step=event.last_step))

    def on_run_table_resized(self, event: RunTable.Resized) -> None:
        """Write the title for the new width."""
        event.stop()
        self._title_runs(self.runs.page)

    def on_log_pane_resized(self, event: LogPane.Resized) -> None:
        """Write the title for the new width."""
        event.stop()
        self._title_log(self._log_name)

    def on_log_pane_followed(self, event: LogPane.Followed) -> None:
        """Say in the title whether the log follows."""
        event.stop()
        self._title_log(self._log_name)

    def on_log_view_searched(self, event: LogView.Searched) -> None:
        """Say in the title what was found."""
        event.stop()
        self._title_log(self._log_name)

    def on_model_pane_picked(self, event: ModelPane.Picked) -> None:
        """Start a run of a model."""
        event.stop()
        if not self.workbench.read_only:
            self.workbench.open_form(replace(self.workbench.last_draft, model=event.model))

    def on_model_pane_prompt_wished(self, event: ModelPane.PromptWished) -> None:
        """Ask a model of the hub's cache for text, or say what has to be done first."""
        event.stop()
        if event.trouble is None:
            self.workbench.open_prompt(event.model)
        else:
            self.workbench.say(event.trouble, title="The model cannot be used", severity="warning")

    def on_model_pane_only_wished(self, event: ModelPane.OnlyWished) -> None:
        """Show only the runs of a model, or all again."""
        event.stop()
        where = f'model == "{event.model}"'
        self.runs.rearrange(where="" if self.runs.table.where == where else where)

    # Titles.

    def _show_chosen(self, page: Page) -> None:
        row = page.chosen
        if row is None or row.run.id != self.runs.cursor_id:
            # The page was read before the cursor moved; the one for the cursor's run is on its way.
            if page.total == 0:
                self.log_pane.show(None, ())
                self.curve.show_curve(None)
                self._title_log("")
            return
        self.log_pane.show(row.run.id, page.log, page.log_after)
        if page.log:
            self.post_message(self.LogDrawn(row.run.id, self.log_pane.last_id))
        self._title_log(inert(row.run.name))
        self.curve.show_curve(page.curves[0] if page.curves else None, row.run, is_live=row.is_live)

    def _title_runs(self, page: Page) -> None:
        room = max(10, self.runs.size.width - 4)
        self._title(self.runs, runs_title(page, self.signs, room, readable=self._is_readable))

    def _title_log(self, name: str) -> None:
        self._log_name = name
        room = max(10, self.log_pane.size.width - 4)
        self._title(self.log_pane, log_title(name, self.log_view.words, self.signs, room))

    def _title(self, pane: Widget, words: str) -> None:
        """Set a title where it differs: setting one repaints the whole pane."""
        key = str(pane.id)
        if self._titles.get(key) != words:
            self._titles[key] = words
            pane.border_title = Content(on_rule(words))


def _newest_live(page: Page) -> int | None:
    """The run to begin on: the newest that lives, of those in sight."""
    return next((row.run.id for row in page.rows if row.status is RunStatus.RUNNING), None) or next(
        (row.run.id for row in page.rows if row.is_live), None
    )
