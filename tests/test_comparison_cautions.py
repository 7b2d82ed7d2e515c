"""Cautions: what is said of runs that should not be trusted or compared as they are, and what repairs it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, draw_truth, make_evidence, make_outcomes

from workbench.comparison import Caution, Comparison, Evidence, Verdict, compare

N = 300


def caution(comparison: Comparison, code: str) -> Caution:
    (found,) = [caution for caution in comparison.warnings if caution.code == code]
    return found


def on_part(ids: np.ndarray, seed: int, **changes: Any) -> Evidence:
    """A run that was tested on these examples of a data set, whose truth hangs on the id alone."""
    truth = draw_truth(1_000, 3, 0)[ids]
    outcomes = make_outcomes(
        truth, draw_probabilities(truth, 3, 2.0, seed), ids=ids.astype(np.uint64), labels=("x", "y", "z")
    )
    evidence = make_evidence(**{"id": seed, **changes})
    return Evidence(evidence.run, outcomes)


@pytest.mark.parametrize(
    ("status", "message", "repair"),
    [
        ("running", "A is running: its figures are provisional", "Compare again when it is done"),
        ("queued", "A is queued: its figures are provisional", "Compare again when it is done"),
        ("failed", "A has failed: its figures are provisional", "`workbench rerun 1` trains it again"),
        ("stopped", "A is stopped: its figures are provisional", "`workbench rerun 1` trains it again"),
        ("lost", "A is lost: its figures are provisional", "`workbench rerun 1` trains it again"),
    ],
)
def test_rows_of_a_run_that_is_not_done_are_shown_without_any_verdict(status: str, message: str, repair: str) -> None:
    size = {"size": {"parameters": 10}}
    a, b = make_evidence(skill=1.0, seed=1, **size), make_evidence(skill=4.0, seed=2, size={"parameters": 20})
    decided, undecided = compare(a, b), compare(replace(a, run={**a.run, "status": status}), b)
    assert [row.metric for row in undecided.rows] == [row.metric for row in decided.rows]
    for done, row in zip(decided.rows, undecided.rows, strict=True):
        assert (row.delta, row.p_value, row.delta_low) == (done.delta, done.p_value, done.delta_low)
        assert row.verdict is Verdict.UNRESOLVED
        if done.verdict is not Verdict.UNRESOLVED:
            assert row.reason == message
    assert {row.verdict for of_class in undecided.classes for row in of_class.rows} == {Verdict.UNRESOLVED}
    found = caution(undecided, "provisional")
    assert (found.message, found.repair) == (message, repair)
    assert f"Note that {message}." in undecided.summary


def test_a_provisional_row_that_cannot_be_compared_says_why_it_cannot() -> None:
    a, b = make_evidence(seed=1, status="running"), make_evidence(seed=2, task="regression")
    row = compare(a, b).row("accuracy")
    assert row is None or row.verdict is Verdict.NOT_COMPARABLE


def test_test_examples_that_were_also_trained_on_are_told_of_once_where_both_runs_had_them() -> None:
    repeated = {"data": {"report": {"duplicates_across_split": 12}}}
    both = compare(make_evidence(seed=1, **repeated), make_evidence(seed=2, **repeated))
    words = "12 of 300 test examples occur among the training or validation examples, too"
    assert caution(both, "seen-in-training").message == f"A and B: {words}"
    assert "Remove the repeated rows" in caution(both, "seen-in-training").repair
    one = compare(make_evidence(seed=1), make_evidence(seed=2, **repeated))
    assert caution(one, "seen-in-training").message == f"B: {words}"
    none = {"data": {"report": {"duplicates_across_split": 0}}}
    assert compare(make_evidence(seed=1, **none), make_evidence(seed=2, **none)).warnings == ()


def test_a_column_that_gives_the_target_away_is_told_of() -> None:
    leaky = {"data": {"report": {"leak_suspects": [{"column": "out\x1b[1mcome", "accuracy": 0.995, "baseline": 0.5}]}}}
    found = caution(compare(make_evidence(seed=1, **leaky), make_evidence(seed=2, **leaky)), "leak-suspect")
    assert found.message == "A and B: the column outcome alone is right on 99.5%"


def test_of_an_imported_model_nobody_knows_what_it_learned_from() -> None:
    comparison = compare(make_evidence(seed=1), make_evidence(seed=2, data={"train": None}))
    assert caution(comparison, "unknown-training").message.startswith("what B learned from is not known")


def test_runs_on_other_splits_of_the_same_data_say_what_the_other_had_learned_from() -> None:
    a, b = on_part(np.arange(0, 200), 1), on_part(np.arange(140, 290), 2, split_seed=5)
    comparison = compare(a, b)
    assert comparison.paired
    found = caution(comparison, "other-split")
    assert (
        "B learned from or was tuned on 140 of 200 test examples of A, A on 90 of 150 of B: these do not count"
        in found.message
    )
    assert found.repair == "`workbench rerun 2 --split-seed 0` trains B on the split of A"
    apart = caution(compare(a, on_part(np.arange(500, 600), 2, split_seed=5)), "other-split")
    assert "200 of 200 test examples of A, A on 100 of 100 of B: each is judged on its own test part" in apart.message
    other_data = on_part(np.arange(140, 290), 2, split_seed=5, data={"fingerprint": "beef"})
    assert "learned from" not in caution(compare(a, other_data), "other-split").message


def test_every_caution_that_can_be_mended_says_how() -> None:
    a = make_evidence(seed=1, n=40)
    changed = {
        "status": "stopped",
        "split_seed": 1,
        "threads": 4,
        "data": {"fingerprint": "beef", "target": "other"},
        "environment": {"cpu": "Epyc", "host": "other"},
    }
    comparisons = [
        compare(a, make_evidence(seed=2, n=40, **changed)),
        compare(a, make_evidence(seed=2, n=50)),
        compare(a, a),
        compare(a, make_evidence(seed=2, n=40, task="regression")),
        compare(a, make_evidence(seed=2, n=40, classes=4)),
        compare(a, Evidence(make_evidence(seed=3).run)),
        compare(on_part(np.arange(100), 1), on_part(np.arange(95, 200), 2)),
        compare(on_part(np.arange(100), 1), on_part(np.arange(40, 200), 2)),
    ]
    cautions = {caution.code: caution for comparison in comparisons for caution in comparison.warnings}
    assert set(cautions) >= {
        *("same-run", "provisional", "other-task", "other-target", "other-labels", "no-outcomes", "other-split"),
        *("other-data", "unpaired", "unequal-test-parts", "few-examples", "other-device", "other-host"),
        "other-threads",
    }
    assert [caution.code for caution in cautions.values() if not caution.repair] == []
    for caution_ in cautions.values():
        assert caution_.to_json() == {
            "code": caution_.code,
            "message": caution_.message,
            "repair": caution_.repair,
        }
        assert not caution_.repair.endswith(".")
    assert Caution("code", "message").to_json()["repair"] is None
