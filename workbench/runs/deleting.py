"""Deleting a run: its rows in the store, then its folder with log and checkpoint."""

import shutil

from store.database import Database
from store.folders import run_folder
from store.runs import delete_run


def delete_with_folder(db: Database, run_id: int) -> None:
    """Deletes an ended run and all that was kept of it; raises UnknownRun, or RunAlive where it may still write."""
    delete_run(db, run_id)
    shutil.rmtree(run_folder(db.path, run_id), ignore_errors=True)
