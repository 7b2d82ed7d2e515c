"""Evidence as it is read back from the store."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, draw_truth, make_calls
from store_fixtures import BORN_AT, add_queued, add_running

from store.database import Database, open_for_writing
from store.details import set_data, set_figures
from store.errors import UnknownRun
from store.outcomes import add_trials, put_example_set, set_outcomes
from store.packed_records import ExampleSet, Trials
from store.records import Figure, FigureGroup, RunStatus
from store.runs import end_run
from workbench.comparison import compare, disagreeing_examples, load_evidence
from workbench.evaluation.columns import pack
from workbench.evaluation.outcomes import make_outcomes

LABELS = ("cat", "dog", "owl")
N = 80


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


def add_evaluated(db: Database, skill: float, seed: int) -> int:
    """A run with outcomes on the examples that all such runs share, timings and a figure."""
    truth = draw_truth(N, 3, 0).astype(np.int64)
    previews = zlib.compress(json.dumps([f"example {number}" for number in range(N)]).encode())
    put_example_set(db, ExampleSet("shared", N, pack(np.arange(100, 100 + N, dtype=np.uint64)), previews))
    run = add_running(db)
    set_outcomes(db, run.id, make_outcomes("shared", LABELS, truth, draw_probabilities(truth, 3, skill, seed)))
    calls = make_calls(1.0, n=500, seed=seed)
    add_trials(db, run.id, Trials(calls.conditions, 500, {"ms": pack(calls.ms)}, measured_at=1.0))
    set_figures(db, run.id, [Figure(FigureGroup.LATENCY, "p50_ms", float(np.median(calls.ms)))])
    set_data(db, run.id, {"target": "animal", "fingerprint": "f00d"})
    end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT + 60)
    return run.id


def test_what_was_stored_comes_back_as_arrays(db: Database) -> None:
    evidence = load_evidence(db, add_evaluated(db, 2.0, seed=1))
    assert evidence.outcomes is not None
    assert evidence.calls is not None
    assert evidence.outcomes.labels == LABELS
    assert evidence.outcomes.ids.tolist() == list(range(100, 100 + N))
    assert evidence.outcomes.probabilities is not None
    assert evidence.outcomes.probabilities.shape == (N, 3)
    assert evidence.outcomes.previews[3] == "example 3"
    assert evidence.calls.ms.tolist() == make_calls(1.0, n=500, seed=1).ms.tolist()
    assert evidence.run["data"]["target"] == "animal"
    assert evidence.figure("latency", "p50_ms") == pytest.approx(np.median(evidence.calls.ms))
    assert evidence.figure("metrics", "accuracy") is None


def test_stored_runs_compare_down_to_their_examples(db: Database) -> None:
    a, b = (load_evidence(db, add_evaluated(db, skill, seed)) for skill, seed in ((0.5, 1), (4.0, 2)))
    comparison = compare(a, b)
    row = comparison.row("accuracy")
    assert row is not None
    assert row.verdict.value == "b"
    examples = disagreeing_examples(a, b, "only_b")
    assert examples is not None
    assert comparison.disagreements is not None
    assert len(examples) == comparison.disagreements.only_b
    assert examples[0].preview == f"example {examples[0].position}"
    assert examples[0].truth == examples[0].b.predicted


def test_a_run_that_was_never_evaluated_has_neither_outcomes_nor_calls(db: Database) -> None:
    evidence = load_evidence(db, add_queued(db).id)
    assert evidence.outcomes is None
    assert evidence.calls is None


def test_a_run_that_is_not_there_is_unknown(db: Database) -> None:
    with pytest.raises(UnknownRun):
        load_evidence(db, 99)
