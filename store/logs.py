"""The log of a run: lines in the order in which they came, text verbatim. Whoever prints them makes them inert.

Alerts are lines of the level ``alert``, which a supervisor writes when something goes wrong that somebody should see at
once. They are read over all runs by an index of their own, however many other lines there are.
"""

from collections.abc import Iterable, Sequence

from store.connection import Database
from store.documents import encode, storable
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


def newest_line_id(db: Database) -> int:
    """The id of the newest line of any run, 0 in a store without lines; where to begin to ask for alerts.

    Ids are given again once the newest lines were deleted: whoever keeps one takes the smaller of the two.
    """
    found = db.row("SELECT max(id) FROM log_lines")
    return int(found[0] or 0) if found else 0


def read_alerts(db: Database, after_id: int, *, limit: int | None = None) -> list[LogLine]:
    """The alerts of all runs after the line of id ``after_id``, oldest first; the newest ``limit`` of them."""
    rows = db.rows(
        # The level stands in the statement: with a parameter in its place the index of alerts could not be used.
        f"SELECT {_COLUMNS} FROM log_lines WHERE level = 'alert' AND id > ? ORDER BY id DESC LIMIT ?",
        (after_id, -1 if limit is None else limit),
    )
    return [LogLine(*row) for row in reversed(rows)]


def alert_counts(db: Database, run_ids: Sequence[int]) -> dict[int, int]:
    """How many alerts each of these runs has; runs without one are left out."""
    rows = db.rows(
        "SELECT run_id, count(*) FROM log_lines WHERE level = 'alert' AND run_id IN (SELECT value FROM json_each(?)) "
        "GROUP BY run_id",
        (encode(list(run_ids)),),
    )
    return dict(rows)
