"""Lock files: ``flock`` on an open file, which the kernel gives back however its holder ends."""

import fcntl
import os
from pathlib import Path


def open_lock(path: Path) -> int:
    """The lock file at ``path``, made for its owner alone where it is missing; open, not yet locked."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_flock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Take the lock (``LOCK_EX`` or ``LOCK_SH``) if it can be had at once; whether it was."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
