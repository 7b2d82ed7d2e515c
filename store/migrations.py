"""Taking a store file to the newest shape, one numbered step (``schema``) after the other.

The engine is sqlite-utils', so that its ``migrate`` command and its ``_sqlite_migrations`` table tell the truth
about this file too; it is imported only when there is something to do. ``PRAGMA user_version`` counts the steps
that were taken, in the same transaction, so that every later open needs no more than a glance at the header.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from store.schema import STEPS

VERSION = len(STEPS)
"""The version of a store that has taken every step."""

SET_NAME = "workbench"


def version_of(connection: sqlite3.Connection) -> int:
    """How many steps this store has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def apply(connection: sqlite3.Connection, upto: int = VERSION) -> None:
    """Take the steps that are missing, each in one transaction. The caller holds the store's file lock.

    ``upto`` stops after that many steps: the tests make the older shapes with it.
    """
    import sqlite_utils  # 0.1 s, and only where there is something to migrate
    from sqlite_utils.migrations import Migrations

    # Plug-ins of the user's sqlite-utils have no business in our file.
    database = sqlite_utils.Database(connection, recursive_triggers=False, execute_plugins=False)
    engine = Migrations(SET_NAME)
    for step in STEPS[:upto]:
        engine(name=step.__name__)(_on_connection(step))
    # A step may rebuild a table that others refer to; it must not cascade, and the check below finds what it broke.
    connection.execute("PRAGMA foreign_keys = OFF")
    for number in range(version_of(connection) + 1, upto + 1):
        _take_step(connection, engine, database, number, upto)
    connection.execute("PRAGMA foreign_keys = ON")


def _take_step(connection: sqlite3.Connection, engine: Any, database: Any, number: int, upto: int) -> None:
    # IMMEDIATE, since the engine's own transaction would begin as a reader and could not be promoted under contention.
    connection.execute("BEGIN IMMEDIATE")
    try:
        engine.apply(database, stop_before=STEPS[number].__name__ if number < upto else None)
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlite3.IntegrityError(f"{STEPS[number - 1].__name__} left rows that refer to nothing: {broken[:3]}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _on_connection(step: Callable[[sqlite3.Connection], None]) -> Callable[[Any], None]:
    def migrate(database: Any) -> None:
        step(database.conn)

    return migrate
