"""What unfolds below a device of the devices screen: what it is, what it did, and whose processes are on it. Pure."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from screens.devices.machine import Machine, Row
from screens.devices.meter_history import BUCKETS, Quantity, device_key
from screens.pieces import Piece, hanging, pad
from screens.signs import Signs
from store.records import DeviceProcess, Sample
from workbench import device_words as words
from workbench.cells import shorten
from workbench.inert import inert

SET_IN = 7
"""Where the lines below a device begin."""
_LEAST_STRIP = 10
_LEAST_WITH_USERS = 48
_STRIP_LABEL = 7
_MOST_COLUMNS = 20
"""Half a minute each: what moves less often costs less."""
_STRIP_TITLES = {Quantity.UTILISATION: "use", Quantity.MEMORY: "memory", Quantity.POWER: "power"}


def details(
    machine: Machine, sample: Sample, width: int, signs: Signs, *, has_strip: bool, has_name: bool
) -> Iterator[Row]:
    """What the board is, its energy, what its line does not show of the last ten minutes, and its processes.

    ``has_strip`` and ``has_name`` say whether the board's own line shows its use of that time, and its name.
    """
    key = device_key(sample)
    name = [] if has_name else [inert(sample.name or "")]
    parts = [part for part in (*name, *_board_parts(machine, sample)) if part]
    yield from text_rows(key, flow(parts, width - SET_IN, signs), "secondary")
    if sample.error is None:
        quantities = (Quantity.MEMORY, Quantity.POWER) if has_strip else tuple(Quantity)
        strips = _strips(machine, sample, quantities, width - SET_IN, signs)
        yield from text_rows(f"{key}/strips", strips, "secondary")
    yield from _process_rows(machine, sample, width, signs)


def _strips(
    machine: Machine, sample: Sample, quantities: Sequence[Quantity], width: int, signs: Signs
) -> Sequence[str]:
    """The last ten minutes of these quantities, beside each other where there is room."""
    count = strip_width(min(_MOST_COLUMNS, width - _STRIP_LABEL))
    strips = [
        pad(_STRIP_TITLES[quantity], _STRIP_LABEL) + strip_text(machine.history.columns(sample, quantity, count), signs)
        for quantity in quantities
        if count
    ]
    beside = "   ".join(strips)
    return [beside] if cell_len(beside) <= width else strips


def _board_parts(machine: Machine, sample: Sample) -> Iterator[str]:
    yield inert(words.short_uuid(sample.uuid))
    if sample.error is None:
        yield words.clock_of_words(sample)
        yield "" if sample.fan_percent is None else f"fan {sample.fan_percent:.0f} %"
        energy = machine.history.energy(sample)
        if energy is not None:
            yield f"{words.energy_words(energy.joules)} since {words.since_words(energy.since_at, sample.at)}"
    yield words.price_words(machine.price_of(sample))


def _process_rows(machine: Machine, sample: Sample, width: int, signs: Signs) -> Iterator[Row]:
    """Process id, user, memory, whose it is, and its command as far as there is room; the user goes first."""
    narrow = width < _LEAST_WITH_USERS
    owners = [_owner(machine, process, by_user=narrow) for process in sample.processes]
    users = [
        "" if narrow else shorten(inert(words.user_words(process)), 12, signs.ellipsis) + "  "
        for process in sample.processes
    ]
    pid_width = max((cell_len(str(process.pid)) for process in sample.processes), default=0)
    user_width = max(map(cell_len, users), default=0)
    indent = pad("", 2 if narrow else SET_IN)
    for process, owner, user in zip(sample.processes, owners, users, strict=True):
        run_id = machine.queue.pids.get(process.pid)
        text = f"{indent}{pad(str(process.pid), pid_width, right=True)}  {pad(user, user_width)}"
        text += pad(words.process_memory_words(process), 9, right=True) + "  "
        room = max(0, width - cell_len(text))
        owner_width = min(max(map(cell_len, owners)), max(8, width // 3), room)
        kind = "strong" if run_id is not None else "" if owner == "yours" else "secondary"
        command = shorten(inert(words.command_words(process)), max(0, room - owner_width - 2), signs.ellipsis)
        line = (
            Piece(text, "secondary" if kind == "secondary" else ""),
            Piece(pad(shorten(owner, owner_width, signs.ellipsis), owner_width), kind),
            Piece(f"  {command}" if command else "", "secondary"),
        )
        yield Row(f"{device_key(sample)}/{process.pid}", line, run_id)


def _owner(machine: Machine, process: DeviceProcess, *, by_user: bool) -> str:
    if by_user and process.pid not in machine.queue.pids:
        return inert(words.user_words(process))
    return inert(words.owner_words(process, machine.queue.pids, machine.names, machine.me))


def strip_text(shares: Sequence[float | None], signs: Signs) -> str:
    """A column for each share, blank where nothing was read."""
    top = len(signs.levels) - 1
    return "".join(" " if share is None else signs.levels[min(top, int(share * (top + 1)))] for share in shares)


def strip_width(room: int) -> int:
    """The largest number of columns within ``room`` into which ten minutes divide without a rest."""
    return next((BUCKETS // each for each in (1, 2, 3, 4, 5, 6) if _LEAST_STRIP <= BUCKETS // each <= room), 0)


def text_rows(key: str, lines: Sequence[str], kind: str, indent: int = SET_IN) -> Iterator[Row]:
    """Lines that belong to the row above them, on which the cursor does not stand."""
    for number, text in enumerate(lines):
        yield Row(f"{key}/{number}", (Piece(pad("", indent)), Piece(text, kind)), choosable=False)


def flow(parts: Sequence[str], width: int, signs: Signs) -> list[str]:
    """Parts with dots between them, in as many lines as they need; none is torn unless it is longer than a line."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} {signs.dot} {part}" if lines else part
        if lines and cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines += hanging(part, max(1, width))
    return lines
