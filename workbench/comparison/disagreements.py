"""The way from a test to the examples that decide it: who was right where, with each run's answer and its loss.

The loss of a class is -ln of its probability, of a number the absolute error, of a text its bits per byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.evidence import Evidence, ExampleOutcomes, RunOutcomes, UnitOutcomes, ValueOutcomes
from workbench.comparison.options import Options
from workbench.comparison.outcomes import SomeOutcomesCo
from workbench.comparison.pairing import Pair, pair_up


class Kind(StrEnum):
    """The four ways in which two runs can meet an example."""

    BOTH_RIGHT = "both_right"
    ONLY_A = "only_a"
    ONLY_B = "only_b"
    BOTH_WRONG = "both_wrong"


class Order(StrEnum):
    """Which examples of a list come first."""

    GAP = "gap"
    """Those on which the two losses are furthest apart; of texts the bits of their codes."""
    A = "a"
    """Those of which A is surest; of numbers and texts those on which its loss is largest."""
    B = "b"
    GIVEN = "given"
    """As they stand in A's test part."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run said about an example: its class, how probable it and the truth were to it, and the loss."""

    predicted: str
    """A class or a number; '' of text."""
    confidence: float | None
    probability_of_truth: float | None
    loss: float | None


@dataclass(frozen=True, slots=True)
class Example:
    """One example as both runs met it. ``position`` is its place in A's test part; ``preview`` is inert text."""

    id: int
    position: int
    preview: str
    truth: str
    a: Answer
    b: Answer


@dataclass(frozen=True, eq=False)
class Examples:
    """Some common examples in an order. Read by index, lazily."""

    a: RunOutcomes
    b: RunOutcomes
    order: Array
    """Positions among the paired examples."""
    positions_a: Array
    source: RunOutcomes
    """A's whole test part, which holds the previews."""

    @property
    def has_losses(self) -> bool:
        """Whether it is known of both runs how far off they were."""
        return losses_of(self.a) is not None and losses_of(self.b) is not None

    def orders(self) -> tuple[Order, ...]:
        """How the examples can be sorted, by what is known of them."""
        known = {Order.GAP: self.has_losses, Order.A: _is_sortable(self.a), Order.B: _is_sortable(self.b)}
        return tuple(order for order in Order if known.get(order, True))

    def sorted_by(self, order: Order) -> "Examples":
        """The same examples in another order; in A's own where what it needs is not known."""
        given = np.sort(self.order)
        if order is Order.GIVEN or order not in self.orders():
            return replace(self, order=given)
        keys = (
            _gaps(self.a, self.b, given)
            if order is Order.GAP
            else _weights(self.a if order is Order.A else self.b, given)
        )
        return replace(self, order=given[np.argsort(-keys, kind="stable")])

    def matching(self, words: str) -> "Examples":
        """Those whose preview holds ``words``, upper and lower case alike; or whose id (in hex) begins with them."""
        wanted = words.casefold().strip()
        if not wanted:
            return self
        previews = self.source.previews
        kept = [
            place
            for place, (at, position) in enumerate(
                zip(self.order.tolist(), self.positions_a[self.order].tolist(), strict=True)
            )
            if (previews and wanted in previews[position].casefold())
            or f"{int(self.a.ids[at]):016x}".startswith(wanted)
        ]
        return replace(self, order=self.order[np.array(kept, dtype=np.int64)])

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> Example:
        at = int(self.order[index])
        position = int(self.positions_a[at])
        return Example(
            id=int(self.a.ids[at]),
            position=position,
            preview=self.source.previews[position] if self.source.packed_previews else "",
            truth=_truth(self.a, at),
            a=_answer(self.a, at),
            b=_answer(self.b, at),
        )

    def __iter__(self) -> Iterator[Example]:
        return (self[index] for index in range(len(self)))


def disagreeing_examples(a: Evidence, b: Evidence, kind: Kind | str, options: Options | None = None) -> Examples | None:
    """The common examples of one kind; None where the runs are not paired."""
    pair = pair_of(a, b, options or Options())
    if pair is None or not pair.paired:
        return None
    kind = Kind(kind)
    right_a, right_b = pair.a.predicted == pair.a.truth, pair.b.predicted == pair.b.truth
    wanted_a, wanted_b = kind in (Kind.BOTH_RIGHT, Kind.ONLY_A), kind in (Kind.BOTH_RIGHT, Kind.ONLY_B)
    return choose_examples(pair, a, (right_a == wanted_a) & (right_b == wanted_b))


