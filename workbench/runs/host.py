"""What the processes of a run ask of the machine that they run on: its name, its boot, its cores, what it kills."""

import ctypes
import signal
import socket
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PR_SET_PDEATHSIG = 1


def host_name() -> str:
    """The name by which a store knows this machine."""
    return socket.gethostname()


def boot_id() -> str:
    """A value that is another after each start of the machine; empty where the kernel does not tell."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def core_count() -> int:
    """The cores that the runs of this machine may divide among them."""
    from workbench.environment import usable_cores  # brings psutil, which most of our processes can do without

    return usable_cores()


def ask_for_signal_when_parent_dies(number: signal.Signals) -> None:
    """Lets the kernel send this process a signal when its parent dies; without effect where there is no such call."""
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def find_memory_events(proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")) -> Path | None:
    """The file that counts processes of our cgroup that were killed for want of memory, if there is one.

    Version 2 of cgroups counts in ``memory.events``, version 1 in ``memory.oom_control``, and the kernel counts for the
    whole machine in ``vmstat``; all have a line ``oom_kill N``.
    """
    candidates: list[Path] = []
    try:
        lines = (proc / "self/cgroup").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            candidates += [cgroups / path.lstrip("/") / "memory.events", cgroups / "memory.events"]
        elif "memory" in controllers.split(","):
            v1 = cgroups / "memory"
            candidates += [v1 / path.lstrip("/") / "memory.oom_control", v1 / "memory.oom_control"]
    candidates.append(proc / "vmstat")
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
