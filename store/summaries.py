"""What each metric of a run came to, kept up to date with every batch of points: last, extremes and best."""

from collections.abc import Mapping, Sequence

from store.connection import Database, Row
from store.records import MetricSummary

SUMMARY_COLUMNS = (
    "m.name, s.n, s.last, s.last_step, s.minimum, s.minimum_step, s.maximum, s.maximum_step, s.best, s.best_step"
)


def summaries(db: Database, run_id: int) -> list[MetricSummary]:
    """What each metric of a run came to so far. ``best`` is known once the run's series were folded."""
    rows = db.rows(
        f"SELECT {SUMMARY_COLUMNS} FROM metric_summaries s JOIN metrics m ON m.id = s.metric_id "
        "WHERE s.run_id = ? ORDER BY m.id",
        (run_id,),
    )
    return [summary_from_row(row) for row in rows]


def summary_from_row(row: Row) -> MetricSummary:
    """The summary of a row of SUMMARY_COLUMNS."""
    return MetricSummary(*row)


def extend_summary(db: Database, run_id: int, metric_id: int, points: Sequence[tuple[int, float | None]]) -> None:
    """Take new points, each ``(step, value)``, into a metric's summary; within the caller's transaction."""
    last_step, last = points[-1]
    known = [(value, step) for step, value in points if value is not None]
    # Of equal values the earliest counts, in the batch and (by the strict comparison below) in the store.
    minimum, minimum_step = min(known, key=lambda pair: pair[0], default=(None, None))
    maximum, maximum_step = max(known, key=lambda pair: pair[0], default=(None, None))
    db.connection.execute(
        _EXTEND,
        {
            "run_id": run_id,
            "metric_id": metric_id,
            "n": len(points),
            "last": last,
            "last_step": last_step,
            "minimum": minimum,
            "minimum_step": minimum_step,
            "maximum": maximum,
            "maximum_step": maximum_step,
        },
    )


def set_bests(db: Database, run_id: int, directions: Mapping[str, bool | None]) -> None:
    """Name the best value of each metric: the largest where ``directions`` says True, the smallest where False."""
    with db.atomic() as connection:
        for metric, higher_is_better in directions.items():
            side = "maximum" if higher_is_better else "minimum"
            best = f"best = {side}, best_step = {side}_step"
            if higher_is_better is None:
                best = "best = NULL, best_step = NULL"
            connection.execute(
                f"UPDATE metric_summaries SET {best} "
                "WHERE run_id = ? AND metric_id = (SELECT id FROM metrics WHERE name = ?)",
                (run_id, metric),
            )


_EXTEND = """
INSERT INTO metric_summaries
    (run_id, metric_id, n, last, last_step, minimum, minimum_step, maximum, maximum_step)
VALUES (:run_id, :metric_id, :n, :last, :last_step, :minimum, :minimum_step, :maximum, :maximum_step)
ON CONFLICT (run_id, metric_id) DO UPDATE SET
    n = n + :n,
    last = :last,
    last_step = :last_step,
    minimum_step = CASE WHEN minimum IS NULL OR :minimum < minimum THEN :minimum_step ELSE minimum_step END,
    minimum = CASE WHEN minimum IS NULL OR :minimum < minimum THEN :minimum ELSE minimum END,
    maximum_step = CASE WHEN maximum IS NULL OR :maximum > maximum THEN :maximum_step ELSE maximum_step END,
    maximum = CASE WHEN maximum IS NULL OR :maximum > maximum THEN :maximum ELSE maximum END
"""
