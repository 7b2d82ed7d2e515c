"""Differences over splits and over seeds: against scipy, a published example and bootstraps that really draw."""

import math

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, draw_truth, make_outcomes
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import brier_score_loss, f1_score, log_loss, mean_absolute_error, r2_score, roc_auc_score

from workbench.comparison.contrast import Contrast
from workbench.comparison.group_methods import (
    SEEDS_TEST,
    SPLITS_TEST,
    SeedScores,
    SeedScoresSum,
    Spread,
    seed_contrast,
    seeds_share,
    split_contrast,
)
from workbench.comparison.group_scores import scores_of
from workbench.comparison.outcomes import UnitOutcomes, ValueOutcomes

# The 100 differences in ROC AUC of an SVC with an RBF kernel and one with a linear kernel in the example "Statistical
# comparison of models using grid search" of scikit-learn's documentation (10 times 10 folds of 100 examples), counted.
PUBLISHED = {-0.12: 1, -0.08: 2, -0.04: 10, 0.0: 53, 0.04: 29, 0.08: 4, 0.2: 1}

scores = st.floats(0, 1).map(lambda value: round(value, 6))


def seeds(columns: np.ndarray) -> SeedScores:
    """The mean of each row of (seeds, examples) as a score."""
    gathered = SeedScoresSum()
    for row in columns:
        gathered.add(float(row.mean()), row - row.mean())
    found = gathered.finish()
    assert found is not None
    return found


def made_up(seed: int, m: int = 5, n: int = 40, seed_sd: float = 0.3) -> np.ndarray:
    """Scores with an effect of the seed, of the example, and of both."""
    rng = np.random.default_rng(seed)
    return seed_sd * rng.normal(size=(m, 1)) + rng.normal(size=n) + rng.normal(size=(m, n))


def mirrored(one: Contrast, other: Contrast) -> None:
    assert one.delta is not None
    assert other.delta is not None
    assert one.delta == pytest.approx(-other.delta)
    assert one.p_value == (None if other.p_value is None else pytest.approx(other.p_value))
    assert (one.interval is None) == (other.interval is None)
    if one.interval is not None and other.interval is not None:
        assert one.interval == (pytest.approx(-other.interval[1]), pytest.approx(-other.interval[0]))


def test_the_corrected_t_test_gives_the_published_figures() -> None:
    b = np.repeat(list(PUBLISHED), list(PUBLISHED.values()))
    contrast = split_contrast(np.zeros(100), b, ratio=10 / 90)
    assert contrast.delta is not None
    assert contrast.standard_error is not None
    assert contrast.p_value is not None
    assert round(contrast.delta / contrast.standard_error, 3) == 0.750
    assert round(contrast.p_value / 2, 3) == 0.227  # one-sided there
    assert contrast.interval == (pytest.approx(-0.016445, abs=1e-6), pytest.approx(0.036445, abs=1e-6))


def test_the_corrected_t_test_is_scipys_with_another_variance() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 8))
    contrast = split_contrast(a, b, ratio=0.3)
    t = stats.ttest_rel(b, a).statistic * math.sqrt((1 / 8) / (1 / 8 + 0.3))
    assert contrast.test == SPLITS_TEST
    assert contrast.p_value == pytest.approx(2 * stats.t.sf(abs(t), 7))
    error = math.sqrt((1 / 8 + 0.3) * np.var(b - a, ddof=1))
    low, high = stats.t.interval(0.95, 7, loc=float(np.mean(b - a)), scale=error)
    assert contrast.interval == (pytest.approx(low), pytest.approx(high))
    low, high = stats.t.interval(0.90, 7, loc=float(np.mean(b - a)), scale=error)
    assert contrast.narrow == (pytest.approx(low), pytest.approx(high))


def test_splits_that_all_show_the_same_difference_decide_nothing() -> None:
    contrast = split_contrast([0.5] * 6, [0.6] * 6, ratio=0.25)
    assert contrast.p_value is None
    assert contrast.doubt is not None
    assert "the same on every split" in contrast.doubt


