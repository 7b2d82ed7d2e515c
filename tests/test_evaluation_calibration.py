"""The calibration error against its definition, and what its correction for chance is for."""

import math

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, draw_truth, make_outcomes

from workbench.comparison.calibration import calibration_contrast
from workbench.comparison.pairing import pair_up
from workbench.evaluation.calibration import calibrate


def test_the_error_is_that_of_equal_bins_less_what_chance_makes_of_it() -> None:
    random = np.random.default_rng(0)
    confidence = random.uniform(0.3, 1, 600)
    right = random.uniform(size=600) < confidence**2
    order = np.argsort(confidence)
    square = 0.0
    for rows in np.array_split(order, 15):
        gaps = confidence[rows] - right[rows]
        square += len(rows) / 600 * (gaps.mean() ** 2 - gaps.var(ddof=1) / len(rows))
    found = calibrate(confidence, right)
    assert found is not None
    assert found.squared == pytest.approx(square)
    assert found.error == pytest.approx(math.sqrt(square))


def test_of_a_calibrated_model_the_square_is_zero_on_average_where_plain_bins_see_an_error() -> None:
    random, squares, plain = np.random.default_rng(1), [], []
    for _ in range(400):
        confidence = random.uniform(0.5, 1, 300)
        found = calibrate(confidence, random.uniform(size=300) < confidence)
        assert found is not None
        squares.append(found.squared)
        plain.append(float(found.counts @ np.square(found.mean_gaps)) / 300)
    assert abs(np.mean(squares)) < 3 * np.std(squares) / 20
    assert np.mean(plain) > 0.005


def test_neither_the_order_of_examples_nor_ties_change_it() -> None:
    random = np.random.default_rng(2)
    confidence, right = random.uniform(0.5, 1, 500).round(1), random.uniform(size=500) < 0.8
    order = random.permutation(500)
    found, again = calibrate(confidence, right), calibrate(confidence[order], right[order])
    assert found is not None
    assert again is not None
    assert again.squared == pytest.approx(found.squared)
    alike = calibrate(np.full(40, 0.7), np.arange(40) < 28)
    assert alike is not None
    assert (alike.counts.tolist(), alike.error) == ([40.0], 0.0)


def test_a_few_answers_say_nothing_of_calibration() -> None:
    assert calibrate(np.full(19, 0.9), np.ones(19, dtype=bool)) is None


def test_two_runs_have_intervals_and_no_test() -> None:
    truth = draw_truth(800, 3, 0)
    first, second = draw_probabilities(truth, 3, 1.0, 1), draw_probabilities(truth, 3, 2.0, 2)
    contrast = calibration_contrast(pair_up(make_outcomes(truth, first), make_outcomes(truth, second), fewest=1))
    assert contrast is not None
    assert (contrast.test, contrast.p_value) == (None, None)
    assert contrast.delta is not None
    assert contrast.interval is not None
    assert contrast.interval[0] < contrast.delta < contrast.interval[1]
    for estimate in (contrast.a, contrast.b):
        assert estimate.value is not None
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low <= estimate.value <= estimate.high
