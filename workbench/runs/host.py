"""What the processes of a run ask of the machine that they run on: its name, and word of what it kills."""

import ctypes
import signal
from pathlib import Path

from store.filesystems import this_host
from workbench.telemetry.cgroups import Cgroup

_VMSTAT = Path("/proc/vmstat")
_MEMORY_EVENTS = ("memory.events", "memory.oom_control")
_PR_SET_PDEATHSIG = 1


def host_name() -> str:
    """The name by which a store knows this machine."""
    return this_host()


def ask_for_signal_when_parent_dies(number: signal.Signals) -> None:
    """Lets the kernel send this process a signal when its parent dies; without effect where there is no such call."""
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def find_memory_events(cgroup: Cgroup | None = None, vmstat: Path = _VMSTAT) -> Path | None:
    """The file that counts processes of our control group that were killed for want of memory, if there is one.

    The second generation of groups counts in ``memory.events``, the first in ``memory.oom_control``, and the kernel for
    the whole machine in ``vmstat``; all have a line ``oom_kill N``.
    """
    folders = (cgroup or Cgroup()).folders("memory")
    candidates = [*(folder / name for folder in folders for name in _MEMORY_EVENTS), vmstat]
    return next((path for path in candidates if memory_killings(path) is not None), None)


def memory_killings(path: Path | None) -> int | None:
    """How many processes were killed for want of memory by the count of ``path``; None where it does not say."""
    try:
        text = path.read_text() if path is not None else ""
    except OSError:
        return None
    for line in text.splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill" and count.strip().isdigit():
            return int(count)
    return None
