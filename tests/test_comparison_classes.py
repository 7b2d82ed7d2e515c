"""The rows of single classes: against scikit-learn, and against the jackknife by its definition."""

import json
import math

import numpy as np
import pytest
import scipy.stats
from comparison_fixtures import draw_probabilities, draw_truth, make_outcomes
from sklearn.metrics import precision_recall_fscore_support

from workbench.comparison import ExampleOutcomes
from workbench.comparison.classes import class_rows
from workbench.comparison.options import Options
from workbench.comparison.pairing import Pair, pair_up
from workbench.comparison.proportions import mcnemar_exact, tango, wilson
from workbench.comparison.result import ClassRows, Verdict
from workbench.comparison.verdicts import holm

NAMES = ("precision", "recall", "f1")


def drawn(n: int = 150, classes: int = 4, skill: float = 1.6) -> Pair[ExampleOutcomes]:
    truth = draw_truth(n, classes, 0)
    first, second = draw_probabilities(truth, classes, 1.2, 1), draw_probabilities(truth, classes, skill, 2)
    return pair_up(make_outcomes(truth, first), make_outcomes(truth, second), fewest=1)


def values(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Precision, recall and F1 by class, shape (3, classes)."""
    found = precision_recall_fscore_support(truth, predicted, labels=np.arange(classes), zero_division=0.0)
    return np.array(found[:3])


def test_values_are_scikit_learns() -> None:
    pair = drawn()
    of_a, of_b = (values(side.truth, side.predicted, 4) for side in (pair.a, pair.b))
    for number, rows in enumerate(class_rows(pair, Options())):
        assert (rows.label, rows.support_a) == (f"c{number}", int(np.count_nonzero(pair.a.truth == number)))
        assert [row.a.value for row in rows.rows] == pytest.approx(of_a[:, number])
        assert [row.b.value for row in rows.rows] == pytest.approx(of_b[:, number])
        assert [row.metric for row in rows.rows] == list(NAMES)


def test_recall_is_compared_as_the_share_of_the_classs_examples_that_are_right() -> None:
    pair = drawn()
    of = pair.a.truth == 2
    right_a, right_b = (side.predicted[of] == 2 for side in (pair.a, pair.b))
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    row = class_rows(pair, Options())[2].recall
    assert row.p_value == mcnemar_exact(only_a, only_b)
    assert (row.delta_low, row.delta_high) == tango(only_a, only_b, int(of.sum()))
    assert (row.a.low, row.a.high) == wilson(int(right_a.sum()), int(of.sum()))


@pytest.mark.parametrize("name", ["precision", "f1"])
def test_precision_and_f1_have_the_error_of_the_jackknife(name: str) -> None:
    pair, n, place = drawn(60), 60, NAMES.index(name)
    t, a, b = pair.a.truth, pair.a.predicted, pair.b.predicted
    without = np.array(
        [
            values(np.delete(t, row), np.delete(b, row), 4)[place]
            - values(np.delete(t, row), np.delete(a, row), 4)[place]
            for row in range(n)
        ]
    )
    error = np.sqrt((n - 1) / n * np.square(without - without.mean(axis=0)).sum(axis=0))
    for number, rows in enumerate(class_rows(pair, Options())):
        row = rows.rows[place]
        touching = int(np.count_nonzero((t == number) | (a == number) | (b == number)))
        differing = int(np.count_nonzero((a != b) & ((t == number) | (a == number) | (b == number))))
        assert row.n == touching
        assert row.delta_high is not None
        assert row.delta is not None
        assert row.delta_high - row.delta == pytest.approx(scipy.stats.t.ppf(0.975, differing - 1) * error[number])


def test_all_rows_together_are_one_list_for_holms_correction() -> None:
    rows = [row for of_class in class_rows(drawn(), Options()) for row in of_class.rows]
    expected = holm({number: row.p_value for number, row in enumerate(rows) if row.p_value is not None})
    assert [row.p_adjusted for row in rows] == list(dict(sorted(expected.items())).values())


def test_a_class_that_is_never_predicted_or_never_occurs_says_so() -> None:
    truth = np.array([0, 0, 1, 1, 1, 0])
    eye = np.eye(4)
    pair = pair_up(
        make_outcomes(truth, eye[[0, 0, 0, 0, 0, 0]]), make_outcomes(truth, eye[[0, 1, 1, 1, 2, 0]]), fewest=1
    )
    rows = class_rows(pair, Options())
    assert rows[1].precision.reason == "A takes nothing for this class"
    assert (rows[1].f1.a.value, rows[1].recall.a.value) == (0.0, 0.0)
    assert rows[2].recall.reason == "no test example is of this class"
    assert rows[3].f1.reason == "no test example is of this class or was taken for it"
    assert {row.verdict for row in rows[3].rows} == {Verdict.NOT_COMPARABLE}
    json.dumps([of_class.to_json() for of_class in rows], allow_nan=False)


def test_few_examples_prove_no_more_than_their_signs() -> None:
    """Five disagreements that all speak for B: t is large, but chance does so once in 16."""
    truth = np.array([0] * 10 + [1] * 10)
    wrong = truth.copy()
    wrong[:5] = 1
    pair = pair_up(make_outcomes(truth, np.eye(2)[wrong]), make_outcomes(truth, np.eye(2)[truth]), fewest=1)
    for rows in class_rows(pair, Options()):
        for row in rows.rows:
            assert row.p_value is not None
            assert row.p_value >= 2 / 2**5


def test_unpaired_rows_add_the_variances_of_both() -> None:
    pair = drawn(400)
    apart = Pair(pair.a, pair.b, paired=False, common=0)
    for together, alone in zip(class_rows(pair, Options()), class_rows(apart, Options()), strict=True):
        assert [row.test for row in alone.rows] == ["welch-jackknife", "fisher-exact", "welch-jackknife"]
        assert [row.delta for row in alone.rows] == pytest.approx([row.delta for row in together.rows])
        assert _width(alone) > _width(together) * 0.9


def _width(rows: ClassRows) -> float:
    return math.fsum((row.delta_high or 0.0) - (row.delta_low or 0.0) for row in rows.rows)
