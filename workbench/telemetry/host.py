"""The machine itself: processors, memory, load, and the memory of a run's own processes, through psutil.

Utilisation is the share of time since the call before, so the first reading has none. Inside a control group with a
memory limit, that limit and what the group uses stand in place of the machine's memory: it is what a run dies of.
"""

import os
import time
from collections.abc import Callable, Iterable

import psutil

from store.records import Sample
from workbench.telemetry.cgroups import Cgroup

_CPU_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal")


def _no_processes() -> tuple[int, ...]:
    return ()


class HostSampler:
    """Samples the host. ``roots`` gives the process ids whose trees make up ``run_memory_bytes``."""

    def __init__(self, roots: Callable[[], Iterable[int]] = _no_processes, cgroup: Cgroup | None = None) -> None:
        self._roots = roots
        self._cgroup = cgroup or Cgroup()
        self._times: tuple[float, float] | None = None

    def sample(self) -> tuple[Sample, ...]:
        """One sample, of the device ``host``."""
        used, total = self._memory()
        return (
            Sample(
                device="host",
                at=time.time(),
                name=os.uname().nodename,
                utilisation=self._utilisation(),
                memory_used_bytes=used,
                memory_total_bytes=total,
                temperature_c=_temperature(),
                load_1m=os.getloadavg()[0],
                run_memory_bytes=tree_memory_bytes(self._roots()),
            ),
        )

    def close(self) -> None:
        """Nothing is held."""

    def _utilisation(self) -> float | None:
        """Percent of all cores together, since the call before."""
        times = psutil.cpu_times()
        # Time of guests is part of user time already, and waiting for a disk is not work.
        idle = times.idle + getattr(times, "iowait", 0.0)
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        before, self._times = self._times, (idle, total)
        if before is None or total <= before[1]:
            return None
        return min(100.0, max(0.0, 100.0 * (1.0 - (idle - before[0]) / (total - before[1]))))

    def _memory(self) -> tuple[int | None, int]:
        memory = psutil.virtual_memory()
        limit = self._cgroup.memory_limit_bytes()
        if limit is not None and limit < memory.total:
            return self._cgroup.memory_used_bytes(), limit
        return memory.total - memory.available, memory.total


def tree_memory_bytes(roots: Iterable[int]) -> int | None:
    """Resident memory of the processes ``roots`` and of all below them; None where none of them lives.

    Pages that processes share are counted in each of them.
    """
    members: dict[int, psutil.Process] = {}
    for pid in roots:
        try:
            root = psutil.Process(pid)
            members.update({process.pid: process for process in (root, *root.children(recursive=True))})
        except psutil.Error:
            continue
    sizes = [size for process in members.values() if (size := _resident(process)) is not None]
    return sum(sizes) if sizes else None


def _resident(process: psutil.Process) -> int | None:
    try:
        return int(process.memory_info().rss) or None  # a zombie holds none
    except psutil.Error:
        return None


def _temperature() -> float | None:
    """The hottest processor sensor in degrees Celsius; None where the machine shows none."""
    read = getattr(psutil, "sensors_temperatures", None)
    if read is None:
        return None
    sensors = read()
    found = [entry.current for name in _CPU_SENSORS for entry in sensors.get(name, ()) if entry.current]
    return max(found, default=None)
