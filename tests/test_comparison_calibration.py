"""Small simulations with fixed seeds: models that are equally good are told apart no more often than stated.

Each draws many pairs of runs. A test at 5 % may err in one of twenty; the bounds leave three standard errors of the
simulation above that.
"""

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, make_outcomes, make_run

from workbench.comparison import Evidence, Verdict, compare
from workbench.comparison.distributions import z_of
from workbench.comparison.proportions import tango

PAIRS = 300
MOST_ERRORS = 0.05 + 3 * (0.05 * 0.95 / PAIRS) ** 0.5


def _compare(seed: int, skill_a: float, skill_b: float, classes: int, n: int = 150) -> dict[str, tuple[float, Verdict]]:
    truth = np.random.default_rng(seed).integers(0, classes, size=n)
    a, b = (
        Evidence(
            make_run(id=side), make_outcomes(truth, draw_probabilities(truth, classes, skill, 10_000 * side + seed))
        )
        for side, skill in ((1, skill_a), (2, skill_b))
    )
    rows = compare(a, b).rows
    return {row.metric: (1.0 if row.p_value is None else row.p_value, row.verdict) for row in rows}


@pytest.mark.parametrize(("classes", "n"), [(2, 150), (4, 150), (3, 30), (10, 100)])
def test_equally_good_models_are_seldom_told_apart(classes: int, n: int) -> None:
    results = [_compare(seed, 1.0, 1.0, classes, n) for seed in range(PAIRS)]
    for metric in ("accuracy", "macro_f1", "macro_precision", "balanced_accuracy", "log_loss", "brier", "roc_auc"):
        errors = np.mean([result[metric][0] <= 0.05 for result in results])
        assert errors <= MOST_ERRORS, metric


def test_the_correction_holds_for_the_family_as_a_whole() -> None:
    family = ("accuracy", "macro_f1", "log_loss", "roc_auc")
    results = [_compare(seed, 1.0, 1.0, 3) for seed in range(PAIRS)]
    any_error = [any(result[metric][1] in (Verdict.A, Verdict.B) for metric in family) for result in results]
    assert np.mean(any_error) <= MOST_ERRORS


def test_a_real_difference_is_found_and_never_the_wrong_way_round() -> None:
    results = [_compare(seed, 1.0, 2.5, 3) for seed in range(60)]
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
