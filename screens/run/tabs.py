"""The tabs of the run screen: what they share, and those that are a text: overview, data, devices and files.

A tab draws only while it is seen. It is told of each page (``show``), of being opened and left, and of another run.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from screens.page import Page, RunRow
from screens.pieces import Line
from screens.run.data import data_page
from screens.run.files import Folder, list_folder
from screens.run.history import history_page
from screens.run.text import files_page, overview
from screens.signs import Signs
from screens.widgets.log_view import LogView
from screens.widgets.scroll_text import ScrollText
from store.records import RunDetail, Sample

if TYPE_CHECKING:
    from screens.app import WorkbenchApp


@dataclass(frozen=True, slots=True)
class Shown:
    """The open run on one page."""

    row: RunRow
    detail: RunDetail
    page: Page


_LOG_EVERY_S = 0.5


class RunTab(Vertical):
    """One tab."""

    TITLE: ClassVar[str] = ""
    WORDS: ClassVar[str] = ""
    """What it shows, for the help."""

    class WordsChanged(Message):
        """What the tab says of itself beside its name is another."""

    def __init__(self, signs: Signs) -> None:
        super().__init__()
        self.signs = signs

    @property
    def workbench(self) -> "WorkbenchApp":
        """The app, by its own type."""
        return cast("WorkbenchApp", self.app)

    @property
    def words(self) -> list[str]:
        """What is special about what it shows."""
        return []

    @property
    def target(self) -> Widget:
        """What has the focus while the tab is open."""
        raise NotImplementedError

    def show(self, shown: Shown) -> None:
        """Draw the run of a page."""

    def begin(self) -> None:
        """It is opened: say what it wants to be read."""

    def leave(self) -> None:
        """It is left: want nothing more."""

    def forget(self) -> None:
        """Another run comes."""


class TextTab(RunTab):
    """A tab that is one text."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs)
        self.pane = ScrollText(signs)

    def compose(self) -> ComposeResult:
        """The text."""
        yield self.pane

    @property
    def target(self) -> Widget:
        """The text, to scroll."""
        return self.pane

    def forget(self) -> None:
        """Begin at the top."""
        self.pane.action_top()


class OverviewTab(TextTab):
    """What the run came to and what it was; of a live run written once a second, for each figure is sent."""

    TITLE = "Overview"
    WORDS = "what the run came to, and what it was"
    _drawn: object = None

    def show(self, shown: Shown) -> None:
        """Write it."""
        row, page = shown.row, shown.page
        drawn = (row.run.id, row.status, row.run.phase, row.run.stop_requested, row.run.tags, row.run.notes, page.now)
        if row.is_live and page.now and drawn == self._drawn:
            return
        self._drawn = drawn
        self.pane.show(lambda width: overview(shown.row, shown.detail, width, self.signs))

    def begin(self) -> None:
        """Write it at once."""
        self._drawn = None


class DataTab(TextTab):
    """What the data was."""

    TITLE = "Data"
    WORDS = "what it learned from, and its quality"

    def show(self, shown: Shown) -> None:
        """Write it."""
        self.pane.show(lambda width: data_page(shown.row, shown.detail, width, self.signs))


class DevicesTab(TextTab):
    """What the devices did meanwhile; gathered in a thread, since a run of days has thousands of readings."""

    TITLE = "Devices"
    WORDS = "what they did meanwhile"

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs)
        self._shown: Shown | None = None
        self._drawn: tuple[Sample, ...] | None = None

    def show(self, shown: Shown) -> None:
        """Draw the readings, where they are others."""
        self._shown = shown
        if shown.page.history != self._drawn:
            self._drawn = shown.page.history
            self._write()

    def begin(self) -> None:
        """Want the readings."""
        self.workbench.ask(history=True)

    def leave(self) -> None:
        """Want them no more."""
        self.workbench.ask(history=False)

    def forget(self) -> None:
        """Draw anew."""
        super().forget()
        self._shown = self._drawn = None

    def on_resize(self) -> None:
        """Draw for another size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        shown, (width, height) = self._shown, self.pane.size
        if shown is None or width < 1:
            return
        samples, run, attempts, signs = shown.page.history, shown.row.run, shown.detail.attempts, self.signs
        room = self.pane.room

        def take(lines: list[Line]) -> None:
            if self.is_attached and self._shown is not None and self._shown.row.run.id == run.id:
                self.pane.show(lambda _: lines)

        self.workbench.consult(lambda _: history_page(samples, run, attempts, room, height, signs), take)


class FilesTab(TextTab):
    """The run's folder, its checkpoint, its attempts and its environment."""

    TITLE = "Files"
    WORDS = "checkpoint, attempts, environment"

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs)
        self._shown: Shown | None = None
        self._folder: Folder | None = None
        self._asked: object = None

    def show(self, shown: Shown) -> None:
        """Write it; the folder is looked into when the run has come to another state or phase."""
        self._shown = shown
        run = shown.row.run
        asked = (run.id, shown.row.status, run.phase, shown.detail.checkpoint)
        if asked != self._asked:
            self._asked = asked
            self.workbench.consult(lambda engine: list_folder(engine.path, run.id), self._take)
        self._write()

    def forget(self) -> None:
        """Know no folder."""
        super().forget()
        self._folder = self._asked = None

    def begin(self) -> None:
        """Look again."""
        self._asked = None

    def _take(self, folder: Folder) -> None:
        if self.is_attached and self._shown is not None and folder.run_id == self._shown.row.run.id:
            self._folder = folder
            self._write()

    def _write(self) -> None:
        shown, folder = self._shown, self._folder
        if shown is not None:
            self.pane.show(lambda width: files_page(shown.row, shown.detail, folder, width, self.signs))


class LogTab(RunTab):
    """The whole log; new lines are taken twice a second, since each of them moves, and sends, the whole screen."""

    TITLE = "Log"
    WORDS = "all that was written, to search"

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs)
        self._view: LogView | None = None
        self._next: Shown | None = None
        self._rests = False

    def compose(self) -> ComposeResult:
        """The log, with the way to the store."""
        self._view = LogView(self.signs, self.workbench.consult, wraps=True)
        yield self._view

    @property
    def view(self) -> LogView:
        """The log."""
        assert self._view is not None
        return self._view

    @property
    def target(self) -> Widget:
        """The lines."""
        return self.view.pane

    @property
    def words(self) -> list[str]:
        """Levels, whether it is paused, and what was searched for."""
        return self.view.words if self._view is not None else []

    def show(self, shown: Shown) -> None:
        """Take the new lines, now or soon: a later page brings what was not taken, too."""
        self._next = shown
        if not self._rests:
            self._take()

    def begin(self) -> None:
        """Take them at once."""
        self._rests = False

    def forget(self) -> None:
        """Take nothing of the run before."""
        self._next = None
        self._rests = False

    def _take(self) -> None:
        shown, self._next = self._next, None
        self._rests = shown is not None
        if shown is None or not self.is_attached:
            return
        self.set_timer(_LOG_EVERY_S, self._take)
        page = shown.page
        self.view.pane.show(shown.row.run.id, page.log, page.log_after)
        if page.log:
            self.workbench.ask(log_after=max(self.workbench.wish.log_after, page.log[-1].id))

    def on_log_pane_followed(self) -> None:
        """Say it."""
        self.post_message(self.WordsChanged())

    def on_log_view_searched(self) -> None:
        """Say it."""
        self.post_message(self.WordsChanged())
