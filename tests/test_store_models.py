"""How many runs there are of each model, and whether a checkpoint of any is kept."""

from pathlib import Path

from store_fixtures import BORN_AT, add_queued, add_running

from store.database import open_for_writing
from store.details import set_checkpoint
from store.models import models_used
from store.records import RunStatus
from store.runs import delete_run, end_run


def test_runs_are_counted_by_model_and_checkpoints_found(store_file: Path) -> None:
    with open_for_writing(store_file) as db:
        assert models_used(db) == {}
        run, other = add_running(db), add_queued(db)
        assert models_used(db) == {run.model: (2, False)}
        set_checkpoint(db, run.id, "checkpoint")
        assert models_used(db) == {run.model: (2, True)}
        end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT)
        delete_run(db, run.id)
        assert models_used(db) == {other.model: (1, False)}
