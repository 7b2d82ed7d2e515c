"""Series: what a run logged, step by step, in three forms that are kept in step with each other.

Every point (``points``), at most 256 stretches of each series for screens and SQL users (``curves`` has the
arithmetic), and one summary of each metric (``summaries``). Stretches and summaries grow with each batch, so a live
run is read as cheaply as an ended one; when a run ends its points are packed and the rows of short series thinned.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from store.connection import Database
from store.curves import MAX_ROWS, Stretch, append, coarsened, ended_rows, joined, stretch_size
from store.documents import finite, storable
from store.points import count_points, insert_points, pack_oldest, read_pieces, read_points
from store.records import Point, SeriesRow
from store.summaries import extend_summary, set_bests, summaries

__all__ = ["add_points", "fold_series", "metric_names", "read_curve", "read_points", "summaries"]

_EXACT_POINTS = 8192
"""Runs of up to this many points are decoded in a few milliseconds: their curves are read from the points."""

_STRETCH_COLUMNS = "first_step, last_step, n, known, first, last, minimum, maximum, mean"


def add_points(db: Database, run_id: int, points: Iterable[Point]) -> None:
    """Append points in the order given. NaN and infinities are stored as not known."""
    batch = list(points)
    if not batch:
        return
    with db.atomic():
        ids = _metric_ids(db, {point.metric for point in batch})
        rows = [
            (ids[point.metric], point.attempt, int(point.step), finite(point.value), float(point.at)) for point in batch
        ]
        insert_points(db, run_id, rows)
        series: defaultdict[tuple[int, int], list[tuple[int, float | None]]] = defaultdict(list)
        metrics: defaultdict[int, list[tuple[int, float | None]]] = defaultdict(list)
        for metric_id, attempt, step, value, _ in rows:
            series[metric_id, attempt].append((step, value))
            metrics[metric_id].append((step, value))
        for (metric_id, attempt), added in series.items():
            _extend_series(db, (run_id, metric_id, attempt), added)
        for metric_id, added in metrics.items():
            extend_summary(db, run_id, metric_id, added)


def metric_names(db: Database, run_id: int) -> list[str]:
    """The metrics that a run logged."""
    rows = db.rows(
        "SELECT m.name FROM metric_summaries s JOIN metrics m ON m.id = s.metric_id WHERE s.run_id = ? ORDER BY m.id",
        (run_id,),
    )
    return [row[0] for row in rows]


def read_curve(
    db: Database, run_id: int, metric: str, *, first_step: int | None = None, last_step: int | None = None
) -> list[SeriesRow]:
    """One metric of a run, live or ended, as at most 256 rows in the order of attempts and time.

    With a first or a last step, these are finer stretches of the steps from there to there.
    """
    with db.reading():
        stored = _read_stretches(db, run_id, metric)
        # Thinned when the run ended, and short enough to be read in full.
        if _is_thinned(stored) and count_points(db, run_id) <= _EXACT_POINTS:
            stored = _exact_stretches(db, run_id, metric)
    rows = _bounded(stored)
    return [
        SeriesRow(
            metric, attempt, ordinal, s.first_step, s.last_step, s.n, s.first, s.last, s.minimum, s.maximum, s.mean
        )
        for ordinal, (attempt, s) in enumerate(rows)
    ]


def fold_series(db: Database, run_id: int, directions: Mapping[str, bool | None]) -> None:
    """Pack what a run logged, once it has ended, and name its bests.

    ``directions`` says for each metric whether higher is better (None or absent: not known). It may be called again,
    and go on where an earlier call was killed: each transaction is short and leaves the series whole.
    """
    while pack_oldest(db, run_id):
        pass
    set_bests(db, run_id, directions)
    for metric_id, attempt in db.rows(
        "SELECT DISTINCT metric_id, attempt FROM series_rows WHERE run_id = ?", (run_id,)
    ):
        _thin(db, (run_id, metric_id, attempt))
    db.release_pages()


def _metric_ids(db: Database, names: set[str]) -> dict[str, int]:
    ids = {}
    for name in sorted(names):
        kept = storable(name)
        found = db.row("SELECT id FROM metrics WHERE name = ?", (kept,)) or db.row(
            "INSERT INTO metrics (name) VALUES (?) RETURNING id", (kept,)
        )
        ids[name] = int(found[0]) if found else 0
    return ids


def _extend_series(db: Database, series: tuple[int, int, int], points: list[tuple[int, float | None]]) -> None:
    """Add points to the stretches of one series (run, metric, attempt): the last one grows, or all are joined."""
    ends = db.rows(
        f"SELECT ordinal, {_STRETCH_COLUMNS} FROM series_rows WHERE run_id = ?1 AND metric_id = ?2 AND attempt = ?3 "
        "AND ordinal IN (0, (SELECT max(ordinal) FROM series_rows "
        "WHERE run_id = ?1 AND metric_id = ?2 AND attempt = ?3)) ORDER BY ordinal",
        series,
    )
    if not ends:
        stretches: list[Stretch] = []
        append(stretches, stretch_size(len(points)), points)
        _write_stretches(db, series, 0, stretches)
        return
    # All stretches are full but the last, so the first tells their size.
    last, size = ends[-1][0], Stretch(*ends[0][1:]).n
    stretches = [Stretch(*ends[-1][1:])]
    wanted = max(size, stretch_size(last * size + stretches[0].n + len(points)))
    if wanted != size:
        stretches = coarsened(_all_stretches(db, series), wanted // size)
        last = 0
        db.connection.execute("DELETE FROM series_rows WHERE run_id = ? AND metric_id = ? AND attempt = ?", series)
    append(stretches, wanted, points)
    _write_stretches(db, series, last, stretches)


def _write_stretches(db: Database, series: tuple[int, int, int], start: int, stretches: list[Stretch]) -> None:
    db.connection.executemany(
        f"INSERT OR REPLACE INTO series_rows VALUES ({', '.join('?' * 13)})",
        [
            (*series, ordinal, s.first_step, s.last_step, s.n, s.known, s.first, s.last, s.minimum, s.maximum, s.mean)
            for ordinal, s in enumerate(stretches, start)
        ],
    )


def _all_stretches(db: Database, series: tuple[int, int, int]) -> list[Stretch]:
    rows = db.rows(
        f"SELECT {_STRETCH_COLUMNS} FROM series_rows WHERE run_id = ? AND metric_id = ? AND attempt = ? "
        "ORDER BY ordinal",
        series,
    )
    return [Stretch(*row) for row in rows]


def _thin(db: Database, series: tuple[int, int, int]) -> None:
    with db.atomic() as connection:
        stretches = _all_stretches(db, series)
        n = sum(stretch.n for stretch in stretches)
        factor = stretch_size(n, ended_rows(n)) // stretches[0].n
        if factor > 1:
            connection.execute("DELETE FROM series_rows WHERE run_id = ? AND metric_id = ? AND attempt = ?", series)
            _write_stretches(db, series, 0, coarsened(stretches, factor))


def _read_stretches(db: Database, run_id: int, metric: str) -> list[tuple[int, Stretch]]:
    """The stored stretches of a metric with their attempts."""
    rows = db.rows(
        f"SELECT attempt, {_STRETCH_COLUMNS} FROM series_rows "
        "WHERE run_id = ? AND metric_id = (SELECT id FROM metrics WHERE name = ?) ORDER BY attempt, ordinal",
        (run_id, metric),
    )
    return [(row[0], Stretch(*row[1:])) for row in rows]


def _is_thinned(stored: list[tuple[int, Stretch]]) -> bool:
    if not stored:
        return False
    attempt, first = stored[0]
    return first.n > stretch_size(sum(stretch.n for number, stretch in stored if number == attempt))


def _exact_stretches(db: Database, run_id: int, metric: str) -> list[tuple[int, Stretch]]:
    points: defaultdict[int, list[tuple[int, float | None]]] = defaultdict(list)
    wanted = db.row("SELECT id FROM metrics WHERE name = ?", (metric,))
    for piece in read_pieces(db, run_id):
        for metric_id, attempt, step, value, _ in piece:
            if wanted and metric_id == wanted[0]:
                points[attempt].append((step, value))
    result: list[tuple[int, Stretch]] = []
    for attempt in sorted(points):
        stretches: list[Stretch] = []
        append(stretches, stretch_size(len(points[attempt])), points[attempt])
        result.extend((attempt, stretch) for stretch in stretches)
    return result


def _bounded(stored: list[tuple[int, Stretch]]) -> list[tuple[int, Stretch]]:
    """At most 256 stretches of all attempts together; those of different attempts are joined only as a last resort."""
    across = False
    while len(stored) > MAX_ROWS:
        halved: list[tuple[int, Stretch]] = []
        rest = iter(stored)
        for attempt, stretch in rest:
            following = next(rest, None)
            if following is None:
                halved.append((attempt, stretch))
            elif across or following[0] == attempt:
                halved.append((attempt, joined(stretch, following[1])))
            else:
                halved += [(attempt, stretch), following]
        across = len(halved) == len(stored)
        stored = halved
    return stored
