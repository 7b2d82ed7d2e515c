"""The folder of a run, beside the store, and the lock in it that says whether the run lives.

Whoever owns a run holds an ``flock`` on ``runs/<id>/lock`` for life. The kernel drops it however the process ends, so a
free lock is proof of death, which a process id in a table could never be.
"""

import fcntl
import os
import time
from pathlib import Path

from store.locks import open_lock, try_flock

RUNS_FOLDER = "runs"
_TRIES = 5
_BETWEEN_TRIES_S = 0.002


def run_folder(store_path: Path, run_id: int) -> Path:
    """Where the lock, spool, log and checkpoint of a run lie; the folder need not exist."""
    return store_path.parent / RUNS_FOLDER / str(run_id)


def create_run_folder(store_path: Path, run_id: int) -> Path:
    """The run's folder, made for its owner's eyes only. A folder that is already there is kept as it is."""
    folder = run_folder(store_path, run_id)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def lock_path(folder: Path) -> Path:
    """The file in a run's folder whose lock says that the run lives."""
    return folder / "lock"


def hold_lock(folder: Path) -> int:
    """Take the run's lock, waiting for it if need be. Returns the descriptor that holds it until it is closed."""
    descriptor = open_lock(lock_path(folder))
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def try_lock(folder: Path) -> int | None:
    """Take the run's lock if nobody holds it; ``None`` if somebody does.

    It tries for a hundredth of a second, so that a look by ``is_alive``, which holds the lock for some microseconds,
    is not taken for an owner.
    """
    descriptor = open_lock(lock_path(folder))
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_BETWEEN_TRIES_S)
        if try_flock(descriptor):
            return descriptor
    os.close(descriptor)
    return None


def is_alive(folder: Path) -> bool:
    """Whether somebody on this machine holds the run's lock; a missing folder or lock file is not alive."""
    try:
        descriptor = os.open(lock_path(folder), os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError:
        # Nobody may be told that a run is lost by one who could not look.
        return True
    try:
        # A shared lock: two who look at the same time do not take each other for the owner.
        return not try_flock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def living_runs(store_path: Path) -> list[int]:
    """Ids of the runs beside this store whose lock is held, in order."""
    return sorted(run_id for run_id in _folder_ids(store_path) if is_alive(run_folder(store_path, run_id)))


def first_free_id(store_path: Path, at_least: int) -> int:
    """The lowest id from ``at_least`` on whose folder does not exist.

    Folders outlive a store file that was deleted by hand, and two stores may share a folder: a new run must never
    meet the spool of another.
    """
    run_id = at_least
    while run_folder(store_path, run_id).exists():
        run_id += 1
    return run_id


def _folder_ids(store_path: Path) -> list[int]:
    try:
        names = os.listdir(store_path.parent / RUNS_FOLDER)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [int(name) for name in names if name.isascii() and name.isdigit()]
