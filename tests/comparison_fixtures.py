"""Made-up runs for the tests of the comparison: documents as ``run_json`` gives them, outcomes, timings."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.comparison import Evidence, ExampleOutcomes, TimedCalls
from workbench.evaluation.metrics import METRICS


def make_run(**changes: Any) -> dict[str, Any]:
    """The document of a run that is done, with no figure known but those in ``changes``."""
    groups: dict[str, dict[str, Any]] = {"metrics": {}, "latency": {}, "cost": {}, "size": {}}
    for metric in METRICS.values():
        groups[metric.group.value][metric.name] = None
    document = {
        "id": 1,
        "name": "mlp-digits",
        "status": "done",
        "model": "mlp",
        "dataset": "digits",
        "task": "classification",
        "seed": 0,
        "split_seed": 0,
        "device": "cpu",
        "threads": 1,
        "parameters": {"learning_rate": 0.001, "hidden": [128, 64]},
        "data": {"fingerprint": "f00d", "target": "digit", "train": 1000, "val": 250, "test": 300},
        "environment": {"python": "3.11.7", "cpu": "Xeon", "host": "box", "load_before": 0.1},
        **groups,
    }
    for key, value in changes.items():
        document[key] = {**document[key], **value} if isinstance(document.get(key), dict) else value
    return document


def make_outcomes(
    truth: Sequence[int] | np.ndarray,
    probabilities: np.ndarray,
    *,
    ids: np.ndarray | None = None,
    labels: Sequence[str] | None = None,
) -> ExampleOutcomes:
    """Outcomes of ``probabilities`` (n, K) as the engine keeps them: half precision, one column for two classes."""
    truth = np.asarray(truth)
    n, classes = probabilities.shape
    of_truth = np.clip(probabilities[np.arange(n), truth], 1e-7, 1)
    return ExampleOutcomes(
        labels=tuple(labels or (f"c{number}" for number in range(classes))),
        ids=np.arange(n, dtype=np.uint64) if ids is None else ids,
        truth=truth.astype(np.uint8),
        predicted=probabilities.argmax(axis=1).astype(np.uint8),
        probabilities=(probabilities[:, 1] if classes == 2 else probabilities).astype(np.float16),
        loss=(-np.log(of_truth)).astype(np.float32),
    )


def draw_truth(n: int, classes: int, seed: int) -> np.ndarray:
    """True classes, uneven in size, every class at least once."""
    rng = np.random.default_rng(seed)
    weights = np.arange(1, classes + 1) / np.arange(1, classes + 1).sum()
    truth = rng.choice(classes, size=n, p=weights)
    truth[:classes] = np.arange(classes)
    return truth


def draw_probabilities(truth: np.ndarray, classes: int, skill: float, seed: int) -> np.ndarray:
    """Probabilities (n, K) of a model whose logits hold the truth with ``skill`` standard deviations of noise."""
    logits = np.random.default_rng(seed).normal(size=(len(truth), classes))
    logits[np.arange(len(truth)), truth] += skill
    logits *= 1.5
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def make_evidence(
    n: int = 300, classes: int = 3, skill: float = 2.0, seed: int = 1, data_seed: int = 0, **changes: Any
) -> Evidence:
    """A run with outcomes; runs of one ``data_seed``, ``n`` and ``classes`` were tested on the same examples."""
    truth = draw_truth(n, classes, data_seed)
    probabilities = draw_probabilities(truth, classes, skill, seed)
    return Evidence(make_run(**{"id": seed, "name": f"run-{seed}", **changes}), make_outcomes(truth, probabilities))


def make_calls(typical_ms: float, n: int = 1000, seed: int = 0, **conditions: Any) -> TimedCalls:
    """Timings with a long tail on a quiet machine."""
    ms = typical_ms * np.random.default_rng(seed).lognormal(0, 0.2, size=n)
    quiet = {"exclusive": True, "shared_with": [], "cores": 2, "load_before": 0.4, "batch_size": 1, "threads": 1}
    return TimedCalls(ms, {**quiet, "device": "cpu", **conditions})


def make_timed(typical_ms: float, n: int = 1000, seed: int = 0, **conditions: Any) -> Evidence:
    """A run with timings, and the figures that follow from them, but without outcomes."""
    calls = make_calls(typical_ms, n, seed, **conditions)
    latency = {f"p{q}_ms": float(np.percentile(calls.ms, q)) for q in (50, 90, 95, 99)}
    if n < 400:
        latency["p99_ms"] = None
    latency |= {"mean_ms": float(calls.ms.mean()), "throughput_per_s": 1000 / float(calls.ms.mean()), "trials": n}
    return Evidence(make_run(id=seed, name=f"run-{seed}", latency=latency), None, calls)
