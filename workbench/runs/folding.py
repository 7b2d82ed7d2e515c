"""Folding: moves what a trainer wrote to its spool and its output into the store, exactly once.

One transaction inserts the rows and advances the two offsets of the attempt, under a lock on the spool. Whatever is
killed, whenever, either both have happened or neither; who comes next begins at the stored offsets.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from store import attempts, details, logs, outcomes, runs, series
from store.connection import UNSTORABLE, Database
from store.records import Attempt, Point
from workbench.events import (
    CheckpointKept,
    ClassesFound,
    DataDescribed,
    EnvironmentFound,
    ExampleSetFound,
    FiguresFound,
    Finished,
    LineLogged,
    OutcomesFound,
    PhaseEntered,
    PointsLogged,
    Progressed,
    TrialsFound,
)
from workbench.runs import output, spool
from workbench.runs.spool import Batch, Damaged, PointsLost, Record, SpoolReader

_Line = tuple[float, str, str]

_KEEP: Mapping[type, Callable[[Database, int, Any], object]] = {
    PhaseEntered: lambda db, run_id, event: runs.set_phase(db, run_id, event.phase),
    Progressed: lambda db, run_id, event: runs.set_progress(db, run_id, event.done, event.total, event.unit),
    FiguresFound: lambda db, run_id, event: details.set_figures(db, run_id, event.figures),
    EnvironmentFound: lambda db, run_id, event: details.merge_environment(db, run_id, event.values),
    DataDescribed: lambda db, run_id, event: details.set_data(db, run_id, event.values),
    ClassesFound: lambda db, run_id, event: details.set_classes(db, run_id, event.classes, event.confusion),
    CheckpointKept: lambda db, run_id, event: details.set_checkpoint(db, run_id, event.path),
    ExampleSetFound: lambda db, _, event: outcomes.put_example_set(db, event.example_set),
    OutcomesFound: lambda db, run_id, event: outcomes.set_outcomes(db, run_id, event.outcomes),
    TrialsFound: lambda db, run_id, event: outcomes.add_trials(db, run_id, event.trials),
}


class Folding:
    """Folds the spool and the output of one attempt.

    ``finished`` is the trainer's last word and ``lost_points`` what a full disk cost, as far as they are folded.
    ``follow`` is told the records of each transaction once they are in the store: none where only output was folded.
    """

    def __init__(
        self, db: Database, attempt: Attempt, folder: Path, follow: Callable[[Sequence[Record]], None] | None = None
    ) -> None:
        self._db = db
        self._run_id = attempt.run_id
        self._attempt = attempt.number
        self._spool_offset = attempt.spool_offset
        self._log_offset = attempt.log_offset
        self._spool_path = folder / spool.FILE_NAME
        self._output_path = folder / output.FILE_NAME
        self._follow = follow
        self._reader: SpoolReader | None = None
        self._output_fd: int | None = None
        self.finished: Finished | None = None
        self.lost_points = 0
        self._open()
        if self._reader is not None:
            self._note(self._reader.remember(self._spool_offset))

    def fold(self, *, last: bool = False) -> bool:
        """Folds some of what is new, as one transaction; whether there was anything, so that there may be more.

        ``last`` says that the trainer is dead: an unfinished line is then a line, an unreadable record is damage.
        """
        self._open()
        with self._locked():
            batch = self._read_spool(last=last)
            lines, log_end = self._read_output(last=last)
            if batch.end == self._spool_offset and log_end == self._log_offset:
                return False
            with self._db.atomic():
                if not self._offsets_still_hold():
                    return True
                self._write(batch.records, lines)
                attempts.advance(self._db, self._run_id, self._attempt, spool_offset=batch.end, log_offset=log_end)
        # Only behind the commit: a transaction that failed is read and written again.
        self._spool_offset, self._log_offset = batch.end, log_end
        self._note(batch.records)
        if self._follow is not None:
            self._follow(batch.records)
        return True

    def fold_all(self) -> None:
        """Folds everything that a dead trainer left."""
        while self.fold(last=True):
            pass

    def remove_spool(self) -> None:
        """Deletes the spool: everything in it is in the store, for good."""
        self._spool_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Closes both files."""
        if self._reader is not None:
            self._reader.close()
        if self._output_fd is not None:
            os.close(self._output_fd)
        self._reader = self._output_fd = None

    def _open(self) -> None:
        """Opens what has come to be since; a run that died early has neither file."""
        if self._reader is None and self._spool_path.exists():
            self._reader = SpoolReader(self._spool_path)
        if self._output_fd is None and self._output_path.exists():
            self._output_fd = os.open(self._output_path, os.O_RDONLY | os.O_CLOEXEC)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self._reader is None:
            yield
            return
        with self._reader.locked():
            yield

    def _offsets_still_hold(self) -> bool:
        """Whether the store stands where we think; if another process has folded, goes on from where it stopped."""
        for attempt in attempts.get_attempts(self._db, self._run_id):
            if attempt.number == self._attempt:
                stored = (attempt.spool_offset, attempt.log_offset)
                expected = (self._spool_offset, self._log_offset)
                self._spool_offset, self._log_offset = stored
                return stored == expected
        return True

    def _read_spool(self, *, last: bool) -> Batch:
        return self._reader.read(self._spool_offset, last=last) if self._reader else Batch((), self._spool_offset)

    def _read_output(self, *, last: bool) -> tuple[list[_Line], int]:
        if self._output_fd is None:
            return [], self._log_offset
        chunk = os.pread(self._output_fd, output.READ_BYTES, self._log_offset)
        if not chunk:
            return [], self._log_offset
        # The file's time, not ours: lines may be folded long after both processes died.
        at = min(time.time(), os.fstat(self._output_fd).st_mtime)
        texts, used = output.split_output(chunk, last=last)
        return [(at, "output", text) for text in texts], self._log_offset + used

    def _write(self, records: Iterable[Record], lines: list[_Line]) -> None:
        points: list[Point] = []
        said: list[_Line] = []
        events: list[Record] = []
        for record in records:
            entry = record.entry
            if isinstance(entry, PointsLogged):
                points.extend(self._points(entry, record.at))
            elif isinstance(entry, LineLogged):
                said.extend((record.at, entry.level, text) for text in entry.text.split("\n"))
            elif isinstance(entry, Damaged):
                said.append((time.time(), "error", entry.message))
            else:
                events.append(record)
        said.extend(self._keep_events(events))
        if points:
            series.add_points(self._db, self._run_id, points)
        if said or lines:
            logs.add_log_lines(self._db, self._run_id, self._attempt, said + lines)

    def _points(self, logged: PointsLogged, at: float) -> Iterator[Point]:
        for name, value in logged.values.items():
            yield Point(name, logged.step, value, at, self._attempt)

    def _keep_events(self, records: list[Record]) -> Iterator[_Line]:
        """Stores events; yields a line for each that the store cannot hold: a bad one must not stop the rest."""
        progress = [index for index, record in enumerate(records) if isinstance(record.entry, Progressed)]
        for index, record in enumerate(records):
            event = record.entry
            keep = _KEEP.get(type(event))
            if keep is None or (index in progress[:-1]):
                continue
            try:
                keep(self._db, self._run_id, event)
            except UNSTORABLE as error:
                yield record.at, "error", f"What the run reported as {type(event).__name__} cannot be kept: {error}."

    def _note(self, records: Iterable[Record]) -> None:
        for record in records:
            if isinstance(record.entry, Finished):
                self.finished = record.entry
            elif isinstance(record.entry, PointsLost):
                self.lost_points += record.entry.count
