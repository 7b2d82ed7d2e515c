"""The devices screen: every GPU and the host with their history, who is on them, who waits and who holds what.

Three lists under each other, or the lower two side by side where there is room; on a small terminal one at a time. The
heights follow from what there is to show: a machine without a GPU leaves its room to the queue.
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widget import Widget

from screens.base import WorkbenchScreen
from screens.devices.machine import Machine
from screens.devices.pane_lines import settle
from screens.devices.queue_rows import lease_rows, queue_rows
from screens.devices.rows import device_rows, head_line, place_columns
from screens.devices.surroundings import Surroundings, look_around
from screens.heights import share_height
from screens.page import Page, RunRow
from screens.pieces import on_rule
from screens.widgets.devices_list import DevicesList
from screens.widgets.key_bar import KeyBar
from store.records import RunStatus, Sample
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.dialogs import StopChoice

ROOM_EVERY_S = 15.0
LOOK_EVERY_S = 1.0
_FRAME = 2
"""Lines of a list besides its rows: the rule with its title, and the titles of its columns."""
_REST = "1fr"
_LEAST = (6, 5, 3)
"""Lines that the lists keep however long the others are."""


class DevicesScreen(WorkbenchScreen[None]):
    """Devices, queue and leases."""

    CSS_PATH = "devices_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("J", "move_run(1)", "Later", tooltip="Let the run wait behind the next one", id="queue.later"),
        Binding("K", "move_run(-1)", "Earlier", tooltip="Let the run go before the one ahead", id="queue.earlier"),
        Binding("s", "stop_run", "Stop", tooltip="Stop the run of the row; a second time, kill it", id="devices.stop"),
        Binding("tab", "pane(1)", "Pane", tooltip="Next list", id="devices.next_pane"),
        Binding("shift+tab", "pane(-1)", "Previous list", show=False, id="devices.previous_pane"),
        Binding("question_mark", "app.help", "Help", tooltip="These keys", id="devices.help"),
        Binding("escape,q,v", "close", "Back", tooltip="Back to where you came from", id="devices.close"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._machine = Machine()
        self._taken: tuple[Sample, ...] = ()
        self._toggled: set[str] = set()
        self._unfolds_all = False
        self._fitted: object = None
        self._titles: dict[str, str] = {}
        self._heights: dict[str, str] = {}
        self._offered: object = None

    def compose(self) -> ComposeResult:
        """The three lists and the keys."""
        signs = self.workbench.signs
        self._devices = DevicesList(signs, id="devices-list")
        self._queue = DevicesList(signs, id="queue-list")
        self._leases = DevicesList(signs, id="leases-list")
        with Vertical(id="devices-body"):
            yield self._devices
            with Container(id="devices-below"):
                yield self._queue
                yield self._leases
        yield KeyBar()

    def on_mount(self) -> None:
        """Have the queue read, and look at the meters and, now and then, at the disk."""
        app = self.workbench
        app.ask(queue=True)
        prices = app.settings.price_of
        self._machine = Machine(history=app.meter_history, price_of=lambda sample: prices(sample.device, sample.name))
        self._show_pane(self._devices)
        self.set_interval(LOOK_EVERY_S, self.look_at_meters)
        self.set_interval(ROOM_EVERY_S, self._ask_around)
        self._ask_around()

    def on_unmount(self) -> None:
        """Have the queue read no longer."""
        self.workbench.ask(queue=False)

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self._draw)

    def on_devices_list_resized(self) -> None:
        """Make the rows for the new width."""
        self._draw()

    def show_page(self, page: Page) -> None:
        """Draw the queue and the leases of a page."""
        if page.queue is not None and page.queue != self._machine.queue:
            self._machine = replace(self._machine, queue=page.queue)
            self._draw()

    def on_rows_pane_opened(self, event: DevicesList.Opened) -> None:
        """Open the run of a row, or unfold the details of a device."""
        event.stop()
        row = event.pane.current if isinstance(event.pane, DevicesList) else None
        if row is not None and row.run_id is not None:
            self.workbench.open_run(row.run_id)
        elif row is not None and row.unfolds:
            self._toggled ^= {row.key}
            self._draw()

    def on_rows_pane_moved(self, event: DevicesList.Moved) -> None:
        """Offer the keys that work on the row."""
        event.stop()
        self._offer()

    def on_descendant_focus(self) -> None:
        """Offer the keys that work on the row of the other list."""
        self._offer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing on this row are not offered."""
        if action not in ("move_run", "stop_run"):
            return super().check_action(action, parameters)
        row = self._current_run()
        if row is None or self.workbench.read_only or not row.is_live:
            return False
        return action == "stop_run" or row.run.status is RunStatus.QUEUED

    def action_move_run(self, by: int) -> None:
        """Move the queued run of the row among those that want the same device."""
        row = self._current_run()
        if row is not None:
            run_id = row.run.id
            self.workbench.consult(lambda engine: engine.move_in_queue(run_id, by), self._moved)

    def action_stop_run(self) -> None:
        """Ask whether the run of the row shall stop; asked a second time, whether it shall be killed."""
        row = self._current_run()
        if row is None:
            return
        from screens.dialogs import KillDialog, StopDialog

        dialog = StopDialog if row.run.stop_requested is None else KillDialog
        self.workbench.push_screen(dialog(inert(row.run.name)), lambda choice: self._stop(row, choice))

    def action_pane(self, by: int) -> None:
        """Go to the next list."""
        panes = (self._devices, self._queue, self._leases)
        here = next((index for index, pane in enumerate(panes) if pane.has_focus), 0)
        self._show_pane(panes[(here + by) % len(panes)])

    def action_close(self) -> None:
        """Back to where we came from."""
        self.dismiss(None)

    def _current_run(self) -> RunRow | None:
        focused = self.focused
        row = focused.current if isinstance(focused, DevicesList) else None
        rows = (*self._machine.queue.running, *self._machine.queue.queued)
        return next((other for other in rows if row is not None and other.run.id == row.run_id), None)

    def _stop(self, row: RunRow, choice: "StopChoice | None") -> None:
        if choice is not None:
            run_id, force = row.run.id, choice == "force"
            self.workbench.consult(lambda engine: engine.stop(run_id, force=force), lambda _run: self.workbench.hurry())

    def _moved(self, order: object) -> None:
        self.workbench.hurry()

    def _show_pane(self, pane: Widget) -> None:
        for other in (self._devices, self._queue, self._leases):
            other.set_class(other is pane, "-current")
        self.query_one("#devices-below").set_class(pane is not self._devices, "-current")
        pane.focus()

    def _ask_around(self) -> None:
        self.workbench.consult(lambda engine: look_around(engine.path), self._know)

    def _know(self, around: Surroundings) -> None:
        if self.is_attached and around != self._machine.around:
            self._machine = replace(self._machine, around=around)
            self._draw()

    def look_at_meters(self) -> None:
        """Take the newest readings, as far as they moved, and the columns of the strips that have come since."""
        samples = self.workbench.samples
        if samples is self._taken:
            return
        self._taken = samples
        self._machine = replace(self._machine, samples=settle(self._machine.samples, samples, whole=True))
        self._draw_devices()

    def _draw(self) -> None:
        if not self.is_attached:
            return
        self._draw_devices()
        self._draw_runs()
        self._lay_out()
        self._offer()

    def _draw_devices(self) -> None:
        machine, signs = self._machine, self.workbench.signs
        if not machine.samples:
            self._taken = self.workbench.samples
            machine = self._machine = replace(machine, samples=settle((), self._taken, whole=True))
        width = self._devices.room
        rows = device_rows(machine, width, signs, self._is_unfolded)
        self._devices.show(rows, [head_line(place_columns(width, machine.samples))])
        gpus = len(machine.gpus)
        self._title(self._devices, "Devices", f"{gpus} GPU{'s' if gpus != 1 else ''}" if gpus else "")
        if (self.size, len(rows)) != self._fitted:
            self._lay_out()

    def _draw_runs(self) -> None:
        queue, signs = self._machine.queue, self.workbench.signs
        if self._machine.around is None:
            return
        store = self._machine.around.store
        now = time.time()
        self._queue.show(queue_rows(queue, store, now, self._queue.room, signs))
        self._leases.show(lease_rows(queue.leases, store, now, self._leases.room, signs))
        counts = (f"{len(queue.running)} at work", f"{len(queue.queued)} waiting" if queue.queued else "")
        self._title(self._queue, "Runs", *counts)
        self._title(self._leases, "Leases")

    def _is_unfolded(self, key: str) -> bool:
        return (key in self._toggled) != self._unfolds_all

    def _lay_out(self) -> None:
        """Give each list the height that it needs, as far as there is room; unfold all devices where all fit."""
        self._fitted = (self.size, self._devices.row_count())
        total = self.query_one("#devices-body").size.height
        if self.has_class("-short") or self.has_class("-narrow"):
            devices = queue = _REST
        else:
            beside = self.has_class("-wide") or self.has_class("-vast")
            below = [_lines_of(self._queue), _lines_of(self._leases)]
            wanted = [max(below)] if beside else below
            self._unfold_where_all_fit(total - sum(wanted))
            shares = share_height(total, [_lines_of(self._devices), *wanted], _LEAST)
            devices, queue = str(shares[0]), _REST if beside else str(shares[1])
        for pane, height in ((self._devices, devices), (self._queue, queue)):
            if self._heights.get(str(pane.id)) != height:
                self._heights[str(pane.id)] = height
                pane.styles.height = height

    def _unfold_where_all_fit(self, room: int) -> None:
        """Show the details of all devices without being asked, if that leaves the other lists what they need."""
        machine, signs = self._machine, self.workbench.signs
        unfolded = device_rows(machine, self._devices.room, signs, lambda key: True)
        fits = len(unfolded) + _FRAME <= room
        if fits != self._unfolds_all:
            self._unfolds_all = fits
            self._toggled.clear()
            self._draw_devices()

    def _title(self, pane: DevicesList, *parts: str) -> None:
        """Set a title where it differs: setting one repaints the whole pane."""
        words = f" {self.workbench.signs.dot} ".join(part for part in parts if part)
        if self._titles.get(str(pane.id)) != words:
            self._titles[str(pane.id)] = words
            pane.border_title = Content(on_rule(words))

    def _offer(self) -> None:
        """Offer the keys that work on the row, where they differ from before."""
        row = self._current_run()
        offered = (row.run.id, row.run.status, row.status) if row is not None else None
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()


def _lines_of(pane: DevicesList) -> int:
    """The height with which a list shows all its rows."""
    return pane.row_count() + len(pane.head()) + 1
