"""The order in which a row is judged, and what an unresolved row says is missing."""

from dataclasses import replace

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, make_outcomes

from workbench.comparison.contrast import Contrast, Estimate, Needed
from workbench.comparison.options import Options
from workbench.comparison.pairing import pair_up
from workbench.comparison.power import examples_needed
from workbench.comparison.proportions import mcnemar_exact
from workbench.comparison.quality import quality_contrasts
from workbench.comparison.result import Verdict
from workbench.comparison.shares import paired_shares
from workbench.comparison.verdicts import adjust, decide, judge, judge_one
from workbench.evaluation.metrics import METRICS

ACCURACY, LOSS = METRICS["accuracy"], METRICS["log_loss"]

CLEAR = Contrast(
    Estimate(0.90),
    Estimate(0.95),
    delta=0.05,
    interval=(0.02, 0.08),
    narrow=(0.03, 0.07),
    test="mcnemar-exact",
    p_value=0.001,
    n=500,
    standard_error=0.015,
)


def test_a_clear_difference_goes_to_the_better_side() -> None:
    assert decide(ACCURACY, CLEAR, 0.001, None)[0] is Verdict.B
    assert decide(LOSS, CLEAR, 0.001, None)[0] is Verdict.A
    mirrored = replace(CLEAR, delta=-0.05, interval=(-0.08, -0.02), narrow=(-0.07, -0.03))
    assert decide(ACCURACY, mirrored, 0.001, None)[0] is Verdict.A


def test_what_is_not_known_is_not_comparable_whatever_else_holds() -> None:
    verdict, reason = decide(ACCURACY, Contrast(Estimate(0.9), Estimate(), note="B has none"), 0.001, 0.5)
    assert (verdict, reason) == (Verdict.NOT_COMPARABLE, "B has none")


def test_equivalence_comes_before_a_difference() -> None:
    verdict, reason = decide(ACCURACY, CLEAR, 0.001, 0.08)
    assert verdict is Verdict.EQUIVALENT
    assert "90% interval [+0.030, +0.070]" in reason
    assert decide(ACCURACY, CLEAR, 0.001, 0.07)[0] is Verdict.B  # the interval must lie inside, not on the margin


def test_an_interval_without_width_proves_no_equivalence() -> None:
    alike = replace(CLEAR, delta=0.0, interval=(0.0, 0.0), narrow=(0.0, 0.0), p_value=1.0, standard_error=0.0)
    verdict, reason = decide(ACCURACY, alike, 1.0, 0.01)
    assert verdict is Verdict.UNRESOLVED
    assert reason.startswith("no difference was seen")


def test_a_few_examples_that_all_say_the_same_are_too_few() -> None:
    few = replace(CLEAR, delta=1.0, interval=(0.3, 1.0), narrow=(0.4, 1.0), p_value=0.125, n=4, standard_error=0.0)
    assert decide(ACCURACY, few, 0.125, None)[1] == "p = 0.125; too few examples to tell"


UNCLEAR = replace(CLEAR, delta=0.01, interval=(-0.02, 0.04), narrow=(-0.01, 0.03), p_value=0.5)


def test_a_large_p_value_is_unresolved_and_says_how_many_examples_would_show_a_named_effect() -> None:
    """Variance of one example's difference 500 * 0.015² = 0.1125, so 0.1125 * ((1.960 + 0.842) / 0.01)² = 8,830."""
    row = judge_one(ACCURACY, UNCLEAR, 0.5, Options())
    assert row.verdict is Verdict.UNRESOLVED
    assert (row.examples_needed, row.effect) == (8_900, 0.01)
    assert "about 8,900 examples would show a difference of 0.01" in row.reason


def test_the_number_of_examples_does_not_hang_on_the_difference_seen() -> None:
    for delta in (0.0, 1e-9, -0.03, 0.02):
        assert examples_needed(ACCURACY, replace(UNCLEAR, delta=delta), Options()) == Needed(8_900, 0.01, False)


def test_an_effect_that_somebody_names_or_a_margin_takes_the_place_of_the_metrics_own() -> None:
    named = examples_needed(ACCURACY, UNCLEAR, Options(effects={"accuracy": 0.02}))
    assert named == Needed(2_300, 0.02, False)
    # 0.1125 * ((1.645 + 1.282) / 0.005)² = 38,543: two one-sided tests of models that do not differ.
    row = judge_one(ACCURACY, UNCLEAR, 0.5, Options(margins={"accuracy": 0.005}, effects={"accuracy": 0.02}))
    assert (row.examples_needed, row.effect) == (39_000, 0.005)
    assert "about 39,000 examples would settle whether they are within the margin of 0.005" in row.reason


def test_an_effect_that_the_examples_would_have_shown_is_said_to_be_unlikely() -> None:
    assert "so any is probably smaller" in judge_one(ACCURACY, UNCLEAR, 0.5, Options(effects={"accuracy": 0.1})).reason


def test_runs_that_never_disagreed_need_the_examples_on_which_they_would() -> None:
    """A difference of 0.01 takes disagreement on 1 % at least: 0.01 * (2.802 / 0.01)² = 785."""
    alike = replace(UNCLEAR, delta=0.0, standard_error=0.0)
    assert examples_needed(ACCURACY, alike, Options()) == Needed(790, 0.01, False)


