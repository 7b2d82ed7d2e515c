"""``stop`` and ``delete``: the commands that end or remove runs."""

import math
import sys
import time
from argparse import Namespace

from store.database import Database
from store.records import Run
from store.runs import find_run, get_run
from workbench.cli.output import narrate, print_json
from workbench.cli.stores import open_to_write
from workbench.errors import UsageError
from workbench.runs.deleting import delete_with_folder
from workbench.runs.liveness import effective_status
from workbench.runs.recovery import recover_run
from workbench.runs.stopping import stop_run

_POLL_S = 0.1
_HINT_AFTER_S = 45.0
"""Longer than a run that is well takes, with the grace time of a clean stop."""


def stop(arguments: Namespace) -> int:
    """Ask each run to stop and wait until it has, unless told not to wait."""
    with open_to_write(arguments) as db:
        runs = [find_run(db, reference) for reference in arguments.runs]
        for run in runs:
            _ask_to_stop(db, run, force=arguments.force)
        if not arguments.no_wait:
            runs = [run if run.status.ended else wait_for_end(db, run) for run in runs]
        if arguments.json:
            print_json([{"id": run.id, "name": run.name, "status": run.status.value} for run in runs])
    return 0


def _ask_to_stop(db: Database, run: Run, *, force: bool) -> None:
    if run.status.ended:
        narrate(f"Run {run.id} ({run.name}) has ended already: {run.status}.")
        return
    stop_run(db, run, force=force)
    narrate(f"Run {run.id} ({run.name}): asked to stop{' at once' if force else ''}.")


def wait_for_end(db: Database, run: Run) -> Run:
    """The run once it has ended; one whose processes are killed meanwhile has ended as lost."""
    hint_at = time.monotonic() + _HINT_AFTER_S
    while not effective_status(db.path, run := get_run(db, run.id)).ended:
        if time.monotonic() >= hint_at:
            hint_at = math.inf
            narrate(
                f"Run {run.id} ({run.name}) has not answered for {_HINT_AFTER_S:.0f} s: its supervisor may be "
                f"suspended, or its disk full. Ctrl-C ends the waiting; the run remains asked to stop."
            )
        time.sleep(_POLL_S)
    if not run.status.ended:
        recover_run(db, run.id)
        run = get_run(db, run.id)
    narrate(f"Run {run.id} ({run.name}) is {run.status}.")
    return run


def delete(arguments: Namespace) -> int:
    """Delete runs that have ended: their rows, and their folders with logs and checkpoints."""
    with open_to_write(arguments) as db:
        runs = [find_run(db, reference) for reference in arguments.runs]
        if not arguments.yes and not _confirmed(runs):
            narrate("Nothing was deleted.")
            return 0
        for run in runs:
            delete_with_folder(db, run.id)
            narrate(f"Run {run.id} ({run.name}) is deleted.")
        if arguments.json:
            print_json([{"id": run.id, "name": run.name, "deleted": True} for run in runs])
    return 0


def _confirmed(runs: list[Run]) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("delete asks before it deletes, and there is nobody to ask here: add --yes.")
    narrate(f"Delete {', '.join(f'{run.id} ({run.name})' for run in runs)} with logs and checkpoints? [y/N]")
    return input().strip().lower() in ("y", "yes")
