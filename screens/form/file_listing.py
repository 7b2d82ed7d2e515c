"""What stands in a folder, for the file browser: its folders, and those of its files that can be read as data."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from workbench.data import FILE_SUFFIXES
from workbench.inert import inert

MOST_ENTRIES = 20_000
"""Of a folder that holds more, only the first are looked at."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A folder, or a file that can be read as data."""

    name: str
    is_folder: bool
    size_bytes: int | None = None
    modified_at: float | None = None

    @property
    def can_be_named(self) -> bool:
        """Whether the name can be shown as it is, and so be typed and stored."""
        return inert(self.name) == self.name


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder's folders and data files, each in the order of their names."""

    folder: str
    entries: tuple[FileEntry, ...] = ()
    others: int = 0
    """Files that are not data, or hidden."""
    is_cut: bool = False
    """Whether the folder holds more than was looked at."""
    problem: str | None = None
    """Why the folder cannot be read, as a sentence."""


def list_folder(folder: str, *, hidden: bool = False) -> Listing:
    """What stands in a folder; may take as long as its file system likes."""
    try:
        with os.scandir(folder) as found:
            seen = list(islice(found, MOST_ENTRIES + 1))
    except OSError as error:
        return Listing(folder, problem=f"{folder} cannot be read ({error.strerror}).")
    entries = [entry for entry in map(_read_entry, seen[:MOST_ENTRIES]) if entry is not None]
    shown = [entry for entry in entries if hidden or not entry.name.startswith(".")]
    shown.sort(key=lambda entry: (not entry.is_folder, entry.name.lower(), entry.name))
    others = min(len(seen), MOST_ENTRIES) - len(shown)
    return Listing(folder, tuple(shown), others, is_cut=len(seen) > MOST_ENTRIES)


def narrow(entries: Sequence[FileEntry], text: str) -> list[FileEntry]:
    """The entries whose names contain a text, upper and lower case alike."""
    wanted = text.strip().lower()
    return [entry for entry in entries if wanted in entry.name.lower()]


def parent_of(folder: str) -> str:
    """The folder above; of the root itself, the root. The disk is not asked: it may not answer."""
    return os.path.dirname(os.path.normpath(folder)) or os.sep


def starting_folder(file: str) -> str:
    """Where to begin: beside the file that is named, else in the folder that Workbench was started in."""
    path = os.path.abspath(os.path.expanduser(file.strip())) if file.strip() else ""
    return os.path.dirname(path) if path else os.getcwd()


def write_folder(folder: str) -> str:
    """A folder as people write it, with ``~`` for their home; inert."""
    home = os.path.expanduser("~")
    if folder == home or folder.startswith(home.rstrip(os.sep) + os.sep):
        folder = "~" + folder[len(home.rstrip(os.sep)) :]
    return inert(folder)


def _read_entry(entry: os.DirEntry[str]) -> FileEntry | None:
    """A folder or a data file; None for anything else, and for what cannot be looked at."""
    try:
        if entry.is_dir():
            return FileEntry(entry.name, is_folder=True)
        if os.path.splitext(entry.name)[1].lower() not in FILE_SUFFIXES or not entry.is_file():
            return None
        status = entry.stat()
    except OSError:
        return None
    return FileEntry(entry.name, is_folder=False, size_bytes=status.st_size, modified_at=status.st_mtime)
