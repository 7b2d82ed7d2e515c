"""The run screen: all that is known of one run, in seven tabs, live while the run lives.

It shows the app's chosen run, and follows when another one is chosen with its keys. Tabs are made when they are opened
first; only the open one draws, and only what it shows is read.
"""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from screens.base import WorkbenchScreen
from screens.engine import Engine
from screens.page import Page, RunRow
from screens.pieces import Line, Piece
from screens.run.classes import ClassesTab
from screens.run.curves import CurvesTab
from screens.run.header import Pace, header_line, with_words, words_of
from screens.run.tabs import DataTab, DevicesTab, FilesTab, LogTab, OverviewTab, RunTab, Shown
from screens.signs import Signs
from screens.tab_line import tab_line
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.export_dialog import Export

TABS: tuple[type[RunTab], ...] = (OverviewTab, CurvesTab, LogTab, ClassesTab, DataTab, DevicesTab, FilesTab)


def _tab_bindings() -> list[BindingType]:
    """A digit for each tab."""
    return [
        Binding(
            str(place + 1),
            f"tab({place})",
            tab.TITLE,
            show=False,
            tooltip=f"{tab.TITLE}: {tab.WORDS}",
            id=f"run.{tab.TITLE.lower()}",
        )
        for place, tab in enumerate(TABS)
    ]


