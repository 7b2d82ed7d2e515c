"""Leases: who of this user's runs may work on a GPU or on CPU cores of this machine, whatever store they belong to.

A lease is an ``flock`` on a file in one folder a user; whatever kills the holder, the kernel gives the lease back. A
GPU is leased whole, by UUID. Of the CPU each run takes as many core files as it may use threads, so that concurrent
runs divide the cores and never contend for them. The files hold a note of who took them, for people only.

The folder is always the same for a user, ``/tmp/workbench-UID``, and not ``XDG_RUNTIME_DIR``: that one is missing under
cron and deleted when the last login ends, while runs go on; two folders would mean two holders of one GPU.
"""

import fcntl
import json
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from store.locks import open_lock, try_flock
from workbench.environment import usable_cores
from workbench.errors import DiskError
from workbench.generation import LEASE_ID

FOLDER_VARIABLE: Final = "WORKBENCH_RUNTIME_DIR"
_DEVICE = "device-"
_CORE = "core-"
_BESIDE = "beside-"
_WANTED = "wanted-"
_TRIES: Final = 5
_BETWEEN_TRIES_S: Final = 0.002
_CORES_TURNSTILE = "cores"
QUIET: Final = "quiet"
"""Held shared by each run that works on the CPU, exclusively by one that measures latency."""
MEASURE: Final = "measure"
"""Held exclusively by whoever measures latency or waits to: one at a time."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The run that holds a lease, and its supervisor; or a process that makes text, by the id ``LEASE_ID``."""

    store: str
    run_id: int
    pid: int
    device: str
    since_at: float

    def seen_from(self, store: str) -> str:
        """The run in words, for readers of one store's log."""
        if self.run_id == LEASE_ID:
            return "text generation"
        return f"run {self.run_id}" if self.store == store else f"run {self.run_id} of {self.store}"


@dataclass(frozen=True, slots=True)
class Lease:
    """One lease that somebody holds now: ``what`` is a GPU's UUID, or ``core 3``."""

    what: str
    holder: Holder | None
    """None where the note in the file cannot be read."""


class Lent:
    """What a run was lent: a device and threads, and the open files that hold them.

    Closing gives everything back, unless a child process has inherited the files and lives.
    """

    def __init__(
        self,
        *,
        device: str,
        threads: int,
        uuid: str | None = None,
        fds: tuple[int, ...] = (),
        quiet_fd: int | None = None,
    ) -> None:
        self.device = device
        self.threads = threads
        self.uuid = uuid
        self.quiet_fd = quiet_fd
        self._fds = fds

    @property
    def fds(self) -> tuple[int, ...]:
        """Every open file that holds a lease, for a child to inherit."""
        return self._fds if self.quiet_fd is None else (*self._fds, self.quiet_fd)

    def keep_fresh(self) -> None:
        """Renews the files' times: the cleaners of /tmp remove what nobody touched for days."""
        for fd in self.fds:
            os.utime(fd)

    def close(self) -> None:
        """Gives the leases back."""
        for fd in self.fds:
            os.close(fd)
        self._fds, self.quiet_fd = (), None


