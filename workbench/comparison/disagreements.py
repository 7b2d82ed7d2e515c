"""The way from a test to the examples that decide it: who was right where, with each run's answer and its loss."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from workbench.comparison.arrays import Array
from workbench.comparison.evidence import Evidence, ExampleOutcomes
from workbench.comparison.pairing import Pair, pair_up
from workbench.comparison.result import Options


class Kind(StrEnum):
    """The four ways in which two runs can meet an example."""

    BOTH_RIGHT = "both_right"
    ONLY_A = "only_a"
    ONLY_B = "only_b"
    BOTH_WRONG = "both_wrong"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run said about an example: its class, how probable it and the truth were to it, and the loss."""

    predicted: str
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
    """Some common examples, those first on which the two losses are furthest apart. Read by index, lazily."""

    a: ExampleOutcomes
    b: ExampleOutcomes
    order: Array
    """Positions among the paired examples."""
    positions_a: Array
    source: ExampleOutcomes
    """A's whole test part, which holds the previews."""

    def matching(self, words: str) -> "Examples":
        """Those whose preview holds ``words``, upper and lower case alike; or whose id begins with them."""
        wanted = words.casefold().strip()
        if not wanted:
            return self
        previews = self.source.previews
        kept = [
            place
            for place, (at, position) in enumerate(
                zip(self.order.tolist(), self.positions_a[self.order].tolist(), strict=True)
            )
            if (previews and wanted in previews[position].casefold()) or str(int(self.a.ids[at])).startswith(wanted)
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
            truth=self.a.labels[int(self.a.truth[at])],
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


def choose_examples(pair: Pair[ExampleOutcomes], a: Evidence, mask: Array) -> Examples:
    """The paired examples where ``mask`` is true, those first on which the two losses are furthest apart."""
    assert a.examples is not None
    assert pair.positions_a is not None
    chosen = np.flatnonzero(mask)
    if pair.a.loss is not None and pair.b.loss is not None:
        gap = np.abs(pair.b.loss[chosen].astype(np.float64) - pair.a.loss[chosen])
        chosen = chosen[np.argsort(-gap, kind="stable")]
    return Examples(pair.a, pair.b, chosen, pair.positions_a, a.examples)


def _answer(outcomes: ExampleOutcomes, at: int) -> Answer:
    predicted = int(outcomes.predicted[at])
    return Answer(
        predicted=outcomes.labels[predicted],
        confidence=_probability(outcomes, at, predicted),
        probability_of_truth=_probability(outcomes, at, int(outcomes.truth[at])),
        loss=None if outcomes.loss is None else float(outcomes.loss[at]),
    )


def _probability(outcomes: ExampleOutcomes, at: int, number: int) -> float | None:
    if outcomes.probabilities is None:
        return None
    if outcomes.probabilities.ndim == 1:
        second = float(outcomes.probabilities[at])
        return second if number == 1 else 1 - second
    return float(outcomes.probabilities[at, number])
