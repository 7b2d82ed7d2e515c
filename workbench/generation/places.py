"""Where the processes that hold language models are found: one address a store, device, model and precision.

All of it lies in the private runtime folder, beside the leases: a socket, a lock that the process holds for life, and a
log of what its libraries printed. Names are hashes, since the path of a socket may have 107 bytes only.
"""

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.errors import DiskError
from workbench.runs.leases import runtime_folder

PREFIX: Final = "generator-"
_SOCKET: Final = ".sock"
_LONGEST_PATH: Final = 107
"""Bytes of a socket's path on Linux, without the final zero; macOS takes three fewer."""
_OPEN_FOLDERS: Final = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one process that holds a model, whether it lives or not."""

    folder: Path
    name: str

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / f"{self.name}{_SOCKET}"

    @property
    def lock(self) -> Path:
        """Held by it for life, and by whoever is about to start it."""
        return self.folder / f"{self.name}.lock"

    @property
    def log(self) -> Path:
        """What it and its libraries printed."""
        return self.folder / f"{self.name}.log"


def place_of(store: Path, device: str, model: str, dtype: str) -> Place:
    """Where the process of this store, device (``cpu``, or what a GPU is leased by), model and precision is found."""
    digest = hashlib.sha256("\0".join((str(store), device, model, dtype)).encode(errors="backslashreplace")).hexdigest()
    return Place(runtime_folder(), f"{PREFIX}{digest[:16]}")


def all_places() -> list[Place]:
    """Where this user's processes listen, or once listened, whatever store they belong to."""
    folder = runtime_folder()
    return [Place(folder, path.name.removesuffix(_SOCKET)) for path in sorted(folder.glob(f"{PREFIX}*{_SOCKET}"))]


def listen(place: Place) -> socket.socket:
    """A socket of mode 0600 that listens there, in place of one that a dead process left; raises DiskError.

    The caller holds the lock of the place.
    """
    listener = socket.socket(socket.AF_UNIX)
    try:
        place.socket.unlink(missing_ok=True)
        os.fchmod(listener.fileno(), 0o600)  # before the name exists, so that nobody ever finds it open
        with _address(place.socket) as address:
            listener.bind(address)
        place.socket.chmod(0o600)
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise DiskError(
            f"No socket can be made at {place.socket} ({error.strerror}). Free space there, or name another folder in "
            f"WORKBENCH_RUNTIME_DIR."
        ) from error
    return listener


def connect(place: Place) -> socket.socket | None:
    """A connection to the process that listens there; None where none does."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        with _address(place.socket) as address:
            connection.connect(address)
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """The path of a socket in as few bytes as it may have: a longer one goes by way of its open folder."""
    if len(os.fsencode(path)) <= _LONGEST_PATH or not _OPEN_FOLDERS.is_dir():
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield str(_OPEN_FOLDERS / str(folder) / path.name)
    finally:
        os.close(folder)
