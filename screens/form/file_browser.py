"""The file browser: a folder's data files, a preview of the table under the cursor, and the column to predict.

A file system may be slow or dead, so nothing here asks it in the app's thread (``screens.form.disk``). An answer to a
question that has been overtaken is dropped; where a folder does not answer, this is said, and it can be left.
"""

import os
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Input

from screens.base import Dialog
from screens.form.disk import ask_disk
from screens.form.file_answers import FileSeen, FolderListed, look_at
from screens.form.file_listing import FileEntry, Listing, list_folder, parent_of, starting_folder
from screens.form.file_panes import ColumnRows, FileRows, about_lines, place_line
from screens.pieces import Line
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText, RowsPane
from workbench.inert import inert

_PATIENCE_S = 1.0
"""After so long without an answer, it is said that the file system does not answer."""
_PAUSE_S = 0.12
"""The cursor must rest so long on a file before it is read."""
_TEXT_KEYS = ("up", "home", "hidden", "narrow", "other_list", "open")


@dataclass(frozen=True, slots=True)
class FileChoice:
    """A file, and which of its columns is to be predicted."""

    path: str
    target: str


class FileBrowserDialog(Dialog[FileChoice | None]):
    """Asks for a data file and its target."""

    CSS_PATH = "file_browser.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l,right", "open", "Open", show=False, id="files.open"),
        Binding("h,left,backspace", "up", "Up", id="files.up", tooltip="The folder above"),
        Binding("slash", "narrow", "Narrow", priority=True, id="files.narrow", tooltip="Only names with a text"),
        Binding(
            "tab,shift+tab", "other_list", "Columns", priority=True, id="files.columns", tooltip="Files or columns"
        ),
        Binding("tilde", "home", "Home", id="files.home", tooltip="Your home folder"),
        Binding("full_stop", "hidden", "Hidden", id="files.hidden", tooltip="Show or hide what begins with a dot"),
        Binding("escape", "close", "Back", priority=True, id="files.close"),
        Binding("ctrl+c", "leave", "Back", show=False, priority=True, id="files.interrupt"),
    ]

    def __init__(self, file: str, target: str, signs: Signs) -> None:
        super().__init__()
        self._signs = signs
        self._folder = starting_folder(file)
        self._on: str | None = os.path.basename(file.strip()) or None
        self._target = target.strip() or None
        self._hidden = False
        self._asked = 0
        """The number of the newest question for a folder; of one for a file likewise below."""
        self._asked_file = 0
        self._waiting: Timer | None = None
        self._pause: Timer | None = None
        self._listing: Listing | None = None
        self._files = FileRows(signs)
        self._columns = ColumnRows(signs)
        self._place = PaintedText(id="file-place")
        self._about = PaintedText(id="file-about")
        self._narrow = TextField("", placeholder="part of a name", id="file-narrow")

    def compose(self) -> ComposeResult:
        """Where we are, the two lists, what to be wary of, and the keys."""
        with Vertical(classes="box") as box:
            box.border_title = "Choose a data file"
            yield self._place
            yield self._narrow
            with Container(id="file-body"):
                yield self._files
                with Vertical(id="file-preview"):
                    yield self._columns
                    yield self._about
            yield KeyBar()

    def on_mount(self) -> None:
        """Read the first folder."""
        self._narrow.display = False
        self.set_focus(self._files)
        self._go(self._folder, self._on)

    def on_resize(self) -> None:
        """Wrap anew, once there is the new width."""
        self.call_after_refresh(self._show_words)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a text is typed the keys are text; the list of columns has fewer of them."""
        if action in _TEXT_KEYS and self.focused is self._narrow:
            return False
        if action in ("up", "narrow", "home", "hidden") and self.focused is self._columns:
            return False
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """Open what is under the cursor."""
        if self.focused is self._files:
            self._open(self._files.current)

    def action_up(self) -> None:
        """Go to the folder above, with the cursor on the one we came from."""
        self._go(parent_of(self._folder), os.path.basename(os.path.normpath(self._folder)))

    def action_home(self) -> None:
        """Go to the home folder."""
        self._go(os.path.expanduser("~"))

    def action_hidden(self) -> None:
        """Show or hide what begins with a dot."""
        self._hidden = not self._hidden
        current = self._files.current
        self._go(self._folder, current.name if current is not None else None)

    def action_narrow(self) -> None:
        """Type a part of a name."""
        self._narrow.display = True
        self.set_focus(self._narrow)

    def action_other_list(self) -> None:
        """Go to the columns, or back to the files."""
        if self.focused is self._columns:
            self.set_focus(self._files)
        elif self._columns.preview is not None:
            self.set_focus(self._columns)

    def action_close(self) -> None:
        """One step back: from the columns to the files, from the text to all files, from those out."""
        if self.focused is self._columns:
            self.set_focus(self._files)
        elif self._narrow.display:
            self._end_narrowing()
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Leave without a file."""
        self.dismiss(None)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow while typing."""
        event.stop()
        self._files.narrow(event.value)
        self._rest()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open what is left under the cursor."""
        event.stop()
        self._files.narrow(event.value)
        found = self._files.current
        self._end_narrowing(on=found.name if found is not None else None)
        self._open(found)

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Read the file under the cursor once it rests; warn of the column under it."""
        event.stop()
        if event.pane is self._files:
            self._rest()
        else:
            self._show_words()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Open a folder, go on to the columns of a file, or return the column."""
        event.stop()
        if event.pane is self._files:
            self._open(self._files.current)
            return
        entry, column = self._files.current, self._columns.current
        if entry is not None and column is not None:
            self.dismiss(FileChoice(os.path.join(self._folder, entry.name), column.name))

    def on_folder_listed(self, event: FolderListed) -> None:
        """Show the folder, unless another one was asked for since."""
        event.stop()
        if event.number != self._asked:
            return
        self._stop_waiting()
        self._listing = event.listing
        self._files.show(event.listing, on=self._on)
        self._rest()
        self._show_words()

    def on_file_seen(self, event: FileSeen) -> None:
        """Show the columns, unless the cursor has moved on."""
        event.stop()
        if event.number != self._asked_file:
            return
        if event.seen is None:
            self._columns.say(f"{self._signs.problem} {inert(event.problem)}")
            if self.focused is self._columns:
                self.set_focus(self._files)
        else:
            self._columns.show(event.seen, self._target)
        self._show_words()

    def _go(self, folder: str, on: str | None = None) -> None:
        """Have a folder read."""
        self._folder, self._on, self._listing = folder, on, None
        self._asked += 1
        self._end_narrowing()
        self._columns.say("")
        self._files.wait("")
        self._show_words()
        number, hidden = self._asked, self._hidden
        ask_disk(self, lambda: FolderListed(number, list_folder(folder, hidden=hidden)))
        self._stop_waiting()
        self._waiting = self.set_timer(_PATIENCE_S, self._say_slow)

    def _open(self, entry: FileEntry | None) -> None:
        if entry is None:
            return
        if entry.is_folder:
            self._go(os.path.join(self._folder, entry.name))
        elif not entry.can_be_named:
            self._columns.say("The name of this file holds characters that cannot be shown: rename it first.")
            self._show_words()
        else:
            if self._columns.preview is None:
                self._read_file()
            self.set_focus(self._columns)

    def _rest(self) -> None:
        """Have the file under the cursor read, once the cursor has rested."""
        self._asked_file += 1
        self._columns.say("")
        self._show_words()
        if self._pause is not None:
            self._pause.stop()
        entry = self._files.current
        if entry is not None and not entry.is_folder:
            self._pause = self.set_timer(_PAUSE_S, self._read_file)

    def _read_file(self) -> None:
        entry = self._files.current
        if entry is None or entry.is_folder:
            return
        self._asked_file += 1
        number, path = self._asked_file, os.path.join(self._folder, entry.name)
        ask_disk(self, lambda: look_at(number, path))

    def _say_slow(self) -> None:
        self._files.wait("This folder does not answer yet: its file system is slow or dead. h goes up, escape leaves.")

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()

    def _end_narrowing(self, on: str | None = None) -> None:
        if self._narrow.display:
            with self._narrow.prevent(Input.Changed):
                self._narrow.value = ""
            self._narrow.display = False
            self._files.narrow("", on=on)
            self.set_focus(self._files)

    def _show_words(self) -> None:
        """Where we are, and what to be wary of with the target under the cursor."""
        self._place.show([place_line(self._folder, self._listing, self._place.size.width, self._signs)])
        seen, column, width = self._columns.preview, self._columns.current, self._about.size.width
        lines: list[Line] = []
        if seen is not None and column is not None and width:
            lines = about_lines(seen, column, width, self._signs)
        self._about.show(lines)
        self.refresh_bindings()
