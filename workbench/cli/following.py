"""Following live runs from the command line: a bar and the time left in a terminal, log lines anywhere else.

All narration goes to stderr. What is shown is read from the store, as every screen does: following is looking, and to
stop looking never ends a run.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from store.database import Database
from store.logs import read_log
from store.records import Run, RunStatus
from store.runs import get_run
from workbench.cli.output import narrate
from workbench.formatting import format_progress
from workbench.inert import inert
from workbench.runs.liveness import effective_status
from workbench.runs.stopping import stop_run

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_POLL_S = 0.15
_CHOICES = "stop the run [s], leave it running [l], or go on watching [enter]? "


class Left(Exception):
    """The user stopped watching; the runs go on."""


def follow(db: Database, runs: Sequence[Run]) -> list[Run]:
    """Show the progress of ``runs`` until all have ended; their final records.

    Ctrl-C asks what to do where there is somebody to ask; elsewhere it leaves the runs running. Raises Left.
    """
    watch = _Bars(runs) if sys.stderr.isatty() else _Lines(runs)
    while True:
        try:
            with watch.shown():
                return _watch(db, runs, watch)
        except KeyboardInterrupt:
            _ask(db, runs)


def _watch(db: Database, runs: Sequence[Run], watch: "_Bars | _Lines") -> list[Run]:
    while True:
        current = [get_run(db, run.id) for run in runs]
        for run in current:
            watch.update(db, run, effective_status(db.path, run))
        # Lost is shown before a writing command has confirmed it, and nothing more will come of such a run.
        if all(effective_status(db.path, run).ended for run in current):
            return current
        time.sleep(_POLL_S)


def _ask(db: Database, runs: Sequence[Run]) -> None:
    live = [run for run in (get_run(db, run.id) for run in runs) if not run.status.ended]
    if not live:
        return
    names = ", ".join(f"{run.id} ({run.name})" for run in live)
    answer = ""
    if sys.stdin.isatty():
        sys.stderr.write("\n")
        narrate(f"Run {names} goes on in processes of its own:")
        sys.stderr.write(_CHOICES)
        sys.stderr.flush()
        answer = sys.stdin.readline().strip().lower()[:1] or "w"
    if answer == "s":
        for run in live:
            stop_run(db, run, force=False)
    elif answer in ("", "l"):
        narrate(f"Run {names} goes on. 'workbench logs {live[0].id} --follow' shows it, 'workbench stop' ends it.")
        raise Left


class _Lines:
    """Narration where no terminal can redraw: each run's own log lines, as they come."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._seen = dict.fromkeys((run.id for run in runs), 0)
        self._told: set[int] = set()
        self._many = len(runs) > 1

    def shown(self) -> "nullcontext[None]":
        return nullcontext()

    def update(self, db: Database, run: Run, status: RunStatus) -> None:
        for line in read_log(db, run.id, after_id=self._seen[run.id]):
            narrate(f"{run.name}: {line.text}" if self._many else line.text)
            self._seen[run.id] = line.id
        if status.ended and run.id not in self._told:
            self._told.add(run.id)
            narrate(f"Run {run.id} ({run.name}) is {status}. {run.error or ''}".rstrip())


class _Bars:
    """One progress bar a run, with its phase and the time left."""

    def __init__(self, runs: Sequence[Run]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._progress: Progress = Progress(
            TextColumn("{task.fields[title]}"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._tasks: dict[int, TaskID] = {
            run.id: self._progress.add_task("", total=None, title=_title(run), count="") for run in runs
        }

    def shown(self) -> "Progress":
        return self._progress

    def update(self, db: Database, run: Run, status: RunStatus) -> None:
        task = self._tasks[run.id]
        if status.ended:
            self._progress.update(task, description=status.value, total=1, completed=1, count="")
            return
        phase = run.phase.value if run.phase else status.value
        done, total = run.progress_done or 0, run.progress_total
        count = f"{format_progress(done, total)} {run.progress_unit}" if total else ""
        known = self._progress.tasks[self._progress.task_ids.index(task)]
        if known.description != phase or known.total != run.progress_total:
            # Another phase counts other things: its time left must not be guessed from the pace of the one before.
            self._progress.reset(task, total=run.progress_total, description=phase, title=_title(run), count=count)
        self._progress.update(task, completed=done, count=count)


def _title(run: Run) -> str:
    return f"[bold]{run.id}[/] {_escaped(inert(run.name))}"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
