"""Which examples two runs were both tested on, and their outcomes side by side in one order."""

from dataclasses import dataclass
from functools import cached_property
from typing import Generic

import numpy as np

from workbench.comparison.arrays import Array
from workbench.comparison.outcomes import ExampleOutcomes, SomeOutcomes, SomeOutcomesCo
from workbench.comparison.result import Disagreements


@dataclass(frozen=True, eq=False)
class Pair(Generic[SomeOutcomesCo]):
    """The outcomes of A and B: of the same examples in the same order where ``paired``, else each on its own.

    ``positions_a`` and ``positions_b`` say where the paired examples stand in each run's own outcomes.
    """

    a: SomeOutcomesCo
    b: SomeOutcomesCo
    paired: bool
    common: int
    """How many examples both test parts hold, paired or not."""
    contradicting: int = 0
    """How many common examples the runs hold different truths of; they are left out."""
    positions_a: Array | None = None
    positions_b: Array | None = None

    @property
    def examples(self) -> int:
        """How many examples the comparison rests on: the common ones, or the fewer of both."""
        return min(self.a.n, self.b.n)

    @cached_property
    def disagreements(self) -> Disagreements | None:
        """How often each was right; None where the runs are not paired, or do not answer right or wrong."""
        a, b = self.a, self.b
        if not (self.paired and isinstance(a, ExampleOutcomes) and isinstance(b, ExampleOutcomes)):
            return None
        right_a, right_b = a.predicted == a.truth, b.predicted == b.truth
        both = int(np.count_nonzero(right_a & right_b))
        only_a, only_b = int(np.count_nonzero(right_a)) - both, int(np.count_nonzero(right_b)) - both
        return Disagreements(both, only_a, only_b, self.a.n - both - only_a - only_b)


def pair_up(a: SomeOutcomes, b: SomeOutcomes, fewest: int) -> Pair[SomeOutcomes]:
    """A and B on the examples that both hold.

    They stay unpaired when they have fewer than ``fewest`` in common, unless they were tested on exactly the same
    examples. Expects equal label sets; B's classes are renumbered in A's order.
    """
    b = b.in_terms_of(a)
    same = a.n == b.n and bool(np.array_equal(a.ids, b.ids))
    if same:
        positions_a = positions_b = np.arange(a.n)
        common_a, common_b = a, b
    else:
        _, positions_a, positions_b = np.intersect1d(a.ids, b.ids, assume_unique=True, return_indices=True)
        order = np.argsort(positions_a)
        positions_a, positions_b = positions_a[order], positions_b[order]
        common_a, common_b = a.at(positions_a), b.at(positions_b)
    agreeing = common_a.same_truth(common_b)
    common, contradicting = len(positions_a), int(len(positions_a) - np.count_nonzero(agreeing))
    if contradicting:
        positions_a, positions_b = positions_a[agreeing], positions_b[agreeing]
        common_a, common_b = a.at(positions_a), b.at(positions_b)
    everything = common == a.n == b.n
    if len(positions_a) < (1 if everything else fewest):
        return Pair(a, b, paired=False, common=common, contradicting=contradicting)
    return Pair(
        common_a,
        common_b,
        paired=True,
        common=common,
        contradicting=contradicting,
        positions_a=positions_a,
        positions_b=positions_b,
    )
