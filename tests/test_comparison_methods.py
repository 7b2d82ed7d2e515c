"""Each statistic against scipy, scikit-learn, a published figure or a computation by its definition."""

import math

import numpy as np
import pytest
import scipy.stats
from comparison_fixtures import draw_probabilities, draw_truth, make_outcomes
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from workbench.comparison.confusion import confusion_contrasts
from workbench.comparison.contingency import SCORES, count_cells, score, score_without_one
from workbench.comparison.distributions import (
    binomial_cdf,
    normal_two_sided,
    t_quantile,
    t_two_sided,
    z_of,
)
from workbench.comparison.latency import batch_mean, quantile_interval
from workbench.comparison.means import mean_estimate, paired_means, welch_means
from workbench.comparison.pairing import Pair, pair_up
from workbench.comparison.proportions import fisher, mcnemar_exact, mcnemar_mid_p, mover, newcombe, tango, wilson
from workbench.comparison.ranking import auc_contrast, place
from workbench.comparison.verdicts import holm

SLEEP_A = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SLEEP_B = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
"""Hours of sleep gained under two drugs (Student 1908), which R prints its t tests of."""


@pytest.mark.parametrize(("k", "n"), [(0, 1), (3, 10), (0, 13), (40, 100), (5, 5), (-1, 5), (499_000, 1_000_000)])
@pytest.mark.parametrize("share", [0.5, 0.01, 0.95])
def test_the_binomial_distribution_is_scipys(k: int, n: int, share: float) -> None:
    assert binomial_cdf(k, n, share) == pytest.approx(scipy.stats.binom.cdf(k, n, share), rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 5.5, 30, 1e6, math.inf])
def test_students_t_is_scipys(degrees: float) -> None:
    for t in (0.0, 0.3, 2.1, 40.0):
        assert t_two_sided(t, degrees) == pytest.approx(2 * scipy.stats.t.sf(t, degrees), rel=1e-6, abs=1e-15)
    for probability in (0.6, 0.95, 0.975):
        assert t_quantile(probability, degrees) == pytest.approx(scipy.stats.t.ppf(probability, degrees), rel=1e-7)


def test_the_normal_distribution_is_scipys() -> None:
    assert z_of(0.95) == pytest.approx(scipy.stats.norm.ppf(0.975))
    assert normal_two_sided(-2.5) == pytest.approx(2 * scipy.stats.norm.sf(2.5))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_newcombes_table(successes: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998a, Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(successes, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (1, 7), (7, 1), (6, 6), (0, 9), (120, 80)])
def test_mcnemars_exact_test_is_scipys_binomial_test(only_a: int, only_b: int) -> None:
    n = only_a + only_b
    expected = scipy.stats.binomtest(only_a, n, 0.5).pvalue if n else 1.0
    assert mcnemar_exact(only_a, only_b) == pytest.approx(expected)


def test_mcnemar_and_tango_on_the_airways_of_children() -> None:
    """Pairs (1, 1, 7, 12): p 0.070, mid-p 0.039, (-0.517, -0.026) in Fagerland, Lydersen, Laake 2013 and 2014."""
    assert mcnemar_exact(7, 1) == pytest.approx(0.0703, abs=5e-5)
    assert mcnemar_mid_p(7, 1) == pytest.approx(0.0391, abs=5e-5)
    assert tango(7, 1, 21) == (pytest.approx(-0.517, abs=5e-4), pytest.approx(-0.026, abs=5e-4))