def test_the_number_of_examples_gives_the_power_that_it_says() -> None:
    """With that many pairs of which 12 % disagree and B is right on 2 % more, the test finds B in 4 of 5 draws."""
    n = 1_000
    contrast = paired_shares(90 * n // 100, 90 * n // 100, 84 * n // 100, n)
    needed = examples_needed(ACCURACY, contrast, Options(effects={"accuracy": 0.02}))
    assert needed is not None
    random = np.random.default_rng(0)
    counts = random.multinomial(needed.examples, [0.05, 0.07, 0.88], size=2_000)
    found = np.mean([mcnemar_exact(int(a), int(b)) <= 0.05 for a, b, _ in counts])
    assert found == pytest.approx(0.8, abs=0.03)


def test_no_number_of_examples_is_named_where_none_would_do() -> None:
    assert examples_needed(ACCURACY, replace(CLEAR, standard_error=None), Options()) is None
    assert examples_needed(ACCURACY, replace(CLEAR, test=None), Options()) is None
    assert examples_needed(ACCURACY, CLEAR, Options(effects={"accuracy": 1e-9})) is None


def test_an_effect_without_a_unit_of_its_own_is_a_20th_of_the_value() -> None:
    heights = replace(UNCLEAR, a=Estimate(41.0), b=Estimate(39.0), standard_error=1.0, test="paired-t")
    needed = examples_needed(METRICS["mae"], heights, Options())
    assert needed is not None
    assert needed.effect == 2.0


def test_a_score_that_is_shown_without_a_verdict_says_what_judges_it() -> None:
    verdict, reason = decide(METRICS["calibration_error"], replace(CLEAR, test=None, p_value=None), None, 0.5)
    assert verdict is Verdict.UNRESOLVED
    assert "calibration error is judged by Brier score and log loss" in reason


def test_mid_p_stands_beside_the_exact_p_where_they_part() -> None:
    reason = decide(ACCURACY, replace(CLEAR, p_value=0.07, p_mid=0.039), 0.07, None)[1]
    assert "p = 0.070; mid-p = 0.039, but the exact p decides" in reason


def test_holms_correction_can_take_a_verdict_away() -> None:
    verdict, reason = decide(ACCURACY, replace(CLEAR, p_value=0.03), 0.12, None)
    assert verdict is Verdict.UNRESOLVED
    assert "p = 0.030 (0.120 after Holm's correction)" in reason


def test_test_and_interval_must_agree() -> None:
    verdict, reason = decide(ACCURACY, replace(CLEAR, interval=(-0.001, 0.09)), 0.04, None)
    assert verdict is Verdict.UNRESOLVED
    assert "interval holds 0" in reason


def test_a_doubt_stands_against_any_p_value() -> None:
    verdict, reason = decide(LOSS, replace(CLEAR, doubt="the sign turns"), 0.0001, None)
    assert verdict is Verdict.UNRESOLVED
    assert reason.startswith("the sign turns")


def test_without_a_test_nothing_is_better() -> None:
    verdict, reason = decide(ACCURACY, replace(CLEAR, test=None, p_value=None), None, None)
    assert (verdict, reason) == (Verdict.UNRESOLVED, "there is no test of this difference")


def test_families_are_adjusted_apart() -> None:
    names = ("accuracy", "macro_f1", "log_loss", "roc_auc", "brier", "macro_recall")
    adjusted = adjust({name: replace(CLEAR, p_value=0.01) for name in names})
    assert adjusted == pytest.approx({**dict.fromkeys(names[:4], 0.04), "brier": 0.01, "macro_recall": 0.01})
    assert adjust({"accuracy": replace(CLEAR, p_value=None)}) == {}


def test_a_score_tested_as_another_has_its_adjusted_p_where_it_has_its_p() -> None:
    contrasts = {name: replace(CLEAR, p_value=0.03) for name in ("mse", "mae", "rmse", "r2")}
    assert adjust(contrasts) == pytest.approx(dict.fromkeys(contrasts, 0.06))
    contrasts["r2"] = replace(CLEAR, p_value=0.02)  # of different examples R² has a test of its own: one of the family
    expected = {"mse": 0.06, "mae": 0.06, "rmse": 0.06, "r2": 0.06}
    assert adjust(contrasts) == pytest.approx(expected)


def test_scores_of_classes_have_no_interval_where_one_has_too_few_examples() -> None:
    for rare, is_judged in ((1, False), (12, False), (25, True)):
        truth = np.array([0] * 100 + [1] * rare)
        pair = pair_up(*(make_outcomes(truth, draw_probabilities(truth, 2, 1.5, seed)) for seed in (1, 2)), fewest=1)
        rows = {row.metric: row for row in judge(quality_contrasts(pair), Options())}
        assert rows["accuracy"].delta_low is not None
        for name in ("macro_f1", "balanced_accuracy", "roc_auc"):
            row = rows[name]
            assert (row.delta is not None, row.delta_low is not None, row.p_value is not None) == (
                True,
                *[is_judged] * 2,
            )
            assert ("of class c1, too few for an interval" in row.reason) == (not is_judged)