class RunScreen(WorkbenchScreen[None]):
    """One run: overview, curves, log, classes, data, devices and files."""

    CSS_PATH = "run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", "Next", tooltip="The next tab; digits go to each", id="run.next_tab"),
        Binding("shift+tab", "turn(-1)", "Tab before", show=False, tooltip="The tab before", id="run.previous_tab"),
        *_tab_bindings(),
        Binding("s", "app.stop_run", "Stop", tooltip="Stop the run; a second time, kill it", id="run.stop"),
        Binding("y", "app.clone_run", "Clone", tooltip="A form with the run's settings", id="run.clone"),
        Binding("e", "export", "Export", tooltip="JSON, points or log: to a file or copied", id="run.export"),
        Binding("t", "app.edit_tags", "Tags", tooltip="Tags and notes of the run", id="run.tags"),
        Binding("space", "app.mark_run", "Mark", show=False, tooltip="Mark the run A, then another B", id="run.mark"),
        Binding("d", "app.diff_runs", "Diff", show=False, tooltip="Compare the marked runs", id="run.diff"),
        Binding("x", "app.delete_run", "Delete", show=False, tooltip="Delete the run; asks first", id="run.delete"),
        Binding("left_square_bracket", "step(-1)", "Before", show=False, tooltip="The run above", id="run.previous"),
        Binding("right_square_bracket", "step(1)", "Next run", show=False, tooltip="The run below", id="run.next"),
        Binding("p", "app.prompt", "Prompt", tooltip="Ask the language model that it has trained", id="app.prompt"),
        Binding("v", "app.devices", "Devices", show=False, tooltip="GPUs, the host, the queue", id="app.devices"),
        Binding("question_mark", "app.help", "Help", tooltip="These keys", id="app.help"),
        Binding("escape,q", "close", "Back", tooltip="Back to where you came from", id="run.close"),
    ]

    def __init__(self, run_id: int, signs: Signs) -> None:
        super().__init__()
        self._run_id = run_id
        self._signs = signs
        self._head = PaintedText(id="run-head")
        self._body = Vertical(id="run-pane")
        self._tabs: dict[int, RunTab] = {0: TABS[0](signs)}
        self._current = 0
        self._shown: Shown | None = None
        self._pace = Pace()
        self._has_pages = False
        self._has_left = False

    @property
    def run_id(self) -> int:
        """The run that is shown."""
        return self._run_id

    def compose(self) -> ComposeResult:
        """The head, the open tab, and the keys."""
        yield self._head
        with self._body:
            yield self._tabs[0]
        yield KeyBar()

    def on_mount(self) -> None:
        """Open the first tab."""
        self._begin(0)

    def on_unmount(self) -> None:
        """Want nothing more of what only this screen shows."""
        tab = self._tabs.get(self._current)
        if tab is not None:
            tab.leave()

    def on_resize(self, event: events.Resize) -> None:
        """Write the head for the new width."""
        self.call_after_refresh(self._draw_head)

    def show_page(self, page: Page) -> None:
        """Draw the run, if the page has it; where it was deleted, say so and go."""
        had_pages, self._has_pages = self._has_pages, True
        row, detail = page.chosen, page.detail
        if row is None or detail is None:
            if had_pages and self.workbench.wish.chosen_id == self._run_id:
                self._leave_deleted()
            return
        if row.run.id != self._run_id or detail.run.id != self._run_id:
            return
        self._pace.observe(row.run, page.now)
        self._shown = Shown(row, detail, page)
        self._draw_head()
        tab = self._tabs.get(self._current)
        if tab is not None and tab.is_attached:
            tab.show(self._shown)

    async def action_tab(self, place: int) -> None:
        """Open a tab."""
        await self._open_tab(place)

    async def action_turn(self, by: int) -> None:
        """Open the next tab, or the one before."""
        await self._open_tab((self._current + by) % len(TABS))

    def action_step(self, by: int) -> None:
        """Go to the run above or below in the table."""
        rows = self.workbench.page.rows
        here = next((place for place, row in enumerate(rows) if row.run.id == self._run_id), None)
        if here is None or not 0 <= here + by < len(rows):
            self.workbench.say("There is no run above." if by < 0 else "There is no run below.")
            return
        self._go_to(rows[here + by])

    def action_close(self) -> None:
        """Back to where we came from."""
        self.dismiss(None)

    def action_export(self) -> None:
        """Ask what and where to, then write it or copy it."""
        if self._shown is not None:
            from screens.run.export import export_dialog

            row = self._shown.row
            self.app.push_screen(export_dialog(row.run.name), partial(self._export, row))

    def on_run_tab_words_changed(self, event: RunTab.WordsChanged) -> None:
        """Say it beside the tabs."""
        event.stop()
        self._draw_head()

    async def _open_tab(self, place: int) -> None:
        before = self._tabs.get(self._current)
        if before is not None and place != self._current:
            before.leave()
            before.remove_class("-open")
        self._current = place
        if place not in self._tabs:
            tab = self._tabs[place] = TABS[place](self._signs)
            await self._body.mount(tab)
        self._begin(place)

    def _begin(self, place: int) -> None:
        """Show a tab, and give it the keys."""
        tab = self._tabs[place]
        tab.add_class("-open")
        tab.begin()
        if self._shown is not None:
            tab.show(self._shown)
        tab.target.focus()
        self._draw_head()

    def _go_to(self, row: RunRow) -> None:
        """Show another run in the tab that is open."""
        self._run_id = row.run.id
        self._shown = None
        self._pace = Pace()
        for tab in self._tabs.values():
            tab.forget()
        self.workbench.choose(row.run.id)
        self.workbench.dashboard.runs.choose(row.run.id)
        self._draw_head()

    def _leave_deleted(self) -> None:
        if not self._has_left:
            self._has_left = True
            self.workbench.say(f"Run {self._run_id} was deleted.", title="No such run any more")
            # A dialog may stand above; both go.
            while self.app.screen is not self and len(self.app.screen_stack) > 1:
                self.app.pop_screen()
            self.dismiss(None)

    def _draw_head(self) -> None:
        width = self.size.width - 2
        if width < 1:
            return
        tab = self._tabs.get(self._current)
        words, signs = tab.words if tab is not None else [], self._signs
        taken = cell_len(words_of(words, width, signs))
        line = with_words(self._header(width - taken - (2 if taken else 0)), words, width, signs)
        self._head.show([line, tab_line([kind.TITLE for kind in TABS], self._current, width, signs)])

    def _header(self, width: int) -> Line:
        if self._shown is None:
            return (Piece(f"{self._run_id} {self._signs.dot} reading", "secondary"),)
        row, now = self._shown.row, self._shown.page.now
        marks = dict(zip(self.workbench.wish.marks, "AB", strict=True))
        left_s = self._pace.seconds_left(row.run, now) if row.is_live else None
        return header_line(row, now, left_s, marks.get(self._run_id, ""), width, self._signs)

    def _export(self, row: RunRow, export: "Export | None") -> None:
        if export is None:
            return
        from screens.clipboard import copy
        from screens.export_dialog import write_export
        from screens.run.export import export_text

        def work(engine: Engine) -> str:
            text = export_text(engine.path, row.run.id, export.format, row.status)
            if export.path is not None:
                write_export(text, export.path, replace=export.replace)
            return text

        def then(text: str) -> None:
            if export.path is None:
                copy(self.workbench, text, inert(row.run.name))
            else:
                self.workbench.say(f"{inert(row.run.name)} is in {export.path}.", title="Exported")

        self.workbench.consult(work, then)
