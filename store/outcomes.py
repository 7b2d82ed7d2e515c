"""Outcomes, example sets and latency trials: packed columns that the store keeps as they are.

What a column's bytes mean is the business of whoever packed it; the tables keep dtype and shape in the open. An example
set is stored once, however many runs were tested on it.
"""

from store.columns import add_columns, read_columns
from store.connection import Database
from store.documents import decode, encode
from store.packed_records import Column, ExampleSet, Outcomes, Trials
from store.records import Run
from store.runs import get_runs


def put_example_set(db: Database, example_set: ExampleSet) -> None:
    """Keep an example set. Where its key is known already, only contents are added that were not kept before."""
    with db.atomic() as connection:
        connection.execute(
            "INSERT INTO example_sets (key, n, dtype, shape, ids, previews, contents) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET contents = excluded.contents "
            "WHERE contents IS NULL AND excluded.contents IS NOT NULL",
            (
                example_set.key,
                example_set.n,
                example_set.ids.dtype,
                encode(example_set.ids.shape),
                example_set.ids.data,
                example_set.previews,
                example_set.contents,
            ),
        )


def get_example_set(db: Database, key: str) -> ExampleSet | None:
    """The example set of this key, if the store holds it."""
    found = db.row("SELECT key, n, dtype, shape, ids, previews, contents FROM example_sets WHERE key = ?", (key,))
    if found is None:
        return None
    key, n, dtype, shape, ids, previews, contents = found
    return ExampleSet(key, n, Column(dtype, tuple(decode(shape)), ids), previews, contents)


def runs_tested_on(db: Database, key: str) -> list[Run]:
    """The runs whose outcomes are of this example set, newest first."""
    rows = db.rows("SELECT run_id FROM outcomes WHERE example_set = ? ORDER BY run_id DESC", (key,))
    found = get_runs(db, [row[0] for row in rows])
    return sorted(found.values(), key=lambda run: -run.id)


def set_outcomes(db: Database, run_id: int, outcomes: Outcomes) -> None:
    """Store what a run's model said, in place of what it said before. Its example set must have been put."""
    with db.atomic() as connection:
        connection.execute("DELETE FROM outcomes WHERE run_id = ?", (run_id,))
        connection.execute(
            "INSERT INTO outcomes (run_id, example_set, labels, n) VALUES (?, ?, ?, ?)",
            (run_id, outcomes.example_set, encode(list(outcomes.labels)), outcomes.n),
        )
        add_columns(db, "outcome_columns", run_id, outcomes.columns)


def get_outcomes(db: Database, run_id: int) -> Outcomes | None:
    """What a run's model said, if it was evaluated."""
    with db.reading():
        found = db.row("SELECT example_set, labels, n FROM outcomes WHERE run_id = ?", (run_id,))
        if found is None:
            return None
        example_set, labels, n = found
        columns = read_columns(db, "outcome_columns", "run_id", run_id)
    return Outcomes(example_set=example_set, labels=tuple(decode(labels)), n=n, columns=columns)


def add_trials(db: Database, run_id: int, trials: Trials) -> None:
    """Add timed calls; those of other conditions or times stay."""
    with db.atomic() as connection:
        added = connection.execute(
            "INSERT INTO trials (run_id, measured_at, conditions, n) VALUES (?, ?, ?, ?)",
            (run_id, trials.measured_at, encode(trials.conditions), trials.n),
        )
        add_columns(db, "trial_columns", added.lastrowid or 0, trials.columns)


def get_trials(db: Database, run_id: int) -> list[Trials]:
    """All timed calls of a run, newest first."""
    with db.reading():
        rows = db.rows(
            "SELECT id, conditions, n, measured_at FROM trials WHERE run_id = ? ORDER BY measured_at DESC, id DESC",
            (run_id,),
        )
        return [
            Trials(
                conditions=decode(conditions),
                n=n,
                columns=read_columns(db, "trial_columns", "trials_id", trials_id),
                measured_at=measured_at,
            )
            for trials_id, conditions, n, measured_at in rows
        ]
