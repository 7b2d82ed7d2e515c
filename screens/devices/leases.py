"""Who waits, who works and who holds which device: the page's part that the devices screen draws."""

from collections.abc import Callable
from pathlib import Path

from screens.page import LeaseRow, QueueView, RunRow
from store.records import Run
from store.snapshot import StoreSnapshot
from workbench.errors import ReportedError


def queue_view(store: Path, snapshot: StoreSnapshot, row: Callable[[Run], RunRow]) -> QueueView:
    """The queue and the running runs of the store, and the leases of all of this user's runs on this machine."""
    names = {run.id: run.name for run in snapshot.running}
    pids = {}
    for attempt in snapshot.attempts:
        pids[attempt.supervisor_pid] = attempt.run_id
        if attempt.trainer_pid is not None:
            pids[attempt.trainer_pid] = attempt.run_id
    return QueueView(
        queued=tuple(row(run) for run in snapshot.queued),
        running=tuple(row(run) for run in snapshot.running),
        leases=_leases(str(store), names),
        pids=pids,
    )


def _leases(store: str, names: dict[int, str]) -> tuple[LeaseRow, ...]:
    from workbench.runs.leases import current  # asks locks of files; only the devices screen wants it

    try:
        held = current()
    except ReportedError:
        return ()
    rows = []
    for lease in held:
        holder = lease.holder
        if holder is None:
            rows.append(LeaseRow(lease.what, "", None, None, None, None, None))
            continue
        name = names.get(holder.run_id) if holder.store == store else None
        rows.append(LeaseRow(lease.what, holder.device, holder.run_id, name, holder.store, holder.pid, holder.since_at))
    return tuple(rows)
