"""Scores of numbers against scikit-learn's, scores of text against counts done by hand, and both as outcomes."""

import math

import numpy as np
import pytest
from sklearn import metrics

from store.records import Figure
from workbench.evaluation.columns import unpack
from workbench.evaluation.outcomes import make_unit_outcomes, make_value_outcomes
from workbench.evaluation.text_scores import text_figures
from workbench.evaluation.value_scores import value_figures


def values_of(figures: tuple[Figure, ...]) -> dict[str, float | None]:
    return {figure.name: figure.value for figure in figures}


def test_scores_of_numbers_are_scikit_learns() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(20, 5, 300)
    predicted = truth + random.normal(0.3, 2, 300)
    assert values_of(value_figures(truth, predicted)) == pytest.approx(
        {
            "rmse": metrics.root_mean_squared_error(truth, predicted),
            "mae": metrics.mean_absolute_error(truth, predicted),
            "mse": metrics.mean_squared_error(truth, predicted),
            "r2": metrics.r2_score(truth, predicted),
        }
    )
    assert set(values_of(value_figures(truth, predicted, "val"))) == {"val_rmse", "val_mae", "val_mse", "val_r2"}


@pytest.mark.parametrize(
    ("truth", "predicted", "unknown", "note"),
    [
        ([], [], {"rmse", "mae", "mse", "r2"}, "no examples"),
        ([2.0, 2.0], [2.0, 3.0], {"r2"}, "does not vary"),
        ([1.0, 2.0], [1.0, math.inf], {"rmse", "mae", "mse", "r2"}, "1 of 2 predictions"),
    ],
)
def test_a_score_of_numbers_that_is_not_defined_says_why(
    truth: list[float], predicted: list[float], unknown: set[str], note: str
) -> None:
    figures = value_figures(np.array(truth), np.array(predicted))
    assert {figure.name for figure in figures if figure.value is None} == unknown
    assert all(note in (figure.note or "") for figure in figures if figure.value is None)


def test_scores_of_text_count_bytes_and_tokens_over_all_units() -> None:
    bits, n_bytes, tokens, right = np.array([80.0, 40.0]), np.array([100, 20]), np.array([20, 10]), np.array([9, 3])
    assert values_of(text_figures(bits, n_bytes, tokens, right)) == pytest.approx(
        {"bits_per_byte": 1.0, "perplexity": 2.0**4, "next_token_accuracy": 0.4}
    )


def test_a_score_of_text_that_is_not_defined_says_why() -> None:
    one = np.array([1])
    for bits, tokens, unknown in (
        (np.array([math.nan]), one, {"bits_per_byte", "perplexity", "next_token_accuracy"}),
        (np.array([5000.0]), one, {"perplexity", "next_token_accuracy"}),
        (np.array([0.0]), one * 0, {"perplexity", "next_token_accuracy"}),
    ):
        figures = text_figures(bits, one, tokens)
        assert {figure.name for figure in figures if figure.value is None} == unknown
        assert all(figure.note for figure in figures if figure.value is None)


def test_outcomes_of_numbers_and_of_text_hold_the_published_columns() -> None:
    of_values = make_value_outcomes("key", np.array([1.0, 2.0]), np.array([1.5, 1.0]))
    assert (of_values.labels, of_values.n, sorted(of_values.columns)) == ((), 2, ["predicted", "truth"])
    assert unpack(of_values.columns["predicted"]).tolist() == [1.5, 1.0]
    of_units = make_unit_outcomes("key", np.array([8.5]), np.array([9]), np.array([3]), np.array([2]))
    columns = {name: unpack(column) for name, column in of_units.columns.items()}
    assert {name: (str(column.dtype), column.tolist()) for name, column in columns.items()} == {
        "bits": ("float64", [8.5]),
        "bytes": ("uint32", [9]),
        "tokens": ("uint32", [3]),
        "right": ("uint32", [2]),
    }
    assert "right" not in make_unit_outcomes("key", np.array([8.5]), np.array([9]), np.array([3])).columns
