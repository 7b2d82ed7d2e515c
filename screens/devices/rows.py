"""The rows of the devices screen's first pane: a line for each GPU and the host, and what unfolds below it.

Pure: readings, their history and the page's queue in, lines of pieces out. What tells most stays longest when the room
shrinks: use and memory first, then temperature and power, then who is on the board, then the last ten minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.devices.details import SET_IN, details, flow, strip_text, strip_width, text_rows
from screens.devices.machine import Machine, Row
from screens.devices.meter_history import BUCKETS, Quantity, device_key
from screens.formatting import bar
from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from store.records import Sample
from workbench import device_words as words
from workbench.cells import shorten
from workbench.formatting import format_count
from workbench.inert import inert

_PERCENT, _MEMORY, _TEMPERATURE, _POWER = 6, 13, 8, 11
"""Cells of the columns with the space before them."""
_BAR, _WHO = 7, 11
"""The least of columns that grow."""
_WORKS_FROM = 5.0
"""Percent of utilisation that somebody must be the cause of."""
_LEAST_NAME = 8
"""Cells from which on a run is named beside its number."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the columns that grow or go; 0: not shown."""

    label: int
    name: int = 0
    bar: int = 0
    temperature: int = 0
    power: int = 0
    who: int = 0
    strip: int = 0