@pytest.mark.parametrize(("m_a", "m_b"), [(4, 9), (9, 4)])
def test_fewer_than_five_members_on_a_side_show_their_spread_only(m_a: int, m_b: int) -> None:
    contrast = seed_contrast(seeds(made_up(1, m_a)), seeds(made_up(2, m_b) + 50))
    assert (contrast.interval, contrast.narrow, contrast.p_value, contrast.test) == (None, None, None, None)
    assert contrast.doubt is not None
    assert f"A has {m_a} seeds, B {m_b} seeds" in contrast.doubt
    few = split_contrast([0.1, 0.2, 0.3, 0.4], [0.9] * 4, ratio=0.25)
    assert (few.interval, few.p_value) == (None, None)
    assert few.doubt is not None
    assert few.doubt.startswith("4 splits in common")


def test_the_variance_over_seeds_and_examples_is_that_of_bootstraps_that_draw() -> None:
    a, b = made_up(1, m=5), made_up(2, m=7)
    n, rng, rounds = a.shape[1], np.random.default_rng(3), 8_000
    over_examples = np.empty(rounds)
    over_seeds = np.empty(rounds)
    difference = b.mean(axis=0) - a.mean(axis=0)
    for index in range(rounds):
        over_examples[index] = difference[rng.integers(0, n, n)].mean()
        rows_a, rows_b = rng.integers(0, 5, 5 - 1), rng.integers(0, 7, 7 - 1)
        over_seeds[index] = b[rows_b].mean() - a[rows_a].mean()
    both = 0.0
    for side in (a, b):
        m = len(side)
        left = side - side.mean(axis=0) - side.mean(axis=1, keepdims=True) + side.mean()
        both += (left**2).sum() / ((m - 1) * (n - 1)) / (m * n)
    contrast = seed_contrast(seeds(a), seeds(b))
    assert contrast.standard_error is not None
    assert contrast.test == SEEDS_TEST
    drawn = over_examples.var() * n / (n - 1) + over_seeds.var() - both
    assert contrast.standard_error**2 == pytest.approx(drawn, rel=0.06)
    parts = over_examples.var() / (drawn), over_seeds.var() / drawn
    assert min(parts) > 0.1, "both parts are to matter in this test"


def test_many_seeds_of_which_each_is_the_same_come_to_the_paired_t_test_of_the_examples() -> None:
    # Evenly scattered values: their variance is known at least as well as that of normal ones.
    a, b = np.random.default_rng(4).uniform(size=(2, 50))
    contrast = seed_contrast(seeds(np.tile(a, (6, 1))), seeds(np.tile(b, (6, 1))))
    expected = stats.ttest_rel(b, a)
    assert contrast.p_value == pytest.approx(expected.pvalue)
    low, high = expected.confidence_interval()
    assert contrast.interval == (pytest.approx(low), pytest.approx(high))


def test_with_very_many_examples_alike_it_comes_to_welchs_t_test_of_the_seeds() -> None:
    rng = np.random.default_rng(5)
    means_a, means_b = rng.normal(size=6), rng.normal(size=9)
    a, b = (np.repeat(means[:, None], 30, axis=1) for means in (means_a, means_b))
    assert seed_contrast(seeds(a), seeds(b)).p_value == pytest.approx(
        stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False).pvalue
    )
    assert seeds_share(seeds(a), seeds(b)) == pytest.approx(1.0)


def test_a_variance_that_hangs_on_few_examples_is_known_with_few_degrees() -> None:
    right = np.ones((6, 300))
    worse = right.copy()
    worse[:, :8] = 0.0
    contrast = seed_contrast(seeds(worse), seeds(right))
    assert contrast.delta is not None
    assert contrast.interval is not None
    assert contrast.standard_error is not None
    quantile = (contrast.interval[1] - contrast.delta) / contrast.standard_error
    assert stats.t.ppf(0.975, 17) > quantile > stats.t.ppf(0.975, 18)  # 2 * 300 / (36.5 - 2), and not 299


def test_few_deciding_examples_bound_the_p_value() -> None:
    a, b = np.zeros((5, 60)), np.zeros((5, 60))
    a[:, 30:], b[:, 26:] = 1.0, 1.0
    unbounded, bounded = (seed_contrast(seeds(a), seeds(b), deciding) for deciding in (None, 4))
    assert unbounded.p_value is not None
    assert unbounded.p_value < 0.1
    assert bounded.p_value == 0.125


