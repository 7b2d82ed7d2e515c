"""The order in which a row is judged, and what an unresolved row says is missing."""

from dataclasses import replace

import pytest

from workbench.comparison.result import Contrast, Estimate, Verdict
from workbench.comparison.verdicts import adjust, decide, examples_needed
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
    assert (verdict, reason) == (Verdict.UNRESOLVED, "no difference was seen")


def test_a_few_examples_that_all_say_the_same_are_too_few() -> None:
    few = replace(CLEAR, delta=1.0, interval=(0.3, 1.0), narrow=(0.4, 1.0), p_value=0.125, n=4, standard_error=0.0)
    assert decide(ACCURACY, few, 0.125, None)[1] == "p = 0.125: too few examples to tell"


def test_a_large_p_value_is_unresolved_and_says_how_many_examples_would_do() -> None:
    unclear = replace(CLEAR, delta=0.01, interval=(-0.02, 0.04), narrow=(-0.01, 0.03), p_value=0.5)
    verdict, reason = decide(ACCURACY, unclear, 0.5, None)
    assert verdict is Verdict.UNRESOLVED
    # 500 * ((1.960 + 0.842) / (0.01 / 0.015))^2 = 8,830
    assert "about 8,900 examples" in reason
    assert examples_needed(unclear) == 8_900


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


def test_without_a_paired_test_nothing_is_better() -> None:
    verdict, reason = decide(ACCURACY, replace(CLEAR, test=None, p_value=None), None, None)
    assert verdict is Verdict.UNRESOLVED
    assert "split seed" in reason


def test_no_number_of_examples_is_named_where_none_would_do() -> None:
    assert examples_needed(replace(CLEAR, delta=0.0)) is None
    assert examples_needed(replace(CLEAR, delta=1e-9)) is None
    assert examples_needed(replace(CLEAR, standard_error=None)) is None


def test_families_are_adjusted_apart() -> None:
    names = ("accuracy", "macro_f1", "log_loss", "roc_auc", "brier", "macro_recall")
    adjusted = adjust({name: replace(CLEAR, p_value=0.01) for name in names})
    assert adjusted == pytest.approx({**dict.fromkeys(names[:4], 0.04), "brier": 0.01, "macro_recall": 0.01})
    assert adjust({"accuracy": replace(CLEAR, p_value=None)}) == {}
