"""The limits that a control group puts on this process: memory, and a share of the processors.

On a shared GPU box or in a container the machine's own figures mislead: 64 cores and a terabyte are seen where 4 cores
and 16 GiB may be used. Limits hold for a group and for everything below it, so the strictest on the way up counts.
Both generations of the interface are read; a file that is not there is no limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_UNLIMITED_BYTES = 1 << 60
"""The first generation writes 'no limit' as the largest page-aligned number; nothing real comes near this."""

_MEMORY_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""The files of the second and the first generation: limit, use, and the line of ``memory.stat`` that may go."""


@dataclass(frozen=True, slots=True)
class Cgroup:
    """Where this process's groups are found; other paths are for tests."""

    mount: Path = Path("/sys/fs/cgroup")
    membership: Path = Path("/proc/self/cgroup")

    def memory_limit_bytes(self) -> int | None:
        """The most memory that this process and its neighbours in the group may use together."""
        limits = [
            limit
            for folder in self.folders("memory")
            for name, _, _ in _MEMORY_FILES
            if (limit := _number(folder / name)) is not None and limit < _UNLIMITED_BYTES
        ]
        return min(limits, default=None)

    def memory_used_bytes(self) -> int | None:
        """What the group that sets the limit uses, without file pages that the kernel would give up at once."""
        strictest = self.memory_limit_bytes()
        for folder in self.folders("memory") if strictest is not None else ():
            for limit, used, inactive in _MEMORY_FILES:
                total = _number(folder / used)
                if _number(folder / limit) == strictest and total is not None:
                    return max(0, total - _line(folder / "memory.stat", inactive))
        return None

    def cpu_quota(self) -> float | None:
        """How many processors' worth of time this process may use; None without a limit."""
        quotas = [quota for folder in self.folders("cpu") if (quota := _quota(folder)) is not None]
        return min(quotas, default=None)

    def folders(self, controller: str) -> Iterator[Path]:
        """The folders of this process's group and of those above it; the mount's root where none of them is seen.

        In a container the path may be one of the host's, of which only the root is mounted here.
        """
        for base, path in self._places(controller):
            group = base / path.strip("/")
            while group != base and base in group.parents:
                if group.is_dir():
                    yield group
                group = group.parent
            yield base

    def _places(self, controller: str) -> Iterator[tuple[Path, str]]:
        for line in _text(self.membership).splitlines():
            number, _, rest = line.partition(":")
            names, _, path = rest.partition(":")
            if number == "0" and not names:
                unified = self.mount / "unified"
                yield (unified if unified.is_dir() else self.mount), path
            elif controller in names.split(","):
                joined = self.mount / names
                yield (joined if joined.is_dir() else self.mount / controller), path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.removeprefix("-").isdigit() else None


def _line(path: Path, key: str) -> int:
    for line in _text(path).splitlines():
        name, _, value = line.partition(" ")
        if name == key and value.isdigit():
            return int(value)
    return 0


def _quota(folder: Path) -> float | None:
    words = _text(folder / "cpu.max").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
        return int(words[0]) / int(words[1])
    quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
    return quota / period if quota and period and quota > 0 else None
