"""A store of groups of runs: models of known skill, trained with several seeds and on several splits."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from comparison_fixtures import draw_probabilities, draw_truth
from store_fixtures import BORN_AT, add_queued, claim

from store.database import Database
from store.details import merge_environment, set_data, set_figures
from store.outcomes import put_example_set, set_outcomes
from store.packed_records import ExampleSet
from store.records import Figure, FigureGroup, Run, RunStatus
from store.runs import end_run, get_run
from workbench.evaluation.columns import pack
from workbench.evaluation.outcomes import make_outcomes

LABELS = ("cat", "dog", "owl")
N = 200


def add_member(
    db: Database,
    model: str,
    skill: float,
    *,
    seed: int = 0,
    split_seed: int = 0,
    n: int = N,
    fingerprint: str = "f00d",
    torch: str = "2.13.0",
    test_fraction: float = 0.2,
    status: RunStatus = RunStatus.DONE,
    **changes: Any,
) -> Run:
    """A run that has ended: what it says of the test examples of its split hangs on model, seed and split alone."""
    data = {"dataset": "animals", "target": "animal", "split_seed": split_seed, "test_fraction": test_fraction}
    name = f"{model}-{seed}-{split_seed}"
    spec = {"model": model, "data": data}
    run = add_queued(
        db, **{"name": name, "model": model, "seed": seed, "split_seed": split_seed, "spec": spec, **changes}
    )
    assert claim(db, run.id, device=changes.get("device", "cpu"))
    evaluate(db, run, skill, n)
    set_data(
        db, run.id, {"fingerprint": fingerprint, "target": "animal", "train": 3 * n, "val": n, "test": n, "report": {}}
    )
    merge_environment(db, run.id, {"torch": torch, "host": "box"})
    assert end_run(db, run.id, status, error=None, at=BORN_AT + 60)
    return get_run(db, run.id)


def evaluate(db: Database, run: Run, skill: float, n: int) -> None:
    """The outcomes of a run on its split's test part, and some figures."""
    truth = draw_truth(n, 3, run.split_seed).astype(np.int64)
    first = 100_000 * run.split_seed
    key = f"split-{run.split_seed}-{n}"
    put_example_set(db, ExampleSet(key, n, pack(np.arange(first, first + n, dtype=np.uint64)), b""))
    noise = sum(run.model.encode()) + 1_000 * run.seed + 1_000_000 * run.split_seed
    said = draw_probabilities(truth, 3, skill + 0.2 * np.random.default_rng(noise).normal(), noise + 1)
    set_outcomes(db, run.id, make_outcomes(key, LABELS, truth, said))
    accuracy = float(np.mean(said.argmax(axis=1) == truth))
    set_figures(
        db,
        run.id,
        [
            Figure(FigureGroup.METRICS, "accuracy", accuracy),
            Figure(FigureGroup.LATENCY, "p50_ms", 0.1 + 0.001 * run.seed),
            Figure(FigureGroup.SIZE, "parameters", 100.0 * len(run.model)),
            Figure(FigureGroup.COST, "device_seconds", 3.5 + run.seed),
        ],
    )


def add_group(
    db: Database, model: str, skill: float, *, seeds: Iterable[int] = (0,), splits: Iterable[int] = (0,), **more: Any
) -> list[Run]:
    """A run for each seed on each split."""
    return [
        add_member(db, model, skill, seed=seed, split_seed=split_seed, **more)
        for split_seed in splits
        for seed in seeds
    ]
