"""A store of runs to compare: on the same examples, on other data, never evaluated, live."""

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from comparison_fixtures import draw_probabilities, draw_truth, make_calls
from screens_fixtures import add, begin, end, train

from store.database import Database, open_for_writing
from store.details import merge_environment, set_data, set_figures
from store.outcomes import add_trials, put_example_set, set_outcomes
from store.packed_records import ExampleSet, Trials
from store.records import Figure, FigureGroup, Run
from workbench.evaluation.columns import pack
from workbench.evaluation.outcomes import make_outcomes

LABELS = ("cat", "dog", "owl")
N = 200
HOSTILE = "evil\x1b[31m [b]name"


def previews(n: int) -> bytes:
    return zlib.compress(json.dumps([f"picture of animal {number}" for number in range(n)]).encode())


def evaluate(db: Database, run: Run, skill: float, ms: float) -> None:
    """Outcomes on the examples that all such runs share, timings, figures, the environment."""
    truth = draw_truth(N, 3, 0).astype(np.int64)
    put_example_set(db, ExampleSet("shared", N, pack(np.arange(100, 100 + N, dtype=np.uint64)), previews(N)))
    said = draw_probabilities(truth, 3, skill, run.id)
    set_outcomes(db, run.id, make_outcomes("shared", LABELS, truth, said))
    calls = make_calls(ms, n=500, seed=run.id)
    add_trials(db, run.id, Trials(calls.conditions, 500, {"ms": pack(calls.ms)}, measured_at=1.0))
    figures = [
        Figure(FigureGroup.METRICS, "accuracy", float(np.mean(said.argmax(axis=1) == truth))),
        Figure(FigureGroup.LATENCY, "p50_ms", float(np.median(calls.ms))),
        Figure(FigureGroup.SIZE, "parameters", 1000.0 * run.id),
        Figure(FigureGroup.COST, "device_seconds", 3.5 * run.id),
    ]
    set_figures(db, run.id, figures)
    set_data(db, run.id, {"target": "animal", "fingerprint": "f00d", "train": 600, "val": 100, "test": N})
    environment = {
        "python": "3.11.7",
        "torch": f"2.{run.id}",
        "cpu": "Xeon",
        "git": "c0ffee" * 6,
        "git_dirty": False,
    }
    merge_environment(db, run.id, environment)


@contextmanager
def pairs(path: Path, *, name: str = HOSTILE) -> Iterator[Database]:
    """Runs 1 and 2 on the same examples (2 better, slower), 3 evaluated on other data, 4 never evaluated, 5 live."""
    locks = []
    with open_for_writing(path) as db:
        for called, skill, ms in (("weak", 0.8, 0.1), (name, 3.0, 0.3)):
            run = add(db, called)
            locks.append(begin(db, run))
            train(db, run, 5, of=5)
            evaluate(db, run, skill, ms)
            end(db, run)
        other = add(db, "other-data", dataset="iris")
        locks.append(begin(db, other))
        truth = draw_truth(60, 2, 0).astype(np.int64)
        put_example_set(db, ExampleSet("iris", 60, pack(np.arange(60, dtype=np.uint64)), previews(60)))
        set_outcomes(db, other.id, make_outcomes("iris", ("yes", "no"), truth, draw_probabilities(truth, 2, 2.0, 3)))
        end(db, other)
        locks.append(begin(db, unevaluated := add(db, "unevaluated")))
        end(db, unevaluated)
        locks.append(begin(db, add(db, "live")))
        yield db
    for lock in locks:
        os.close(lock)
