"""Series: what a run logged, step by step, in three forms that are kept in step with each other.

Every point (``points``), at most 256 stretches of each series for screens and SQL users (``curves`` has the
arithmetic), and one summary of each metric (``summaries``). Stretches and summaries grow with each batch, so a live
run is read as cheaply as an ended one; when a run ends its points are packed and the rows of short series thinned.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping

from store.connection import Database
from store.curves import (
    MAX_ROWS,
    PlainPoint,
    Stretch,
    append,
    coarsened,
    ended_rows,
    joined,
    stretch_size,
    stretches_of,
    windowed,
)
from store.documents import finite, storable
from store.points import count_points, insert_points, pack_oldest, read_points, read_window
from store.records import Point, SeriesRow
from store.summaries import extend_summary, set_bests, summaries

__all__ = ["add_points", "fold_series", "metric_names", "read_curve", "read_points", "summaries"]

_EXACT_POINTS = 8192
"""Runs of up to this many points are decoded in a few milliseconds: their curves are read from the points."""

_FINE_ENOUGH = 48
"""A window that holds so many of the stored stretches is shown by them; of fewer its points are read."""

_MOST_READ = 262_144
"""No more points than that are read for one window, which takes a fifth of a second; beyond, stretches must do."""

_MOST_KEPT = 32
"""Windows of which the stretches are kept."""

_ALL_STEPS = (-(2**63), 2**63 - 1)

_STRETCH_COLUMNS = "first_step, last_step, n, known, first, last, minimum, maximum, mean, first_at, last_at"


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
        series: defaultdict[tuple[int, int], list[PlainPoint]] = defaultdict(list)
        metrics: defaultdict[int, list[tuple[int, float | None]]] = defaultdict(list)
        for metric_id, attempt, step, value, at in rows:
            series[metric_id, attempt].append((step, value, at))
            metrics[metric_id].append((step, value))
        for (metric_id, attempt), added in series.items():
            _extend_series(db, (run_id, metric_id, attempt), added)
        for metric_id, values in metrics.items():
            extend_summary(db, run_id, metric_id, values)


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

    With a first or a last step, those are finer stretches of the steps from there to there, and of the point on either
    side, from which and to which a line leads.
    """
    with db.reading():
        stored = _read_stretches(db, run_id, metric)
        if first_step is not None or last_step is not None:
            lowest, highest = _ALL_STEPS
            window = (lowest if first_step is None else first_step, highest if last_step is None else last_step)
            stored = _window_stretches(db, run_id, metric, stored, window)
        elif (_is_thinned(stored) or _lacks_times(stored)) and count_points(db, run_id) <= _EXACT_POINTS:
            # Short enough to be read in full.
            points = _points_by_attempt(db, run_id, metric, _ALL_STEPS)
            stored = [(attempt, stretch) for attempt in sorted(points) for stretch in stretches_of(points[attempt])]
    return [_row(metric, attempt, ordinal, stretch) for ordinal, (attempt, stretch) in enumerate(_bounded(stored))]


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


def _extend_series(db: Database, series: tuple[int, int, int], points: list[PlainPoint]) -> None:
    """Add points to the stretches of one series (run, metric, attempt): the last one grows, or all are joined."""
    ends = db.rows(
        f"SELECT ordinal, {_STRETCH_COLUMNS} FROM series_rows WHERE run_id = ?1 AND metric_id = ?2 AND attempt = ?3 "
        "AND ordinal IN (0, (SELECT max(ordinal) FROM series_rows "
        "WHERE run_id = ?1 AND metric_id = ?2 AND attempt = ?3)) ORDER BY ordinal",
        series,
    )
    if not ends:
        _write_stretches(db, series, 0, stretches_of(points))
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
        f"INSERT OR REPLACE INTO series_rows (run_id, metric_id, attempt, ordinal, {_STRETCH_COLUMNS}) "
        f"VALUES ({', '.join('?' * 15)})",
        [(*series, ordinal, *_figures(stretch)) for ordinal, stretch in enumerate(stretches, start)],
    )


def _figures(s: Stretch) -> tuple[float | None, ...]:
    """In the order of _STRETCH_COLUMNS."""
    counts = s.first_step, s.last_step, s.n, s.known
    return *counts, s.first, s.last, s.minimum, s.maximum, s.mean, s.first_at, s.last_at


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


def _lacks_times(stored: list[tuple[int, Stretch]]) -> bool:
    return any(stretch.first_at is None or stretch.last_at is None for _, stretch in stored)


def _row(metric: str, attempt: int, ordinal: int, s: Stretch) -> SeriesRow:
    figures = s.first, s.last, s.minimum, s.maximum, s.mean
    return SeriesRow(metric, attempt, ordinal, s.first_step, s.last_step, s.n, *figures, s.first_at, s.last_at)


def _points_by_attempt(db: Database, run_id: int, metric: str, window: tuple[int, int]) -> dict[int, list[PlainPoint]]:
    found: defaultdict[int, list[PlainPoint]] = defaultdict(list)
    wanted = db.row("SELECT id FROM metrics WHERE name = ?", (metric,))
    for attempt, step, value, at in read_window(db, run_id, wanted[0], *window) if wanted else ():
        found[attempt].append((step, value, at))
    return found


def _window_stretches(
    db: Database, run_id: int, metric: str, stored: list[tuple[int, Stretch]], window: tuple[int, int]
) -> list[tuple[int, Stretch]]:
    """The stored stretches in sight and their neighbours where they are fine enough, else finer ones of the points."""
    attempts: defaultdict[int, list[Stretch]] = defaultdict(list)
    for attempt, stretch in stored:
        attempts[attempt].append(stretch)
    seen = {attempt: _in_sight(stretches, window) for attempt, stretches in attempts.items()}
    coarse = [(attempt, stretch) for attempt, (start, end) in seen.items() for stretch in attempts[attempt][start:end]]
    if not coarse or len(coarse) >= _FINE_ENOUGH or sum(stretch.n for _, stretch in coarse) > _MOST_READ:
        return coarse
    # A live run is asked again at each commit; points that were logged do not change, so what lies behind them holds.
    asked = (run_id, metric, window)
    state = tuple((attempt, s.first_step, s.last_step, s.n, s.mean, s.last_at) for attempt, s in coarse)
    kept_state, kept = db.lately.get(asked, (None, None))
    if kept_state == state:
        return list(kept)
    lowest = min(attempts[attempt][start].first_step for attempt, (start, _) in seen.items())
    highest = max(attempts[attempt][end - 1].last_step for attempt, (_, end) in seen.items())
    points = _points_by_attempt(db, run_id, metric, (lowest, highest))
    result: list[tuple[int, Stretch]] = []
    for attempt, (start, _) in seen.items():
        first = attempts[attempt][start].first_step
        inside = [point for point in points[attempt] if point[0] >= first]
        before = sum(stretch.n for stretch in attempts[attempt][:start])
        result += [(attempt, stretch) for stretch in windowed(inside, before, *window)]
    if len(db.lately) >= _MOST_KEPT:
        db.lately.clear()
    db.lately[asked] = (state, tuple(result))
    return result


def _in_sight(stretches: list[Stretch], window: tuple[int, int]) -> tuple[int, int]:
    """Which stretches hold steps of the window, with the one on either side: the first, and one past the last."""
    start = bisect_left(stretches, window[0], key=lambda stretch: stretch.last_step)
    end = bisect_right(stretches, window[1], key=lambda stretch: stretch.first_step)
    return max(0, start - 1), min(len(stretches), end + 1)


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