@pytest.mark.parametrize("level", [0.90, 0.95])
@pytest.mark.parametrize(("only_a", "only_b", "n"), [(7, 1, 21), (1, 0, 44), (5, 8, 720), (30, 90, 1000), (3, 0, 5)])
def test_tangos_interval_solves_the_closed_form(only_a: int, only_b: int, n: int, level: float) -> None:
    """The limits are the outer real roots of the quartic of Yang, Sun and Hardin 2013 (Statistics in Medicine)."""
    g, d, s = z_of(level) ** 2, only_b - only_a, only_b + only_a
    quartic = [
        n**2 * (n / g + 1) ** 2,
        -n * d * (n / g + 1) * (4 * n / g + 1),
        2 * n * d**2 * (3 * n / g + 2) / g - n**2 * (s / g + 1),
        n * d * (2 * s / g + 1) - d**3 * (4 * n / g + 1) / g,
        d**2 * (d**2 / g - s) / g,
    ]
    roots = np.roots(quartic)
    real = roots[np.abs(roots.imag) < 1e-6].real
    assert tango(only_a, only_b, n, level) == (pytest.approx(real.min(), abs=1e-6), pytest.approx(real.max(), abs=1e-6))


@pytest.mark.parametrize(
    ("right_a", "n_a", "right_b", "n_b"),
    [(3, 10, 9, 10), (48, 80, 56, 70), (0, 5, 5, 5), (5, 5, 5, 5), (0, 10, 2, 300), (90_000, 100_000, 90_400, 100_500)],
)
def test_fishers_exact_test_is_scipys(right_a: int, n_a: int, right_b: int, n_b: int) -> None:
    exact, mid = fisher(right_a, n_a, right_b, n_b)
    table = [[right_a, n_a - right_a], [right_b, n_b - right_b]]
    assert exact == pytest.approx(scipy.stats.fisher_exact(table).pvalue, rel=1e-6)
    seen = scipy.stats.hypergeom.pmf(right_a, n_a + n_b, right_a + right_b, n_a)
    assert mid <= exact - seen / 2 * (1 - 1e-6)


def test_tangos_interval_exists_at_the_ends() -> None:
    assert tango(0, 0, 720) == (pytest.approx(-0.0053070, abs=1e-6), pytest.approx(0.0053070, abs=1e-6))
    assert tango(0, 10, 10)[1] == 1.0
    assert tango(10, 0, 10)[0] == -1.0


@pytest.mark.parametrize(
    ("right_b", "n_b", "right_a", "n_a", "low", "high"),
    [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (6, 7, 2, 7, 0.0582, 0.8062)],
)
def test_newcombes_interval_is_his_table(
    right_b: int, n_b: int, right_a: int, n_a: int, low: float, high: float
) -> None:
    """Newcombe 1998b, Statistics in Medicine 17:873, table II, method 10."""
    assert newcombe(right_a, n_a, right_b, n_b) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_mover_adds_squares() -> None:
    assert mover(1.0, (0.7, 1.4), 3.0, (2.6, 3.3)) == (
        pytest.approx(2 - math.hypot(0.4, 0.4)),
        pytest.approx(2.4243, abs=1e-4),
    )


def test_the_paired_t_test_of_students_sleep_data() -> None:
    contrast = paired_means(SLEEP_A, SLEEP_B)
    assert contrast.delta == pytest.approx(1.58)
    assert contrast.p_value == pytest.approx(0.002833, abs=5e-7)
    assert contrast.interval == (pytest.approx(0.7001142), pytest.approx(2.4598858))


def test_welchs_test_of_students_sleep_data() -> None:
    contrast = welch_means(SLEEP_A, SLEEP_B)
    assert contrast.interval == (pytest.approx(-0.2054832), pytest.approx(3.3654832))
    assert contrast.p_value == pytest.approx(0.07939, abs=5e-6)
    assert contrast.test == "welch-t"


def test_means_of_next_to_nothing() -> None:
    assert mean_estimate(np.array([])).value is None
    assert mean_estimate(np.array([2.0])).low is None
    assert mean_estimate(np.array([0.0, 2.0])).low == 0.0
    assert mean_estimate(np.array([-1.0, 2.0])).low == pytest.approx(0.5 - 1.5 * scipy.stats.t.ppf(0.975, 1))
    assert paired_means(np.array([1.0]), np.array([2.0])).p_value is None
    same = paired_means(SLEEP_A, SLEEP_A)
    assert (same.delta, same.p_value, same.interval) == (0.0, 1.0, (0.0, 0.0))