def place_columns(width: int, samples: Sequence[Sample]) -> Columns:
    """What fits into ``width`` cells."""
    label = max(SET_IN, *(cell_len(inert(sample.device)) + 1 for sample in samples)) if samples else SET_IN
    room = width - label - _PERCENT - _MEMORY
    temperature = _TEMPERATURE if room >= _TEMPERATURE else 0
    room -= temperature
    power = _POWER if room >= _POWER else 0
    room -= power
    bar_width = min(_BAR, max(0, room)) if room >= 4 else 0
    room -= bar_width
    who = _WHO if room >= _WHO else 0
    room -= who
    strip = strip_width(min(room - 2, BUCKETS // 3))
    room -= strip + 2 if strip else 0
    has_gpu = any(sample.device != "host" for sample in samples)  # the host has no name to show
    name = 24 if has_gpu and room >= 24 + 14 else 0
    room -= name
    more_who = min(16, room) if who else 0
    room -= more_who
    if strip:
        wider = strip_width(strip + room)
        room, strip = room - (wider - strip), wider
    more_bar = min(12, max(0, room)) if bar_width == _BAR else 0
    return Columns(label, name, bar_width + more_bar, temperature, power, who + more_who, strip)


def head_line(columns: Columns) -> Line:
    """The titles of the columns."""
    text = pad("", columns.label) + pad("name", columns.name) if columns.name else pad("", columns.label)
    text += pad("use", columns.bar + _PERCENT, right=not columns.bar)
    text += pad("memory", _MEMORY, right=True)
    text += pad("temp", columns.temperature, right=True) if columns.temperature else ""
    text += pad("power", columns.power, right=True) if columns.power else ""
    text += pad("  used by", columns.who) if columns.who else ""
    text += "  last 10 min" if columns.strip >= len("last 10 min") else ""
    return (Piece(text, "secondary"),)


def device_rows(machine: Machine, width: int, signs: Signs, is_unfolded: Callable[[str], bool]) -> list[Row]:
    """Each GPU, then the host; what is unfolded has its details and its processes below it."""
    columns = place_columns(width, machine.samples)
    rows: list[Row] = []
    for sample in machine.gpus:
        rows += _gpu_rows(machine, sample, columns, width, signs, is_unfolded(device_key(sample)))
    if machine.host is not None:
        rows += _host_rows(machine, machine.host, columns, width, signs)
    if machine.samples and not machine.gpus:
        rows += text_rows("no-gpu", hanging(words.NO_GPU, width - SET_IN), "secondary")
    return rows


def _gpu_rows(
    machine: Machine, sample: Sample, columns: Columns, width: int, signs: Signs, unfolded: bool
) -> Iterator[Row]:
    key = device_key(sample)
    if sample.error:
        first, *rest = hanging(f"{signs.problem} {inert(sample.error)}", width - columns.label)
        yield Row(key, (_label(sample, columns), Piece(first, "error")), unfolds=True)
        yield from text_rows(key, rest, "error", columns.label)
    else:
        who = who_words(machine, sample, max(0, columns.who - 2), signs.ellipsis)
        yield Row(key, _figures(machine, sample, columns, signs, who, words.power_words(sample)), unfolds=True)
    if sample.throttle:
        slowed = f"{signs.problem} {words.throttle_words(sample)} {signs.dot} {words.clock_of_words(sample)}"
        yield from text_rows(f"{key}/slowed", hanging(slowed, width - SET_IN), "warning")
    if unfolded:
        yield from details(machine, sample, width, signs, has_strip=bool(columns.strip), has_name=bool(columns.name))


def _host_rows(machine: Machine, host: Sample, columns: Columns, width: int, signs: Signs) -> Iterator[Row]:
    yield Row(words.HOST, _figures(machine, host, columns, signs, "", words.load_words(host)))
    around = machine.around
    parts = [] if columns.power else [words.load_words(host)]
    parts += words.room_words(around.room if around is not None else None)
    if around is not None:
        parts.append(f"{format_count(around.cores)} core{'s' if around.cores != 1 else ''}")
        parts.append(inert(around.processor or ""))
    parts.append(inert(host.name or ""))
    yield from text_rows("host", flow([part for part in parts if part], width - SET_IN, signs), "secondary")


def _figures(machine: Machine, sample: Sample, columns: Columns, signs: Signs, who: str, power: str) -> Line:
    """The line of one device."""
    share = None if sample.utilisation is None else sample.utilisation / 100
    filled, empty = bar(share, columns.bar, signs)
    temperature = "" if _is_silent_host(sample) else words.temperature_words(sample, signs.celsius)
    text = pad(words.utilisation_words(sample), _PERCENT, right=True)
    text += pad(words.memory_words(sample), _MEMORY, right=True)
    text += pad(temperature, columns.temperature, right=True) if columns.temperature else ""
    text += pad(power, columns.power, right=True) if columns.power else ""
    pieces = [_label(sample, columns)]
    if columns.name:
        name = "" if sample.device == words.HOST else inert(words.name_words(sample))
        pieces.append(Piece(pad(shorten(name, columns.name - 2, signs.ellipsis), columns.name), "secondary"))
    pieces += [Piece(filled, "filled"), Piece(empty, "empty"), Piece(text)]
    if columns.who:
        pieces.append(Piece(pad(f"  {who}", columns.who), "strong" if who.startswith("run ") else ""))
    if columns.strip:
        strip = strip_text(machine.history.columns(sample, Quantity.UTILISATION, columns.strip), signs)
        pieces.append(Piece(f"  {strip}", "secondary"))
    return tuple(pieces)


def _is_silent_host(sample: Sample) -> bool:
    return sample.device == words.HOST and sample.temperature_c is None


def _label(sample: Sample, columns: Columns) -> Piece:
    return Piece(pad(inert(sample.device), columns.label), "strong")


def who_words(machine: Machine, sample: Sample, width: int, ellipsis: str) -> str:
    """Whose processes are on a board, in ``width`` cells: runs first, then users; without any the lease, or free.

    A board that works while the driver names nobody is not free: those who use it cannot be seen from here.
    """
    leased = [lease for lease in machine.queue.leases if lease.what == sample.uuid]
    runs = list(
        dict.fromkeys(run_id for process in sample.processes if (run_id := machine.queue.pids.get(process.pid)))
    )
    users = [process.user or "other" for process in sample.processes if process.pid not in machine.queue.pids]
    if not runs and leased and leased[0].run_id is not None and leased[0].run_name is not None:
        runs = [leased[0].run_id]
    who = [f"run {run_id}" for run_id in runs] + [inert(user) for user in dict.fromkeys(users)]
    if not who:
        return "leased" if leased else "free" if (sample.utilisation or 0) < _WORKS_FROM else "not seen"
    rest = f" +{len(who) - 1}" if len(who) > 1 else ""
    named = f"{who[0]} {inert(machine.names[runs[0]])}" if runs and runs[0] in machine.names else who[0]
    if cell_len(whole := ", ".join((named, *who[1:]))) <= width:
        return whole
    if width - cell_len(who[0] + rest) >= _LEAST_NAME:
        return shorten(named, width - len(rest), ellipsis) + rest
    return shorten(who[0], width - len(rest), ellipsis) + rest