def runtime_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the leases, made if need be; raises DiskError where another user could write in it."""
    folder = Path(environment.get(FOLDER_VARIABLE) or f"/tmp/workbench-{os.getuid()}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = os.lstat(folder)
    except OSError as error:
        raise DiskError(
            f"The folder {folder} for leases cannot be made ({error.strerror}). Name another in {FOLDER_VARIABLE}."
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise DiskError(
            f"{folder} is not a folder that only you can write, so leases in it mean nothing. Remove it, or name "
            f"another folder in {FOLDER_VARIABLE}."
        )
    return folder


def lend_device(uuid: str, name: str, threads: int, holder: Holder) -> Lent | None:
    """The GPU with this UUID, called ``name`` (``cuda:0``); None while another run holds it."""
    fd = _take(runtime_folder() / f"{_DEVICE}{re.sub(r'[^A-Za-z0-9-]', '_', uuid)}.lock", holder)
    return Lent(device=name, threads=threads, uuid=uuid, fds=(fd,)) if fd is not None else None


def lend_device_beside(uuid: str, name: str, threads: int, holder: Holder) -> Lent | None:
    """The GPU, shared with other processes that make text, whose models lie in its memory side by side; None while a
    run holds it.

    The lock on the GPU is taken shared, and one of its own tells ``current`` who shares it.
    """
    folder, word = runtime_folder(), re.sub(r"[^A-Za-z0-9-]", "_", uuid)
    device = open_lock(folder / f"{_DEVICE}{word}.lock")
    if not try_flock(device, fcntl.LOCK_SH):
        os.close(device)
        return None
    own = _take(folder / f"{_BESIDE}{holder.pid}-{word}.lock", holder)
    return Lent(device=name, threads=threads, uuid=uuid, fds=(device,) if own is None else (device, own))


def announce_wanted(devices: Iterable[str]) -> tuple[int, ...]:
    """Tells whoever makes text on these devices (``cpu``, or a GPU's UUID) that a run waits for them.

    Returns open files; the runs wait no more when these are closed.
    """
    folder = runtime_folder()
    fds = tuple(open_lock(_wanted(folder, device)) for device in devices)
    for fd in fds:
        fcntl.flock(fd, fcntl.LOCK_SH)
    return fds


def is_wanted(device: str) -> bool:
    """Whether a run, of whatever store, waits for this device (``cpu``, or a GPU's UUID)."""
    path = _wanted(runtime_folder(), device)
    if not path.exists():
        return False
    fd = open_lock(path)
    try:
        # Another who looks at the same time holds the lock for some microseconds, and is no run that waits.
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_BETWEEN_TRIES_S)
            if try_flock(fd):
                return False
    finally:
        os.close(fd)
    return True


def lend_cores(threads: int, holder: Holder, *, cores: int | None = None) -> Lent | None:
    """``threads`` CPU cores and the right to work; None while others hold too many, or one measures its latency."""
    folder = runtime_folder()
    fds: list[int] = []
    quiet_fd = None
    with _turnstile(folder):
        for number in range(cores or usable_cores()):
            fd = _take(folder / f"{_CORE}{number}.lock", holder)
            if fd is not None:
                fds.append(fd)
            if len(fds) == threads:
                quiet_fd = _enter_quietly(folder)
                break
    if quiet_fd is None:
        for fd in fds:
            os.close(fd)
        return None
    return Lent(device="cpu", threads=threads, fds=tuple(fds), quiet_fd=quiet_fd)


def current() -> list[Lease]:
    """Every GPU and every core that is leased now, by name."""
    leases = []
    for path in sorted(runtime_folder().glob("*.lock")):
        name = path.stem
        if name.startswith((_DEVICE, _CORE, _BESIDE)) and _is_held(path):
            leases.append(Lease(_what(name), _read_note(path)))
    return leases


def working_runs() -> list[Holder]:
    """The runs that hold a lease now, each once, in order."""
    holders = {(holder.store, holder.run_id): holder for lease in current() if (holder := lease.holder)}
    return [holders[key] for key in sorted(holders)]


def _what(name: str) -> str:
    """A GPU's UUID, or ``core 3``, by the name of the file that is locked."""
    if name.startswith(_BESIDE):
        return name.removeprefix(_BESIDE).partition("-")[2]
    return name.removeprefix(_DEVICE) if name.startswith(_DEVICE) else name.replace(_CORE, "core ")


def _wanted(folder: Path, device: str) -> Path:
    return folder / f"{_WANTED}{re.sub(r'[^A-Za-z0-9-]', '_', device)}.lock"


def _enter_quietly(folder: Path) -> int | None:
    """The quiet lock, shared, unless somebody measures: whoever waits to measure is not kept waiting by newcomers."""
    measure = open_lock(folder / f"{MEASURE}.lock")
    try:
        if not try_flock(measure, fcntl.LOCK_SH):
            return None
        quiet = open_lock(folder / f"{QUIET}.lock")
        if try_flock(quiet, fcntl.LOCK_SH):
            return quiet
        os.close(quiet)
        return None
    finally:
        os.close(measure)


@contextmanager
def _turnstile(folder: Path) -> Iterator[None]:
    """One run at a time collects cores: two that each hold half of what they need would wait for each other."""
    fd = open_lock(folder / f"{_CORES_TURNSTILE}.lock")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _take(path: Path, holder: Holder) -> int | None:
    fd = open_lock(path)
    if try_flock(fd) and _is_still(path, fd):
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(asdict(holder)).encode(), 0)
        return fd
    os.close(fd)
    return None


def _is_still(path: Path, fd: int) -> bool:
    """Whether the locked file is still the one of that name: a cleaner may have removed it after it was opened."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(fd))
    except FileNotFoundError:
        return False


def _is_held(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not try_flock(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


def _read_note(path: Path) -> Holder | None:
    try:
        return Holder(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def new_holder(store: Path, run_id: int, device: str) -> Holder:
    """The note of a lease that this process takes now."""
    return Holder(str(store), run_id, os.getpid(), device, time.time())
