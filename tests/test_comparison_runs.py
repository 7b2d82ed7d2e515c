"""Two runs compared from end to end: verdicts, pairing, cautions, the published JSON."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparison_fixtures import (
    draw_probabilities,
    draw_truth,
    make_calls,
    make_evidence,
    make_outcomes,
    make_run,
    make_timed,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.comparison import Comparison, Evidence, Options, Verdict, compare, disagreeing_examples
from workbench.comparison.contingency import SCORES
from workbench.comparison.wording import verdict_words
from workbench.evaluation.metrics import METRICS

QUALITY = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "macro_precision",
    "macro_recall",
    "weighted_f1",
    "weighted_precision",
    "weighted_recall",
    "log_loss",
    "brier",
    "calibration_error",
    "roc_auc",
)
MIRROR = {Verdict.A: Verdict.B, Verdict.B: Verdict.A}


def verdicts(comparison: Comparison) -> dict[str, str]:
    return {row.metric: row.verdict.value for row in comparison.rows}


def reason(comparison: Comparison, metric: str) -> str:
    row = comparison.row(metric)
    assert row is not None
    return row.reason


def codes(comparison: Comparison) -> list[str]:
    return [caution.code for caution in comparison.warnings]


def test_a_much_better_run_is_better_in_every_score() -> None:
    comparison = compare(make_evidence(skill=1.0, seed=1), make_evidence(skill=4.0, seed=2))
    assert comparison.paired
    assert comparison.comparable
    assert verdicts(comparison) == dict.fromkeys(QUALITY, "b") | {"calibration_error": "unresolved"}
    assert "B is better than A in accuracy on the same 300 test examples" in comparison.summary
    assert comparison.warnings == ()


def test_two_runs_alike_are_unresolved_and_the_row_says_what_is_missing() -> None:
    comparison = compare(make_evidence(seed=1), make_evidence(seed=2))
    assert set(verdicts(comparison).values()) == {"unresolved"}
    assert "examples decide: A alone is right on" in reason(comparison, "accuracy")
    assert "Which is better in accuracy on the same 300 test examples is unresolved" in comparison.summary
    assert "The other scores are unresolved, too." in comparison.summary
    assert "What would settle it: in accuracy" in comparison.summary


def test_a_margin_makes_them_equivalent() -> None:
    options = Options(margins={"accuracy": 0.2})
    comparison = compare(make_evidence(seed=1), make_evidence(seed=2), options=options)
    assert verdicts(comparison)["accuracy"] == "equivalent"
    assert verdicts(comparison)["macro_f1"] == "unresolved"
    assert "A and B are equivalent in accuracy" in comparison.summary
    assert "The other scores are unresolved." in comparison.summary


def test_scores_that_disagree_are_told_apart_in_the_summary() -> None:
    truth = draw_truth(200, 3, 0)
    sure, unsure = (Evidence(make_run(id=c), _certain(truth, truth.tolist(), confidence=c)) for c in (0.999, 0.9))
    summary = compare(sure, unsure).summary
    assert "No difference in accuracy was seen on the same 200 test examples: A 1.000, B 1.000" in summary
    assert "Of the other scores, A is better in log loss and Brier score; the rest are unresolved." in summary


def test_a_run_and_its_twin_are_not_different_and_the_summary_says_so_once() -> None:
    summary = compare(make_evidence(seed=1), make_evidence(seed=1, name="twin", id=2)).summary
    assert "No difference in accuracy was seen" in summary
    assert "Nor was one in the other scores." in summary


def test_a_single_example_settles_nothing_and_is_not_called_unpaired() -> None:
    truth = np.array([1])
    comparison = compare(Evidence(make_run(), _certain(truth, [1])), Evidence(make_run(id=2), _certain(truth, [0])))
    assert set(verdicts(comparison).values()) == {"unresolved"}
    assert reason(comparison, "log_loss") == "one test example is too few for a test"
    assert "1 of 1 examples decides" in reason(comparison, "accuracy")
    assert "on one test example is unresolved" in comparison.summary
    assert "about 79,000 test examples for a difference of 0.01" in comparison.summary
    assert "only one test example: intervals are wide and rough" in [w.message for w in comparison.warnings]


def test_agreement_is_counted() -> None:
    truth = np.array([0, 0, 1, 1, 1])
    a = _certain(truth, [0, 0, 0, 1, 0])
    b = _certain(truth, [0, 1, 1, 1, 0])
    comparison = compare(Evidence(make_run(), a), Evidence(make_run(id=2), b))
    assert comparison.to_json()["disagreements"] == {"both_right": 2, "only_a": 1, "only_b": 1, "both_wrong": 1}


def _certain(truth: np.ndarray, predicted: list[int], confidence: float = 0.95) -> Any:
    classes = int(max(2, truth.max() + 1))
    rest = (1 - confidence) / (classes - 1)
    return make_outcomes(truth, np.eye(classes)[predicted] * (confidence - rest) + rest)


def test_a_run_and_its_own_copy_are_never_different() -> None:
    for classes in (2, 3, 12):
        for options in (Options(), Options(margins={"accuracy": 0.05, "log_loss": 0.1})):
            run = make_evidence(classes=classes, seed=classes)
            comparison = compare(run, run, options=options)
            assert "same-run" in codes(comparison)
            assert not {"a", "b"} & set(verdicts(comparison).values())
            for row in comparison.rows:
                assert row.delta == 0
                assert row.p_value == 1.0 or row.metric == "calibration_error"
                if row.metric not in ("accuracy", "weighted_recall", "calibration_error"):
                    assert (row.delta_low, row.delta_high) == (0.0, 0.0)
            for rows in comparison.classes:
                assert {row.delta for row in rows.rows} == {0}
                assert not {"a", "b"} & {row.verdict.value for row in rows.rows}


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 60),
    classes=st.integers(2, 5),
    skills=st.tuples(st.floats(0, 4), st.floats(0, 4)),
    seeds=st.tuples(st.integers(1, 50), st.integers(51, 99)),
    shift=st.integers(0, 40),
)
def test_exchanging_the_runs_mirrors_the_comparison(
    n: int, classes: int, skills: tuple[float, float], seeds: tuple[int, int], shift: int
) -> None:
    n = max(n, classes)
    a, b = (make_evidence(n, classes, skill, seed) for skill, seed in zip(skills, seeds, strict=True))
    assert b.outcomes is not None
    b = replace(b, outcomes=replace(b.outcomes, ids=b.outcomes.ids + np.uint64(shift)))
    there, back = compare(a, b), compare(b, a)
    assert (there.comparable, there.paired) == (back.comparable, back.paired)
    for row in there.rows:
        other = back.row(row.metric)
        assert other is not None
        assert other.verdict is MIRROR.get(row.verdict, row.verdict)
        assert other.delta == pytest.approx(-row.delta if row.delta is not None else None)
        assert other.p_value == pytest.approx(row.p_value)
        assert other.examples_needed == row.examples_needed
        assert (other.delta_low, other.delta_high) == pytest.approx(
            (None, None) if row.delta_low is None or row.delta_high is None else (-row.delta_high, -row.delta_low),
            abs=1e-9,
        )
    for rows, others in zip(there.classes, back.classes, strict=True):
        for row, other in zip(rows.rows, others.rows, strict=True):
            assert other.verdict is MIRROR.get(row.verdict, row.verdict)
            assert other.p_adjusted == pytest.approx(row.p_adjusted)
    json.dumps(there.to_json(), allow_nan=False)


def test_runs_are_paired_on_the_examples_that_both_hold_whatever_their_order() -> None:
    a, b = make_evidence(skill=1.5, seed=1), make_evidence(skill=2.5, seed=2)
    assert b.outcomes is not None
    order = np.random.default_rng(0).permutation(300)
    shuffled = replace(b, outcomes=b.outcomes.at(order))
    straight, crooked = compare(a, b), compare(a, shuffled)
    assert [row.to_json() for row in crooked.rows] == [row.to_json() for row in straight.rows]
    part = compare(a, replace(b, outcomes=b.outcomes.at(order[:200])))
    assert part.paired
    assert part.disagreements is not None
    assert part.disagreements.n == 200
    assert "unequal-test-parts" in codes(part)


def test_classes_listed_in_another_order_are_the_same_classes() -> None:
    for classes in (2, 3):
        truth = draw_truth(200, classes, 0)
        first, second = draw_probabilities(truth, classes, 2.0, 1), draw_probabilities(truth, classes, 1.0, 2)
        labels = [f"c{number}" for number in range(classes)]
        turned = np.arange(classes)[::-1]
        a = Evidence(make_run(), make_outcomes(truth, first, labels=labels))
        b = Evidence(make_run(id=2), make_outcomes(truth, second, labels=labels))
        other = Evidence(
            make_run(id=2),
            make_outcomes(turned[truth], second[:, turned], labels=[labels[number] for number in turned]),
        )
        for row, expected in zip(compare(a, other).rows, compare(a, b).rows, strict=True):
            assert row.delta == pytest.approx(expected.delta, abs=1e-3)
            assert row.verdict is expected.verdict


def test_with_too_few_examples_in_common_tests_are_unpaired_and_say_so() -> None:
    a, b = make_evidence(skill=1.0, seed=1), make_evidence(skill=4.0, seed=2, split_seed=7)
    assert b.outcomes is not None
    comparison = compare(a, replace(b, outcomes=replace(b.outcomes, ids=b.outcomes.ids + np.uint64(280))))
    assert not comparison.paired
    assert comparison.comparable
    assert {"unpaired", "other-split"} <= set(codes(comparison))
    assert comparison.disagreements is None
    tests = {row.metric: row.test for row in comparison.rows}
    assert tests == {
        "accuracy": "fisher-exact",
        "weighted_recall": "fisher-exact",
        **dict.fromkeys(("log_loss", "brier"), "welch-t"),
        **dict.fromkeys(SCORES, "welch-jackknife"),
        "calibration_error": None,
        "roc_auc": "auc-influence-unpaired",
    }
    assert verdicts(comparison)["accuracy"] == "b"
    assert "B is better than A in accuracy on different test examples" in comparison.summary


def test_unpaired_runs_of_other_data_are_not_told_apart() -> None:
    """A difference between test parts of different data may be the data's."""
    a, b = make_evidence(skill=1.0, seed=1), make_evidence(skill=4.0, seed=2, data={"fingerprint": "beef"})
    assert b.outcomes is not None
    comparison = compare(a, replace(b, outcomes=replace(b.outcomes, ids=b.outcomes.ids + np.uint64(500))))
    assert "unresolved" in verdicts(comparison)["accuracy"]
    assert reason(comparison, "accuracy").startswith("other data, and not the same test examples")
    assert not {"a", "b"} & {row.verdict.value for rows in comparison.classes for row in rows.rows}