def test_holms_method_by_hand() -> None:
    adjusted = holm({"p": 0.01, "q": 0.04, "r": 0.03, "s": 0.005})
    assert adjusted == {"s": 0.02, "p": 0.03, "r": 0.06, "q": 0.06}
    assert holm({"p": 0.9, "q": 0.8}) == {"q": 1.0, "p": 1.0}
    assert holm({}) == {}


def _outcomes(n: int, classes: int, seed: int, skill: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    truth = draw_truth(n, classes, seed)
    return truth, draw_probabilities(truth, classes, skill, seed + 100)


@pytest.mark.parametrize(("n", "classes"), [(50, 2), (200, 5), (60, 20)])
def test_scores_of_counted_cells_are_scikit_learns(n: int, classes: int) -> None:
    truth, probabilities = _outcomes(n, classes, seed=n)
    predicted = probabilities.argmax(axis=1)
    predicted[predicted == classes - 1] = 0  # a class that is never predicted
    cells = count_cells(classes, truth, predicted)
    assert score(cells, cells.predicted[0]) == pytest.approx(_scikit_learns(truth, predicted))


def _scikit_learns(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    met = {"average": "macro", "zero_division": 0.0}
    recall = recall_score(truth, predicted, labels=np.unique(truth), **met)
    return {
        "balanced_accuracy": recall,
        "macro_f1": f1_score(truth, predicted, **met),
        "macro_precision": precision_score(truth, predicted, **met),
        "macro_recall": recall,
        "weighted_f1": f1_score(truth, predicted, average="weighted", zero_division=0.0),
        "weighted_precision": precision_score(truth, predicted, average="weighted", zero_division=0.0),
    }


def test_cells_are_counted_alike_with_few_and_with_many_classes() -> None:
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, 5, size=300) for _ in range(3)]
    few = count_cells(5, *columns)
    many = count_cells(200, *columns)  # 200 cubed is too many bins: counted by sorting
    listed = [
        (cells.truth.tolist(), [p.tolist() for p in cells.predicted], cells.counts.tolist()) for cells in (few, many)
    ]
    assert listed[0] == listed[1]
    assert few.n == 300


@pytest.mark.parametrize(("n", "classes"), [(2, 2), (25, 4), (60, 3)])
def test_the_scores_without_one_example_are_those_of_the_others(n: int, classes: int) -> None:
    """With classes of one example, which vanish with it, and a class that is predicted only once."""
    truth, probabilities = _outcomes(n, classes, seed=n, skill=2.0)
    predicted = probabilities.argmax(axis=1)
    cells = count_cells(classes, truth, predicted)
    found = score_without_one(cells, cells.predicted[0])
    for row in range(n):
        cell = np.flatnonzero((cells.truth == truth[row]) & (cells.predicted[0] == predicted[row]))[0]
        expected = _scikit_learns(np.delete(truth, row), np.delete(predicted, row))
        assert {name: found[name][cell] for name in SCORES} == pytest.approx(expected)


def _pair(n: int = 400, classes: int = 3, seed: int = 0) -> Pair:
    truth, first = _outcomes(n, classes, seed, skill=1.0)
    second = draw_probabilities(truth, classes, 1.5, seed + 7)
    return pair_up(make_outcomes(truth, first), make_outcomes(truth, second), fewest=1)


