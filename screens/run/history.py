"""What the devices did while a run went on: a small chart of each quantity, its extremes, energy, and who else came.

Pure: samples in, lines of pieces out. Columns are means over equal stretches of time that begin with the run. While it
goes on their length is a power of two seconds, so that a growing history adds columns and repaints none before them.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from screens.pieces import Line, Piece, hanging, pad
from screens.run.blocks import Block, lay_out
from screens.signs import Signs
from store.records import Attempt, DeviceProcess, Run, RunStatus, Sample
from workbench.cells import crop
from workbench.formatting import (
    NOT_KNOWN,
    format_bytes,
    format_count,
    format_duration,
    format_energy,
    format_significant,
    format_some,
)
from workbench.inert import inert

_LABEL = 12
_FIGURE = 10
_LEAST_STRIP = 8
_TALLEST = 4
FIGURES = ("least", "mean", "most")
"""The last ones are shown where there is no room for all."""
_NONE = "No reading of a device was kept."


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is read of a device. ``full`` fills a chart's height; None: the largest value that was read."""

    title: str
    read: Callable[[Sample], float | None]
    write: Callable[[float], str]
    full: Callable[[Sample], float | None]


def _plain(unit: str) -> Callable[[float], str]:
    return lambda value: f"{value:,.0f} {unit}"


QUANTITIES = (
    Quantity("use", lambda s: s.utilisation, _plain("%"), lambda _: 100.0),
    Quantity("memory", lambda s: s.memory_used_bytes, format_bytes, lambda s: s.memory_total_bytes),
    Quantity("this run", lambda s: s.run_memory_bytes, format_bytes, lambda s: s.memory_total_bytes),
    Quantity("power", lambda s: s.power_w, _plain("W"), lambda s: s.power_limit_w),
    Quantity("temperature", lambda s: s.temperature_c, _plain("°C"), lambda _: 100.0),
    Quantity("clock", lambda s: s.clock_mhz, _plain("MHz"), lambda s: s.clock_max_mhz),
    Quantity("fan", lambda s: s.fan_percent, _plain("%"), lambda _: 100.0),
    Quantity("load", lambda s: s.load_1m, lambda value: format_significant(value, 3), lambda _: None),
)


