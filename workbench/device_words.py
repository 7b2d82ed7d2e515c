"""What is known of a machine in words, for ``workbench devices`` and the screens alike: both agree to the digit.

Pure: samples, queued runs and leases in, short texts out. What the driver does not say is 'n/a', never 0. Names of
commands, users and runs come out as they are: whoever prints them makes them inert.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from store.records import DeviceProcess, Run, Sample
from workbench.formatting import (
    NOT_KNOWN,
    format_bytes,
    format_count,
    format_energy,
    format_moment,
    format_significant,
    format_some,
    format_usd,
)
from workbench.generation import LEASE_ID

if TYPE_CHECKING:
    from workbench.telemetry.room import Room

HOST = "host"
NO_GPU = "No GPU to show: there is no NVIDIA driver here. Everything else works."
NO_QUEUE = "No run waits and none is at work."
NO_LEASES = "Nothing is leased: every device and core is free for a run."
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_WH = 3600.0
_CORE = "core "


class Held(Protocol):
    """A lease that somebody holds now, as the command line and the page of the interface know it."""

    @property
    def what(self) -> str:
        """A GPU's UUID, or ``core 3``."""

    @property
    def device(self) -> str:
        """``cpu`` or ``cuda:0``."""

    @property
    def run_id(self) -> int | None:
        """None where the note of the lease cannot be read."""

    @property
    def store(self) -> str | None:
        """The store of that run."""

    @property
    def since_at(self) -> float | None:
        """When it was taken."""


def utilisation_words(sample: Sample) -> str:
    """``97 %``."""
    return NOT_KNOWN if sample.utilisation is None else f"{sample.utilisation:.0f} %"


def of_words(used: float | None, total: float | None) -> str:
    """A part of a whole in the unit of the whole: ``9.1/24 GiB``; 'n/a' where either is not known."""
    if used is None or total is None:
        return NOT_KNOWN
    power, whole = 0, float(total)
    while whole >= 1023.5 and power < len(_UNITS) - 1:
        whole, power = whole / 1024, power + 1
    part_digits = 1 if power and whole < 99.5 else 0
    whole_digits = 1 if power and whole < 9.95 else 0
    return f"{used / 1024**power:.{part_digits}f}/{whole:.{whole_digits}f} {_UNITS[power]}"


def memory_words(sample: Sample) -> str:
    """``61.0/80 GiB``."""
    return of_words(sample.memory_used_bytes, sample.memory_total_bytes)


def temperature_words(sample: Sample, celsius: str = "°C") -> str:
    """``72 °C``."""
    return NOT_KNOWN if sample.temperature_c is None else f"{sample.temperature_c:.0f} {celsius}"


def power_words(sample: Sample) -> str:
    """``612/700 W``, without the limit where the driver gives none."""
    if sample.power_w is None:
        return NOT_KNOWN
    return f"{sample.power_w:.0f}" + ("" if sample.power_limit_w is None else f"/{sample.power_limit_w:.0f}") + " W"


def clock_words(sample: Sample) -> str:
    """``1,980 MHz``."""
    return NOT_KNOWN if sample.clock_mhz is None else f"{format_count(round(sample.clock_mhz))} MHz"


def clock_of_words(sample: Sample) -> str:
    """``1,410 of 1,980 MHz``, without the highest where the driver does not say it; ``clock n/a`` without either."""
    if sample.clock_mhz is None:
        return f"clock {NOT_KNOWN}"
    if sample.clock_max_mhz is None:
        return clock_words(sample)
    return f"{format_count(round(sample.clock_mhz))} of {format_count(round(sample.clock_max_mhz))} MHz"


def throttle_words(sample: Sample) -> str:
    """Why the board slows itself down: ``slowed: thermal``; empty where it does not, or does not say."""
    return f"slowed: {sample.throttle}" if sample.throttle else ""


def load_words(sample: Sample) -> str:
    """The load of the last minute: ``load 1.2``."""
    return f"load {NOT_KNOWN}" if sample.load_1m is None else f"load {sample.load_1m:.1f}"


def energy_words(joules: float | None) -> str:
    """Joules, and from a tenth of a watt-hour up those too: ``61.2 kJ (17.0 Wh)``."""
    if joules is None:
        return NOT_KNOWN
    hours = joules / _WH
    if hours < 0.1:
        return format_energy(joules)
    shown = f"{format_significant(hours / 1000)} kWh" if hours >= 999.5 else f"{format_significant(hours)} Wh"
    return f"{format_energy(joules)} ({shown})"


def price_words(usd_per_hour: float | None) -> str:
    """``$2.50/h``; empty without a price."""
    return "" if usd_per_hour is None else f"{format_usd(usd_per_hour)}/h"


def name_words(sample: Sample) -> str:
    """The board's name without its maker, which all have in common."""
    return (sample.name or "").removeprefix("NVIDIA ")


