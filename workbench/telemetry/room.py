"""The room that a machine has left besides its memory: the disk that holds the store, and swap.

Neither changes from one second to the next, and a disk may be a dead network mount, so they are no part of a sample:
whoever shows them asks now and then, in a thread of its own.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench.telemetry.patience import DriverSilent, answer_within

DISK_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Room:
    """What is used of the disk and of swap; None where it cannot be told."""

    path: Path
    """The folder whose file system is meant."""
    disk_used_bytes: int | None = None
    disk_total_bytes: int | None = None
    """What this user can fill: without the blocks that are kept for root."""
    swap_used_bytes: int | None = None
    swap_total_bytes: int | None = None


def read_room(store: Path, patience_s: float = DISK_PATIENCE_S) -> Room:
    """The room on the file system of ``store``, which need not be there yet; a disk that is silent stays unknown."""
    used, total = _disk(store.parent, patience_s)
    swap = _swap()
    return Room(store.parent, used, total, *swap)


def _disk(folder: Path, patience_s: float) -> tuple[int | None, int | None]:
    try:
        return answer_within(patience_s, lambda: _ask_disk(folder))
    except (DriverSilent, OSError):
        return None, None


def _ask_disk(folder: Path) -> tuple[int, int]:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    found = os.statvfs(folder)
    used = (found.f_blocks - found.f_bfree) * found.f_frsize
    return used, used + found.f_bavail * found.f_frsize


def _swap() -> tuple[int | None, int | None]:
    try:
        swap = psutil.swap_memory()
    except (OSError, RuntimeError, ValueError):  # a container may hide what it is read from
        return None, None
    return int(swap.used), int(swap.total)
