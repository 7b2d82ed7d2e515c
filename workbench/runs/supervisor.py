"""The supervisor: the light process that owns one run from the queue to its end.

``python -m workbench.runs.supervisor STORE RUN_ID [LOCK_FD]``. It waits for a device, claims the run, starts the
trainer and then does the same few things again and again: fold the spool, keep samples, watch both for what somebody
should know at once, say that it lives, look whether a stop is asked for, and whether the trainer is still there. It
never imports torch; trouble with the store makes it wait and try again, while the trainer works on and the spool keeps
what it reports.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from store.database import Database, open_for_writing
from store.details import merge_environment
from store.errors import ReportedError, StoreError
from store.folders import run_folder, try_lock
from store.logs import add_log_lines
from store.records import Attempt, Run, RunStatus
from store.runs import claim, end_run, get_run, set_heartbeat, set_trainer
from store.samples import add_samples, read_samples
from workbench.devices import Choice
from workbench.environment import boot_id, describe_host, describe_load
from workbench.runs.alerts import Alert
from workbench.runs.ending import Ending, conclude, decide
from workbench.runs.folding import Folding
from workbench.runs.host import find_memory_events, host_name, memory_killings
from workbench.runs.leases import Lent
from workbench.runs.persistence import note, persist
from workbench.runs.readings import Readings
from workbench.runs.spool import Record
from workbench.runs.stop_requests import StopRequests
from workbench.runs.trainer import Resources
from workbench.runs.trainer_process import Exit, TrainerProcess
from workbench.runs.waiting import Queueing
from workbench.runs.watch import Watch
from workbench.settings import load_settings

_SAMPLE_PERIOD_S: Final = 1.0
_STORE_RETRY_S: Final = 1.0
_FRESHEN_LEASES_S: Final = 3600.0
_FOLDS_PER_TICK: Final = 16
"""However fast a trainer writes, a stop is looked for after so many transactions."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a supervisor works; the defaults are those of every real run."""

    trainer_command: tuple[str, ...] = (sys.executable, "-m", "workbench.runs.trainer")
    grace_s: float = 30.0
    """How long a trainer may take to stop by itself before it is killed."""
    tick_s: float = 0.1
    memory_events: Path | None = None
    """The file that counts killings for want of memory; found by itself if not given."""

    @classmethod
    def chosen(cls) -> "Terms":
        """The terms with the grace time of the user's settings; raises what ``load_settings`` raises."""
        return cls(grace_s=load_settings().stop_grace_s)


def supervise(store: Path, run_id: int, lock_fd: int | None = None, terms: Terms | None = None) -> None:
    """Owns the run to its end. ``lock_fd`` holds the run's lock already; without it the lock is taken here, if free."""
    os.umask(0o077)  # what we and the trainer write is its owner's alone
    folder = run_folder(store, run_id)
    if lock_fd is None:
        lock_fd = try_lock(folder)
        if lock_fd is None:
            sys.stderr.write(f"Run {run_id} has a supervisor already.\n")
            return
    os.set_inheritable(lock_fd, False)
    with persist(partial(open_for_writing, store)) as db:
        stop = StopRequests(db, run_id)
        stop.listen()
        run = persist(partial(get_run, db, run_id))
        if run.status is RunStatus.QUEUED:
            _see_through_queue(db, run, lock_fd, stop, terms)


def _see_through_queue(db: Database, run: Run, lock_fd: int, stop: StopRequests, terms: Terms | None) -> None:
    try:
        terms = terms or Terms.chosen()
        taken = Queueing(db, run, partial(_log, db, run.id, 0)).wait(stop)
    except StoreError:
        raise
    except ReportedError as error:
        # Nothing leaves the queue as failed: the run is claimed to say what it failed of.
        if persist(partial(_claim, db, run, Lent(device=run.device, threads=run.threads or 1))) is not None:
            failed = partial(end_run, db, run.id, RunStatus.FAILED, error=error.message, at=time.time())
            persist(failed)
        return
    if taken is None:
        _log(db, run.id, 0, "Stopped before it began.")
        persist(partial(end_run, db, run.id, RunStatus.STOPPED, error=None, at=time.time()))
        return
    lent, choice = taken
    try:
        attempt = persist(partial(_claim, db, run, lent))
        if attempt is not None:
            Supervision(db, attempt, lent, choice, lock_fd, stop, terms).see_through()
    finally:
        lent.close()


def _claim(db: Database, run: Run, lent: Lent) -> Attempt | None:
    return claim(
        db,
        run.id,
        device=lent.device,
        threads=lent.threads,
        host=host_name(),
        boot_id=boot_id() or "",
        supervisor_pid=os.getpid(),
        at=time.time(),
    )


def _log(db: Database, run_id: int, attempt: int, text: str, level: str = "info") -> None:
    persist(partial(add_log_lines, db, run_id, attempt, [(time.time(), level, text)]))


