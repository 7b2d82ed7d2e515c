"""The order in which queued runs wait: first come, first served, unless somebody has moved them.

A run's place is its id, or its row in ``queue_ranks``. Moving a run hands the places of those it passes round among
them, so that no place is ever used twice, and nobody else's turn changes. Each device has a queue of its own.
"""

from store.connection import Database
from store.errors import NotQueued
from store.records import Run, RunStatus
from store.runs import COLUMNS, from_row, get_run

_PLACE = "coalesce((SELECT rank FROM queue_ranks WHERE run_id = id), id)"


def queued_runs(db: Database, limit: int | None = None) -> list[Run]:
    """The queued runs of all devices, the next one first."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM runs WHERE status = 'queued' ORDER BY {_PLACE}, id LIMIT ?",
        (-1 if limit is None else limit,),
    )
    return [from_row(row) for row in rows]


def queued_before(db: Database, run_id: int, device: str) -> list[int]:
    """Ids of the queued runs that are ahead of this one for the same device, the next one first."""
    ids = list(_places(db, device))
    return ids[: ids.index(run_id)] if run_id in ids else ids


def move_in_queue(db: Database, run_id: int, by: int) -> list[int]:
    """Move a queued run by so many places in the queue of its device: -1 one earlier, 1 one later.

    Returns the ids of that queue in their new order; beyond an end there is nothing to move to. Raises UnknownRun, or
    NotQueued where the run does not wait any more.
    """
    with db.atomic() as connection:
        run = get_run(db, run_id)
        if run.status is not RunStatus.QUEUED:
            raise NotQueued(
                f"Run {run_id} ({run.name}) is {run.status}: only runs that wait in the queue can be moved in it."
            )
        places = _places(db, run.device)
        order = list(places)
        before = order.index(run_id)
        order.remove(run_id)
        order.insert(min(max(0, before + by), len(order)), run_id)
        ranks = [(one, place) for one, place in zip(order, places.values(), strict=True) if place != places[one]]
        connection.executemany("INSERT OR REPLACE INTO queue_ranks VALUES (?, ?)", ranks)
        return order


def _places(db: Database, device: str) -> dict[int, float]:
    """The queue of a device: id → place, the next one first."""
    rows = db.rows(
        f"SELECT id, {_PLACE} AS place FROM runs WHERE status = 'queued' AND device = ? ORDER BY place, id", (device,)
    )
    return dict(rows)
