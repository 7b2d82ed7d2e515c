"""Asking a run to stop, and telling whether it still lives: what commands and screens do with a run from outside."""

from pathlib import Path

from store.database import Database, open_read_only
from store.folders import is_alive, run_folder
from store.records import Run, RunStatus
from store.runs import get_run, request_stop
from workbench.runs.host import host_name
from workbench.runs.recovery import recover_run


def stop_run(db: Database, run: Run, *, force: bool = False) -> bool:
    """Asks ``run`` to stop: after its current batch, with a checkpoint, or at once by ``force``; also after the former.

    Returns whether there was something to ask; the run's own supervisor does the rest within a fraction of a second. A
    run whose processes are dead is ended here.
    """
    asked = request_stop(db, run.id, force)
    if asked and run.host == host_name():
        recover_run(db, run.id)
    return asked


def effective_status(store_path: Path, run: Run) -> RunStatus:
    """The status to show for ``run``: ``lost`` where the store says running and both processes are dead.

    Nothing is written: the next command that writes confirms it. Runs of other hosts are shown as the store says.
    """
    if run.status is not RunStatus.RUNNING or run.host != host_name() or is_alive(run_folder(store_path, run.id)):
        return run.status
    # What we were given may be older than the run's end: the end is written before the lock is let go.
    with open_read_only(store_path) as db:
        status = get_run(db, run.id).status
    return RunStatus.LOST if status is RunStatus.RUNNING else status
