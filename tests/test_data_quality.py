"""The quality report counts what is there, and its warnings say what can mislead."""

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from data_fixtures import TABLES, make_rows, write_table
from sklearn.tree import DecisionTreeClassifier

from workbench.data import DATASETS, prepare
from workbench.data.leaks import is_too_mixed, leave_one_out_accuracy
from workbench.spec import DataSpec

_KEYS = {
    "rows",
    "rows_dropped",
    "features",
    "missing",
    "duplicates",
    "duplicates_across_split",
    "conflicting_labels",
    "constant_columns",
    "dropped_columns",
    "odd_cells",
    "class_balance",
    "leak_suspects",
    "warnings",
}


def _report(path: Path, rows: list[list[str]], header: tuple[str, ...]) -> dict[str, Any]:
    report = prepare(DataSpec(write_table(path / "data.csv", rows, header), "label")).report
    json.dumps(report, allow_nan=False)
    return report


def _codes(report: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in report["warnings"]]


def _message(report: dict[str, Any], code: str) -> str:
    return str(next(warning["message"] for warning in report["warnings"] if warning["code"] == code))


@pytest.mark.parametrize("name", TABLES)
def test_bundled_data_has_no_leak_and_every_key(name: str) -> None:
    report = prepare(DataSpec(name)).report
    assert set(report) == _KEYS
    assert report["leak_suspects"] == []
    assert report["rows"] == DATASETS[name].rows
    assert set(_codes(report)) <= {"few-test-examples"}


def test_the_known_repeat_in_iris_is_found() -> None:
    report = prepare(DataSpec("iris")).report
    assert (report["duplicates"], report["conflicting_labels"]) == (1, 0)


def test_class_balance_counts_each_part() -> None:
    balance = prepare(DataSpec("iris")).report["class_balance"]
    assert balance["setosa"] == {"train": 32, "val": 8, "test": 10}


def test_missing_dropped_and_odd_values_are_counted(tmp_path: Path) -> None:
    rows = [[*row[:3], f"user {i}", "", "x", row[3]] for i, row in enumerate(make_rows(200))]
    for row in rows[:5]:
        row[0] = "?"
    rows[5][2] = "tall"
    for row in rows[6:9]:
        row[6] = "-"
    report = _report(tmp_path, rows, ("age", "colour", "height", "user", "blank", "one", "label"))
    assert (report["rows"], report["rows_dropped"], report["features"]) == (197, 3, 3)
    assert report["missing"] == {"total": 5 + 1 + 197, "by_column": {"age": 5, "height": 1, "blank": 197}}
    assert report["odd_cells"] == {"height": 1}
    assert report["constant_columns"] == ["one"]
    assert report["dropped_columns"] == [
        {"column": "user", "reason": "identifier"},
        {"column": "blank", "reason": "empty"},
    ]
    assert _codes(report) == [
        "few-test-examples",
        "rows-dropped",
        "not-numbers",
        "dropped-column",
        "dropped-column",
        "constant-column",
    ]
    assert _message(report, "rows-dropped") == "3 rows without a target were left out."
    assert _message(report, "not-numbers").startswith("1 cell of column 'height' is not a number among numbers")


def test_repeats_are_counted_across_the_split_and_with_other_labels(tmp_path: Path) -> None:
    distinct = [[str(i * 1.5), str(i * i), "ab"[i % 2]] for i in range(100)]
    relabelled = [[*row[:2], "b" if row[2] == "a" else "a"] for row in distinct[:10]]
    rows = [*distinct, *distinct[:50], *relabelled]
    report = _report(tmp_path, rows, ("x", "y", "label"))
    assert report["duplicates"] == 60
    assert report["conflicting_labels"] == 30
    assert 0 < report["duplicates_across_split"] <= 32
    assert _codes(report)[:2] == ["duplicates-across-split", "conflicting-labels"]
    assert "30 examples with equal features have different labels" in _message(report, "conflicting-labels")


def test_a_file_without_repeats_has_none_across_the_split(tmp_path: Path) -> None:
    report = _report(tmp_path, [[str(i * 1.5), "ab"[i % 2]] for i in range(100)], ("x", "label"))
    assert (report["duplicates"], report["duplicates_across_split"], report["conflicting_labels"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("leak", "found"),
    [
        (lambda label, random: label.upper(), True),
        (lambda label, random: str({"young": 1.5, "middle": 2.5, "old": 9}[label]), True),
        (lambda label, random: label if random.random() < 0.995 else "young", True),
        (lambda label, random: "" if label == "old" else str(random.random()), False),
        (lambda label, random: label + str(random.randrange(3)), True),
        (lambda label, random: label + str(random.randrange(250)), False),
        (lambda label, random: label if random.random() < 0.9 else "young", False),
        (lambda label, random: str(random.random()), False),
    ],
)
def test_a_column_that_gives_the_target_away_is_suspected(tmp_path: Path, leak: Any, found: bool) -> None:
    random = Random(0)
    rows = [[*row[:3], leak(row[3], random), row[3]] for row in make_rows(400)]
    report = _report(tmp_path, rows, ("age", "colour", "height", "leak", "label"))
    assert [suspect["column"] for suspect in report["leak_suspects"]] == (["leak"] if found else [])
    if found:
        assert report["leak_suspects"][0]["accuracy"] >= 0.98 > report["leak_suspects"][0]["baseline"]
        assert _codes(report)[0] == "leak-suspect"
        assert "Column 'leak' alone gives the target away" in _message(report, "leak-suspect")


def test_a_good_column_of_a_lopsided_target_is_no_leak(tmp_path: Path) -> None:
    random = Random(0)
    rows = [[str(random.random()), random.choice("xyz"), "b" if i % 50 == 0 else "a"] for i in range(500)]
    report = _report(tmp_path, rows, ("n", "c", "label"))
    assert report["leak_suspects"] == []
    assert "98.0% of the examples are of class 'a'" in _message(report, "imbalanced-classes")


def test_accuracy_without_the_example_itself() -> None:
    # Level 0: a a b. The a's each see one a and one b, a tie; b sees two a's. Level 1: b b b. Level 2: a lone a.
    codes = np.array([0, 0, 0, 1, 1, 1, 2])
    y = np.array([0, 0, 1, 1, 1, 1, 0])
    assert leave_one_out_accuracy(codes, y, 2) == pytest.approx(3 / 7)


@pytest.mark.parametrize("seed", range(20))
def test_a_column_is_only_called_too_mixed_for_a_tree_where_no_tree_can_tell_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    y = random.integers(0, 3, size=80)
    values = np.round(y * random.uniform(0, 3) + random.normal(0, 0.5, size=80), 1)
    values[random.random(80) < 0.1] = np.nan
    tree = DecisionTreeClassifier(max_leaf_nodes=6, random_state=0).fit(values[:, None], y)
    errors = int(np.sum(tree.predict(values[:, None]) != y))
    assert not is_too_mixed(values, y, 6, errors)
    assert is_too_mixed(np.arange(80.0), np.arange(80) % 3, 6, 8)


def test_labels_that_differ_only_in_case_are_pointed_out(tmp_path: Path) -> None:
    rows = [[str(i * 1.5), ("Yes", "yes", "no")[i % 3]] for i in range(60)]
    report = _report(tmp_path, rows, ("x", "label"))
    assert "Labels 'Yes', 'yes' differ only in case" in _message(report, "labels-alike")
