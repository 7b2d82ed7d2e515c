"""The app: it owns the poller and the engine, holds the newest page in one reactive, and turns keys into wishes.

Nothing slow happens in its thread, and no thread touches a widget: the poller and the meters post messages, the engine
is consulted in thread workers, and one handler shows what any of them failed with.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual import work
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.worker import Worker, WorkerState

from screens.beginning import Beginning
from screens.dashboard.screen import DashboardScreen
from screens.devices.meter_history import MeterHistory
from screens.devices.meters import Meters, open_meters
from screens.engine import Engine, StoreEngine, make_ready
from screens.formatting import farewell
from screens.guard import DefectGuard, defect_sentence
from screens.key_order import OrderedKeys
from screens.memory import Memory, memory_path
from screens.messages import CacheRead, DevicesRead, EngineAnswered, NewsCame, StoreUnreadable, StoreUpdated
from screens.navigation import Navigation
from screens.notices import Notifying
from screens.opening import HEIGHTS, WIDTHS
from screens.page import Page, Wish
from screens.painting import SparingApp
from screens.poller import Poller, Reader
from screens.racing import Racing
from screens.reader import StoreReader, live_run_names
from screens.run_actions import RunActions
from screens.settings.key_names import show_key
from screens.signs import ASCII, UNICODE, Signs
from screens.terminal import choose_signs, prepare_streams, settle_colours
from screens.themes import DARK, TERMINAL, choose_theme, register_themes, variable_defaults
from screens.too_small import follow_size
from screens.widgets.run_table import RunTable
from store.errors import ReportedError
from store.records import RunStatus, Sample
from workbench.settings import Settings

T = TypeVar("T")


class WorkbenchApp(DefectGuard, Beginning, Notifying, RunActions, Racing, Navigation, OrderedKeys, SparingApp):
    """The terminal interface over one store."""

    CSS_PATH = "app.tcss"
    TITLE = "Workbench"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "Quit", show=False, id="app.interrupt"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        Binding("exclamation_mark", "notices", "Notices", show=False, id="app.notices"),
        Binding("ctrl+z", "suspend_process", "To the shell", show=False, priority=True, id="app.suspend"),
    ]

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

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
        settings: Settings | None = None,
        memory: Memory | None = None,
    ) -> None:
        # Without colour Textual would draw in greys of its own; the terminal's own two are what NO_COLOR asks for.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        register_themes(self)
        self.theme = TERMINAL if self.no_color else DARK
        self.signs = signs
        self.read_only = read_only
        self.settings = settings or Settings()
        self.settings_problems: Sequence[str] = ()
        """What in the settings file means nothing; said once the interface is open."""
        self.memory = memory or Memory(None, engine.path)
        self.samples: tuple[Sample, ...] = ()
        self.meter_history = MeterHistory()
        self.engine = engine
        self._open_meters = open_meters
        self.wish = self._first_wish(select)
        self._poller: Poller[Any] = Poller(open_reader, self.post_message, self.wish)
        self._offered: object = None
        self._is_arriving = True
        self.dashboard = DashboardScreen(signs, self.memory, select=select, read_only=read_only)
        self.set_class(signs is ASCII, "-ascii")
        self.set_class(self.no_color, "-mono")

    def get_default_screen(self) -> DashboardScreen:
        """The dashboard: an empty screen below it would be styled, laid out and painted for nobody."""
        return self.dashboard

    def on_mount(self) -> None:
        """Make ready what is there besides the dashboard."""
        follow_size(self, *self.size)  # also where the size was told before the dashboard was there
        if not self.is_headless:
            self._leave_on_signals()
        self.call_after_refresh(self._begin_reading)
        if self.settings.keys:
            from screens.settings import keymap

            keymap.apply(self, self.settings)
        for problem in self.settings_problems:
            self.say(problem, title="The settings", severity="warning")

    def on_unmount(self) -> None:
        """Let the threads end, and remember where we were."""
        self._leaving.set()
        self._poller.stop()
        self.memory.save()

    @property
    def store_path(self) -> Path:
        """The file whose runs are shown."""
        return self.engine.path

    # What the threads say.

    def on_store_updated(self, event: StoreUpdated) -> None:
        """Take the newest page."""
        self.page = event.page
        self.call_after_refresh(self._settle)

    def watch_page(self, page: Page) -> None:
        """Offer the keys that work on the chosen run, and look after runs that seem dead."""
        self.call_next(self._offer)  # once the screens have taken the page
        if self._is_arriving:
            self._is_arriving = False
            self.return_to_place(page)
        if page.gone:
            self.forget(page.gone)
        if any(row.status is RunStatus.LOST for row in page.running):
            self.recover_soon()

    def on_devices_read(self, event: DevicesRead) -> None:
        """Pass the readings down."""
        self.samples = event.samples
        self.meter_history.add(event.samples)
        self.dashboard.show_devices(event.samples)

    def on_cache_read(self, event: CacheRead) -> None:
        """Pass the models of the hub's cache down."""
        self.dashboard.models.show_cached(event.models)

    def on_store_unreadable(self, event: StoreUnreadable) -> None:
        """Say why the store cannot be read, once, and that it cannot for as long as it cannot."""
        self.dashboard.show_readable(readable=event.sentence is None)
        self._settle()
        if event.sentence is not None:
            self.say(event.sentence, title="The store cannot be read", severity="error")

    def on_news_came(self, event: NewsCame) -> None:
        """Tell what happened to runs, on whatever screen is open."""
        for news in event.news:
            self.say(news.sentence, title=news.title, severity=news.severity)

    def on_engine_answered(self, event: EngineAnswered) -> None:
        """Hand an answer to who asked."""
        event.then(event.answer)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what any thread failed with: a sentence of our own, or where the traceback of a defect is kept."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        if isinstance(error, ReportedError):
            self.say(error.message, title=error.title, severity="error")
            return
        self.say(defect_sentence(error), title="A defect in Workbench", severity="error")

    # What the screens wish.

    def ask(self, **changes: Any) -> None:
        """Change parts of the wish, by the names of its fields: what is read of the store from now on."""
        self.wish = replace(self.wish, **changes)
        self._poller.wish(self.wish)

    def consult(self, work: Callable[[Engine], T], then: Callable[[T], object] | None = None) -> None:
        """Have ``work`` done with the engine in a thread, then ``then`` called with what it returned, in ours.

        A ReportedError becomes a notice; ``then`` is called also where its screen has been closed meanwhile.
        """
        self._consult(work, then)

    def on_run_table_wished(self, event: RunTable.Wished) -> None:
        """Have other rows read, or other runs, or other columns."""
        self.ask(table=event.table)
        self._begin_reading()
        self.remember(where=event.table.where, sort=event.table.sort, folded=event.table.folded)

    def on_run_table_chosen(self, event: RunTable.Chosen) -> None:
        """Have the chosen run read, from the beginning of its log's tail."""
        self.choose(event.run_id)

    def on_run_table_opened(self, event: RunTable.Opened) -> None:
        """Show all of a run."""
        self.open_run(event.run_id)

    def choose(self, run_id: int) -> None:
        """Make a run the one whose details are read."""
        if run_id != self.wish.chosen_id:
            self.ask(chosen_id=run_id, log_after=0)
            self.remember(chosen_id=run_id)

    def remember(self, **changes: Any) -> None:
        """Change parts of the place that the interface comes back to."""
        self.memory.place = replace(self.memory.place, **changes)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables under Textual's themes, which have none of them."""
        return variable_defaults(self.current_theme)

    def get_key_display(self, binding: Binding) -> str:
        """A key as its cap says; a word for enter, which not every font has a sign for, and the arrows of a choice."""
        arrows = self.signs.previous + self.signs.following
        named = {"enter": "enter", "space": "space", "left": arrows, "right": arrows}
        return named.get(binding.key) or show_key(binding.key)

    def hurry(self) -> None:
        """Have the store looked at now: we have written."""
        self._poller.hurry()

    def _offer(self) -> None:
        """Have the key bar and the palette offer what would do something now."""
        offered = self.offered_actions()
        if offered != self._offered and self.screen_stack:  # none is left where a page comes as we leave
            self._offered = offered
            self.refresh_bindings()

    def _first_wish(self, select: int | None) -> Wish:
        place = self.memory.place
        chosen = select if select is not None else place.chosen_id
        return Wish(chosen_id=chosen, marks=(place.a_id, place.b_id), baseline_id=place.baseline_id)

    @work(thread=True, exit_on_error=False, group="engine")
    def _consult(self, work: Callable[[Engine], Any], then: Callable[[Any], object] | None) -> None:
        answer = work(self.engine)
        if then is not None:
            self.post_message(EngineAnswered(then, answer))


def run_app(store_path: Path, *, read_only: bool = False, select: int | None = None) -> int:
    """Open the interface on a store until the user leaves it; runs go on, and the terminal says so. Returns 0.

    ``select`` is the run to begin on, by default where the user was last, else the newest live one. A store that does
    not exist is made, unless the interface only reads; then StoreMissing is raised.
    """
    from workbench.settings import settings_as_far_as_readable

    settings, problems = settings_as_far_as_readable()
    signs = choose_signs(os.environ, getattr(sys.__stderr__, "encoding", None), settings.ascii)
    make_ready(store_path, read_only=read_only)
    prepare_streams()
    settle_colours(os.environ)
    app = WorkbenchApp(
        lambda: StoreReader(store_path),
        StoreEngine(store_path),
        open_meters=open_meters,
        signs=signs,
        read_only=read_only,
        select=select,
        settings=settings,
        memory=Memory(memory_path(), store_path),
    )
    theme = choose_theme(settings.theme)
    if theme in app.available_themes:
        app.theme = theme
    app.settings_problems = problems
    app.run()
    if app.farewell is not None:
        sys.stderr.write(f"{app.farewell}\n")
    sys.stdout.write(farewell(live_run_names(store_path)) + "\n")
    return app.return_code or 0
