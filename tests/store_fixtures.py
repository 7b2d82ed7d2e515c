"""Runs, points and older shapes for the tests of the store."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from store import migrations, runs
from store.connection import Database
from store.records import NewRun, Run

BORN_AT = 1_700_000_000.0


def new_run(**changes: Any) -> NewRun:
    """A run as a launcher would queue it."""
    plain = NewRun(
        name="mlp-digits",
        model="mlp",
        dataset="digits",
        task="classification",
        seed=0,
        split_seed=0,
        device="cpu",
        threads=1,
        parameters={"epochs": 3},
        spec={"model": "mlp", "parameters": {"epochs": 3}},
    )
    return replace(plain, **changes)


def add_queued(db: Database, **changes: Any) -> Run:
    """A run in the queue."""
    return runs.add_run(db, new_run(**changes))


def add_running(db: Database, **changes: Any) -> Run:
    """A run that a supervisor has claimed."""
    run = add_queued(db, **changes)
    claim(db, run.id)
    return runs.get_run(db, run.id)


def claim(db: Database, run_id: int, *, pid: int = 100, device: str = "cpu") -> bool:
    """Claim a run; whether it worked."""
    attempt = runs.claim(
        db, run_id, device=device, threads=1, host="here", boot_id="boot", supervisor_pid=pid, at=BORN_AT
    )
    return attempt is not None


def make_older_store(path: Path, version: int) -> None:
    """A store as a program left it that knew only the first ``version`` steps, with one ended run in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.apply(connection, upto=version)
        connection.execute(
            "INSERT INTO runs (name, status, model, dataset, task, seed, split_seed, device, parameters, spec, tags, "
            "host, created_at) VALUES ('old', 'done', 'mlp', 'digits', 'classification', 7, 0, 'cpu', '{}', '{}', "
            "'[]', '', 1.0)"
        )
        connection.execute("INSERT INTO details (run_id) VALUES (1)")
        connection.execute("INSERT INTO figures VALUES (1, 'metrics', 'accuracy', 0.5, NULL)")
        connection.execute("PRAGMA journal_mode = WAL")