def history_page(
    samples: Sequence[Sample], run: Run, attempts: Sequence[Attempt], width: int, height: int, signs: Signs
) -> list[Line]:
    """A part for each device of the run, the run's own first and the host last; charts as tall as there is room."""
    devices = _by_device(samples)
    if not devices:
        waits = run.status is RunStatus.QUEUED
        instead = "The run waits for its turn: nothing was read yet." if waits else _NONE
        return lay_out([Block("Devices", instead=instead)], width, signs)
    rows = sum(len(_known(readings)) for readings in devices)
    fixed = sum(3 + len(_rest(readings, run, attempts)) for readings in devices)
    tall = max(1, min(_TALLEST, (height - fixed) // max(1, rows)))
    lines: list[Line] = []
    for readings in devices:
        lines += [()] if lines else []
        lines += _device_lines(readings, run, attempts, width, tall, signs)
    return lines


def strip(
    readings: Sequence[tuple[float, float]],
    start: float,
    seconds: float,
    columns: int,
    full: float,
    tall: int,
    signs: Signs,
) -> list[str]:
    """Means over ``seconds`` each as columns of a chart ``tall`` lines high; a column without a reading is blank."""
    sums: dict[int, tuple[float, int]] = {}
    for at, value in readings:
        place = min(columns - 1, max(0, int((at - start) / seconds)))
        total, count = sums.get(place, (0.0, 0))
        sums[place] = (total + value, count + 1)
    for place in range(1, max(sums, default=0)):
        # Readings do not come by the clock: a column or two between them look like the one before.
        if place not in sums and place - 1 in sums and not sums.keys().isdisjoint(range(place + 1, place + 3)):
            sums[place] = sums[place - 1]
    steps = len(signs.levels)
    rows = [""] * tall
    for place in range(max(sums) + 1 if sums else 0):
        total, count = sums.get(place, (0.0, 0))
        eighths = max(1, round(min(1.0, max(0.0, total / count / full)) * steps * tall)) if count and full > 0 else 0
        for line in range(tall):
            filled = min(steps, max(0, eighths - (tall - 1 - line) * steps))
            rows[line] += signs.levels[filled - 1] if filled else " "
    return rows


def stretch_of(span_s: float, columns: int, *, is_live: bool) -> float:
    """Seconds of a column: of a run that has ended they fill the width, of a living one they double now and then."""
    columns = max(1, columns)
    if not is_live:
        return max(span_s / columns, 1e-3)
    return float(2 ** max(0, math.ceil(math.log2(max(span_s, 1.0) / columns))))


def _by_device(samples: Sequence[Sample]) -> list[list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.device, []).append(sample)
    return [found[device] for device in sorted(found, key=lambda device: (device == "host", device))]


def _known(readings: Sequence[Sample]) -> list[Quantity]:
    return [quantity for quantity in QUANTITIES if any(quantity.read(sample) is not None for sample in readings)]


def _device_lines(
    readings: Sequence[Sample], run: Run, attempts: Sequence[Attempt], width: int, tall: int, signs: Signs
) -> list[Line]:
    start = min(run.started_at or readings[0].at, readings[0].at)
    columns = width - 2 - _LABEL - 3 * _FIGURE - 2
    has_strip = columns >= _LEAST_STRIP
    shown = FIGURES[-max(1, min(3, (width - 2 - _LABEL) // _FIGURE)) :]
    span = readings[-1].at - start
    # No shorter than the time from one reading to the next.
    apart = (readings[-1].at - readings[0].at) / max(1, len(readings) - 1)
    seconds = stretch_of(max(span, apart * columns), columns, is_live=not run.status.ended)
    used = min(columns, max(1, math.ceil(span / seconds)))
    if run.status.ended and has_strip:
        columns = max(used, _LEAST_STRIP)  # the chart grows no more: what was read stands right behind it
    lines: list[Line] = [_head(readings, width, signs)]
    titles = "".join(f"{title:>{_FIGURE}}" for title in shown)
    axis = ""
    if has_strip:
        end = format_duration(span)
        axis = "0 s" + " " * max(1, used - 3 - len(end)) + end if used > len(end) + 4 else end
        axis = pad(crop(axis, columns, signs.ellipsis), columns) + "  "
    lines.append((Piece("  " + " " * _LABEL + axis + titles, "secondary"),))
    for quantity in _known(readings):
        values = [(sample.at, value) for sample in readings if (value := quantity.read(sample)) is not None]
        full = quantity.full(readings[-1]) or max(value for _, value in values)
        rows = strip(values, start, seconds, columns, full, tall, signs) if has_strip else [""]
        lines += _quantity_lines(
            quantity, [value for _, value in values], rows, columns if has_strip else 0, shown, signs
        )
    for label, text, kind in _rest(readings, run, attempts):
        for place, part in enumerate(hanging(signs.write(text), max(8, width - 2 - _LABEL))):
            lines.append((Piece(pad(f"  {label}" if not place else "", _LABEL + 2), "secondary"), Piece(part, kind)))
    return lines


def _quantity_lines(
    quantity: Quantity,
    values: Sequence[float],
    rows: Sequence[str],
    columns: int,
    shown: Sequence[str],
    signs: Signs,
) -> Iterable[Line]:
    found = {"least": min(values), "mean": math.fsum(values) / len(values), "most": max(values)}
    words = (quantity.write(found[title]).replace("°C", signs.celsius) for title in shown)
    figures = "".join(pad(word, _FIGURE, right=True) for word in words)
    for place, row in enumerate(rows):
        is_last = place == len(rows) - 1
        label = pad(f"  {quantity.title}" if is_last else "", _LABEL + 2)
        chart = pad(row, columns) + "  " if columns else ""
        yield (Piece(label, "secondary"), Piece(chart, "filled"), Piece(figures if is_last else ""))


def _head(readings: Sequence[Sample], width: int, signs: Signs) -> Line:
    newest = readings[-1]
    parts = [inert(newest.device)]
    if newest.name:
        parts.append(inert(newest.name).removeprefix("NVIDIA "))
    parts.append(f"{format_count(len(readings))} readings")
    if (joules := _energy(readings)) is not None:
        parts.append(f"energy {format_energy(joules)}")
    elif newest.device != "host":
        parts.append(f"energy {NOT_KNOWN}")
    name, *rest = parts
    text = "".join(f" {signs.dot} {part}" for part in rest)
    return Piece(name, "heading"), Piece(crop(text, max(0, width - len(name)), signs.ellipsis), "secondary")


def _energy(readings: Sequence[Sample]) -> float | None:
    """What the board's own counter rose by, over all its restarts; None where there is no counter."""
    counted = [sample.energy_j for sample in readings if sample.energy_j is not None]
    if len(counted) < 2:
        return None
    return math.fsum(max(0.0, later - earlier) for earlier, later in pairwise(counted))


def _rest(readings: Sequence[Sample], run: Run, attempts: Sequence[Attempt]) -> list[tuple[str, str, str]]:
    """Label, sentence and kind of what is to be said besides: slowing down, errors, and other programs."""
    found: list[tuple[str, str, str]] = []
    slowed = [sample.throttle for sample in readings if sample.throttle]
    if slowed:
        reasons = ", ".join(dict.fromkeys(reason.strip() for words in slowed for reason in words.split(",")))
        words = f"{inert(reasons)}: in {format_count(len(slowed))} of {format_count(len(readings))} readings"
        found.append(("slowed by", words, "warning"))
    errors = list(dict.fromkeys(sample.error for sample in readings if sample.error))
    if errors:
        found.append(("error", inert(errors[-1]), "error"))
    others = _others(readings, attempts)
    if others:
        found.append(("shared with", format_some([_process_words(process) for process in others], 4), "warning"))
    elif readings[0].device != "host" and any(sample.processes for sample in readings):
        found.append(("shared with", "nobody", ""))
    return found


def _others(readings: Sequence[Sample], attempts: Sequence[Attempt]) -> list[DeviceProcess]:
    """Processes on the device that are not the run's own, each as it was when it held most."""
    own = {pid for attempt in attempts for pid in (attempt.supervisor_pid, attempt.trainer_pid)}
    most: dict[int, DeviceProcess] = {}
    for sample in readings:
        for process in sample.processes:
            before = most.get(process.pid)
            if process.pid not in own and (before is None or (process.memory_bytes or 0) > (before.memory_bytes or 0)):
                most[process.pid] = process
    return sorted(most.values(), key=lambda process: -(process.memory_bytes or 0))


def _process_words(process: DeviceProcess) -> str:
    parts = [f"pid {process.pid}"] + ([inert(process.user)] if process.user else [])
    memory = f" up to {format_bytes(process.memory_bytes)}" if process.memory_bytes else ""
    return f"{inert(process.command or 'a process', 40)} ({', '.join(parts)}){memory}"