@settings(max_examples=40)
@given(st.lists(st.tuples(scores, scores), min_size=5, max_size=12), st.floats(0.01, 1), st.randoms())
def test_splits_mirror_and_their_order_does_not_matter(pairs: list[tuple[float, float]], ratio: float, random) -> None:
    a, b = zip(*pairs, strict=True)
    forwards = split_contrast(a, b, ratio)
    mirrored(forwards, split_contrast(b, a, ratio))
    random.shuffle(pairs)
    assert split_contrast(*zip(*pairs, strict=True), ratio) == forwards


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(5, 8), st.integers(5, 8))
def test_seeds_mirror_their_order_does_not_matter_and_a_group_is_no_other_than_itself(
    seed: int, m_a: int, m_b: int
) -> None:
    a, b = (made_up(seed, m_a) > 0).astype(float), (made_up(seed + 1, m_b) > 0.3).astype(float)
    forwards = seed_contrast(seeds(a), seeds(b))
    mirrored(forwards, seed_contrast(seeds(b), seeds(a)))
    turned = seed_contrast(seeds(a[::-1]), seeds(b[::-1]))
    assert turned.delta == forwards.delta
    assert turned.standard_error == pytest.approx(forwards.standard_error)
    itself = seed_contrast(seeds(a), seeds(a[::-1]))
    assert (itself.delta, itself.p_value) == (0.0, 1.0)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_scores_of_a_run_are_those_of_scikit_learn_and_pulls_say_how_they_move(classes: int) -> None:
    truth = draw_truth(400, classes, 0)
    said = draw_probabilities(truth, classes, 1.0, 1).astype(np.float16).astype(np.float64)
    outcomes = make_outcomes(truth, said)
    found = {score.metric: score for score in scores_of(outcomes)}
    said /= said.sum(axis=1, keepdims=True)
    rest = np.column_stack([1 - said[:, 1], said[:, 1]]) if classes == 2 else said
    area = roc_auc_score(truth, rest[:, 1] if classes == 2 else rest, multi_class="ovr")
    expected = {
        "accuracy": np.mean(said.argmax(axis=1) == truth),
        "macro_f1": f1_score(truth, said.argmax(axis=1), average="macro"),
        "log_loss": log_loss(truth, said),
        "roc_auc": area,
        "brier": brier_score_loss(truth, rest, scale_by_half=False, labels=range(classes)),
    }
    assert {name: found[name].value for name in expected} == pytest.approx(expected, rel=2e-3)
    # Without one example a score is off by what it pulls, to first order.
    without = {score.metric: score for score in scores_of(outcomes.at(np.arange(1, 400)))}
    for name, score in found.items():
        assert score.value - without[name].value == pytest.approx(score.pulls[0] / 399, abs=2e-4), name
        assert abs(score.pulls.mean()) < 0.05, name


def test_the_scores_of_numbers_and_of_text() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=200)
    said = truth + 0.5 * rng.normal(size=200)
    ids = np.arange(200, dtype=np.uint64)
    values = {score.metric: score for score in scores_of(ValueOutcomes(ids=ids, truth=truth, predicted=said))}
    assert values["mae"].value == pytest.approx(mean_absolute_error(truth, said))
    assert values["r2"].value == pytest.approx(r2_score(truth, said))
    assert values["rmse"].value == pytest.approx(math.sqrt(np.mean((truth - said) ** 2)))
    fewer = {
        score.metric: score for score in scores_of(ValueOutcomes(ids=ids[1:], truth=truth[1:], predicted=said[1:]))
    }
    for name, score in values.items():
        assert score.value - fewer[name].value == pytest.approx(score.pulls[0] / 199, abs=2e-4), name
    sizes = rng.integers(50, 150, size=200)
    bits = 2.0 * sizes + rng.normal(size=200)
    (text,) = scores_of(UnitOutcomes(ids=ids, bits=bits, bytes=sizes, tokens=sizes // 4))
    assert (text.metric, text.value) == ("bits_per_byte", pytest.approx(bits.sum() / sizes.sum()))
    assert len(text.pulls) == 33
    assert text.pulls.mean() == pytest.approx(0, abs=1e-9)


def test_a_spread_knows_only_what_is_known() -> None:
    spread = Spread((0.5, None, 0.7))
    assert (spread.n, spread.mean, spread.low, spread.high) == (2, pytest.approx(0.6), 0.5, 0.7)
    assert spread.sd == pytest.approx(np.std([0.5, 0.7], ddof=1))
    assert (Spread((None,)).mean, Spread((None,)).sd, Spread((1.0,)).sd) == (None, None, None)