def pair_of(a: Evidence, b: Evidence, options: Options) -> Pair[ExampleOutcomes] | None:
    """What two classifiers said, side by side; None where one of the runs has no such outcomes, or other classes."""
    if a.examples is None or b.examples is None or set(a.examples.labels) != set(b.examples.labels):
        return None
    return pair_up(a.examples, b.examples, options.common_examples)


def choose_examples(pair: Pair[SomeOutcomesCo], a: Evidence, mask: Array) -> Examples:
    """The paired examples where ``mask`` is true, those first on which the two losses are furthest apart."""
    assert a.outcomes is not None
    assert pair.positions_a is not None
    found = Examples(pair.a, pair.b, np.flatnonzero(mask), pair.positions_a, a.outcomes)
    return found.sorted_by(Order.GAP)


def losses_of(outcomes: RunOutcomes) -> Array | None:
    """How far off a run was on each of its n examples, (n,); None where its answers came without probabilities."""
    match outcomes:
        case ValueOutcomes():
            errors: Floats = np.abs(outcomes.predicted - outcomes.truth)
            return errors
        case UnitOutcomes():
            per_byte: Floats = outcomes.bits / np.maximum(outcomes.bytes, 1)
            return per_byte
        case ExampleOutcomes():
            return outcomes.loss
    return None


def _gaps(a: RunOutcomes, b: RunOutcomes, chosen: Array) -> Floats:
    if isinstance(a, UnitOutcomes) and isinstance(b, UnitOutcomes):
        bits: Floats = np.abs(b.bits[chosen] - a.bits[chosen])  # what a unit adds to the difference of the whole
        return bits
    loss_a, loss_b = losses_of(a), losses_of(b)
    assert loss_a is not None
    assert loss_b is not None
    return np.abs(loss_b[chosen].astype(np.float64) - loss_a[chosen])


def _is_sortable(outcomes: RunOutcomes) -> bool:
    return not isinstance(outcomes, ExampleOutcomes) or outcomes.probabilities is not None


def _weights(outcomes: RunOutcomes, chosen: Array) -> Floats:
    """How sure a classifier is of its own answers to the chosen examples; else how large its losses are."""
    if not isinstance(outcomes, ExampleOutcomes):
        losses = losses_of(outcomes)
        assert losses is not None
        return losses[chosen].astype(np.float64)
    assert outcomes.probabilities is not None
    probabilities, predicted = outcomes.probabilities[chosen], outcomes.predicted[chosen]
    if probabilities.ndim == 1:
        return np.where(predicted == 1, probabilities, 1 - probabilities).astype(np.float64)
    return probabilities[np.arange(len(chosen)), predicted].astype(np.float64)


def _truth(outcomes: RunOutcomes, at: int) -> str:
    match outcomes:
        case ExampleOutcomes():
            return outcomes.labels[int(outcomes.truth[at])]
        case ValueOutcomes():
            return _number(outcomes.truth[at])
    return ""


def _answer(outcomes: RunOutcomes, at: int) -> Answer:
    if isinstance(outcomes, ExampleOutcomes):
        predicted = int(outcomes.predicted[at])
        return Answer(
            predicted=outcomes.labels[predicted],
            confidence=_probability(outcomes, at, predicted),
            probability_of_truth=_probability(outcomes, at, int(outcomes.truth[at])),
            loss=None if outcomes.loss is None else float(outcomes.loss[at]),
        )
    one = outcomes.at(np.array([at]))
    losses = losses_of(one)
    said = _number(one.predicted[0]) if isinstance(one, ValueOutcomes) else ""
    return Answer(said, None, None, None if losses is None else float(losses[0]))


def _number(value: float) -> str:
    return f"{float(value):.6g}"


def _probability(outcomes: ExampleOutcomes, at: int, number: int) -> float | None:
    if outcomes.probabilities is None:
        return None
    if outcomes.probabilities.ndim == 1:
        second = float(outcomes.probabilities[at])
        return second if number == 1 else 1 - second
    return float(outcomes.probabilities[at, number])