def short_uuid(uuid: str | None) -> str:
    """As much of a UUID as tells the boards of a machine apart: ``GPU-1f0c2ab4``."""
    kind, dash, rest = (uuid or "").partition("-")
    return f"{kind}{dash}{rest.partition('-')[0][:8]}"


def process_memory_words(process: DeviceProcess) -> str:
    """What it holds of the board's memory."""
    return format_bytes(process.memory_bytes)


def command_words(process: DeviceProcess) -> str:
    """Its program; 'n/a' where that cannot be seen from here."""
    return process.command or NOT_KNOWN


def user_words(process: DeviceProcess) -> str:
    """Whose it is; 'n/a' where that cannot be seen from here."""
    return process.user or NOT_KNOWN


def owner_words(process: DeviceProcess, run_of: Mapping[int, int], names: Mapping[int, str], me: str | None) -> str:
    """``run 7 demo-mlp`` for a process of a run, ``yours`` for another one of this user, else ``other``."""
    run_id = run_of.get(process.pid)
    if run_id is not None:
        return f"run {run_id} {names.get(run_id, '')}".rstrip()
    return "yours" if me is not None and process.user == me else "other"


def why_waiting(run: Run, queued: Sequence[Run], leases: Sequence[Held], store: str) -> str:
    """What a queued run waits for: the run before it in the same queue, else whoever holds what it wants."""
    ahead: int | None = None
    for other in queued:
        if other.id == run.id:
            break
        if other.device == run.device:
            ahead = other.id
    if ahead is not None:
        return f"behind run {ahead}"
    held = [lease for lease in leases if _wants(run.device, lease.device)]
    if not held:
        return "next in line"
    whose = list(dict.fromkeys(holder_words(lease.run_id, lease.store, store) for lease in held))
    return f"{format_some(whose, 2)} {'holds' if len(whose) == 1 else 'hold'} {_what(held)}"


def _wants(device: str, held: str) -> bool:
    kind = held.partition(":")[0]
    return device in (held, kind) or (device == "auto" and kind == "cuda")


def _what(held: Sequence[Held]) -> str:
    cores = sum(lease.what.startswith(_CORE) for lease in held)
    if cores:
        return f"{cores} core{'s' if cores > 1 else ''}"
    return format_some(sorted({lease.device for lease in held}), 2)


def holder_words(run_id: int | None, store: str | None, here: str) -> str:
    """Who holds a lease, seen from the store ``here``: ``run 7``, ``run 7 of /data/other.db``, or that nobody knows."""
    if run_id is None:
        return "an unknown run"
    if run_id == LEASE_ID:
        return "text generation"
    return f"run {run_id}" if store in (None, here) else f"run {run_id} of {store}"


def since_words(at: float | None, now: float) -> str:
    """A clock time, with the day where it is not that of ``now``: ``14:05``, ``11-22 14:05``.

    In the reader's own time zone. It stands still, unlike a duration, so it costs a screen nothing.
    """
    moment, today = format_moment(at), format_moment(now)
    if at is None:
        return moment
    day, _, clock = moment.partition(" ")
    return clock if day == today.partition(" ")[0] else moment.partition("-")[2]


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """All that one run holds of one kind: its cores together, or a board."""

    what: str
    """``cores 0-3``, or ``cuda:0``."""
    uuid: str
    """As much of a board's UUID as tells it from others: its number may have changed since; empty for cores."""
    lease: Held
    """Any of them, for who holds it."""


def held_groups(leases: Sequence[Held]) -> tuple[HeldGroup, ...]:
    """The leases with the cores of each run together, in the order of the first of each."""
    groups: dict[object, list[Held]] = {}
    for lease in leases:
        is_core = lease.what.startswith(_CORE) and lease.run_id is not None
        groups.setdefault((lease.run_id, lease.store) if is_core else lease.what, []).append(lease)
    return tuple(_held_group(group) for group in groups.values())


def _held_group(group: Sequence[Held]) -> HeldGroup:
    first = group[0]
    if not first.what.startswith(_CORE):
        uuid = short_uuid(first.what)
        return HeldGroup(first.device or uuid, uuid, first)
    numbers = sorted(int(lease.what.removeprefix(_CORE)) for lease in group)
    what = first.what if len(group) == 1 else f"cores {', '.join(_ranges(numbers))}"
    return HeldGroup(what, "", first)


def _ranges(numbers: Sequence[int]) -> list[str]:
    """``0-3`` for numbers that follow each other."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in ranges]


def room_words(room: "Room | None") -> tuple[str, str]:
    """The disk of the store and swap: ``disk 120/500 GiB``, ``swap 0.0/8.0 GiB`` or ``no swap``."""
    if room is None:
        return f"disk {NOT_KNOWN}", f"swap {NOT_KNOWN}"
    disk = f"disk {of_words(room.disk_used_bytes, room.disk_total_bytes)}"
    if room.swap_total_bytes == 0:
        return disk, "no swap"
    return disk, f"swap {of_words(room.swap_used_bytes, room.swap_total_bytes)}"
