"""The log of a run: lines in the order in which they came, text verbatim. Whoever prints them makes them inert."""

from collections.abc import Iterable

from store.connection import Database
from store.documents import storable
from store.records import LogLine

_COLUMNS = "id, run_id, attempt, at, level, text"


def add_log_lines(db: Database, run_id: int, attempt: int, lines: Iterable[tuple[float, str, str]]) -> None:
    """Append lines, each ``(at, level, text)``."""
    rows = [(run_id, attempt, at, level, storable(text)) for at, level, text in lines]
    if not rows:
        return
    with db.atomic() as connection:
        connection.executemany("INSERT INTO log_lines (run_id, attempt, at, level, text) VALUES (?, ?, ?, ?, ?)", rows)


def read_log(db: Database, run_id: int, *, after_id: int = 0, limit: int | None = None) -> list[LogLine]:
    """The lines after the one of id ``after_id``, oldest first; at most ``limit``."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM log_lines WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?",
        (run_id, after_id, -1 if limit is None else limit),
    )
    return [LogLine(*row) for row in rows]


def tail_log(db: Database, run_id: int, n: int, *, after_id: int = 0) -> list[LogLine]:
    """The last ``n`` lines, oldest first, of those after ``after_id``."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM log_lines WHERE run_id = ? AND id > ? ORDER BY id DESC LIMIT ?", (run_id, after_id, n)
    )
    return [LogLine(*row) for row in reversed(rows)]
