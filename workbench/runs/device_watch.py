"""What the samples of a run's device and of its host say that somebody should know at once.

A board that slows itself down spoils times and costs; memory that is nearly full ends the run with the next larger
batch; a lost board ends it anyway. A board at its power limit works as it should, unless its clock falls far.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from statistics import median

from store.records import Sample
from workbench.device_words import HOST, clock_of_words, memory_words, temperature_words
from workbench.runs.alerts import Alert, Condition, Turn

_FULL = 0.95
_NO_LONGER_FULL = 0.90
_BUSY_PERCENT = 50.0
_USUAL_CLOCKS = 300
_LEAST_CLOCKS = 30
_FALLEN = 0.75
"""The share of its usual clock below which a board at its power limit is said to be slow."""

_CONDITIONS: dict[str, Callable[[], Condition]] = {
    "lost": lambda: Condition(0.0, 5.0),
    "memory": lambda: Condition(10.0, 10.0),
    "slow": lambda: Condition(3.0, 30.0),
    "power cap": lambda: Condition(10.0, 30.0),
}
_CAUSES = {
    "thermal": "it is too hot",
    "power brake": "the power supply tells it to",
    "hardware": "its hardware protection brakes it",
}
_REMEDIES = {
    "thermal": "check its cooling",
    "power brake": "check the power supply and its cables",
    "hardware": "look at temperature and power with nvidia-smi -q -d PERFORMANCE",
}


class DeviceWatch:
    """Follows the samples of any number of devices, each by itself."""

    def __init__(self) -> None:
        self._conditions: dict[tuple[str, str], Condition] = {}
        self._clocks: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_USUAL_CLOCKS))

    def follow(self, samples: Iterable[Sample]) -> list[Alert]:
        """What the samples, the next of their devices, are reason to say."""
        return [alert for sample in samples for alert in self._follow(sample)]

    def _follow(self, sample: Sample) -> Iterator[Alert]:
        turn = self._look("lost", sample, sample.error is not None)
        if turn is Turn.BEGAN:
            yield Alert(f"{sample.device} cannot be read: {sample.error}")
        elif turn is Turn.ENDED:
            yield Alert(f"{sample.device} can be read again.", "info")
        if sample.error is None:
            yield from self._memory(sample)
            yield from self._slowing(sample)
            yield from self._power_cap(sample)

    def _look(self, what: str, sample: Sample, seen: bool) -> Turn:
        condition = self._conditions.setdefault((what, sample.device), _CONDITIONS[what]())
        return condition.look(seen, sample.at)

    def _holds(self, what: str, sample: Sample) -> bool:
        condition = self._conditions.get((what, sample.device))
        return condition is not None and condition.holds

    def _memory(self, sample: Sample) -> Iterator[Alert]:
        if sample.memory_used_bytes is None or not sample.memory_total_bytes:
            return
        share = sample.memory_used_bytes / sample.memory_total_bytes
        turn = self._look("memory", sample, share > (_NO_LONGER_FULL if self._holds("memory", sample) else _FULL))
        where = "The machine's memory" if sample.device == HOST else f"The memory of {sample.device}"
        if turn is Turn.BEGAN:
            yield Alert(f"{where} is {share:.0%} full ({memory_words(sample)}): {_way_out(sample)}")
        elif turn is Turn.ENDED:
            yield Alert(f"{where} has room again ({memory_words(sample)}).", "info")

    def _slowing(self, sample: Sample) -> Iterator[Alert]:
        if sample.throttle is None:
            return
        cause = next((word for word in _CAUSES if word in sample.throttle), None)
        turn = self._look("slow", sample, cause is not None)
        if turn is Turn.BEGAN and cause is not None:
            yield Alert(f"{sample.device} slows down because {_CAUSES[cause]} ({_state(sample)}): {_REMEDIES[cause]}.")
        elif turn is Turn.ENDED:
            yield Alert(f"{sample.device} runs at full speed again ({_state(sample)}).", "info")

    def _power_cap(self, sample: Sample) -> Iterator[Alert]:
        if sample.throttle is None or sample.clock_mhz is None:
            return
        usual = self._usual_clock(sample.device)
        capped = "power cap" in sample.throttle
        busy = sample.utilisation is not None and sample.utilisation >= _BUSY_PERCENT
        turn = self._look("power cap", sample, capped and usual is not None and sample.clock_mhz < _FALLEN * usual)
        if busy and not self._holds("power cap", sample):
            self._clocks[sample.device].append(sample.clock_mhz)
        if turn is Turn.BEGAN:
            yield Alert(
                f"{sample.device} runs far below its usual clock because it is at its power limit ({_state(sample)}, "
                f"usually {usual:,.0f} MHz): see whether somebody lowered the limit, with nvidia-smi -q -d POWER."
            )
        elif turn is Turn.ENDED:
            yield Alert(f"{sample.device} runs near its usual clock again ({_state(sample)}).", "info")

    def _usual_clock(self, device: str) -> float | None:
        clocks = self._clocks[device]
        return median(clocks) if len(clocks) >= _LEAST_CLOCKS else None


def _way_out(sample: Sample) -> str:
    if sample.device == HOST:
        return "the system may kill the run; load less data at once, or end other programs."
    return "a little more and the run fails; use smaller batches, or a smaller model."


def _state(sample: Sample) -> str:
    """What is known of temperature and clock."""
    known = [temperature_words(sample, "C")] if sample.temperature_c is not None else []
    return ", ".join([*known, clock_of_words(sample)])
