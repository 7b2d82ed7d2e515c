"""One moment of the store, whole and frozen: what a screen needs to draw itself, read in one transaction.

Only what is in sight is read: a page of runs, and the chosen run. Whether a run that is called running still lives is
not in here: it is asked of a lock file, by whoever draws the snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from store.connection import Database
from store.details import figures_table, get_detail
from store.logs import tail_log
from store.records import FigureGroup, LogLine, Run, RunDetail, RunStatus, Sample, SeriesRow
from store.runs import count_by_status, exists, list_runs
from store.samples import newest_samples
from store.series import metric_names, read_curve

LOG_TAIL = 500


@dataclass(frozen=True, slots=True)
class View:
    """What is in sight."""

    offset: int = 0
    limit: int = 40
    chosen: int | None = None
    """The run whose details are shown."""
    log_after: int = 0
    """Id of the last log line of the chosen run that the reader has."""
    figures: tuple[tuple[FigureGroup, str], ...] = ()
    """The figures that are shown of each run of the page."""
    metrics: tuple[str, ...] = ()
    """The series wanted of the chosen run; those that it has are read, and if none are named, its first."""


@dataclass(frozen=True, slots=True)
class StoreSnapshot:
    """What a View showed at one moment."""

    view: View
    runs: tuple[Run, ...] = ()
    """The page, newest first."""
    figures: Mapping[int, Mapping[str, float | None]] = field(default_factory=dict)
    """Run id → figure name → value, for the runs of the page."""
    total: int = 0
    counts: Mapping[RunStatus, int] = field(default_factory=dict)
    queue: tuple[Run, ...] = ()
    """Queued runs, the next one first; at most as many as a page holds."""
    detail: RunDetail | None = None
    """The chosen run; ``None`` where none is chosen or it was deleted."""
    log: tuple[LogLine, ...] = ()
    """The chosen run's lines after ``view.log_after``; only the last 500 of them."""
    curves: Mapping[str, tuple[SeriesRow, ...]] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    """The newest sample of each device of the chosen run."""


def read_snapshot(db: Database, view: View) -> StoreSnapshot:
    """What the store holds of ``view``, all of one moment."""
    with db.reading():
        runs = list_runs(db, limit=view.limit, offset=view.offset)
        counts = count_by_status(db)
        figures = figures_table(db, view.figures, [run.id for run in runs])
        queued = list_runs(db, statuses=[RunStatus.QUEUED], limit=view.limit, oldest_first=True)
        page = StoreSnapshot(
            view=view, runs=tuple(runs), figures=figures, total=sum(counts.values()), counts=counts, queue=tuple(queued)
        )
        if view.chosen is None or not exists(db, view.chosen):
            return page
        return _with_chosen(db, page, view.chosen)


def _with_chosen(db: Database, page: StoreSnapshot, run_id: int) -> StoreSnapshot:
    names = metric_names(db, run_id)
    wanted = [name for name in page.view.metrics if name in names] if page.view.metrics else names[:1]
    return replace(
        page,
        detail=get_detail(db, run_id),
        log=tuple(tail_log(db, run_id, LOG_TAIL, after_id=page.view.log_after)),
        curves={name: tuple(read_curve(db, run_id, name)) for name in wanted},
        samples=tuple(newest_samples(db, run_id)),
    )
