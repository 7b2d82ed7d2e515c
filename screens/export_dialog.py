"""Asks what shall be taken out of the interface and where to: into a file of one's own, or the terminal's clipboard."""

import errno
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from screens.base import Dialog
from screens.pieces import Line, Piece, hanging
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from workbench.inert import inert

Formats = Mapping[str, tuple[str, str]]
"""By the ending of its file: what a format is called, and a word on what it is good for; the first is the default."""


_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Export:
    """What shall be written: the format, and the file; without one, to the clipboard."""

    format: str
    """The ending of its file."""
    path: Path | None
    replace: bool = False


def file_name(name: str) -> str:
    """A name of somebody's as a part of a file's name: no separators, no leading dot, not too long; it may be ''."""
    safe = "".join(character if character.isalnum() or character in "-_." else "-" for character in inert(name))
    return safe.strip(".-")[:_LONGEST_NAME].rstrip(".-")


def write_export(text: str, path: Path, *, replace: bool) -> None:
    """Write a file that only its owner may read, whole or not at all; raises DiskError where that cannot be.

    What is to be replaced stays as it was until all of the new text is written, and who may read it stays, too.
    """
    from workbench.errors import DiskError

    try:
        if replace and path.exists():
            _replace(text, path.resolve())
        else:
            _create(text, path)
    except FileExistsError:
        raise DiskError(f"{path} came into being meanwhile. Export again, to another name.") from None
    except OSError as error:
        raise DiskError(f"{path} cannot be written ({error.strerror}). Choose another place.") from None


def _create(text: str, path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _write(text, descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _replace(text: str, path: Path) -> None:
    if not path.is_file():
        raise OSError(errno.EINVAL, "it is no file")
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        os.fchmod(descriptor, S_IMODE(path.stat().st_mode))
        _write(text, descriptor)
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise


def _write(text: str, descriptor: int) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)


class ExportDialog(Dialog[Export | None]):
    """Asks for the format, and where to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "write", "Write", id="export.write", priority=True),
        Binding("tab", "turn(1)", "Format", id="export.format", priority=True),
        Binding("shift+tab", "turn(-1)", "Format before", show=False, id="export.format_before", priority=True),
        Binding("ctrl+y", "copy", "Copy", tooltip="Into the terminal's clipboard", id="export.copy"),
        Binding("escape", "close", "Leave it", id="export.close"),
        Binding("ctrl+c", "close", "Leave it", show=False, priority=True, id="export.interrupt"),
    ]

    def __init__(self, what: str, name: str, formats: Formats) -> None:
        super().__init__()
        self._what = what
        self._known = formats
        self._format = next(iter(formats))
        self._asked: Path | None = None
        self._input = TextField(f"./{name}.{self._format}", id="export-path")
        self._formats = PaintedText(id="export-formats")
        self._note = PaintedText(id="export-note")

    def compose(self) -> ComposeResult:
        """The formats, the name of the file, and what there is to say of it."""
        with Vertical(classes="box") as box:
            box.border_title = f"Export {self._what}"
            yield self._formats
            self._input.styles.width = "1fr"
            yield self._input
            yield self._note
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the first format."""
        self._draw()
        self._input.focus()

    def action_turn(self, by: int) -> None:
        """Choose another format; the file's ending follows it."""
        formats = list(self._known)
        self._format = formats[(formats.index(self._format) + by) % len(formats)]
        path = Path(self._input.value)
        if path.suffix.lstrip(".") in self._known:
            text = self._input.value
            self._input.value = text[: len(text) - len(path.suffix)] + f".{self._format}"
            self._input.cursor_position = len(self._input.value)
        self._asked = None
        self._draw()

    def action_write(self) -> None:
        """Write the file; where there is one, ask first."""
        text = self._input.value.strip()
        if not text:
            self._draw("Type the name of a file, or press ctrl+y to copy.")
            return
        path = _place(text)
        if path.is_dir():
            self._draw(f"{text} is a folder. Type the name of a file in it.")
        elif not path.parent.is_dir():
            self._draw(f"There is no folder {path.parent}. Type another name.")
        elif path.exists() and self._asked != path:
            self._asked = path
            self._draw(f"{path.name} exists. Press enter again to replace it.")
        else:
            self.dismiss(Export(self._format, path, replace=self._asked == path))

    def action_copy(self) -> None:
        """Copy it instead."""
        self.dismiss(Export(self._format, None))

    def action_close(self) -> None:
        """Write nothing."""
        self.dismiss(None)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another name is asked for anew."""
        if self._asked is not None and _place(event.value.strip()) != self._asked:
            self._asked = None
            self._draw()

    def _draw(self, problem: str = "") -> None:
        formats = tuple(
            Piece(f" {self._known[form][0]} ", "chosen" if form == self._format else "secondary")
            for form in self._known
        )
        self._formats.show([formats, (Piece(f" {self._known[self._format][1]}", "secondary"),), ()])
        width = max(20, self._input.size.width or 56)
        lines: list[Line] = [(Piece(text, "warning"),) for text in hanging(inert(problem), width)] if problem else []
        self._note.show([(), *lines, ()] if lines else [()])


def _place(text: str) -> Path:
    """The place that a name means, as a shell reads it; ``~`` before no user's name is left as it is."""
    return Path(os.path.expanduser(os.path.expandvars(text)))