def test_an_example_of_which_the_truth_changed_is_left_out() -> None:
    a, b = make_evidence(seed=1), make_evidence(seed=2)
    assert b.outcomes is not None
    changed = b.outcomes.truth.copy()
    changed[:20] = (changed[:20] + 1) % 3
    comparison = compare(a, replace(b, outcomes=replace(b.outcomes, truth=changed)))
    assert "other-truth" in codes(comparison)
    assert comparison.disagreements is not None
    assert comparison.disagreements.n == 280


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"run": make_run(id=2, task="regression")}, "other-task"),
        ({"run": make_run(id=2, data={"target": "sex"})}, "other-target"),
        ({"outcomes": None}, "no-outcomes"),
        ({"run": make_run(id=2, metrics={"accuracy": None}), "outcomes": None}, "no-outcomes"),
    ],
)
def test_what_cannot_be_compared_at_all_says_why(change: dict[str, Any], code: str) -> None:
    a, b = make_evidence(seed=1, metrics={"accuracy": 0.9}), make_evidence(seed=2, metrics={"accuracy": 0.8})
    comparison = compare(a, replace(b, **change))
    assert not comparison.comparable
    assert code in codes(comparison)
    assert verdicts(comparison)["accuracy"] == "not-comparable"
    assert f"How well they predict cannot be compared: {comparison.warnings[0].message}." in comparison.summary
    json.dumps(comparison.to_json(), allow_nan=False)


