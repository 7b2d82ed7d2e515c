"""Which models the runs of the store are of."""

from store.connection import Database

_HAS_CHECKPOINT = """
    SELECT EXISTS (
        SELECT 1 FROM runs r CROSS JOIN details d ON d.run_id = r.id WHERE r.model = ? AND d.checkpoint IS NOT NULL
    )
"""


def models_used(db: Database) -> dict[str, tuple[int, bool]]:
    """By model: how many runs there are of it, and whether a checkpoint of any is kept."""
    counted = db.rows("SELECT model, count(*) FROM runs GROUP BY model")
    return {model: (runs, bool((db.row(_HAS_CHECKPOINT, (model,)) or (0,))[0])) for model, runs in counted}
