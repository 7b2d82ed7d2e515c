"""Attempts: who worked on a run, how that ended, and how much of its spool and output stands in the store."""

from collections.abc import Sequence

from store.connection import Database
from store.documents import encode
from store.records import Attempt

COLUMNS = (
    "run_id, number, host, boot_id, supervisor_pid, trainer_pid, started_at, finished_at, exit_code, signal, "
    "spool_offset, log_offset"
)


def get_attempts(db: Database, run_id: int) -> list[Attempt]:
    """The attempts of a run, first one first."""
    rows = db.rows(f"SELECT {COLUMNS} FROM attempts WHERE run_id = ? ORDER BY number", (run_id,))
    return [Attempt(*row) for row in rows]


def newest_attempts(db: Database, run_ids: Sequence[int]) -> list[Attempt]:
    """The newest attempt of each of these runs that has one, by run."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM attempts a WHERE run_id IN (SELECT value FROM json_each(?)) "
        "AND number = (SELECT max(number) FROM attempts WHERE run_id = a.run_id) ORDER BY run_id",
        (encode(list(run_ids)),),
    )
    return [Attempt(*row) for row in rows]


def advance(
    db: Database, run_id: int, attempt: int, *, spool_offset: int | None = None, log_offset: int | None = None
) -> None:
    """Record how far the spool or the raw output is folded; in one ``atomic`` with the rows that were folded."""
    with db.atomic() as connection:
        connection.execute(
            "UPDATE attempts SET spool_offset = coalesce(?, spool_offset), log_offset = coalesce(?, log_offset) "
            "WHERE run_id = ? AND number = ?",
            (spool_offset, log_offset, run_id, attempt),
        )
