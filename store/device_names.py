"""The names of the devices that samples were ever taken of: what a price may be named after."""

from store.connection import Database


def device_names(db: Database) -> list[str]:
    """The name of each board that a run of this store has worked on, once."""
    rows = db.rows("SELECT DISTINCT name FROM devices WHERE name <> '' AND device <> 'host' ORDER BY name")
    return [str(row[0]) for row in rows]
