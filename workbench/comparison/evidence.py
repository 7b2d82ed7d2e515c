"""What a comparison is made from: one run's document, its outcomes and its timings as arrays.

``load_evidence`` is the only place of this package that reads the store; everything else is pure.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.comparison.arrays import Array

if TYPE_CHECKING:
    from store.database import Database
    from store.records import Trials


@dataclass(frozen=True, eq=False)
class ExampleOutcomes:
    """What a run's model said about each of n test examples.

    ``ids`` is uint64 of shape (n,); ``truth`` and ``predicted`` index into ``labels``; ``probabilities`` is (n, K), or
    (n,) with the second class's probability where K is 2; ``loss`` is -ln p(truth), clipped at 1e-7.
    """

    labels: tuple[str, ...]
    ids: Array
    truth: Array
    predicted: Array
    probabilities: Array | None = None
    loss: Array | None = None
    packed_previews: bytes | None = None

    @property
    def n(self) -> int:
        """The number of examples."""
        return len(self.ids)

    @cached_property
    def previews(self) -> tuple[str, ...]:
        """One short text an example; empty where the run kept none. Decoded when first asked for."""
        if self.packed_previews is None:
            return ()
        return tuple(str(text) for text in json.loads(zlib.decompress(self.packed_previews)))

    def at(self, positions: Array) -> "ExampleOutcomes":
        """The outcomes of some of the examples, in the order of ``positions``; previews stay behind."""
        return replace(
            self,
            ids=self.ids[positions],
            truth=self.truth[positions],
            predicted=self.predicted[positions],
            probabilities=None if self.probabilities is None else self.probabilities[positions],
            loss=None if self.loss is None else self.loss[positions],
            packed_previews=None,
        )

    def relabelled(self, labels: tuple[str, ...]) -> "ExampleOutcomes":
        """The same outcomes with the classes numbered in the order of ``labels``, a permutation of their own."""
        if labels == self.labels:
            return self
        new_of_old = np.array([labels.index(label) for label in self.labels])
        probabilities = self.probabilities
        if probabilities is not None:
            binary = probabilities.ndim == 1
            probabilities = 1 - probabilities if binary else probabilities[:, np.argsort(new_of_old)]
        return replace(
            self,
            labels=labels,
            truth=new_of_old[self.truth],
            predicted=new_of_old[self.predicted],
            probabilities=probabilities,
        )


@dataclass(frozen=True, eq=False)
class TimedCalls:
    """A run's timed prediction calls, in milliseconds in their order, and the conditions they were made under."""

    ms: Array
    conditions: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Evidence:
    """One run as a comparison sees it. ``run`` is its document (``workbench.run_json``)."""

    run: Mapping[str, Any]
    outcomes: ExampleOutcomes | None = None
    calls: TimedCalls | None = None

    @property
    def name(self) -> str:
        """The run's name, for sentences."""
        return str(self.run.get("name") or f"run {self.run.get('id')}")

    def figure(self, group: str, name: str) -> float | None:
        """A final figure of the run, None where it is not known."""
        value = (self.run.get(group) or {}).get(name)
        return float(value) if isinstance(value, int | float) and np.isfinite(value) else None


def load_evidence(db: "Database", run_id: int) -> Evidence:
    """What the store knows of a run and a comparison needs; raises UnknownRun for an id that is not there."""
    from store.details import get_detail
    from store.outcomes import get_trials
    from workbench.run_json import run_json

    trials = get_trials(db, run_id)
    return Evidence(
        run=run_json(get_detail(db, run_id)),
        outcomes=_load_outcomes(db, run_id),
        calls=_calls(trials[0]) if trials else None,
    )


def _load_outcomes(db: "Database", run_id: int) -> ExampleOutcomes | None:
    from store.outcomes import get_example_set, get_outcomes
    from workbench.evaluation.columns import unpack

    outcomes = get_outcomes(db, run_id)
    examples = get_example_set(db, outcomes.example_set) if outcomes else None
    if outcomes is None or examples is None:
        return None
    columns = {name: unpack(column) for name, column in outcomes.columns.items()}
    return ExampleOutcomes(
        labels=outcomes.labels,
        ids=unpack(examples.ids),
        truth=columns["truth"],
        predicted=columns["predicted"],
        probabilities=columns.get("probabilities"),
        loss=columns.get("loss"),
        packed_previews=examples.previews,
    )


def _calls(trials: "Trials") -> TimedCalls:
    from workbench.evaluation.columns import unpack

    return TimedCalls(ms=unpack(trials.columns["ms"]), conditions=trials.conditions)
