"""One moment of the store, whole and frozen: what a screen needs to draw itself, read in one transaction.

Only what is in sight is read: a page of runs, the chosen run, and what else the View names. Whether a run that is
called running still lives is not in here: it is asked of a lock file, by whoever draws the snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from store.attempts import newest_attempts
from store.connection import Database
from store.details import get_detail
from store.logs import tail_log
from store.records import Attempt, LogLine, Run, RunDetail, RunStatus, Sample, SeriesRow
from store.runs import count_by_status, exists, get_runs, list_runs
from store.samples import read_samples
from store.series import metric_names, read_curve
from store.waiting_runs import queued_runs

LOG_TAIL = 500
MOST_QUEUED = 200
"""Of a longer queue only the next ones are read."""


@dataclass(frozen=True, slots=True)
class View:
    """What is in sight."""

    offset: int = 0
    limit: int = 40
    run_ids: tuple[int, ...] | None = None
    """The runs of the page in their order; None: the newest, by ``offset`` and ``limit``."""
    also: tuple[int, ...] = ()
    """More runs that are wanted, wherever they stand."""
    chosen: int | None = None
    """The run whose details are shown."""
    log_after: int = 0
    """Id of the last log line of the chosen run that the reader has."""
    metrics: tuple[str, ...] = ()
    """The series wanted of the chosen run; those that it has are read."""
    otherwise: tuple[str, ...] = ()
    """Of these the first that the chosen run has is read where ``metrics`` names none that it has."""
    first_step: int | None = None
    last_step: int | None = None
    """The steps in sight of these series; None: to their ends."""
    history_after: float | None = None
    """The device samples of the chosen run that are later than this are wanted; None: none are."""


@dataclass(frozen=True, slots=True)
class StoreSnapshot:
    """What a View showed at one moment."""

    view: View
    runs: tuple[Run, ...] = ()
    """The page in its order; runs that were deleted meanwhile are missing."""
    also: Mapping[int, Run] = field(default_factory=dict)
    total: int = 0
    """All runs of the store."""
    counts: Mapping[RunStatus, int] = field(default_factory=dict)
    queued: tuple[Run, ...] = ()
    """Queued runs, the next one first."""
    running: tuple[Run, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    """The newest attempt of each running run."""
    detail: RunDetail | None = None
    """The chosen run; ``None`` where none is chosen or it was deleted."""
    chosen_place: int | None = None
    """How many runs are newer than the chosen one."""
    log: tuple[LogLine, ...] = ()
    """The chosen run's lines after ``view.log_after``; only the last 500 of them."""
    metrics: tuple[str, ...] = ()
    """The names of all series of the chosen run."""
    curves: Mapping[str, tuple[SeriesRow, ...]] = field(default_factory=dict)
    history: tuple[Sample, ...] = ()
    """The chosen run's samples after ``view.history_after``, in the order of time."""


def read_snapshot(db: Database, view: View) -> StoreSnapshot:
    """What the store holds of ``view``, all of one moment."""
    with db.reading():
        if view.run_ids is None:
            runs = list_runs(db, limit=view.limit, offset=view.offset)
        else:
            found = get_runs(db, view.run_ids)
            runs = [found[run_id] for run_id in view.run_ids if run_id in found]
        counts = count_by_status(db)
        running = list_runs(db, statuses=[RunStatus.RUNNING], oldest_first=True)
        page = StoreSnapshot(
            view=view,
            runs=tuple(runs),
            also=get_runs(db, view.also),
            counts=counts,
            total=sum(counts.values()),
            queued=tuple(queued_runs(db, MOST_QUEUED)),
            running=tuple(running),
            attempts=tuple(newest_attempts(db, [run.id for run in running])),
        )
        if view.chosen is None or not exists(db, view.chosen):
            return page
        return _with_chosen(db, page, view.chosen)


def _with_chosen(db: Database, page: StoreSnapshot, run_id: int) -> StoreSnapshot:
    view, names = page.view, metric_names(db, run_id)
    wanted = [name for name in view.metrics if name in names]
    wanted = wanted or [name for name in view.otherwise if name in names][:1]
    newer = db.row("SELECT count(*) FROM runs WHERE id > ?", (run_id,))
    return replace(
        page,
        detail=get_detail(db, run_id),
        chosen_place=newer[0] if newer else None,
        log=tuple(tail_log(db, run_id, LOG_TAIL, after_id=view.log_after)),
        metrics=tuple(names),
        curves={
            name: tuple(read_curve(db, run_id, name, first_step=view.first_step, last_step=view.last_step))
            for name in wanted
        },
        history=() if view.history_after is None else tuple(read_samples(db, run_id, after_at=view.history_after)),
    )
