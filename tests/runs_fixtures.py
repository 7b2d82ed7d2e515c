"""Real runs with a light engine: detached supervisors and trainers as in earnest, but for what the trainer computes."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from store.attempts import get_attempts
from store.database import Database, open_for_writing
from store.folders import is_alive, run_folder
from store.logs import read_log
from store.records import NewRun, Run, RunStatus
from store.runs import get_run, list_runs
from store.series import read_points
from workbench.runs.host import host_name
from workbench.runs.launcher import queue
from workbench.spec import DataSpec, RunSpec

HERE = Path(__file__).parent
SUPERVISOR = (sys.executable, str(HERE / "runs_fake_supervisor.py"))
DEADLINE_S = 30.0


def until(condition: Callable[[], Any], what: str) -> Any:
    """Waits for a described condition and returns what it gave."""
    deadline = time.monotonic() + DEADLINE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
    return found


class Runs:
    """Starts runs on one store and asks what became of them."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def start(self, act: str, *, threads: int = 1, model: str = "fake", device: str = "cpu", **parameters: Any) -> Run:
        """Queues a run of the fake engine; see ``runs_fake_trainer`` for the acts."""
        parameters = {"act": act, **parameters}
        spec = RunSpec(model, DataSpec("none"), parameters, device=device, threads=threads)
        new = NewRun(
            name=act,
            model=model,
            dataset="none",
            task="classification",
            seed=0,
            split_seed=0,
            device=device,
            threads=threads,
            parameters=parameters,
            spec=spec.to_json(),
            host=host_name(),
        )
        return queue(self.db, new, supervisor=SUPERVISOR)

    def folder(self, run: Run) -> Path:
        return run_folder(self.db.path, run.id)

    def now(self, run: Run) -> Run:
        return get_run(self.db, run.id)

    def when(self, run: Run, status: RunStatus) -> Run:
        """The run once it has this status, at rest if it is an end."""
        until(lambda: self.now(run).status is status or self.now(run).status.ended, f"run {run.id} to be {status}")
        found = self.now(run)
        assert found.status is status, (found, self.lines(run))
        if status.ended:
            until(lambda: not is_alive(self.folder(run)), "the processes to be gone")
        return found

    def when_working(self, run: Run, steps: int = 3) -> Run:
        """The run once its trainer has logged some steps."""
        until(lambda: returned_calls(self.folder(run)) >= steps, f"{steps} steps of run {run.id}")
        until(lambda: self.pids(run)[1], "the trainer's pid in the store")
        return self.now(run)

    def pids(self, run: Run) -> tuple[int, int | None]:
        attempt = get_attempts(self.db, run.id)[-1]
        return attempt.supervisor_pid, attempt.trainer_pid

    def kill(self, run: Run, *whom: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Sends a signal to the ``supervisor``, the ``trainer``, or both."""
        supervisor, trainer = self.pids(run)
        for name in whom:
            pid = supervisor if name == "supervisor" else trainer
            assert pid is not None
            os.kill(pid, number)

    def kill_both(self, run: Run) -> None:
        """SIGKILL to both at one moment: the trainer's group is frozen first, so that neither outlives the other."""
        self.kill(run, "trainer", number=signal.SIGSTOP)
        self.kill(run, "supervisor", "trainer")
        until(lambda: not is_alive(self.folder(run)), "both processes to be gone")

    def steps(self, run: Run) -> list[int]:
        return [point.step for point in read_points(self.db, run.id, "loss")]

    def lines(self, run: Run) -> list[str]:
        return [line.text for line in read_log(self.db, run.id)]


@contextmanager
def open_runs(path: Path) -> Iterator[Runs]:
    """The store with its runs; whatever still works at the end is killed."""
    with open_for_writing(path) as db:
        runs = Runs(db)
        try:
            yield runs
        finally:
            for run in list_runs(db, statuses=(RunStatus.QUEUED, RunStatus.RUNNING)):
                for attempt in get_attempts(db, run.id):
                    for pid in (attempt.supervisor_pid, attempt.trainer_pid):
                        if pid and is_alive(run_folder(path, run.id)):
                            os.kill(pid, signal.SIGKILL)


def returned_calls(folder: Path) -> int:
    """How many log calls of the fake engine have returned, which it counts in shared memory."""
    try:
        return int.from_bytes((folder / "returned").read_bytes()[:8], "little")
    except FileNotFoundError:
        return 0


def terms(**values: Any) -> str:
    """What the environment must say for the fake supervisor to work on other terms."""
    return json.dumps(values)
