"""The app: it owns the poller and the engine, holds the newest page in one reactive, and turns keys into wishes.

Nothing slow happens in its thread, and no thread touches a widget: the poller and the meters post messages, the engine
is called in thread workers, and one handler shows what any of them failed with.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import ModalScreen, Screen
from textual.worker import Worker, WorkerState

from screens.dashboard import DashboardScreen
from screens.engine import Engine, StoreEngine, make_ready
from screens.formatting import farewell
from screens.messages import DevicesRead, RunStarted, StoreUnreadable, StoreUpdated
from screens.meters import Meters, open_meters, watch_meters
from screens.page import Page, RunRow, Wish
from screens.poller import Poller, Reader
from screens.reader import StoreReader, live_run_names
from screens.signs import ASCII, UNICODE, Signs
from screens.terminal import choose_signs, prepare_streams
from screens.themes import DARK, TERMINAL, choose_theme, register_themes, variable_defaults
from screens.widgets.run_table import RunTable
from store.errors import ReportedError
from store.records import RunStatus
from workbench.inert import inert

if TYPE_CHECKING:
    # The form and the dialogs are imported when they open: they wait for no first paint.
    from screens.dialogs import StopChoice
    from screens.form import Draft, LaunchRequest

RECOVER_EVERY_S = 5.0
_WIDTHS = [(0, "-narrow"), (60, "-normal"), (110, "-wide"), (160, "-vast")]
_HEIGHTS = [(0, "-short"), (18, "-high"), (32, "-tall")]
"""Classes of the screens by their size in cells, for the style sheet."""


class WorkbenchApp(App[None]):
    """The terminal interface over one store."""

    CSS_PATH = "app.tcss"
    TITLE = "Workbench"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "Quit", show=False),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "To the shell", show=False, priority=True),
    ]

    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    page: var[Page] = var(Page, init=False)
    """What the visible page shows: set by the poller's messages only."""

    def __init__(
        self,
        open_reader: Callable[[], Reader[Any]],
        engine: Engine,
        *,
        open_meters: Callable[[], Meters] | None = None,
        signs: Signs = UNICODE,
        read_only: bool = False,
        select: int | None = None,
    ) -> None:
        # Without colour Textual would draw in greys of its own; the terminal's own two are what NO_COLOR asks for.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        register_themes(self)
        self.theme = TERMINAL if self.no_color else DARK
        self.signs = signs
        self.read_only = read_only
        self._engine = engine
        self._open_meters = open_meters
        self._wish = Wish(chosen_id=select)
        self._poller: Poller[Any] = Poller(open_reader, self.post_message, self._wish)
        self._leaving = threading.Event()
        self._draft: Draft | None = None
        self._offered: tuple[bool, bool] = (False, False)
        self._recovered_at = float("-inf")
        self._awaits_recovery = False
        self.dashboard = DashboardScreen(signs, select=select, read_only=read_only)
        self.set_class(signs is ASCII, "-ascii")
        self.set_class(self.no_color, "-mono")

    def on_mount(self) -> None:
        """Open the dashboard and start the threads that feed it."""
        self.push_screen(self.dashboard)
        if not self.is_headless:
            self._leave_on_signals()
        self.run_worker(self._poller.run, thread=True, exit_on_error=False, group="poller", name="poller")
        if self._open_meters is not None:
            self._watch_devices(self._open_meters)
        self._recover()

    def on_unmount(self) -> None:
        """Let the threads end."""
        self._leaving.set()
        self._poller.stop()

    # What the threads say.

    def on_store_updated(self, event: StoreUpdated) -> None:
        """Take the newest page."""
        self.page = event.page

    def watch_page(self, page: Page) -> None:
        """Offer the keys that work on the chosen run, and look after runs that seem dead."""
        can_stop = page.chosen is not None and page.chosen.is_live and not self.read_only
        offered = (can_stop, page.chosen is not None)
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()
        if any(row.status is RunStatus.LOST and not row.run.status.ended for row in (*page.rows, page.chosen) if row):
            self._recover()

    def on_devices_read(self, event: DevicesRead) -> None:
        """Pass the readings down."""
        self.dashboard.show_devices(event.samples)

    def on_store_unreadable(self, event: StoreUnreadable) -> None:
        """Say why the store cannot be read, once, and that it cannot for as long as it cannot."""
        self.dashboard.show_readable(readable=event.sentence is None)
        if event.sentence is not None:
            self.notify(inert(event.sentence), title="The store cannot be read", severity="error", markup=False)

    def on_run_started(self, event: RunStarted) -> None:
        """Go to the new run; that it is queued, the table says."""
        self._poller.hurry()
        self.dashboard.runs.choose_newest(event.run_id)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what any thread failed with: a sentence of our own, or where the traceback of a defect is kept."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        if isinstance(error, ReportedError):
            title, sentence = error.title, error.message
        else:
            from workbench.defects import keep_traceback

            title = "A defect in Workbench"
            sentence = f"{type(error).__name__}: {error}. The traceback is in {keep_traceback(error)}."
        self.notify(inert(sentence), title=title, severity="error", timeout=12, markup=False)

    # What the screens wish.

    def on_run_table_window_moved(self, event: RunTable.WindowMoved) -> None:
        """Have other rows read."""
        self._ask(replace(self._wish, offset=event.offset, limit=event.limit))

    def on_run_table_chosen(self, event: RunTable.Chosen) -> None:
        """Have the chosen run read, from the beginning of its log's tail."""
        if event.run_id != self._wish.chosen_id:
            self._ask(replace(self._wish, chosen_id=event.run_id, log_after=0))

    def on_run_table_opened(self, event: RunTable.Opened) -> None:
        """Show all of a run."""
        from screens.run import RunScreen

        self.push_screen(RunScreen(event.run_id, self.signs))

    def on_dashboard_screen_log_drawn(self, event: DashboardScreen.LogDrawn) -> None:
        """Ask only for lines that are not drawn yet from now on."""
        if event.run_id == self._wish.chosen_id:
            self._ask(replace(self._wish, log_after=event.last_id))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "stop_run":
            return self._offered[0]
        if action == "new_run":
            return not self.read_only
        return super().check_action(action, parameters)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: what works on the open screen; under a dialog only what always works."""
        if not isinstance(screen, ModalScreen):
            if self.check_action("new_run", ()):
                yield SystemCommand("New run", "Start a new run from a form", self.action_new_run)
            if self.check_action("stop_run", ()):
                yield SystemCommand("Stop the run", "Stop the chosen run; a second time, kill it", self.action_stop_run)
            yield SystemCommand("Keys", "Every key of this screen", self.action_help)
        themes = "Other colours until you leave; 'theme' in the settings file keeps them"
        yield SystemCommand("Theme", themes, self.search_themes)
        yield SystemCommand("Quit", "Leave; runs go on", self.exit)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables under Textual's themes, which have none of them."""
        return variable_defaults(self.current_theme)

    def get_key_display(self, binding: Binding) -> str:
        """A key as its cap says; a word for enter, which not every font has a sign for, and the arrows of a choice."""
        named = {"enter": "enter", "right": self.signs.previous + self.signs.following}
        return named.get(binding.key) or super().get_key_display(binding)

    def action_new_run(self) -> None:
        """Open the form, with what was typed last."""
        from screens.form import Draft
        from screens.new_run import NewRunDialog

        self.push_screen(NewRunDialog(self._draft or Draft(), self.signs), self._launch)

    def action_stop_run(self) -> None:
        """Ask whether the chosen run shall stop; asked a second time, whether it shall be killed."""
        row = self.page.chosen
        if row is None or not row.is_live:
            return
        from screens.dialogs import KillDialog, StopDialog

        dialog = StopDialog if row.run.stop_requested is None else KillDialog
        self.push_screen(dialog(inert(row.run.name)), lambda choice: self._stop(row, choice))

    def action_help(self) -> None:
        """Show every key of the open screen."""
        from screens.dialogs import HelpDialog
        from screens.help import key_groups

        self.push_screen(HelpDialog(key_groups(self.screen)))

    def _leave_on_signals(self) -> None:
        """Put the terminal back before a signal ends us."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def _ask(self, wish: Wish) -> None:
        self._wish = wish
        self._poller.wish(wish)

    def _launch(self, request: "LaunchRequest | None") -> None:
        if request is not None:
            self._draft = request.draft
            self._start_run(request)

    def _stop(self, row: RunRow, choice: "StopChoice | None") -> None:
        if choice is not None:
            self._stop_run(row.run.id, force=choice == "force")

    def _recover(self) -> None:
        """Have dead runs confirmed, once in RECOVER_EVERY_S at most.

        A wish that comes too early is granted later: a dead run changes no page any more, so nobody would ask again.
        """
        if self.read_only or self._awaits_recovery:
            return
        self._awaits_recovery = True
        self.set_timer(max(0.01, self._recovered_at + RECOVER_EVERY_S - time.monotonic()), self._recover_now)

    def _recover_now(self) -> None:
        self._awaits_recovery = False
        self._recovered_at = time.monotonic()
        self._recover_runs()

    @work(thread=True, exit_on_error=False, group="engine")
    def _start_run(self, request: "LaunchRequest") -> None:
        run = self._engine.start(request.spec, request.name)
        self.post_message(RunStarted(run.id))

    @work(thread=True, exit_on_error=False, group="engine")
    def _stop_run(self, run_id: int, *, force: bool) -> None:
        # What becomes of it, the table says.
        self._engine.stop(run_id, force=force)
        self._poller.hurry()

    @work(thread=True, exit_on_error=False, group="recovery", exclusive=True)
    def _recover_runs(self) -> None:
        self._engine.recover()

    @work(thread=True, exit_on_error=False, group="meters")
    def _watch_devices(self, open_meters: Callable[[], Meters]) -> None:
        watch_meters(open_meters, self._leaving, lambda samples: self.post_message(DevicesRead(samples)))


def run_app(store_path: Path, *, read_only: bool = False, select: int | None = None) -> int:
    """Open the interface on a store until the user leaves it; runs go on, and the terminal says so. Returns 0.

    ``select`` is the run to begin on, by default the newest live one. A store that does not exist is made, unless the
    interface only reads; then StoreMissing is raised.
    """
    from workbench.settings import load_settings

    signs = choose_signs(os.environ, getattr(sys.__stderr__, "encoding", None))
    settings = load_settings()
    make_ready(store_path, read_only=read_only)
    prepare_streams()
    app = WorkbenchApp(
        lambda: StoreReader(store_path),
        StoreEngine(store_path),
        open_meters=open_meters,
        signs=signs,
        read_only=read_only,
        select=select,
    )
    theme = choose_theme(settings.theme)
    if theme in app.available_themes:
        app.theme = theme
    app.run()
    sys.stdout.write(farewell(live_run_names(store_path)) + "\n")
    return app.return_code or 0
