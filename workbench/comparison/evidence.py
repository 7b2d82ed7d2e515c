"""What a comparison is made from: one run's document, its outcomes and its timings as arrays.

``load_evidence`` is the only place of this package that reads the store; everything else is pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.comparison.arrays import Array
from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes, UnitOutcomes, ValueOutcomes, outcomes_of

if TYPE_CHECKING:
    from store.database import Database
    from store.packed_records import Trials

__all__ = ["Evidence", "ExampleOutcomes", "RunOutcomes", "TimedCalls", "UnitOutcomes", "ValueOutcomes", "load_evidence"]


@dataclass(frozen=True, eq=False)
class TimedCalls:
    """A run's timed prediction calls, in milliseconds in their order, and the conditions they were made under."""

    ms: Array
    conditions: Mapping[str, Any]
    block: Array | None = None
    """The number of each call's block of calls in a row, ascending."""
    first_ms: Array | None = None
    """Of texts, whose calls are the tokens after the first: the times of the first ones, one a text."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """One run as a comparison sees it. ``run`` is its document (``workbench.run_json``)."""

    run: Mapping[str, Any]
    outcomes: RunOutcomes | None = None
    """What its model said, by the run's task: ExampleOutcomes, ValueOutcomes or UnitOutcomes."""
    calls: TimedCalls | None = None
    is_imported: bool = False
    """Whether it was measured elsewhere: its costs are what its owner said, and follow from no time."""

    @property
    def name(self) -> str:
        """The run's name, for sentences."""
        return str(self.run.get("name") or f"run {self.run.get('id')}")

    @property
    def examples(self) -> ExampleOutcomes | None:
        """The outcomes of a classifier; None where there are none, or the run had another task."""
        return self.outcomes if isinstance(self.outcomes, ExampleOutcomes) else None

    def figure(self, group: str, name: str) -> float | None:
        """A final figure of the run, None where it is not known."""
        value = (self.run.get(group) or {}).get(name)
        return float(value) if isinstance(value, int | float) and np.isfinite(value) else None


def load_evidence(db: "Database", run_id: int) -> Evidence:
    """What the store knows of a run and a comparison needs; raises UnknownRun for an id that is not there."""
    from store.details import get_detail
    from store.outcomes import get_trials
    from workbench.run_json import run_json
    from workbench.spec import is_imported

    detail, trials = get_detail(db, run_id), get_trials(db, run_id)
    return Evidence(
        run=run_json(detail),
        outcomes=_load_outcomes(db, run_id),
        calls=_calls(trials[0]) if trials else None,
        is_imported=is_imported(detail.run),
    )


def _load_outcomes(db: "Database", run_id: int) -> RunOutcomes | None:
    from store.outcomes import get_example_set, get_outcomes
    from workbench.evaluation.columns import unpack

    outcomes = get_outcomes(db, run_id)
    examples = get_example_set(db, outcomes.example_set) if outcomes else None
    if outcomes is None or examples is None:
        return None
    columns = {name: unpack(column) for name, column in outcomes.columns.items()}
    found = outcomes_of(outcomes.labels, unpack(examples.ids), columns, examples.previews)
    return replace(found, packed_contents=examples.contents)


def _calls(trials: "Trials") -> TimedCalls:
    from workbench.evaluation.columns import unpack

    columns = {name: unpack(column) for name, column in trials.columns.items()}
    return TimedCalls(columns["ms"], trials.conditions, columns.get("block"), columns.get("first_ms"))
