"""The poller's view of a store file: snapshots by ``store.snapshot``, liveness by the runs' locks.

What the store says changes only when somebody writes; whether a run still lives is asked of its lock at each look. A
page's clock stands still while nothing in sight lives, so that a page at rest equals the one before and is not drawn.
"""

import time
from collections.abc import Callable
from pathlib import Path

from screens.columns import TABLE_FIGURES
from screens.page import Curve, Page, RunRow, Wish
from store.database import open_read_only
from store.errors import StoreError
from store.folders import is_alive, run_folder
from store.records import Run, RunStatus
from store.runs import list_runs
from store.snapshot import StoreSnapshot, View, read_snapshot
from workbench.runs.host import host_name

MAIN_METRICS = ("val_accuracy", "val_loss", "train_loss")
"""The series that the dashboard draws: the first of these that the chosen run has."""
SILENT_AFTER_S = 60.0
"""A run of another host that has not written for this long is called silent; it cannot be asked from here."""


class StoreReader:
    """Reads one store for one thread, through a read-only connection of its own."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._db = open_read_only(path)
        self._file = _identity(path)
        self._clock = clock
        self._host = host_name()
        self._read_version: object = None

    def version(self) -> object:
        """A value that differs once another process has written, or has put another file in the place of this one.

        A file that was deleted can be read for as long as it is open, so its place is looked at. Raises StoreMissing.
        """
        path = self._db.path
        file = _identity(path)
        if file != self._file:
            self._db.close()
            self._db = open_read_only(path)
            self._file = file
        return file, self._db.data_version()

    def read(self, wish: Wish) -> StoreSnapshot:
        """Everything the store says about the wished page, of one moment."""
        self._read_version = self.version()
        view = View(
            offset=wish.offset,
            limit=wish.limit,
            chosen=wish.chosen_id,
            log_after=wish.log_after,
            figures=TABLE_FIGURES,
            metrics=MAIN_METRICS,
        )
        return read_snapshot(self._db, view)

    def look(self, snapshot: StoreSnapshot, wish: Wish) -> Page:
        """The page that a snapshot makes now."""
        now = self._clock()
        rows = tuple(self._row(run, snapshot, now) for run in snapshot.runs)
        detail = snapshot.detail
        chosen = None
        if detail is not None:
            held = (row for row in rows if row.run.id == detail.run.id)
            chosen = next(held, None) or self._row(detail.run, snapshot, now)
        is_ticking = any(row.status is RunStatus.RUNNING for row in (*rows, chosen) if row is not None)
        return Page(
            total=snapshot.total,
            live=snapshot.counts.get(RunStatus.RUNNING, 0) + snapshot.counts.get(RunStatus.QUEUED, 0),
            offset=snapshot.view.offset,
            rows=rows,
            chosen=chosen,
            detail=detail,
            log=snapshot.log,
            log_after=snapshot.view.log_after,
            curve=_main_curve(snapshot),
            now=float(int(now)) if is_ticking else 0.0,
        )

    def close(self) -> None:
        """Let go of the store."""
        self._db.close()

    def _row(self, run: Run, snapshot: StoreSnapshot, now: float) -> RunRow:
        figures = snapshot.figures.get(run.id, {})
        if run.status is not RunStatus.RUNNING:
            return RunRow(run, run.status, figures)
        if run.host != self._host:
            last = run.heartbeat_at or run.started_at or run.created_at
            return RunRow(run, run.status, figures, last if now - last > SILENT_AFTER_S else None)
        return RunRow(run, RunStatus.LOST if self._is_dead(run) else run.status, figures)

    def _is_dead(self, run: Run) -> bool:
        """Whether the lock is free, and not because the run has just ended and we have not read so yet."""
        if is_alive(run_folder(self._db.path, run.id)):
            return False
        return self.version() == self._read_version


def live_run_names(path: Path) -> list[str]:
    """The names of the runs that are queued or running, newest first; none where the store cannot be read."""
    try:
        with open_read_only(path) as db:
            runs = list_runs(db, statuses=[RunStatus.RUNNING, RunStatus.QUEUED])
    except StoreError:
        return []
    return [run.name for run in runs]


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells one file from another; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _main_curve(snapshot: StoreSnapshot) -> Curve | None:
    for metric in MAIN_METRICS:
        rows = snapshot.curves.get(metric)
        if rows:
            return Curve(metric, rows)
    return None
