"""The common examples of two runs in lists by who met them better: all of them, or some that were chosen.

Classes are right or wrong; numbers and texts have a loss, and the smaller one is closer. Each example stands in one
list, and in ``ALL``.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from workbench.comparison.arrays import Array
from workbench.comparison.compared import Compared
from workbench.comparison.disagreements import Examples, choose_examples, losses_of
from workbench.comparison.evidence import ExampleOutcomes
from workbench.comparison.pairing import Pair, pair_up


class ListKind(StrEnum):
    """The lists, by their words."""

    ALL = "all"
    ONLY_B = "only B right"
    ONLY_A = "only A right"
    WRONG_APART = "both wrong, differently"
    WRONG_ALIKE = "both wrong, alike"
    BOTH_RIGHT = "both right"
    CLOSER_B = "B closer"
    CLOSER_A = "A closer"
    AS_CLOSE = "both as close"


OF_CLASSES = (
    ListKind.ALL,
    ListKind.ONLY_B,
    ListKind.ONLY_A,
    ListKind.WRONG_APART,
    ListKind.WRONG_ALIKE,
    ListKind.BOTH_RIGHT,
)
OF_LOSSES = (ListKind.ALL, ListKind.CLOSER_B, ListKind.CLOSER_A, ListKind.AS_CLOSE)


class ExampleLists:
    """The lists of one comparison; made and asked in a thread, since a million examples take a while."""

    def __init__(self, compared: Compared) -> None:
        self._compared = compared

    @cached_property
    def pair(self) -> Pair[Any] | None:
        """What both said of the same examples; None where they were not tested on the same."""
        compared = self._compared
        a, b = compared.a.outcomes, compared.b.outcomes
        if isinstance(a, ExampleOutcomes) or isinstance(b, ExampleOutcomes):
            found: Pair[Any] | None = compared.pair
        elif a is None or b is None or type(a) is not type(b) or not compared.comparison.comparable:
            return None
        else:
            found = pair_up(a, b, compared.options.common_examples)
        return found if found is not None and found.paired else None

    @property
    def kinds(self) -> tuple[ListKind, ...]:
        """The lists there are; none where the runs are not paired."""
        if self.pair is None:
            return ()
        return OF_CLASSES if isinstance(self.pair.a, ExampleOutcomes) else OF_LOSSES

    def counts(self, among: Examples | None = None) -> Mapping[ListKind, int]:
        """How many examples each list holds, of all or ``among`` some; nothing where the runs are not paired."""
        if self.pair is None:
            return {}
        places = self._places if among is None else self._places[among.order]
        sizes = np.bincount(places, minlength=len(self.kinds)).tolist()
        return {kind: sum(sizes) if kind is ListKind.ALL else sizes[at] for at, kind in enumerate(self.kinds)}

    def examples(self, kind: ListKind, among: Examples | None = None) -> Examples | None:
        """A list, those first on which the losses are furthest apart; None where the runs are not paired."""
        if self.pair is None:
            return None
        mask = np.ones(self.pair.a.n, dtype=bool)
        if among is not None:
            mask[:] = False
            mask[among.order] = True
        if kind is not ListKind.ALL:
            mask &= self._places == (self.kinds.index(kind) if kind in self.kinds else -1)
        return choose_examples(self.pair, self._compared.a, mask)

    @cached_property
    def _places(self) -> Array:
        """The place in ``kinds`` of each paired example's own list, (n,)."""
        assert self.pair is not None
        a, b = self.pair.a, self.pair.b
        if isinstance(a, ExampleOutcomes):
            right_a, right_b = a.predicted == a.truth, b.predicted == b.truth
            alike = a.predicted == b.predicted
            wrong = np.where(alike, OF_CLASSES.index(ListKind.WRONG_ALIKE), OF_CLASSES.index(ListKind.WRONG_APART))
            places = np.where(right_a, OF_CLASSES.index(ListKind.ONLY_A), wrong)
            places[right_b] = OF_CLASSES.index(ListKind.ONLY_B)
            places[right_a & right_b] = OF_CLASSES.index(ListKind.BOTH_RIGHT)
            return places
        loss_a, loss_b = losses_of(a), losses_of(b)
        assert loss_a is not None
        assert loss_b is not None
        closer = np.where(loss_b < loss_a, OF_LOSSES.index(ListKind.CLOSER_B), OF_LOSSES.index(ListKind.CLOSER_A))
        closer[loss_a == loss_b] = OF_LOSSES.index(ListKind.AS_CLOSE)
        return closer


def examples_of_class(compared: Compared, label: str) -> Examples | None:
    """The common examples of one true class; None where the runs are not paired, or know no such class."""
    pair = compared.pair
    if pair is None or not pair.paired or label not in pair.a.labels:
        return None
    return choose_examples(pair, compared.a, pair.a.truth == pair.a.labels.index(label))
