"""What earlier runs of one model came to: what an estimate of the next one rests on."""

from store.connection import Database
from store.details import get_details
from store.records import RunDetail


def done_runs_of(db: Database, model: str, limit: int) -> list[RunDetail]:
    """The newest runs of ``model`` that are done, newest first, ``limit`` at most."""
    with db.reading():
        rows = db.rows(
            "SELECT id FROM runs WHERE status = 'done' AND model = ? ORDER BY id DESC LIMIT ?", (model, limit)
        )
        return get_details(db, [row[0] for row in rows]) if rows else []
