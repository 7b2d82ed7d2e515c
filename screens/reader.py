"""The poller's view of a store file: snapshots by ``store.snapshot``, liveness by the runs' locks.

What the store says changes only when somebody writes; whether a run still lives is asked of its lock at each look. A
page's clock stands still while nothing in sight lives, so that a page at rest equals the one before and is not drawn.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from screens.arranging import Arranged, Arranger, Line
from screens.devices.leases import queue_view
from screens.history import SampleHistory
from screens.news import News, NewsDesk
from screens.page import Curve, Fold, ModelUse, Page, RunRow, Value, Wish
from store.database import open_read_only
from store.errors import StoreError
from store.filesystems import this_host
from store.folders import is_alive, run_folder
from store.models import models_used
from store.records import Run, RunStatus, Sample
from store.runs import list_runs
from store.snapshot import StoreSnapshot, View, read_snapshot

MAIN_METRICS = ("val_accuracy", "val_loss", "train_loss")
"""The series that the dashboard draws: the first of these that the chosen run has."""
SILENT_AFTER_S = 60.0
"""A run of another host that has not written for this long is called silent; it cannot be asked from here."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of the store found."""

    snapshot: StoreSnapshot
    arranged: Arranged = field(default_factory=Arranged)
    figures: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    """By run, of the rows in sight, the baseline and the marked runs."""
    folds: Mapping[tuple[int, ...], Fold] = field(default_factory=dict)
    history: tuple[Sample, ...] = ()
    models: Mapping[str, ModelUse] = field(default_factory=dict)
    paths: tuple[str, ...] = ()


