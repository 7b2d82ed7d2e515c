"""The rows of the devices screen's other panes: the runs at work and those that wait, and who holds which lease.

Pure. Times are clock times, which stand still: a screen of durations would send every one of them every second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.devices.machine import Row
from screens.formatting import progress_text, status_sign, status_word
from screens.page import LeaseRow, QueueView, RunRow
from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from store.records import RunStatus
from workbench import device_words as words
from workbench.cells import shorten
from workbench.inert import inert

_DEVICE = 8
_WIDEST_NAME = 36
_LEAST_WITH_DEVICE = 48
_LEAST_WITH_TIMES = 60
_LEAST_WITH_BOARDS = 76
"""Cells from which on there is room for devices, for times, and for the UUIDs of boards."""


@dataclass(frozen=True, slots=True)
class _Widths:
    number: int
    name: int
    device: int
    since: int
    said: int


def queue_rows(queue: QueueView, store: str, now: float, width: int, signs: Signs) -> list[Row]:
    """Running runs, then queued ones in the order in which they get their turn."""
    rows = (*queue.running, *queue.queued)
    if not rows:
        return _sentence(words.NO_QUEUE, width)
    said = [inert(what_words(row, queue, store)) for row in rows]
    since = [_since(_moment(row), now) if width >= _LEAST_WITH_TIMES else "" for row in rows]
    number = max(cell_len(str(row.run.id)) for row in rows) + 2
    times = max(map(cell_len, since)) + 2 if any(since) else 0
    device = _DEVICE if width >= _LEAST_WITH_DEVICE else 0
    room = width - 2 - number - device - times
    name = max(cell_len(inert(row.run.name)) for row in rows) + 2
    name = max(8, min(name, _WIDEST_NAME, max(room - max(map(cell_len, said)), min(12, room // 2))))
    widths = _Widths(number, name, device, times, max(0, room - name))
    return [
        Row(f"run {row.run.id}", _run_line(row, at, text, widths, signs), row.run.id)
        for row, at, text in zip(rows, since, said, strict=True)
    ]


def what_words(row: RunRow, queue: QueueView, store: str) -> str:
    """What a run does, or what it waits for."""
    if row.run.status is not RunStatus.QUEUED:
        return progress_text(row) if status_word(row) == "running" else status_word(row)
    return words.why_waiting(row.run, [other.run for other in queue.queued], queue.leases, store)


def _moment(row: RunRow) -> float | None:
    return row.run.created_at if row.run.status is RunStatus.QUEUED else row.run.started_at


def _since(at: float | None, now: float) -> str:
    return "" if at is None else f"since {words.since_words(at, now)}"


def _run_line(row: RunRow, since: str, said: str, widths: _Widths, signs: Signs) -> Line:
    kind = "secondary" if row.run.status is RunStatus.QUEUED else "filled"
    return (
        Piece(f"{status_sign(row, signs)} ", kind),
        Piece(pad(pad(str(row.run.id), widths.number - 2, right=True), widths.number), "secondary"),
        Piece(pad(shorten(inert(row.run.name), widths.name - 2, signs.ellipsis), widths.name), "strong"),
        Piece(pad(inert(row.run.device), widths.device) if widths.device else "", "secondary"),
        Piece(pad(since, widths.since), "secondary"),
        Piece(shorten(said, widths.said, signs.ellipsis)),
    )


def lease_rows(leases: Sequence[LeaseRow], store: str, now: float, width: int, signs: Signs) -> list[Row]:
    """What is held, since when, by which run, and of which store where it is not this one."""
    groups = words.held_groups(leases)
    if not groups:
        return _sentence(words.NO_LEASES, width)
    names = {lease.run_id: lease.run_name for lease in leases if lease.store == store}
    whole = width >= _LEAST_WITH_BOARDS
    whats = [inert(f"{group.what}  {group.uuid}".rstrip() if whole else group.what) for group in groups]
    whats = [shorten(what, max(10, width // 3), signs.ellipsis) for what in whats]
    since = [_since(group.lease.since_at, now) if width >= _LEAST_WITH_TIMES else "" for group in groups]
    what_width = max(map(cell_len, whats)) + 2
    since_width = max(map(cell_len, since)) + 2 if any(since) else 0
    room = max(0, width - what_width - since_width)
    rows = []
    for group, what, at in zip(groups, whats, since, strict=True):
        lease = group.lease
        is_ours = lease.store == store
        whose = words.holder_words(lease.run_id, lease.store, store)
        whose = f"{whose} {names.get(lease.run_id) or ''}".rstrip() if is_ours else whose
        line = (
            Piece(pad(what, what_width)),
            Piece(pad(at, since_width), "secondary"),
            Piece(shorten(inert(whose), room, signs.ellipsis), "strong" if is_ours else ""),
        )
        rows.append(Row(f"lease {lease.what}", line, lease.run_id if is_ours else None))
    return rows


def _sentence(sentence: str, width: int) -> list[Row]:
    """A calm line where there is nothing to list."""
    return [
        Row(f"empty {number}", (Piece(text, "secondary"),), choosable=False)
        for number, text in enumerate(hanging(sentence, max(1, width)))
    ]