def test_another_set_of_classes_is_not_comparable_and_names_them() -> None:
    a, b = make_evidence(seed=1, classes=3), make_evidence(seed=2, classes=4)
    comparison = compare(a, b)
    assert not comparison.comparable
    assert [caution.message for caution in comparison.warnings] == ["other classes: only B knows c3"]


def test_other_reasons_leave_the_pair_comparable() -> None:
    a = make_evidence(seed=1)
    other = {"data": {"fingerprint": "beef"}, "threads": 4, "environment": {"cpu": "Epyc", "host": "other"}}
    comparison = compare(a, make_evidence(seed=2, status="stopped", split_seed=1, **other))
    assert comparison.comparable
    assert codes(comparison) == [
        *("provisional", "other-split", "other-data", "other-device", "other-host", "other-threads"),
    ]


def test_a_run_below_the_commonest_class_is_told_so() -> None:
    truth = np.array([0] * 80 + [1] * 40)
    worse = Evidence(make_run(), _certain(truth, [1] * 80 + [1] * 40))
    baseline = Evidence(make_run(id=2), _certain(truth, [0] * 120))
    messages = {caution.code: caution.message for caution in compare(worse, baseline).warnings}
    assert messages == {
        "below-baseline": "A is right on 33.3%; always answering c0 would be right on 66.7%",
    }


