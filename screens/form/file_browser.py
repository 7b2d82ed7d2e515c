"""The file browser: a folder's data files, a preview of the one under the cursor, and what of it a model learns from.

Of a table that is the column to predict, of a text its field, if there are several. A model that learns from text can
also be given a whole folder.

A file system may be slow or dead, so nothing here asks it in the app's thread (``screens.form.disk``). An answer to a
question that has been overtaken is dropped; where a folder does not answer, this is said, and it can be left.
"""

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Input

from screens.base import Dialog
from screens.form.disk import ask_disk
from screens.form.file_answers import FileChoice, FileSeen, FolderListed, look_at
from screens.form.file_listing import FileEntry, Listing, list_folder, parent_of, starting_folder
from screens.form.file_panes import FileRows, place_line
from screens.form.file_preview import FilePreview
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText, RowsPane
from workbench.inert import inert

_PATIENCE_S = 1.0
"""After so long without an answer, it is said that the file system does not answer."""
_PAUSE_S = 0.12
"""The cursor must rest so long on a file before it is read."""
_TEXT_KEYS = ("up", "home", "hidden", "narrow", "other_list", "open", "take_folder")


class FileBrowserDialog(Dialog[FileChoice | None]):
    """Asks for a data file, and for its target or its field of text."""

    CSS_PATH = "file_browser.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l,right", "open", "Open", show=False, id="files.open"),
        Binding("h,left,backspace", "up", "Up", id="files.up", tooltip="The folder above"),
        Binding("slash", "narrow", "Narrow", priority=True, id="files.narrow", tooltip="Only names with a text"),
        Binding(
            "tab,shift+tab", "other_list", "Columns", priority=True, id="files.columns", tooltip="Files or columns"
        ),
        Binding("t", "take_folder", "Take", id="files.take_folder", tooltip="All texts in the folder, and below it"),
        Binding("tilde", "home", "Home", id="files.home", tooltip="Your home folder"),
        Binding("full_stop", "hidden", "Hidden", id="files.hidden", tooltip="Show or hide what begins with a dot"),
        Binding("escape", "close", "Back", priority=True, id="files.close"),
        Binding("ctrl+c", "leave", "Back", show=False, priority=True, id="files.interrupt"),
    ]

    def __init__(self, file: str, target: str, signs: Signs, *, text: str = "", takes_text: bool = False) -> None:
        super().__init__()
        self._takes_text = takes_text
        self._signs = signs
        self._folder = starting_folder(file)
        self._on: str | None = os.path.basename(file.strip()) or None
        self._whole_folder: str | None = None
        """The folder whose texts are shown, instead of the file under the cursor."""
        self._hidden = False
        self._asked = 0
        """The number of the newest question for a folder; of one for a file likewise below."""
        self._asked_file = 0
        self._waiting: Timer | None = None
        self._pause: Timer | None = None
        self._listing: Listing | None = None
        self._files = FileRows(signs)
        self._preview = FilePreview(target.strip() or None, text.strip() or None, signs)
        self._place = PaintedText(id="file-place")
        self._narrow = TextField("", placeholder="part of a name", id="file-narrow")

    def compose(self) -> ComposeResult:
        """Where we are, the two lists, what to be wary of, and the keys."""
        with Vertical(classes="box") as box:
            box.border_title = "Choose a data file"
            yield self._place
            yield self._narrow
            with Container(id="file-body"):
                yield self._files
                yield self._preview
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
        if action in ("up", "narrow", "home", "hidden", "take_folder") and self.focused is self._preview.content:
            return False
        if action == "take_folder" and not self._takes_text:
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

    def action_take_folder(self) -> None:
        """Show the texts of the folder under the cursor, or of this one, to be taken as a whole."""
        entry = self._files.current
        name = entry.name if entry is not None and entry.is_folder else ""
        self._forget_content()
        self._whole_folder = os.path.join(self._folder, name) if name else self._folder
        self._say("The folder is looked through for texts.")
        self._read(self._whole_folder)

    def action_other_list(self) -> None:
        """Go to the columns or the text, or back to the files."""
        if self.focused is self._preview.content:
            self.set_focus(self._files)
        elif not self._preview.is_empty:
            self.set_focus(self._preview.content)

    def action_close(self) -> None:
        """One step back: from the columns to the files, from the text to all files, from those out."""
        if self.focused is self._preview.content:
            self.set_focus(self._files)
        elif self._narrow.display:
            self._end_narrowing()
        elif self._whole_folder is not None and self._preview.is_empty:
            self._rest()  # the folder is being looked through, and is wanted no more
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
        """Open a folder, go on to what a file holds, or return the column or the text."""
        event.stop()
        entry, column = self._files.current, self._preview.columns.current
        if event.pane is self._files:
            self._open(entry)
        elif self._whole_folder is not None:
            self.dismiss(FileChoice(self._whole_folder))
        elif event.pane is self._preview.texts and entry is not None:
            self.dismiss(FileChoice(os.path.join(self._folder, entry.name), text=self._preview.texts.field))
        elif entry is not None and column is not None:
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
        """Show the columns or the text, unless the cursor has moved on."""
        event.stop()
        if event.number != self._asked_file:
            return
        if event.seen is None:
            self._say(f"{self._signs.problem} {inert(event.problem)}")
            return
        self._preview.show(event.seen)
        if self._whole_folder is not None:
            self.set_focus(self._preview.content)
        self._show_words()

    def _say(self, words: str) -> None:
        """Show these words instead of what a file holds."""
        if self.focused is self._preview.content:
            self.set_focus(self._files)
        self._preview.say(words)
        self._show_words()

    def _go(self, folder: str, on: str | None = None) -> None:
        """Have a folder read."""
        self._folder, self._on, self._listing = folder, on, None
        self._asked += 1
        self._end_narrowing()
        self._files.wait("")
        self._forget_content()
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
            self._say("The name of this file holds characters that cannot be shown: rename it first.")
        else:
            if self._preview.is_empty or self._whole_folder is not None:
                self._read_file()
            self.set_focus(self._preview.content)

    def _rest(self) -> None:
        """Have the file under the cursor read, once the cursor has rested."""
        self._forget_content()
        entry = self._files.current
        if entry is not None and not entry.is_folder:
            self._pause = self.set_timer(_PAUSE_S, self._read_file)

    def _read_file(self) -> None:
        entry = self._files.current
        if entry is None or entry.is_folder:
            return
        self._whole_folder = None
        self._read(os.path.join(self._folder, entry.name))

    def _read(self, path: str) -> None:
        self._asked_file += 1
        number = self._asked_file
        ask_disk(self, lambda: look_at(number, path))

    def _forget_content(self) -> None:
        """Show nothing, and drop what was asked for."""
        self._asked_file += 1
        if self._pause is not None:
            self._pause.stop()
        self._whole_folder = None
        self._say("")

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
        self._preview.warn()
        self.refresh_bindings()
