"""The points of a run, every one: live ones as rows, older ones packed into chunks.

A point's place in the run is its ``seq``, counted from 1 in the order of logging. Packing takes the oldest rows and
puts a chunk in their place in one transaction, so at every moment each point stands in one form, and packing can
stop and go on anywhere.
"""

from collections.abc import Iterator, Sequence

from store.chunks import CHUNK_POINTS, RawPoint, TimedPoint, decode_chunk, decode_metric, encode_chunk
from store.connection import Database
from store.records import Point

_PACK_ABOVE = 4 * CHUNK_POINTS
"""Live rows of one run above which the oldest are packed while it still runs: the table stays small."""


def insert_points(db: Database, run_id: int, points: Sequence[RawPoint]) -> None:
    """Append points; within the caller's transaction."""
    seq = _next_seq(db, run_id)
    db.connection.executemany(
        "INSERT INTO points (run_id, seq, metric_id, attempt, step, value, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(run_id, seq + place, *point) for place, point in enumerate(points)],
    )
    first = db.row("SELECT min(seq) FROM points WHERE run_id = ?", (run_id,))
    live = seq + len(points) - (first[0] if first else 0)
    while live > _PACK_ABOVE:
        live -= pack_oldest(db, run_id)


def pack_oldest(db: Database, run_id: int) -> int:
    """Pack at most one chunk of the oldest live points, in one short transaction; how many were packed."""
    with db.atomic() as connection:
        rows = db.rows(
            "SELECT seq, metric_id, attempt, step, value, at FROM points WHERE run_id = ? ORDER BY seq LIMIT ?",
            (run_id, CHUNK_POINTS),
        )
        if not rows:
            return 0
        chunk = encode_chunk([row[1:] for row in rows])
        steps = [row[3] for row in rows]
        connection.execute(
            "INSERT INTO point_chunks (run_id, seq, n, packed, lowest_step, highest_step) VALUES (?, ?, ?, ?, ?, ?)",
            (run_id, rows[0][0], len(rows), chunk, min(steps), max(steps)),
        )
        connection.execute("DELETE FROM points WHERE run_id = ? AND seq <= ?", (run_id, rows[-1][0]))
    return len(rows)


def read_points(db: Database, run_id: int, metric: str | None = None) -> Iterator[Point]:
    """Every point of a run in the order logged, of one metric if it is named."""
    for piece in read_pieces(db, run_id):
        names: dict[int, str] = dict(db.rows("SELECT id, name FROM metrics"))
        for metric_id, attempt, step, value, at in piece:
            name = names[metric_id]
            if metric is None or name == metric:
                yield Point(metric=name, step=step, value=value, at=at, attempt=attempt)


def read_pieces(db: Database, run_id: int) -> Iterator[list[RawPoint]]:
    """Every point of a run in the order logged, as many at a time as a chunk holds.

    Each piece is read in a transaction of its own, so a slow consumer holds nobody up; points that are logged while it
    reads come out too.
    """
    seq = 1
    while piece := _read_piece(db, run_id, seq):
        seq += len(piece)
        yield piece


def read_window(db: Database, run_id: int, metric_id: int, first_step: int, last_step: int) -> list[TimedPoint]:
    """The points of one metric from one step to another, in the order logged; chunks of other steps are left alone."""
    found: list[TimedPoint] = []
    with db.reading():
        chunks = db.rows(
            "SELECT packed FROM point_chunks WHERE run_id = ?1 "
            "AND (highest_step IS NULL OR (highest_step >= ?2 AND lowest_step <= ?3)) ORDER BY seq",
            (run_id, first_step, last_step),
        )
        for (packed,) in chunks:
            found += decode_metric(packed, metric_id, first_step, last_step)
        found += db.rows(
            "SELECT attempt, step, value, at FROM points "
            "WHERE run_id = ? AND metric_id = ? AND step BETWEEN ? AND ? ORDER BY seq",
            (run_id, metric_id, first_step, last_step),
        )
    return found


def count_points(db: Database, run_id: int) -> int:
    """How many points a run has logged."""
    return _next_seq(db, run_id) - 1


def _next_seq(db: Database, run_id: int) -> int:
    live = db.row("SELECT max(seq) FROM points WHERE run_id = ?", (run_id,))
    if live and live[0] is not None:
        return int(live[0]) + 1
    packed = db.row("SELECT seq + n FROM point_chunks WHERE run_id = ? ORDER BY seq DESC LIMIT 1", (run_id,))
    return int(packed[0]) if packed else 1


def _read_piece(db: Database, run_id: int, seq: int) -> list[RawPoint]:
    """The points from ``seq`` on: the rest of a chunk, or as many live ones as a chunk holds."""
    # One transaction: between the two queries the points could change their form.
    with db.reading():
        # A reader may stand in the midst of a chunk: it read the first points of it while they were rows.
        packed = db.row(
            "SELECT seq, n, packed FROM point_chunks WHERE run_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
            (run_id, seq),
        )
        if packed and seq < packed[0] + packed[1]:
            return decode_chunk(packed[2])[seq - packed[0] :]
        return db.rows(
            "SELECT metric_id, attempt, step, value, at FROM points WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT ?",
            (run_id, seq, CHUNK_POINTS),
        )
