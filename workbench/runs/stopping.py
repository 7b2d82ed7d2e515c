"""Asking a run to stop: what commands and screens do with a run from outside."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from store.attempts import get_attempts
from store.database import Database
from store.folders import is_alive, run_folder
from store.records import Run
from store.runs import request_stop
from workbench.runs.host import host_name
from workbench.runs.recovery import recover_run

_DEATH_S: Final = 5.0


def stop_run(db: Database, run: Run, *, force: bool = False) -> bool:
    """Asks ``run`` to stop: after its current batch, with a checkpoint, or at once by ``force``; also after the former.

    Returns whether there was something to ask; the run's own supervisor does the rest within a fraction of a second. A
    run whose processes are dead is ended here.
    """
    asked = request_stop(db, run.id, force)
    if asked and run.host == host_name():
        if force:
            _kill_orphan(db, run)
        recover_run(db, run.id)
    return asked


def _kill_orphan(db: Database, run: Run) -> None:
    """Kills a trainer whose supervisor is dead and which hangs, so that it heeded neither that nor a stop.

    Process ids are used again: both are taken for what they were only if their command line still names the run.
    """
    folder = run_folder(db.path, run.id)
    attempts = get_attempts(db, run.id)
    if not attempts or _names(attempts[-1].supervisor_pid, [str(db.path), str(run.id)]):
        return
    trainer_pid = attempts[-1].trainer_pid
    if trainer_pid is None or not _names(trainer_pid, [str(folder)]):
        return
    with suppress(ProcessLookupError):
        os.killpg(trainer_pid, signal.SIGKILL)
    deadline = time.monotonic() + _DEATH_S
    while is_alive(folder) and time.monotonic() < deadline:
        time.sleep(0.01)


def _names(pid: int, arguments: list[str]) -> bool:
    """Whether the command line of the living process ``pid`` holds all of ``arguments``."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return all(os.fsencode(argument) in words for argument in arguments)
