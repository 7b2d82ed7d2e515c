"""Recovery: confirming runs whose processes are dead, and giving queued runs a supervisor again.

Every command that writes calls it first. Only runs of this host are touched: an ``flock`` says nothing about another
machine. Whoever holds a run's lock is its owner for as long, so two programs never recover the same run.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from store.attempts import get_attempts
from store.database import Database
from store.folders import is_alive, run_folder, try_lock
from store.logs import add_log_lines
from store.records import Run, RunStatus
from store.runs import end_run, get_run, list_runs
from workbench.environment import boot_id
from workbench.runs import output, spool
from workbench.runs.ending import conclude, decide_lost
from workbench.runs.folding import Folding
from workbench.runs.host import host_name
from workbench.runs.launcher import SUPERVISOR, start_supervisor

_LIVE = (RunStatus.QUEUED, RunStatus.RUNNING)


def recover(db: Database, *, supervisor: Sequence[str] = SUPERVISOR) -> list[Run]:
    """Looks after every run that nobody owns; returns those that it ended or restarted, as they are now."""
    here = host_name()
    mine = [run.id for run in reversed(list_runs(db, statuses=_LIVE)) if run.host == here]
    return [get_run(db, run_id) for run_id in mine if recover_run(db, run_id, supervisor=supervisor)]


def recover_run(db: Database, run_id: int, *, supervisor: Sequence[str] = SUPERVISOR) -> bool:
    """Looks after one run of this host if nobody owns it; whether anything was to be done."""
    folder = run_folder(db.path, run_id)
    if not folder.is_dir():
        message = f"Its folder {folder} is gone."
        return end_run(db, run_id, RunStatus.LOST, error=message, at=time.time())
    if is_alive(folder) or (lock_fd := try_lock(folder)) is None:
        return False
    try:
        run = get_run(db, run_id)  # as it is now that nobody else can change it
        if run.status is RunStatus.QUEUED and run.stop_requested:
            return end_run(db, run_id, RunStatus.STOPPED, error=None, at=time.time())
        if run.status is RunStatus.QUEUED:
            start_supervisor(db, run_id, folder, lock_fd, command=supervisor)
            return True
        return not run.status.ended and _fold_and_end(db, run, folder)
    finally:
        os.close(lock_fd)


def _fold_and_end(db: Database, run: Run, folder: Path) -> bool:
    attempt = get_attempts(db, run.id)[-1]
    folding = Folding(db, attempt, folder)
    died_at = _last_sign_of_life(run, folder)
    try:
        folding.fold_all()
        ending = decide_lost(
            folding.finished,
            stop_asked=run.stop_requested is not None,
            restarted=bool(attempt.boot_id) and attempt.boot_id != boot_id(),
        )
        if ending.error is not None:
            add_log_lines(db, run.id, attempt.number, [(died_at, "error", ending.error)])
        return conclude(db, run.id, folding, ending, died_at)
    finally:
        folding.close()


def _last_sign_of_life(run: Run, folder: Path) -> float:
    """When the run was last seen to work, which is the nearest that is known of its end."""
    signs = [at for at in (run.heartbeat_at, run.started_at) if at is not None]
    files = (folder / name for name in (spool.FILE_NAME, output.FILE_NAME))
    signs.extend(file.stat().st_mtime for file in files if file.exists())
    return max(signs, default=time.time())