@pytest.mark.parametrize("name", SCORES)
def test_the_interval_of_a_score_is_the_jackknifes_and_its_p_value_fits(name: str) -> None:
    pair = _pair(n=60)
    t, a, b = pair.a.truth, pair.a.predicted, pair.b.predicted

    def delta(*dropped: int) -> float:
        rest = [np.delete(column, dropped) for column in (t, a, b)]
        return _scikit_learns(rest[0], rest[2])[name] - _scikit_learns(rest[0], rest[1])[name]

    without = np.array([delta(row) for row in range(60)])
    error = math.sqrt(59 / 60 * np.square(without - without.mean()).sum())
    degrees = int(np.count_nonzero(a != b)) - 1  # of the examples that tell how the difference varies
    half = scipy.stats.t.ppf(0.975, degrees) * error
    contrast = confusion_contrasts(pair)[name]
    assert contrast.interval == (pytest.approx(delta() - half), pytest.approx(delta() + half))
    assert contrast.p_value == pytest.approx(2 * scipy.stats.t.sf(abs(delta()) / error, degrees))
    assert (contrast.test, contrast.n) == ("paired-jackknife", 60)


@pytest.mark.parametrize("classes", [3, 30])
def test_jackknife_and_bootstrap_agree_on_many_examples(classes: int) -> None:
    pair = _pair(n=4_000, classes=classes)
    rng, draws = np.random.default_rng(5), []
    for _ in range(300):
        rows = rng.integers(0, 4_000, size=4_000)
        cells = count_cells(classes, pair.a.truth[rows], pair.a.predicted[rows], pair.b.predicted[rows])
        first, second = (score(cells, predicted)["macro_f1"] for predicted in cells.predicted)
        draws.append((first, second, second - first))
    contrast = confusion_contrasts(pair)["macro_f1"]
    assert contrast.standard_error == pytest.approx(np.std([draw[2] for draw in draws]), rel=0.1)
    assert contrast.a.low == pytest.approx(np.percentile([draw[0] for draw in draws], 2.5), abs=0.004)
    assert contrast.b.high == pytest.approx(np.percentile([draw[1] for draw in draws], 97.5), abs=0.004)


def test_all_right_against_all_wrong_proves_no_more_than_its_signs() -> None:
    truth = np.array([0, 1, 0, 1])
    right, wrong = np.eye(2)[truth], np.eye(2)[1 - truth]
    pair = pair_up(make_outcomes(truth, wrong), make_outcomes(truth, right), fewest=1)
    for contrast in confusion_contrasts(pair).values():
        assert contrast.delta == 1.0
        assert contrast.p_value == pytest.approx(mcnemar_exact(0, 4))


def test_the_area_under_the_curve_is_scikit_learns_ties_included() -> None:
    truth, probabilities = _outcomes(500, 2, seed=2)
    scores = np.round(probabilities[:, 1], 1)
    for column in (scores, scores.astype(np.float16)):
        placements = place(column, truth == 1)
        assert placements is not None
        assert placements.area == pytest.approx(roc_auc_score(truth, scores))
    assert place(scores, np.ones(500, dtype=bool)) is None


