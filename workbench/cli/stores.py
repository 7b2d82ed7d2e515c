"""Opening the store for one command: where it lies, and what a writing command owes it first.

Every command that writes first confirms what died since the last one (``recover``), so that a list never shows a run as
running whose processes are gone, and queued runs of before a reboot start again.
"""

from argparse import Namespace
from pathlib import Path

from store.database import Database, open_for_writing, open_read_only
from workbench.cli.output import narrate
from workbench.settings import store_path


def path_of(arguments: Namespace) -> Path:
    """The store that this command line means."""
    return store_path(arguments.store)


def open_to_read(arguments: Namespace) -> Database:
    """The store, read-only; raises StoreMissing where there is none yet."""
    return open_read_only(path_of(arguments))


def open_to_write(arguments: Namespace) -> Database:
    """The store for writing, made when there is none, with dead runs confirmed and waiting ones restarted."""
    from workbench.runs.recovery import recover

    db = open_for_writing(path_of(arguments), take_over=arguments.take_over)
    for run in recover(db):
        narrate(
            f"Run {run.id} ({run.name}): {run.error}" if run.error else f"Run {run.id} ({run.name}) is {run.status}."
        )
    return db
