"""Two runs of a store, compared, with the evidence behind it: the rows, and the way to every example."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from workbench.comparison import Comparison, Evidence, Options, RacedCalls, compare, load_evidence, load_race
from workbench.comparison.disagreements import Examples, Kind, choose_examples, disagreeing_examples, pair_of
from workbench.comparison.evidence import ExampleOutcomes
from workbench.comparison.pairing import Pair

if TYPE_CHECKING:
    from store.database import Database
    from workbench.settings import Settings


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison and what it was made from. Arrays in it are shared: nothing may change them."""

    comparison: Comparison
    a: Evidence
    b: Evidence
    options: Options
    race: RacedCalls | None = None
    """The race that the latency rows are of; None where the models were timed apart."""

    @cached_property
    def pair(self) -> Pair[ExampleOutcomes] | None:
        """What two classifiers said, side by side; None where a run has no such outcomes, or other classes."""
        return pair_of(self.a, self.b, self.options)

    def examples(self, kind: Kind) -> Examples | None:
        """The common examples of one kind; None where the runs are not paired."""
        return disagreeing_examples(self.a, self.b, kind, self.options)

    def cell(self, side: str, truth: str, predicted: str) -> Examples | None:
        """The common examples of class ``truth`` that run ``side`` ('a', 'b'; 'ab': either) took for ``predicted``."""
        pair = self.pair
        if pair is None or not pair.paired or not {truth, predicted} <= set(pair.a.labels):
            return None
        row, column = pair.a.labels.index(truth), pair.a.labels.index(predicted)
        taken = np.zeros(pair.a.n, dtype=bool)
        if "a" in side:
            taken |= pair.a.predicted == column
        if "b" in side:
            taken |= pair.b.predicted == column
        return choose_examples(pair, self.a, (pair.a.truth == row) & taken)

    @cached_property
    def confusion(self) -> "Confusions | None":
        """What each run takes for what: of the common examples where the runs are paired, else of its own."""
        pair = self.pair
        if pair is None:
            return None
        return Confusions(pair.a.labels, _confusion(pair.a), _confusion(pair.b), paired=pair.paired)


@dataclass(frozen=True, slots=True)
class Confusions:
    """The confusion matrices of both runs over the same classes, as plain numbers: rows are true classes."""

    labels: tuple[str, ...]
    a: tuple[tuple[int, ...], ...]
    b: tuple[tuple[int, ...], ...]
    paired: bool
    """Whether both count the same examples."""


def compare_runs(db: "Database", a_id: int, b_id: int, settings: "Settings") -> Compared:
    """Compare two runs of a store with the margins of the user's settings; raises UnknownRun."""
    options = Options.of(settings)
    a, b = load_evidence(db, a_id), load_evidence(db, b_id)
    race = load_race(db, a_id, b_id)
    return Compared(compare(a, b, options=options, race=race), a, b, options, race)


def _confusion(outcomes: ExampleOutcomes) -> tuple[tuple[int, ...], ...]:
    classes = len(outcomes.labels)
    flat = outcomes.truth.astype(np.int64) * classes + outcomes.predicted
    counts = np.bincount(flat, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(row) for row in counts.tolist())
