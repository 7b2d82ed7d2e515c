"""What a file is, judged from its first hundred bytes, before SQLite is let near it.

Opening a database can write: SQLite plays back journals, makes ``-wal`` and ``-shm`` files and checkpoints at the
end. A file that is to be refused is therefore recognised by reading it as plain bytes. A store carries its
application id and its version in the header from the first moment it exists (``migrations`` sees to that). Format:
https://www.sqlite.org/fileformat2.html#the_database_header
"""

import os
import stat
import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from store.errors import StoreCorrupt, StoreError, StoreNewer

APPLICATION_ID = 0x574B4231
"""Marks a SQLite file as a Workbench store ('WKB1'); ``file`` and SQLite show it."""

_MAGIC = b"SQLite format 3\x00"
_LENGTH = 100


class FileState(Enum):
    """What has to be done before a store file can be used."""

    BLANK = "blank"
    """It does not exist, or is empty."""
    OLDER = "older"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a database header that tell a store from other files."""

    page_size: int
    change_counter: int
    pages: int
    user_version: int
    application_id: int
    version_valid_for: int


def examine(path: Path, known_version: int) -> FileState:
    """The state of the file at ``path``, found without touching it.

    Raises StoreCorrupt for a file that is no store or is cut short, StoreNewer for one above ``known_version``, and
    StoreError for what is no file, such as a folder or a device.
    """
    try:
        start, size = _first_bytes(path)
    except FileNotFoundError:
        return FileState.BLANK
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"The store {path} cannot be read: {reason}. Name another with --store PATH.") from error
    if size == 0:
        return FileState.BLANK
    header = _parse(path, start)
    if header.application_id != APPLICATION_ID:
        raise StoreCorrupt(
            f"{path} is a database of another program, so it was left as it is. Name another file with --store PATH."
        )
    check_version(path, header.user_version, known_version)
    if _is_cut_short(path, header, size):
        raise damaged(path, f"it should have {header.pages * header.page_size} bytes and has {size}")
    return FileState.CURRENT if header.user_version == known_version else FileState.OLDER


def check_version(path: Path, version: int, known_version: int) -> None:
    """Raises StoreNewer where a store's ``version`` is above the one that this program knows."""
    if version > known_version:
        raise StoreNewer(
            f"The store {path} has version {version} and this Workbench knows versions up to {known_version}; nothing "
            "was changed. Upgrade Workbench, or name another file with --store PATH."
        )


def damaged(path: Path, reason: object) -> StoreCorrupt:
    """The error for a store that SQLite cannot read."""
    return StoreCorrupt(
        f"The store {path} is damaged ({reason}) and was left as it is. Restore it from a backup, save what can be "
        f"saved with `sqlite3 {path} .recover`, or name another file with --store PATH."
    )


_descriptors: dict[tuple[int, int], int] = {}
"""One open file for each database file (device, inode) that this process has looked at."""


def _first_bytes(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file, and its size, read through a descriptor that is never closed.

    Closing any descriptor of a file drops every POSIX lock that this process holds on it, those of SQLite's open
    connections included. Another process would then take itself for the last one and delete the write-ahead log under
    our readers. See https://www.sqlite.org/howtocorrupt.html, section 2.2.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        # Size 0 is no proof of a blank file: /dev/null would be replaced by a store, and a pipe never answers.
        raise StoreError(f"{path} is not a regular file, so no store can be there. Name another with --store PATH.")
    file = (status.st_dev, status.st_ino)
    if file not in _descriptors:
        _descriptors[file] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return os.pread(_descriptors[file], _LENGTH, 0), status.st_size


def _parse(path: Path, start: bytes) -> Header:
    if len(start) < _LENGTH or not start.startswith(_MAGIC):
        raise StoreCorrupt(f"{path} is not a database, so it was left as it is. Name another file with --store PATH.")
    page_size = struct.unpack_from(">H", start, 16)[0]
    change_counter, pages = struct.unpack_from(">II", start, 24)
    return Header(
        page_size=65536 if page_size == 1 else page_size,
        change_counter=change_counter,
        pages=pages,
        user_version=struct.unpack_from(">i", start, 60)[0],
        application_id=struct.unpack_from(">I", start, 68)[0],
        version_valid_for=struct.unpack_from(">I", start, 92)[0],
    )


def _is_cut_short(path: Path, header: Header, size: int) -> bool:
    # The page count counts only where the writer kept it, and a write-ahead log or a journal may hold the rest.
    if header.change_counter != header.version_valid_for or header.pages == 0:
        return False
    beside = (path.with_name(path.name + suffix) for suffix in ("-wal", "-journal"))
    return size < header.pages * header.page_size and not any(file.exists() for file in beside)
