"""Runs that are alike but for their seeds: what a comparison of groups is made of."""

from collections.abc import Sequence

from store.connection import Database
from store.documents import encode
from store.records import Run
from store.runs import COLUMNS, from_row


def alike_runs(db: Database, run: Run) -> list[Run]:
    """The runs that are done and of the named group of ``run``, oldest first; without one, of its model, task and
    parameters.

    Whether they saw the same data is for the caller to tell: a file may have moved, or have changed in its place.
    """
    alike = (
        "group_id IS NULL AND model = :model AND task = :task "
        "AND parameters = (SELECT parameters FROM runs WHERE id = :id)"
        if run.group is None
        else "group_id = (SELECT group_id FROM runs WHERE id = :id)"
    )
    rows = db.rows(
        f"SELECT {COLUMNS} FROM runs WHERE status = 'done' AND {alike} ORDER BY id",
        {"id": run.id, "model": run.model, "task": run.task} if run.group is None else {"id": run.id},
    )
    return [from_row(row) for row in rows]


def example_set_keys(db: Database, run_ids: Sequence[int]) -> dict[int, str]:
    """The key of the test part that each run was evaluated on; runs that were not evaluated are left out."""
    return dict(
        db.rows(
            "SELECT run_id, example_set FROM outcomes WHERE run_id IN (SELECT value FROM json_each(?))",
            (encode(list(run_ids)),),
        )
    )
