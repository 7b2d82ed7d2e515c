"""The common examples of two runs in lists by who met them better: they part the examples, in every task."""

from collections.abc import Sequence

import numpy as np
import pytest

from workbench.comparison import Evidence, ExampleOutcomes, Options, RunOutcomes, UnitOutcomes, ValueOutcomes, compare
from workbench.comparison.compared import Compared
from workbench.comparison.disagreements import Order
from workbench.comparison.example_lists import ExampleLists, ListKind, examples_of_class

LABELS = ("cat", "dog", "owl")
TRUTH = (0, 0, 1, 1, 2, 2, 2)
SAID_A = (0, 0, 1, 0, 0, 1, 2)
SAID_B = (0, 1, 1, 1, 0, 0, 0)
"""Both right, only A, both right, only B, both wrong alike, both wrong differently, only A."""
IDS = np.array([0xA0, 0xA1, 0xB0, 0xB1, 0xC0, 0xC1, 0xC2], dtype=np.uint64)


def classes(said: Sequence[int], sure: Sequence[float] | None = None) -> ExampleOutcomes:
    truth, predicted = np.array(TRUTH), np.array(said)
    probabilities = loss = None
    if sure is not None:
        probabilities = np.full((len(said), 3), 0.0)
        probabilities[np.arange(len(said)), predicted] = sure
        loss = -np.log(np.clip(probabilities[np.arange(len(said)), truth], 1e-7, 1))
    return ExampleOutcomes(
        ids=IDS, labels=LABELS, truth=truth, predicted=predicted, probabilities=probabilities, loss=loss
    )


def compared(a: RunOutcomes, b: RunOutcomes, task: str = "classification") -> Compared:
    sides = [Evidence({"id": n, "task": task, "status": "done"}, outcomes) for n, outcomes in ((1, a), (2, b))]
    return Compared(compare(*sides), *sides, Options())


def positions(lists: ExampleLists, kind: ListKind) -> list[int]:
    found = lists.examples(kind)
    assert found is not None
    return sorted(example.position for example in found)


def test_classes_are_right_or_wrong_and_two_wrong_answers_alike_or_not() -> None:
    lists = ExampleLists(compared(classes(SAID_A), classes(SAID_B)))
    assert positions(lists, ListKind.BOTH_RIGHT) == [0, 2]
    assert positions(lists, ListKind.ONLY_A) == [1, 6]
    assert positions(lists, ListKind.ONLY_B) == [3]
    assert positions(lists, ListKind.WRONG_ALIKE) == [4]
    assert positions(lists, ListKind.WRONG_APART) == [5]
    assert lists.counts() == {kind: len(positions(lists, kind)) for kind in lists.kinds}
    assert lists.counts()[ListKind.ALL] == len(TRUTH)


def test_lists_can_be_made_among_the_examples_of_a_class() -> None:
    pair = compared(classes(SAID_A), classes(SAID_B))
    lists, owls = ExampleLists(pair), examples_of_class(pair, "owl")
    assert owls is not None
    assert sorted(example.position for example in owls) == [4, 5, 6]
    assert lists.counts(owls)[ListKind.ALL] == 3
    only_a = lists.examples(ListKind.ONLY_A, owls)
    assert only_a is not None
    assert [example.position for example in only_a] == [6]
    assert examples_of_class(pair, "emu") is None


def test_examples_are_sorted_by_the_gap_of_losses_or_by_how_sure_a_run_is() -> None:
    sure_a, sure_b = (0.5, 0.9, 0.6, 0.8, 0.7, 0.4, 0.95), (0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.4)
    every = ExampleLists(compared(classes(SAID_A, sure_a), classes(SAID_B, sure_b))).examples(ListKind.ALL)
    assert every is not None
    assert every.orders() == tuple(Order)
    gaps = [abs((item.a.loss or 0) - (item.b.loss or 0)) for item in every]
    assert gaps == sorted(gaps, reverse=True)
    assert [item.a.confidence for item in every.sorted_by(Order.A)] == sorted(sure_a, reverse=True)
    assert [item.b.confidence for item in every.sorted_by(Order.B)] == sorted(sure_b, reverse=True)
    assert [item.position for item in every.sorted_by(Order.GIVEN)] == list(range(7))


def test_without_probabilities_examples_stand_in_the_order_of_the_test_part() -> None:
    every = ExampleLists(compared(classes(SAID_A), classes(SAID_B))).examples(ListKind.ALL)
    assert every is not None
    assert every.orders() == (Order.GIVEN,)
    assert [item.position for item in every.sorted_by(Order.GAP)] == list(range(7))


def test_the_search_takes_the_beginning_of_an_id_as_it_is_shown() -> None:
    every = ExampleLists(compared(classes(SAID_A), classes(SAID_B))).examples(ListKind.ALL)
    assert every is not None
    assert [item.position for item in every.matching("00000000000000c1")] == [5]


@pytest.mark.parametrize("task", ["regression", "language-modelling"])
def test_of_numbers_and_texts_the_smaller_loss_is_closer(task: str) -> None:
    ids = np.arange(40, dtype=np.uint64)
    a, b = np.arange(40, dtype=np.float64), np.full(40, 10.0)
    if task == "regression":
        truth = np.zeros(40)
        sides: tuple[RunOutcomes, RunOutcomes] = (
            ValueOutcomes(ids=ids, truth=truth, predicted=a),
            ValueOutcomes(ids=ids, truth=truth, predicted=-b),
        )
    else:
        size = np.full(40, 100)
        sides = (
            UnitOutcomes(ids=ids, bits=a * 100, bytes=size, tokens=size),
            UnitOutcomes(ids=ids, bits=b * 100, bytes=size, tokens=size),
        )
    lists = ExampleLists(compared(*sides, task))
    assert positions(lists, ListKind.CLOSER_A) == list(range(10))
    assert positions(lists, ListKind.AS_CLOSE) == [10]
    assert positions(lists, ListKind.CLOSER_B) == list(range(11, 40))
    every = lists.examples(ListKind.ALL)
    assert every is not None
    assert (every[0].position, every[0].a.loss, every[0].b.loss) == (39, 39.0, 10.0)
    assert every.sorted_by(Order.A)[0].a.loss == 39.0


def test_of_runs_that_met_other_examples_there_are_no_lists() -> None:
    other = ExampleOutcomes(ids=IDS + np.uint64(1000), labels=LABELS, truth=np.array(TRUTH), predicted=np.array(SAID_A))
    lists = ExampleLists(compared(classes(SAID_A), other))
    assert lists.kinds == ()
    assert lists.counts() == {}
    assert lists.examples(ListKind.ALL) is None