def test_few_examples_are_named() -> None:
    assert "few-examples" in codes(compare(make_evidence(n=40, seed=1), make_evidence(n=40, seed=2)))


def test_a_loss_that_hangs_on_a_few_confident_errors_is_unresolved() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, size=2_000)
    right = np.where(truth == 1, 0.9, 0.1)
    safe, bold = right.copy(), np.where(truth == 1, 0.95, 0.05)
    bold[:14] = np.where(truth[:14] == 1, 1e-9, 1 - 1e-9)
    a, b = (
        Evidence(make_run(id=number), make_outcomes(truth, np.stack([1 - p, p], axis=1)))
        for number, p in ((1, safe), (2, bold))
    )
    row = compare(a, b).row("log_loss")
    assert row is not None
    assert row.verdict is Verdict.UNRESOLVED
    assert row.delta is not None
    assert row.delta > 0
    assert "sign turns" in row.reason
    assert "0 of A's, 14 of B's" in row.reason


def test_rows_state_the_published_values_of_whole_test_parts() -> None:
    a = make_evidence(seed=1, metrics={"brier": 0.3001})
    b = make_evidence(seed=2, metrics={"brier": 0.2501})
    row = compare(a, b).row("brier")
    assert row is not None
    assert (row.a.value, row.b.value) == (pytest.approx(0.3001), pytest.approx(0.2501))
    assert row.delta == pytest.approx(-0.05)
    assert row.delta_low is not None
    assert row.delta_high is not None
    assert row.delta_low < row.delta < row.delta_high


def test_a_model_that_gives_no_number_has_no_score_of_its_probabilities() -> None:
    a, b = make_evidence(seed=1), make_evidence(seed=2)
    assert b.outcomes is not None
    assert b.outcomes.probabilities is not None
    assert b.outcomes.loss is not None
    probabilities, loss = b.outcomes.probabilities.copy(), b.outcomes.loss.copy()
    probabilities[0], loss[0] = np.nan, np.nan
    comparison = compare(a, replace(b, outcomes=replace(b.outcomes, probabilities=probabilities, loss=loss)))
    assert not {"log_loss", "brier", "roc_auc"} & set(verdicts(comparison))
    assert "accuracy" in verdicts(comparison)
    json.dumps(comparison.to_json(), allow_nan=False)


def test_a_score_that_one_run_lacks_is_not_comparable() -> None:
    a, b = make_evidence(seed=1, metrics={"roc_auc": 0.9}), make_evidence(seed=2)
    assert b.outcomes is not None
    b = replace(b, outcomes=replace(b.outcomes, probabilities=None, loss=None))
    comparison = compare(a, b)
    assert verdicts(comparison)["roc_auc"] == "not-comparable"
    assert reason(comparison, "roc_auc") == "B does not have this figure"
    assert "log_loss" not in verdicts(comparison)


