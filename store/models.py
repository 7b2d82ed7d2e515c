"""Which models the runs of the store are of."""

from store.connection import Database


def models_used(db: Database) -> dict[str, tuple[int, int]]:
    """By model: how many runs there are of it, and of how many a checkpoint is kept. It looks at every run."""
    rows = db.rows(
        "SELECT r.model, count(*), count(d.checkpoint) FROM runs r LEFT JOIN details d ON d.run_id = r.id "
        "GROUP BY r.model"
    )
    return {model: (runs, checkpoints) for model, runs, checkpoints in rows}
