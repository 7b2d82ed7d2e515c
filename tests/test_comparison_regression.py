"""Two regressions side by side: each figure against scipy, scikit-learn or a computation by its definition."""

import json
import math

import numpy as np
import pytest
import scipy.stats
from comparison_fixtures import make_run
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score

from workbench.comparison import Evidence, Options, ValueOutcomes, Verdict, compare
from workbench.comparison.pairing import pair_up
from workbench.comparison.regression import value_contrasts
from workbench.evaluation.value_scores import value_figures

MIRROR = {Verdict.A: Verdict.B, Verdict.B: Verdict.A}


def drawn(n: int = 200, sizes: tuple[float, float] = (3.0, 2.0), seed: int = 0) -> tuple[ValueOutcomes, ValueOutcomes]:
    """Two regressions with errors of these sizes on the same n examples."""
    random = np.random.default_rng(seed)
    truth = random.normal(50, 10, n)
    ids = np.arange(n, dtype=np.uint64)
    first, second = (ValueOutcomes(ids=ids, truth=truth, predicted=truth + random.normal(0, size, n)) for size in sizes)
    return first, second


def evidence(outcomes: ValueOutcomes, number: int) -> Evidence:
    figures = {figure.name: figure.value for figure in value_figures(outcomes.truth, outcomes.predicted)}
    return Evidence(make_run(id=number, name=f"run-{number}", task="regression", metrics=figures), outcomes)


def test_errors_are_compared_by_students_paired_test() -> None:
    a, b = drawn()
    contrasts = value_contrasts(pair_up(a, b, fewest=1))
    squares = [np.square(side.predicted - side.truth) for side in (a, b)]
    sizes = [np.abs(side.predicted - side.truth) for side in (a, b)]
    for name, (first, second) in (("mse", squares), ("mae", sizes)):
        expected = scipy.stats.ttest_rel(second, first)
        low, high = expected.confidence_interval()
        assert contrasts[name].p_value == pytest.approx(expected.pvalue)
        assert contrasts[name].interval == (pytest.approx(low), pytest.approx(high))
    assert contrasts["mae"].note == f"of 200 examples A is closer on {(sizes[0] < sizes[1]).sum()}, B on " + str(
        (sizes[1] < sizes[0]).sum()
    )


def test_errors_on_different_examples_are_compared_by_welchs_test() -> None:
    a, b = drawn(n=80)[0], drawn(n=50, seed=1)[1]
    pair = pair_up(a, b.at(np.arange(50)), fewest=1_000)
    assert not pair.paired
    contrasts = value_contrasts(pair)
    first, second = (np.square(side.predicted - side.truth) for side in (pair.a, pair.b))
    expected = scipy.stats.ttest_ind(second, first, equal_var=False)
    assert contrasts["mse"].p_value == pytest.approx(expected.pvalue)
    assert {name: contrast.test for name, contrast in contrasts.items()} == {
        **dict.fromkeys(("mse", "mae", "rmse"), "welch-t"),
        "r2": "welch-jackknife",
    }


def test_r_squared_has_the_jackknifes_interval_and_the_test_of_the_squared_errors() -> None:
    a, b = drawn(n=40)
    contrasts = value_contrasts(pair_up(a, b, fewest=1))

    def delta(*dropped: int) -> float:
        truth = np.delete(a.truth, dropped)
        return float(
            r2_score(truth, np.delete(b.predicted, dropped)) - r2_score(truth, np.delete(a.predicted, dropped))
        )

    without = np.array([delta(row) for row in range(40)])
    error = math.sqrt(39 / 40 * np.square(without - without.mean()).sum())
    assert contrasts["r2"].delta == pytest.approx(delta())
    assert contrasts["r2"].standard_error == pytest.approx(error)
    assert contrasts["r2"].p_value == contrasts["mse"].p_value


def test_the_root_has_the_error_of_a_bootstrap_and_the_test_of_the_squared_errors() -> None:
    a, b = drawn(n=2_000)
    contrasts = value_contrasts(pair_up(a, b, fewest=1))
    random, draws = np.random.default_rng(1), []
    for _ in range(400):
        rows = random.integers(0, 2_000, 2_000)
        first, second = (math.sqrt(np.square((side.predicted - side.truth)[rows]).mean()) for side in (a, b))
        draws.append(second - first)
    assert contrasts["rmse"].standard_error == pytest.approx(np.std(draws), rel=0.1)
    assert contrasts["rmse"].p_value == contrasts["mse"].p_value


def test_the_better_regression_is_better_in_every_figure_and_the_summary_says_so() -> None:
    a, b = drawn()
    comparison = compare(evidence(a, 1), evidence(b, 2))
    assert {row.metric: row.verdict.value for row in comparison.rows} == dict.fromkeys(
        ("rmse", "mae", "mse", "r2"), "b"
    )
    assert "B is better than A in RMSE on the same 200 test examples" in comparison.summary
    assert (comparison.disagreements, comparison.classes) == (None, ())
    json.dumps(comparison.to_json(), allow_nan=False)


def test_holms_correction_is_over_both_kinds_of_error_and_goes_on_to_what_follows() -> None:
    a, b = drawn(n=60, sizes=(3.0, 2.9))
    rows = {row.metric: row for row in compare(evidence(a, 1), evidence(b, 2)).rows}
    least, most = sorted(rows[name].p_value or 0.0 for name in ("mse", "mae"))
    assert {rows[name].p_adjusted for name in ("mse", "mae")} == {min(1.0, 2 * least), max(most, min(1.0, 2 * least))}
    assert rows["rmse"].p_adjusted == rows["r2"].p_adjusted == rows["mse"].p_adjusted


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 40), sizes=st.tuples(st.floats(0, 5), st.floats(0, 5)), seed=st.integers(0, 99))
def test_exchanging_regressions_mirrors_the_comparison(n: int, sizes: tuple[float, float], seed: int) -> None:
    a, b = (evidence(outcomes, number) for number, outcomes in enumerate(drawn(n, sizes, seed), start=1))
    there, back = compare(a, b), compare(b, a)
    for row in there.rows:
        other = back.row(row.metric)
        assert other is not None
        assert other.verdict is MIRROR.get(row.verdict, row.verdict)
        assert other.delta == pytest.approx(None if row.delta is None else -row.delta)
        assert (other.p_value, other.examples_needed) == (pytest.approx(row.p_value), row.examples_needed)
    json.dumps(there.to_json(), allow_nan=False)


def test_a_regression_and_its_copy_are_never_told_apart() -> None:
    for sizes in ((3.0, 3.0), (0.0, 0.0)):
        run = evidence(drawn(sizes=sizes)[0], 1)
        for row in compare(run, run, options=Options(margins={"rmse": 0.1})).rows:
            assert (row.delta, row.p_value, row.delta_low, row.delta_high) == (0, 1.0, 0.0, 0.0)
            assert row.verdict is Verdict.UNRESOLVED


def test_figures_of_predictions_that_are_no_numbers_are_not_compared() -> None:
    a, b = drawn()
    b.predicted[3] = math.inf
    comparison = compare(evidence(a, 1), evidence(b, 2))
    assert {row.verdict for row in comparison.rows} == {Verdict.NOT_COMPARABLE}
    json.dumps(comparison.to_json(), allow_nan=False)