def _delong_by_definition(truth: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[float, float, float]:
    """The difference of areas, its standard error and degrees, from every pair of a positive and a negative example."""
    kernels = []
    for scores in (a, b):
        positive, negative = scores[truth == 1][:, None], scores[truth == 0][None, :]
        kernels.append((positive > negative) + 0.5 * (positive == negative))
    by_positive, by_negative = (np.stack([k.mean(axis=axis) for k in kernels]) for axis in (1, 0))
    contrast = np.array([-1.0, 1.0])
    parts = [contrast @ np.cov(side) @ contrast / side.shape[1] for side in (by_positive, by_negative)]
    unsure = sum(part**2 / (side.shape[1] - 1) for part, side in zip(parts, (by_positive, by_negative), strict=True))
    return float(contrast @ by_positive.mean(axis=1)), math.sqrt(sum(parts)), sum(parts) ** 2 / unsure


def test_delongs_test_is_its_definition() -> None:
    pair = _pair(n=150, classes=2)
    assert pair.a.probabilities is not None
    assert pair.b.probabilities is not None
    delta, error, degrees = _delong_by_definition(pair.a.truth, pair.a.probabilities, pair.b.probabilities)
    contrast = auc_contrast(pair)
    assert contrast is not None
    assert contrast.delta == pytest.approx(delta)
    assert contrast.standard_error == pytest.approx(error)
    assert contrast.p_value == pytest.approx(2 * scipy.stats.t.sf(abs(delta) / error, degrees))
    assert contrast.test == "delong"


def test_areas_of_different_examples_have_the_sum_of_their_delong_variances() -> None:
    pair = _pair(n=150, classes=2)
    errors = []
    for side in (pair.a, pair.b):
        assert side.probabilities is not None
        blind = np.zeros(150)
        errors.append(_delong_by_definition(side.truth, blind, side.probabilities)[1])
    contrast = auc_contrast(Pair(pair.a, pair.b, paired=False, common=0))
    assert contrast is not None
    assert (contrast.test, contrast.n) == ("delong-unpaired", 300)
    assert contrast.standard_error == pytest.approx(math.hypot(*errors))


def test_the_area_of_many_classes_is_scikit_learns_and_its_error_a_bootstraps() -> None:
    truth, first = _outcomes(400, 4, seed=9)
    second = draw_probabilities(truth, 4, 1.6, 17)
    contrast = auc_contrast(pair_up(make_outcomes(truth, first), make_outcomes(truth, second), fewest=1))
    assert contrast is not None
    assert contrast.a.value == pytest.approx(roc_auc_score(truth, first, multi_class="ovr"), abs=1e-4)
    rng, draws = np.random.default_rng(0), []
    for _ in range(300):
        rows = rng.integers(0, 400, size=400)
        areas = [np.mean([_area(p[rows, k], truth[rows] == k) for k in range(4)]) for p in (first, second)]
        draws.append(areas[1] - areas[0])
    assert contrast.standard_error == pytest.approx(np.std(draws), rel=0.15)


def _area(scores: np.ndarray, positive: np.ndarray) -> float:
    placements = place(scores, positive)
    assert placements is not None
    return placements.area


def test_a_perfect_ranking_of_a_few_examples_proves_little() -> None:
    truth = np.array([0, 0, 1, 1])
    perfect = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]])
    blind = np.full((4, 2), 0.5)
    contrast = auc_contrast(pair_up(make_outcomes(truth, blind), make_outcomes(truth, perfect), fewest=1))
    assert contrast is not None
    assert contrast.delta == 0.5
    assert contrast.p_value == pytest.approx(2 / math.comb(4, 2))


def test_an_order_statistic_interval_holds_its_quantile_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    for share, n in ((0.5, 101), (0.95, 400), (0.99, 400)):
        true = scipy.stats.lognorm.ppf(share, 0.5)
        intervals = (quantile_interval(rng.lognormal(0, 0.5, size=n), share) for _ in range(400))
        held = np.mean([interval is not None and interval[0] <= true <= interval[1] for interval in intervals])
        assert held >= 0.93


def test_an_order_statistic_interval_needs_enough_calls() -> None:
    ms = np.arange(1.0, 401.0)
    assert quantile_interval(ms, 0.99) is not None
    assert quantile_interval(ms[:300], 0.99) is None
    assert quantile_interval(ms[:5], 0.5) is None
    assert quantile_interval(np.arange(1.0, 101.0), 0.5) == (40.0, 61.0)  # the ranks that tables of the sign test give


def test_the_mean_of_calls_that_hang_together_has_an_interval_that_is_wide_enough() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        drift = np.repeat(rng.normal(0, 1, size=20), 50)  # each stretch of calls shares one disturbance
        estimate = batch_mean(10 + drift + rng.normal(0, 0.1, size=1_000))
        assert estimate.low is not None
        assert estimate.high is not None
        held += estimate.low <= 10 <= estimate.high
    assert held >= 180