def test_the_json_is_the_published_one() -> None:
    a, b = make_evidence(seed=1), make_evidence(seed=2, parameters={"learning_rate": 0.01, "depth": 3})
    document = compare(a, b).to_json()
    assert list(document) == [
        *(
            "a",
            "b",
            "comparable",
            "paired",
            "warnings",
            "rows",
            "disagreements",
            "parameters",
            "environment",
            "summary",
            "classes",
            "race",
        ),
    ]
    assert document["a"] == dict(a.run)
    row = document["rows"][0]
    assert list(row)[:16] == [
        *("metric", "group", "unit", "higher_is_better", "a", "b", "delta", "delta_low", "delta_high", "relative"),
        *("test", "p_value", "p_adjusted", "n", "verdict", "reason"),
    ]
    assert list(row["a"]) == ["value", "low", "high"]
    assert (row["metric"], row["group"], row["test"], row["n"]) == ("accuracy", "accuracy", "mcnemar-exact", 300)
    assert row["relative"] == pytest.approx(row["delta"] / row["a"]["value"])
    assert document["parameters"] == [
        {"key": "learning_rate", "a": 0.001, "b": 0.01},
        {"key": "depth", "a": None, "b": 3},
    ]
    assert document["environment"] == []
    assert [row["metric"] for row in document["rows"]] == [name for name in METRICS if name in QUALITY]


def test_the_same_evidence_gives_the_same_comparison() -> None:
    a, b = make_evidence(seed=1), make_evidence(seed=2)
    assert compare(a, b).to_json() == compare(a, b).to_json()


def test_examples_of_a_kind_come_with_both_answers_widest_apart_first() -> None:
    a, b = make_evidence(seed=1), make_evidence(skill=3.0, seed=2)
    comparison = compare(a, b)
    assert comparison.disagreements is not None
    for kind, count in comparison.disagreements.to_json().items():
        examples = disagreeing_examples(a, b, kind)
        assert examples is not None
        assert len(examples) == count
        for example in examples:
            assert (example.a.predicted == example.truth) is (kind in ("both_right", "only_a"))
            assert (example.b.predicted == example.truth) is (kind in ("both_right", "only_b"))
        gaps = [abs((example.b.loss or 0) - (example.a.loss or 0)) for example in examples]
        assert gaps == sorted(gaps, reverse=True)
    assert a.outcomes is not None
    first = next(iter(disagreeing_examples(a, b, "only_b") or ()))
    assert first.id == int(a.outcomes.ids[first.position])
    assert first.a.confidence == pytest.approx(float(a.outcomes.probabilities[first.position].max()))  # type: ignore[index]
    assert disagreeing_examples(a, replace(b, outcomes=None), "only_a") is None


def test_timings_taken_apart_settle_nothing_unless_they_stand_far_apart() -> None:
    close = compare(make_timed(1.0, seed=1), make_timed(1.15, seed=2))
    far = compare(make_timed(1.0, seed=1), make_timed(1.6, seed=2))
    back = compare(make_timed(1.6, seed=2), make_timed(1.0, seed=1))
    timings = ("p50_ms", "p90_ms", "p95_ms", "mean_ms", "throughput_per_s")
    assert [verdicts(close)[name] for name in timings] == ["unresolved"] * 5
    assert reason(close, "p50_ms") == "measured apart; race settles it"
    assert [verdicts(far)[name] for name in timings] == ["a"] * 5
    assert [verdicts(back)[name] for name in timings] == ["b"] * 5
    row = far.row("p50_ms")
    assert row is not None
    assert row.delta == pytest.approx(0.6, abs=0.05)
    assert row.p_value is None
    assert "A is faster" in far.summary
    assert "in latency, a race" in close.summary


def test_a_run_timed_against_its_own_timings_is_unresolved() -> None:
    run = make_timed(1.0)
    assert set(verdicts(compare(run, run)).values()) == {"unresolved"}


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"device": "cuda:0"}, "another device"),
        ({"batch_size": 8}, "other batch size: A 1, B 8"),
        ({"threads": 2}, "other threads: A 1, B 2"),
    ],
)
def test_timings_under_other_conditions_are_not_comparable(conditions: dict[str, Any], words: str) -> None:
    comparison = compare(make_timed(1.0, seed=1), make_timed(2.0, seed=2, **conditions))
    assert verdicts(comparison)["p50_ms"] == "not-comparable"
    assert verdicts(comparison)["throughput_per_s"] == "not-comparable"
    assert words in reason(comparison, "p50_ms")
    assert "latency cannot be compared" in comparison.summary


