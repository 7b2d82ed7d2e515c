"""The lines of the device pane: pure functions from samples to words.

Live meters change all the time by amounts that mean nothing. ``settle`` holds a reading until it has moved by more than
a stated dead band, so that an idle machine sends nothing to the terminal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from screens.formatting import bar, fit
from screens.signs import Signs
from store.records import Sample
from workbench.cells import crop
from workbench.formatting import NOT_KNOWN
from workbench.inert import inert

HOST = "host"
NO_GPU = "no NVML here: no GPU to show"

_MEMORY_BAND = 0.005
"""Of the device's whole memory."""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One line of the pane: plain text, and the filled part of the bar inside it, if there is one."""

    text: str
    kind: str = ""
    bar_at: int = 0
    filled: int = 0
    empty: int = 0


def settle(shown: Sequence[Sample], read: Sequence[Sample]) -> tuple[Sample, ...]:
    """The samples to show: of each device the new reading, with fields that hardly moved kept as they are shown."""
    before = {sample.device: sample for sample in shown}
    return tuple(_settle_one(before.get(sample.device), sample) for sample in read)


def _settle_one(shown: Sample | None, read: Sample) -> Sample:
    if shown is None:
        return read
    memory_band = _MEMORY_BAND * (read.memory_total_bytes or 0)
    memory = _hold(shown.memory_used_bytes, read.memory_used_bytes, memory_band)
    settled = replace(
        read,
        at=shown.at,
        utilisation=_hold(shown.utilisation, read.utilisation, 3.0),
        temperature_c=_hold(shown.temperature_c, read.temperature_c, 1.0),
        power_w=_hold(shown.power_w, read.power_w, 3.0),
        load_1m=_hold(shown.load_1m, read.load_1m, 0.3),
        memory_used_bytes=None if memory is None else int(memory),
        # What the pane does not show must not make a difference.
        clock_mhz=shown.clock_mhz,
        energy_j=shown.energy_j,
        run_memory_bytes=shown.run_memory_bytes,
        processes=shown.processes,
    )
    return shown if settled == shown else replace(settled, at=read.at)


def _hold(shown: float | None, read: float | None, band: float) -> float | None:
    if shown is None or read is None:
        return read
    return shown if abs(read - shown) <= band else read


def device_lines(samples: Sequence[Sample], width: int, signs: Signs) -> tuple[DeviceLine, ...]:
    """What the pane shows: the host first, then each GPU; without any, a line that says so."""
    lines: list[DeviceLine] = []
    for sample in sorted(samples, key=lambda item: (item.device != HOST, item.device)):
        lines.extend(_sample_lines(sample, width, signs))
    if samples and all(sample.device == HOST for sample in samples):
        lines.append(DeviceLine(crop(NO_GPU, width, signs.ellipsis), "secondary"))
    return tuple(lines)


def _sample_lines(sample: Sample, width: int, signs: Signs) -> list[DeviceLine]:
    label = fit(inert(sample.device), 7, "left", signs.ellipsis)
    if sample.error:
        return [DeviceLine(crop(f"{label}{signs.problem} {inert(sample.error)}", width, signs.ellipsis), "problem")]
    share = None if sample.utilisation is None else sample.utilisation / 100
    filled, empty = bar(share, max(4, min(24, width - 7 - 6 - 2 - 12)), signs)
    percent = NOT_KNOWN if sample.utilisation is None else f"{sample.utilisation:.0f} %"
    first = f"{label}{filled}{empty} {percent:>5}  {_memory(sample):>11}"
    lines = [DeviceLine(crop(first, width, signs.ellipsis), "", 7, len(filled), len(empty))]
    rest = f" {signs.dot} ".join(_second_line(sample, signs))
    if rest:
        lines.append(DeviceLine(crop(" " * 7 + rest, width, signs.ellipsis), "secondary"))
    return lines


def _second_line(sample: Sample, signs: Signs) -> list[str]:
    """Temperature, power, load and name, as far as the driver says them; a GPU says n/a where it does not."""
    parts: list[str] = []
    if sample.device == HOST:
        if sample.load_1m is not None:
            parts.append(f"load {sample.load_1m:.1f}")
        if sample.temperature_c is not None:
            parts.append(f"{sample.temperature_c:.0f} {signs.celsius}")
        return parts
    parts.append(NOT_KNOWN if sample.temperature_c is None else f"{sample.temperature_c:.0f} {signs.celsius}")
    if sample.power_w is None:
        parts.append(f"power {NOT_KNOWN}")
    else:
        limit = "" if sample.power_limit_w is None else f"/{sample.power_limit_w:.0f}"
        parts.append(f"{sample.power_w:.0f}{limit} W")
    if sample.name:
        parts.append(inert(sample.name).removeprefix("NVIDIA "))
    return parts


def _memory(sample: Sample) -> str:
    used, total = sample.memory_used_bytes, sample.memory_total_bytes
    if used is None or total is None:
        return f"mem {NOT_KNOWN}"
    gib = 1024**3
    return f"{used / gib:.1f}/{total / gib:.0f} GiB"
