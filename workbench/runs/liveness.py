"""Whether a run still lives: what is asked of every running run that is shown, so it imports next to nothing."""

from pathlib import Path

from store.database import open_read_only
from store.filesystems import this_host
from store.folders import is_alive, run_folder
from store.records import Run, RunStatus
from store.runs import get_run


def effective_status(store_path: Path, run: Run) -> RunStatus:
    """The status to show for ``run``: ``lost`` where the store says running and both processes are dead.

    Nothing is written: the next command that writes confirms it. Runs of other hosts are shown as the store says.
    """
    if run.status is not RunStatus.RUNNING or run.host != this_host() or is_alive(run_folder(store_path, run.id)):
        return run.status
    # What we were given may be older than the run's end: the end is written before the lock is let go.
    with open_read_only(store_path) as db:
        status = get_run(db, run.id).status
    return RunStatus.LOST if status is RunStatus.RUNNING else status