class StoreReader:
    """Reads one store for one thread, through a read-only connection of its own."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._host = this_host()
        self._read_version: object = None
        self._news = NewsDesk()
        self._open(path)

    def _open(self, path: Path) -> None:
        self._db = open_read_only(path)
        self._file = _identity(path)
        self._arranger = Arranger(self._db)
        self._history = SampleHistory()
        self._models: tuple[object, Mapping[str, ModelUse]] = (None, {})

    def version(self) -> object:
        """A value that differs once another process has written, or has put another file in the place of this one.

        A file that was deleted can be read for as long as it is open, so its place is looked at. Raises StoreMissing.
        """
        path = self._db.path
        file = _identity(path)
        if file != self._file:
            self._db.close()
            self._open(path)
        return self._file, self._db.data_version()

    def read(self, wish: Wish) -> Reading:
        """Everything the store says about the wished page, of one moment."""
        self._read_version = self.version()
        with self._db.reading():
            arranged = self._arranger.arrange(wish.table, wish.chosen_id)
            lines = arranged.lines
            view = View(
                offset=wish.table.offset,
                limit=wish.table.limit,
                run_ids=None if lines is None else tuple(dict.fromkeys(line.run_id for line in lines)),
                also=tuple(run_id for run_id in (*wish.marks, wish.baseline_id) if run_id is not None),
                chosen=wish.chosen_id,
                log_after=wish.log_after,
                metrics=wish.curves.metrics,
                otherwise=MAIN_METRICS,
                first_step=wish.curves.first_step,
                last_step=wish.curves.last_step,
                history_after=self._history.wanted_after(wish.chosen_id) if wish.history else None,
            )
            snapshot = read_snapshot(self._db, view)
            self._news.read(self._db, snapshot)
            return Reading(
                snapshot,
                arranged,
                figures=self._figures(wish, snapshot),
                folds=self._folds(wish, arranged),
                history=self._history.extend(wish.chosen_id, snapshot.history) if wish.history else (),
                models=self._models_used(snapshot),
                paths=tuple(self._arranger.index.known_paths()) if wish.all_paths else (),
            )

    def news(self) -> tuple[News, ...]:
        """What has happened since the last call, each thing once."""
        return self._news.take()

    def look(self, reading: Reading, wish: Wish) -> Page:
        """The page that a reading makes now."""
        now = self._clock()
        snapshot, arranged = reading.snapshot, reading.arranged
        statuses = self._statuses(snapshot, now)

        def row(run: Run) -> RunRow:
            status, silent_since = statuses.get(run.id, (run.status, None))
            return RunRow(run, status, reading.figures.get(run.id, {}), silent_since)

        by_id = {run.id: row(run) for run in snapshot.runs}
        if arranged.lines is None:
            rows = tuple(by_id.values())
        else:
            rows = tuple(_line_row(line, by_id, reading) for line in arranged.lines if line.run_id in by_id)
        also = {run_id: row(run) for run_id, run in snapshot.also.items()}
        a_id, b_id = wish.marks
        detail = snapshot.detail
        running = tuple(row(run) for run in snapshot.running)
        is_ticking = any(item.status is RunStatus.RUNNING for item in running)
        return Page(
            is_read=True,
            total=snapshot.total if arranged.total is None else arranged.total,
            runs=snapshot.total,
            live=snapshot.counts.get(RunStatus.RUNNING, 0) + snapshot.counts.get(RunStatus.QUEUED, 0),
            offset=snapshot.view.offset,
            rows=rows,
            arrangement=("", "", False)
            if arranged.lines is None
            else (wish.table.where, wish.table.sort, wish.table.folded),
            problem=arranged.problem,
            chosen=None if detail is None else by_id.get(detail.run.id) or row(detail.run),
            chosen_at=snapshot.chosen_place if arranged.lines is None else arranged.chosen_at,
            detail=detail,
            log=snapshot.log,
            log_after=snapshot.view.log_after,
            curves=tuple(Curve(metric, stretches) for metric, stretches in snapshot.curves.items()),
            metrics=snapshot.metrics,
            history=reading.history,
            running=running,
            queue=queue_view(self._db.path, snapshot, row) if wish.queue else None,
            a=None if a_id is None else also.get(a_id),
            b=None if b_id is None else also.get(b_id),
            baseline=None if wish.baseline_id is None else also.get(wish.baseline_id),
            gone=frozenset(snapshot.view.also) - snapshot.also.keys(),
            models=reading.models,
            paths=reading.paths,
            now=float(int(now)) if is_ticking else 0.0,
        )

    def close(self) -> None:
        """Let go of the store."""
        self._db.close()

    def _figures(self, wish: Wish, snapshot: StoreSnapshot) -> Mapping[int, Mapping[str, Value]]:
        if not wish.table.paths:
            return {}
        ids = list(dict.fromkeys([*(run.id for run in snapshot.runs), *snapshot.also]))
        return self._arranger.index.values(ids, wish.table.paths)

    def _folds(self, wish: Wish, arranged: Arranged) -> Mapping[tuple[int, ...], Fold]:
        lines = [line for line in arranged.lines or () if line.members]
        if not lines:
            return {}
        values = self._arranger.index.fold_values([line.members for line in lines], wish.table.paths)
        return {
            line.members: Fold(
                member_ids=line.members,
                name=found.name,
                means=found.means,
                spreads=found.spreads,
                is_open=line.is_open,
            )
            for line, found in zip(lines, values, strict=True)
        }

    def _models_used(self, snapshot: StoreSnapshot) -> Mapping[str, ModelUse]:
        """Counted anew only when runs have come, ended or gone: it looks at every run."""
        key = tuple(sorted(snapshot.counts.items()))
        if key != self._models[0]:
            counted = models_used(self._db)
            self._models = (key, {model: ModelUse(runs, kept) for model, (runs, kept) in counted.items()})
        return self._models[1]

    def _statuses(self, snapshot: StoreSnapshot, now: float) -> Mapping[int, tuple[RunStatus, float | None]]:
        """What every running run really is, and since when one of another host is silent."""
        found: dict[int, tuple[RunStatus, float | None]] = {}
        for run in snapshot.running:
            if run.host != self._host:
                last = run.heartbeat_at or run.started_at or run.created_at
                found[run.id] = (run.status, last if now - last > SILENT_AFTER_S else None)
            elif self._is_dead(run):
                found[run.id] = (RunStatus.LOST, None)
        return found

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


def _line_row(line: Line, by_id: Mapping[int, RunRow], reading: Reading) -> RunRow:
    row = by_id[line.run_id]
    fold = reading.folds.get(line.members)
    if fold is None:
        return replace(row, is_member=line.is_member)
    return replace(row, figures=fold.means, fold=fold)