@pytest.mark.parametrize(
    "conditions", [{"shared_with": ["run 3 (mlp) trains"]}, {"exclusive": False}, {"load_before": 7.5}]
)
def test_a_busy_machine_decides_nothing(conditions: dict[str, Any]) -> None:
    comparison = compare(make_timed(1.0, seed=1), make_timed(3.0, seed=2, **conditions))
    assert verdicts(comparison)["p50_ms"] == "unresolved"
    assert "on a busy machine (B: " in reason(comparison, "p50_ms")
    assert "busy-machine" in codes(comparison)


def test_p99_needs_400_trials() -> None:
    comparison = compare(make_timed(1.0, seed=1), make_timed(1.0, n=300, seed=2))
    assert verdicts(comparison)["p99_ms"] == "not-comparable"
    assert "400 trials" in reason(comparison, "p99_ms")


def test_percentiles_without_trials_have_no_interval_and_no_verdict() -> None:
    a, b = (replace(make_timed(ms, seed=seed), calls=None) for ms, seed in ((1.0, 1), (9.0, 2)))
    row = compare(a, b).row("p50_ms")
    assert row is not None
    assert row.verdict is Verdict.UNRESOLVED
    assert row.delta_low is None


def test_counted_figures_compare_exactly_and_figures_measured_once_carry_no_verdict() -> None:
    a = Evidence(
        make_run(size={"parameters": 100, "checkpoint_bytes": 400, "peak_memory_bytes": 9e8}, cost={"train_usd": 0.1})
    )
    b = Evidence(
        make_run(
            id=2, size={"parameters": 90, "checkpoint_bytes": 400, "peak_memory_bytes": 1e8}, cost={"train_usd": 9.0}
        )
    )
    comparison = compare(a, b)
    assert verdicts(comparison) == {
        "train_usd": "unresolved",
        "parameters": "b",
        "checkpoint_bytes": "equivalent",
        "peak_memory_bytes": "unresolved",
    }
    assert reason(comparison, "train_usd") == "measured once, n = 1"
    assert "B is smaller (parameters: A 100, B 90)" in comparison.summary


def test_a_derived_row_takes_the_verdict_on_which_its_sources_agree() -> None:
    def priced(evidence: Evidence, ms: float, seed: int) -> Evidence:
        timed = make_timed(ms, seed=seed)
        cost = {"usd_per_1k_predictions": ms * 1e-6, "usd_per_1k_correct": ms * 2e-6}
        run = {**evidence.run, "latency": timed.run["latency"], "cost": {**evidence.run["cost"], **cost}}
        return replace(evidence, run=run, calls=make_calls(ms, seed=seed))

    weak, strong = make_evidence(skill=1.0, seed=1), make_evidence(skill=4.0, seed=2)
    agree = compare(priced(weak, 2.0, 3), priced(strong, 1.0, 4))
    differ = compare(priced(weak, 1.0, 3), priced(strong, 2.0, 4))
    assert verdicts(agree)["usd_per_1k_predictions"] == "b"
    assert verdicts(agree)["usd_per_1k_correct"] == "b"
    assert verdicts(differ)["usd_per_1k_predictions"] == "a"
    assert verdicts(differ)["usd_per_1k_correct"] == "unresolved"
    assert "do not agree" in reason(differ, "usd_per_1k_correct")

    told = compare(replace(priced(weak, 2.0, 3), is_imported=True), priced(strong, 1.0, 4))
    for name in ("usd_per_1k_predictions", "usd_per_1k_correct"):
        row = told.row(name)
        assert row is not None
        assert (row.verdict, row.reason) == (Verdict.UNRESOLVED, "that of A is as told at the import, n = 1")
        assert (row.a.low, row.delta_low) == (None, None), "no time says how far it may vary"
        assert verdict_words(row) == ("·", "n = 1")
    assert "(that of A is as told at the import, n = 1)" in told.summary


def test_runs_about_which_nothing_is_known_can_still_be_put_side_by_side() -> None:
    comparison = compare(Evidence(make_run(status="failed")), Evidence(make_run(id=2)))
    assert comparison.rows == ()
    assert codes(comparison) == ["provisional", "no-outcomes"]
    assert "Neither run has a figure" in comparison.summary


def test_a_comparison_needs_no_heavy_library() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); import comparison_fixtures as f, workbench.comparison as c; "
        "c.compare(f.make_evidence(seed=1), f.make_evidence(seed=2)); "
        "print([name for name in ('scipy', 'torch', 'sklearn', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