class Supervision:
    """One claimed run under one supervisor."""

    def __init__(
        self, db: Database, attempt: Attempt, lent: Lent, choice: Choice, lock_fd: int, stop: StopRequests, terms: Terms
    ) -> None:
        self._db = db
        self._run_id = attempt.run_id
        self._attempt = attempt.number
        self._lent = lent
        self._choice = choice
        self._lock_fd = lock_fd
        self._stop = stop
        self._terms = terms
        self._folder = run_folder(db.path, attempt.run_id)
        self._folding = Folding(db, attempt, self._folder, self._follow)
        self._alarms = Watch()
        self._lines: list[tuple[float, str, str]] = []
        self._readings: Readings | None = None
        self._first_words: list[Callable[[], None]] = []
        self._sample_at = self._fresh_at = self._retry_at = 0.0
        self._asked_at: float | None = None
        self._killed = False

    def see_through(self) -> None:
        """Starts the trainer, watches it, and ends the run in the store."""
        memory_events = self._terms.memory_events or find_memory_events()
        killings = memory_killings(memory_events)
        try:
            trainer = self._start()
        except OSError as error:
            ending = Ending(RunStatus.FAILED, f"The trainer could not be started: {error.strerror}.")
        else:
            self._look_around(trainer)
            left = self._watch(trainer)
            persist(self._folding.fold_all)
            ending = decide(
                self._folding.finished,
                left,
                stop_asked=self._asked_at is not None,
                out_of_memory=memory_killings(memory_events) != killings,
            )
        if ending.error is not None:
            self._say(ending.error, "error" if ending.status is RunStatus.FAILED else "warning")
        elif ending.exit.signal is not None:
            self._say(f"The trainer ended by {ending.exit.signal}.", "warning")
        persist(self._keep_last_words)
        persist(partial(conclude, self._db, self._run_id, self._folding, ending, time.time()))
        self._folding.close()

    def _start(self) -> TrainerProcess:
        inherited = (self._lock_fd, *self._lent.fds)
        Resources(
            store=str(self._db.path),
            run_id=self._run_id,
            # The one GPU that the trainer sees is its first.
            device="cpu" if self._lent.device == "cpu" else "cuda:0",
            threads=self._lent.threads,
            supervisor_pid=os.getpid(),
            kept_fds=inherited,
            quiet_fd=self._lent.quiet_fd,
        ).write(self._folder)
        return TrainerProcess(self._terms.trainer_command, self._folder, self._lent, inherited)

    def _look_around(self, trainer: TrainerProcess) -> None:
        """Gathers what is to be known of the machine, while the trainer imports its libraries."""
        name = f" ({self._choice.name})" if self._choice.name else ""
        self._say(f"Started on {self._lent.device}{name}, threads: {self._lent.threads}.")
        self._readings = Readings(self._lent, trainer.pid)
        environment = describe_host(self._choice)
        self._first_words = [
            partial(set_trainer, self._db, self._run_id, self._attempt, trainer.pid),
            partial(merge_environment, self._db, self._run_id, environment),
        ]

    def _watch(self, trainer: TrainerProcess) -> Exit:
        while (left := trainer.poll()) is None:
            now = time.monotonic()
            if now >= self._retry_at:
                try:
                    self._tend_store(now)
                except StoreError as error:
                    note(error)
                    self._retry_at = now + _STORE_RETRY_S
            self._heed_stop(trainer, now)
            time.sleep(self._terms.tick_s)
        return left

    def _tend_store(self, now: float) -> None:
        self._stop.look()
        while self._first_words:
            self._first_words[0]()
            del self._first_words[0]
        for _ in range(_FOLDS_PER_TICK):
            if not self._folding.fold():
                if self._asked_at is None:
                    self._tell(self._alarms.wait(now))
                break
        if now >= self._sample_at:
            self._sample_at = now + _SAMPLE_PERIOD_S
            self._keep_samples()
        elif self._lines:
            self._keep_lines()
        if now >= self._fresh_at:
            self._fresh_at = now + _FRESHEN_LEASES_S
            self._lent.keep_fresh()

    def _follow(self, records: Sequence[Record]) -> None:
        self._tell(self._alarms.follow(records, time.monotonic()))

    def _tell(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            self._say(alert.text, alert.level)

    def _keep_samples(self) -> None:
        """Keeps what came up within a period: samples, our own lines, and that we live."""
        samples = self._readings.new() if self._readings is not None else []
        for warning in self._readings.warnings(samples) if self._readings is not None else ():
            self._say(warning, "warning")
        self._tell(self._alarms.observe(samples))
        with self._db.atomic():
            add_samples(self._db, self._run_id, self._attempt, samples)
            set_heartbeat(self._db, self._run_id, time.time())
        self._keep_lines()

    def _keep_lines(self) -> None:
        add_log_lines(self._db, self._run_id, self._attempt, self._lines)
        self._lines.clear()

    def _keep_last_words(self) -> None:
        self._keep_samples()
        load = describe_load(read_samples(self._db, self._run_id, "host"))
        merge_environment(self._db, self._run_id, load)

    def _heed_stop(self, trainer: TrainerProcess, now: float) -> None:
        """Asks, waits, and in the end insists."""
        level = self._stop.level
        if level is None or self._killed:
            return
        if level == "force":
            self._insist(trainer, "Stopped by force: the trainer is killed.")
        elif self._asked_at is None:
            self._say("Asked to stop: the trainer ends after its current batch and keeps a checkpoint.")
            trainer.ask_to_stop()
            self._asked_at = now
        elif now - self._asked_at > self._terms.grace_s:
            self._insist(trainer, f"The trainer did not stop within {self._terms.grace_s:g} s and is killed.")

    def _insist(self, trainer: TrainerProcess, why: str) -> None:
        self._say(why, "warning")
        trainer.kill()
        self._asked_at = self._asked_at or time.monotonic()
        self._killed = True

    def _say(self, text: str, level: str = "info") -> None:
        self._lines.append((time.time(), level, text))


def main(arguments: list[str]) -> int:
    """``STORE RUN_ID [LOCK_FD]``."""
    store, run_id, *lock_fd = arguments
    supervise(Path(store), int(run_id), int(lock_fd[0]) if lock_fd else None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
