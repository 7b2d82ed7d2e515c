"""The lines of the device pane: pure functions from samples to words.

Live meters change all the time by amounts that mean nothing. ``settle`` holds a reading until it has moved by more than
a stated dead band, so that an idle machine sends nothing to the terminal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from screens.formatting import bar, fit
from screens.signs import Signs
from store.records import DeviceProcess, Sample
from workbench import device_words as words
from workbench.cells import crop
from workbench.formatting import NOT_KNOWN
from workbench.inert import inert

NO_GPU = "no NVML here: no GPU to show"

_BESIDE_BAR = 7 + 6 + 2 + 12
_LEAST_BEFORE_REST = 12
_WIDEST_BAR = 60
_MEMORY_BAND = 0.005
"""Of the device's whole memory."""
_POWER_BAND = 0.02
"""Of the board's limit."""
_CLOCK_BAND_MHZ = 60.0


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One line of the pane: plain text, and the filled part of the bar inside it, if there is one."""

    text: str
    kind: str = ""
    bar_at: int = 0
    filled: int = 0
    empty: int = 0
    rest_at: int | None = None
    """Where what is secondary begins, if it stands behind the meter."""


def settle(shown: Sequence[Sample], read: Sequence[Sample], *, whole: bool = False) -> tuple[Sample, ...]:
    """The samples to show: of each device the new reading, with fields that hardly moved kept as they are shown.

    The pane shows only a part of what is read, and what it does not show makes no difference; the screen shows all.
    """
    before = {sample.device: sample for sample in shown}
    return tuple(_settle_one(before.get(sample.device), sample, whole=whole) for sample in read)


def _settle_one(shown: Sample | None, read: Sample, *, whole: bool) -> Sample:
    if shown is None:
        return read
    memory_band = _MEMORY_BAND * (read.memory_total_bytes or 0)
    memory = _hold(shown.memory_used_bytes, read.memory_used_bytes, memory_band)
    settled = replace(
        read,
        at=shown.at,
        utilisation=_hold(shown.utilisation, read.utilisation, 3.0),
        temperature_c=_hold(shown.temperature_c, read.temperature_c, 1.0),
        power_w=_hold(shown.power_w, read.power_w, max(3.0, _POWER_BAND * (read.power_limit_w or 0))),
        load_1m=_hold(shown.load_1m, read.load_1m, 0.3),
        memory_used_bytes=None if memory is None else int(memory),
        clock_mhz=_hold(shown.clock_mhz, read.clock_mhz, _CLOCK_BAND_MHZ) if whole else shown.clock_mhz,
        fan_percent=_hold(shown.fan_percent, read.fan_percent, 3.0) if whole else shown.fan_percent,
        processes=_settle_processes(shown.processes, read.processes, memory_band) if whole else shown.processes,
        energy_j=shown.energy_j,
        run_memory_bytes=shown.run_memory_bytes,
    )
    return shown if settled == shown else replace(settled, at=read.at)


def _settle_processes(
    shown: Sequence[DeviceProcess], read: Sequence[DeviceProcess], band: float
) -> tuple[DeviceProcess, ...]:
    before = {process.pid: process for process in shown}
    settled = []
    for process in read:
        known = before.get(process.pid, process)
        memory = _hold(known.memory_bytes, process.memory_bytes, band)
        settled.append(replace(process, memory_bytes=None if memory is None else int(memory)))
    return tuple(settled)


def _hold(shown: float | None, read: float | None, band: float) -> float | None:
    if shown is None or read is None:
        return read
    return shown if abs(read - shown) <= band else read


def device_lines(samples: Sequence[Sample], width: int, signs: Signs) -> tuple[DeviceLine, ...]:
    """What the pane shows: the host first, then each GPU; without any, a line that says so."""
    lines: list[DeviceLine] = []
    bar_width, is_one_line = _bar_width(samples, width, signs)
    for sample in sorted(samples, key=lambda item: (item.device != words.HOST, item.device)):
        lines.extend(_sample_lines(sample, width, bar_width, signs, is_one_line=is_one_line))
    if samples and all(sample.device == words.HOST for sample in samples):
        lines.append(DeviceLine(crop(NO_GPU, width, signs.ellipsis), "secondary"))
    return tuple(lines)


def _bar_width(samples: Sequence[Sample], width: int, signs: Signs) -> tuple[int, bool]:
    """The cells of the bars, and whether all that is said of a device has room behind its bar."""
    room = width - _BESIDE_BAR
    longest = max((cell_len(_rest(sample, signs, width)) for sample in samples if not sample.error), default=0)
    if room - longest - 2 >= _LEAST_BEFORE_REST:
        return min(_WIDEST_BAR, room - longest - 2), True
    return max(4, min(_WIDEST_BAR, room)), False


def _sample_lines(sample: Sample, width: int, bar_width: int, signs: Signs, *, is_one_line: bool) -> list[DeviceLine]:
    label = fit(inert(sample.device), 7, "left", signs.ellipsis)
    if sample.error:
        return [DeviceLine(crop(f"{label}{signs.problem} {inert(sample.error)}", width, signs.ellipsis), "problem")]
    share = None if sample.utilisation is None else sample.utilisation / 100
    filled, empty = bar(share, bar_width, signs)
    memory = words.memory_words(sample)
    memory = f"mem {memory}" if memory == NOT_KNOWN else memory
    first = f"{label}{filled}{empty} {words.utilisation_words(sample):>5}  {memory:>11}"
    rest, rest_at = _rest(sample, signs, width - 7), None
    if is_one_line:
        first, rest, rest_at = f"{first}  {rest}", "", len(first)
    lines = [DeviceLine(crop(first, width, signs.ellipsis), "", 7, len(filled), len(empty), rest_at)]
    if rest:
        lines.append(DeviceLine(crop(" " * 7 + rest, width, signs.ellipsis), "secondary"))
    if sample.throttle:
        slowed = f"{' ' * 7}{signs.problem} {words.throttle_words(sample)}"
        lines.append(DeviceLine(crop(slowed, width, signs.ellipsis), "problem"))
    return lines


def _rest(sample: Sample, signs: Signs, room: int) -> str:
    """What is said behind or below the meter; of a name as many of its words as there is room for."""
    said = f" {signs.dot} ".join(_facts(sample, signs))
    name = inert(words.name_words(sample)).split() if sample.name and sample.device != words.HOST else []
    while name and cell_len(said) + 3 + cell_len(" ".join(name)) > room:
        name.pop()
    return f"{said} {signs.dot} {' '.join(name)}" if name else said


def _facts(sample: Sample, signs: Signs) -> list[str]:
    """Temperature, power and load, as far as the driver says them; a GPU says n/a where it does not."""
    temperature = words.temperature_words(sample, signs.celsius)
    if sample.device == words.HOST:
        load = [] if sample.load_1m is None else [words.load_words(sample)]
        return load + ([] if sample.temperature_c is None else [temperature])
    power = words.power_words(sample)
    return [temperature, f"power {power}" if power == NOT_KNOWN else power]
