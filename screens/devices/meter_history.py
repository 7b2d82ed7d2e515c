"""What the live meters read in the last ten minutes: short means per device, and the energy since the first reading.

Pure: samples in, columns of a strip out. Readings are gathered in buckets of ten seconds whose edges are fixed in time,
so a strip of them moves on once a bucket and stands still in between; a bucket that is not yet full is not shown. Only
what a strip draws is kept, as shares of a full scale. The energy, too, is told as it stood when the bucket began.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from store.records import Sample

SPAN_S = 600.0
BUCKET_S = 10.0
BUCKETS = int(SPAN_S / BUCKET_S)


class Quantity(StrEnum):
    """What is kept, each as a share from 0 to 1: of all cores or the board, of all memory, of the power limit."""

    UTILISATION = "utilisation"
    MEMORY = "memory"
    POWER = "power"


@dataclass(frozen=True, slots=True)
class EnergyUsed:
    """How far a board's own counter rose, and since when; after a restart of the counter since then only."""

    joules: float
    since_at: float


@dataclass(slots=True)
class _Counter:
    """A board's energy counter: where it stood at first, and at the beginning of the newest bucket."""

    first_joules: float
    first_at: float
    told_joules: float | None = None
    newest_joules: float = 0.0


@dataclass(slots=True)
class _Bucket:
    number: int
    sums: dict[Quantity, float] = field(default_factory=dict)
    counts: dict[Quantity, int] = field(default_factory=dict)

    def add(self, shares: dict[Quantity, float]) -> None:
        for quantity, share in shares.items():
            self.sums[quantity] = self.sums.get(quantity, 0.0) + share
            self.counts[quantity] = self.counts.get(quantity, 0) + 1


@dataclass(slots=True)
class _Device:
    buckets: deque[_Bucket] = field(default_factory=lambda: deque(maxlen=2 * BUCKETS))
    last_at: float = float("-inf")
    counter: _Counter | None = None


class MeterHistory:
    """The readings since the interface opened, of each device; a device is known by its UUID where it has one."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}

    def add(self, samples: Sequence[Sample]) -> None:
        """Take in one reading of all devices; an error, or a sample that was taken in before, counts nothing."""
        for sample in samples:
            device = self._devices.setdefault(device_key(sample), _Device())
            if sample.error is not None or sample.at <= device.last_at:
                continue
            device.last_at = sample.at
            number = int(sample.at // BUCKET_S)
            begins = not device.buckets or device.buckets[-1].number != number
            if begins:
                device.buckets.append(_Bucket(number))
            device.counter = _count_energy(device.counter, sample, begins=begins)
            device.buckets[-1].add(_shares(sample))

    def columns(self, sample: Sample, quantity: Quantity, count: int) -> tuple[float | None, ...]:
        """The last ten minutes of the device of ``sample`` in ``count`` columns, oldest first; None: nothing read.

        The newest column ends with the last full bucket before the newest reading. Where ten minutes do not divide by
        ``count`` they end up in fewer columns, each of several whole buckets, the rest is blank on the left.
        """
        if count <= 0:
            return ()
        device = self._devices.get(device_key(sample))
        if device is None or not device.buckets:
            return (None,) * count
        each = max(1, -(-BUCKETS // count))
        newest = device.buckets[-1].number // each
        sums: dict[int, tuple[float, int]] = {}
        for bucket in device.buckets:
            if quantity in bucket.counts:
                total, times = sums.get(bucket.number // each, (0.0, 0))
                sums[bucket.number // each] = total + bucket.sums[quantity], times + bucket.counts[quantity]
        shown = min(count, BUCKETS // each)
        found = (sums.get(number) for number in range(newest - shown, newest))
        means = tuple(None if pair is None else pair[0] / pair[1] for pair in found)
        return (None,) * (count - shown) + means

    def energy(self, sample: Sample) -> EnergyUsed | None:
        """The energy of the board of ``sample`` since its first reading; None where none was counted (yet)."""
        device = self._devices.get(device_key(sample))
        counter = None if device is None else device.counter
        if counter is None or counter.told_joules is None:
            return None
        return EnergyUsed(counter.told_joules - counter.first_joules, counter.first_at)


def device_key(sample: Sample) -> str:
    """What a device is known by: numbers may change under a living interface, UUIDs do not."""
    return sample.uuid or sample.device


def _count_energy(counter: _Counter | None, sample: Sample, *, begins: bool) -> _Counter | None:
    if sample.energy_j is None:
        return counter
    if counter is None or sample.energy_j < counter.newest_joules:
        counter = _Counter(sample.energy_j, sample.at)
    elif begins:
        counter.told_joules = sample.energy_j
    counter.newest_joules = sample.energy_j
    return counter


def _shares(sample: Sample) -> dict[Quantity, float]:
    utilisation = None if sample.utilisation is None else sample.utilisation / 100
    found = {
        Quantity.UTILISATION: utilisation,
        Quantity.MEMORY: _share(sample.memory_used_bytes, sample.memory_total_bytes),
        Quantity.POWER: _share(sample.power_w, sample.power_limit_w),
    }
    return {quantity: min(1.0, max(0.0, share)) for quantity, share in found.items() if share is not None}


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None
