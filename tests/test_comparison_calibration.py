"""Small simulations with fixed seeds: models that are equally good are told apart no more often than stated.

Each draws many pairs of runs. A test at 5 % may err in one of twenty; the bounds leave three standard errors of the
simulation above that. ``tests/bench/bench_statistics.py`` draws enough of them for a table.
"""

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, make_outcomes

from workbench.comparison import Options, ValueOutcomes, Verdict
from workbench.comparison.classes import class_rows
from workbench.comparison.distributions import z_of
from workbench.comparison.pairing import pair_up
from workbench.comparison.proportions import tango
from workbench.comparison.quality import quality_contrasts
from workbench.comparison.regression import value_contrasts
from workbench.comparison.verdicts import judge

PAIRS = 150
FAMILY = ("accuracy", "macro_f1", "log_loss", "roc_auc")
MOST_ERRORS = 0.05 + 3 * (0.05 * 0.95 / PAIRS) ** 0.5


def _compare(seed: int, skill_a: float, skill_b: float, classes: int, n: int = 150) -> dict[str, tuple[float, Verdict]]:
    truth = np.random.default_rng(seed).integers(0, classes, size=n)
    sides = (
        make_outcomes(truth, draw_probabilities(truth, classes, skill, 10_000 * side + seed))
        for side, skill in ((1, skill_a), (2, skill_b))
    )
    rows = judge(quality_contrasts(pair_up(*sides, fewest=1)), Options())
    return {row.metric: (1.0 if row.p_value is None else row.p_value, row.verdict) for row in rows}


@pytest.mark.parametrize(("classes", "n"), [(2, 150), (3, 30), (10, 100)])
def test_equally_good_models_are_seldom_told_apart(classes: int, n: int) -> None:
    results = [_compare(seed, 1.0, 1.0, classes, n) for seed in range(PAIRS)]
    for metric in ("accuracy", "macro_f1", "macro_precision", "balanced_accuracy", "log_loss", "brier", "roc_auc"):
        errors = np.mean([result[metric][0] <= 0.05 for result in results])
        assert errors <= MOST_ERRORS, metric


def test_the_correction_holds_for_the_list_of_classes_as_a_whole() -> None:
    errors = []
    for seed in range(PAIRS):
        truth = np.random.default_rng(seed).integers(0, 4, size=100)
        sides = (make_outcomes(truth, draw_probabilities(truth, 4, 1.0, 10_000 * side + seed)) for side in (1, 2))
        rows = [row for of_class in class_rows(pair_up(*sides, fewest=1), Options()) for row in of_class.rows]
        errors.append(any(row.verdict in (Verdict.A, Verdict.B) for row in rows))
    assert np.mean(errors) <= MOST_ERRORS


def test_equally_good_regressions_are_seldom_told_apart() -> None:
    """With errors that are far from normal, on few examples."""
    errors = []
    for seed in range(PAIRS):
        random = np.random.default_rng(seed)
        truth, ids = random.normal(size=40), np.arange(40, dtype=np.uint64)
        sides = (ValueOutcomes(ids=ids, truth=truth, predicted=truth + random.standard_t(3, size=40)) for _ in "ab")
        rows = judge(value_contrasts(pair_up(*sides, fewest=1)), Options())
        errors.append(any(row.verdict in (Verdict.A, Verdict.B) for row in rows))
    assert np.mean(errors) <= MOST_ERRORS


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.9, 0.1)])
def test_equally_good_models_on_different_examples_are_seldom_told_apart(weights: tuple[float, float]) -> None:
    errors = []
    for seed in range(PAIRS):
        random, sides = np.random.default_rng(seed), []
        for side in (1, 2):
            truth = random.choice(2, size=80, p=weights)
            ids = np.arange(80, dtype=np.uint64) + np.uint64(1_000 * side)
            sides.append(make_outcomes(truth, draw_probabilities(truth, 2, 1.0, 10_000 * side + seed), ids=ids))
        rows = judge(quality_contrasts(pair_up(*sides, fewest=30)), Options())
        family = [row for row in rows if row.metric in FAMILY]
        errors.append(any(row.verdict in (Verdict.A, Verdict.B) for row in family))
    assert np.mean(errors) <= MOST_ERRORS


def test_the_correction_holds_for_the_family_as_a_whole() -> None:
    results = [_compare(seed, 1.0, 1.0, 3) for seed in range(PAIRS)]
    any_error = [any(result[metric][1] in (Verdict.A, Verdict.B) for metric in FAMILY) for result in results]
    assert np.mean(any_error) <= MOST_ERRORS


def test_a_real_difference_is_found_and_never_the_wrong_way_round() -> None:
    results = [_compare(seed, 1.0, 2.5, 3) for seed in range(40)]
    for metric in ("accuracy", "macro_f1", "log_loss", "roc_auc"):
        verdicts = [result[metric][1] for result in results]
        assert np.mean([verdict is Verdict.B for verdict in verdicts]) > 0.9, metric
        assert Verdict.A not in verdicts


@pytest.mark.parametrize(("share_a", "share_b"), [(0.05, 0.05), (0.02, 0.08), (0.15, 0.05)])
def test_tangos_interval_holds_the_true_difference_as_often_as_it_says(share_a: float, share_b: float) -> None:
    n, draws = 120, 2_000
    counts = np.random.default_rng(3).multinomial(n, [share_a, share_b, 1 - share_a - share_b], size=draws)
    intervals = [tango(int(only_a), int(only_b), n) for only_a, only_b, _ in counts[:600]]
    held = np.mean([low <= share_b - share_a <= high for low, high in intervals])
    assert held >= 0.95 - z_of(0.99) * (0.95 * 0.05 / 600) ** 0.5
