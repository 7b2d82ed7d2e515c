"""Targets that cannot be learned are refused with a sentence that says what to do; columns get their kinds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from data_fixtures import HEADER, make_rows, write_table

from workbench.data.columns import ColumnKind, summarise
from workbench.data.reading import RawTable, read_table
from workbench.data.targets import MAX_CLASSES, read_target, sort_labels, suggest_target
from workbench.errors import UnusableData


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("x", ["1", "2.5", "-3e2", "", "NaN"] * 3, ColumnKind.NUMBER),
        ("x", ["1.0"] * 5, ColumnKind.CONSTANT),
        ("x", ["1", "1.0", "1"], ColumnKind.CONSTANT),
        ("x", ["red"] * 5, ColumnKind.CONSTANT),
        ("x", ["red", ""] * 5, ColumnKind.CATEGORY),
        ("x", ["", "NA", "n/a", "null", "None", "?", "-", "nan"], ColumnKind.EMPTY),
        ("x", ["red", "green"] * 5, ColumnKind.CATEGORY),
        ("x", ["1_000", "2_000"] * 5, ColumnKind.CATEGORY),
        ("x", [f"user-{i}" for i in range(50)], ColumnKind.IDENTIFIER),
        ("x", [f"user-{i % 40}" for i in range(50)], ColumnKind.CATEGORY),
        ("x", [f"a sentence about number {i}, which is not like any other" for i in range(50)], ColumnKind.TEXT),
        ("x", [str(i) for i in range(50)], ColumnKind.IDENTIFIER),
        ("x", [str(i * 7) for i in range(50)], ColumnKind.NUMBER),
        ("customer_id", [str(i * 7) for i in range(50)], ColumnKind.IDENTIFIER),
        ("userId", [str(i * 7) for i in range(50)], ColumnKind.IDENTIFIER),
        ("paid", [str(i * 7) for i in range(50)], ColumnKind.NUMBER),
        ("x", [str(i / 3) for i in range(97)] + ["oops", "inf", "1e999"], ColumnKind.NUMBER),
        ("x", ["1", "2", "3"] * 30 + ["other"], ColumnKind.CATEGORY),
        ("x", ["inf", "1.5", "2"] * 5, ColumnKind.NUMBER),
        ("x", ["inf", "1.5"] * 5, ColumnKind.NUMBER),
        ("x", ["9" * 400] * 5, ColumnKind.CONSTANT),
    ],
)
def test_a_column_has_a_kind(name: str, cells: list[str], kind: ColumnKind) -> None:
    assert summarise(name, cells).kind is kind


def test_texts_among_numbers_are_counted() -> None:
    summary = summarise("x", [str(i / 3) for i in range(97)] + ["oops", "inf", ""])
    assert (summary.odd, summary.missing) == (2, 1)


def test_a_decimal_comma_is_read_where_the_delimiter_allows_it() -> None:
    assert summarise("x", ["1,5", "2,5"] * 5, decimal_comma=True).numbers == {"1,5": 1.5, "2,5": 2.5}
    assert summarise("x", ["1,5", "2,5"] * 5).kind is ColumnKind.CATEGORY


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., RawTable]:
    def make(labels: list[str], name: str = "label") -> RawTable:
        rows = [[*row[:3], label] for row, label in zip(make_rows(len(labels)), labels, strict=True)]
        return read_table(write_table(tmp_path / "data.csv", rows, (*HEADER[:3], name)))

    return make


def test_labels_stay_as_written_and_are_ordered_by_value(table: Callable[..., RawTable]) -> None:
    target = read_target(table(["10", "2", "1"] * 10), "label")
    assert target.labels == ("1", "2", "10")
    assert target.indices[:3] == [2, 1, 0]
    assert sort_labels(["no", "Yes", "10"]) == ("10", "Yes", "no")
    assert sort_labels(["1.0", "1"]) == ("1", "1.0")


def test_rows_without_a_target_are_left_out_and_counted(table: Callable[..., RawTable]) -> None:
    target = read_target(table(["a", "b", "?"] * 10), "label")
    assert (len(target.kept), target.dropped, target.kept[:4]) == (20, 10, [0, 1, 3, 4])


@pytest.mark.parametrize(
    ("labels", "asked", "said"),
    [
        (["a", "b"] * 20, None, ["needs a target", "'age', 'colour', 'height', 'label'", "try 'label'"]),
        (["a", "b"] * 20, "lable", ["no column called 'lable'", "Did you mean 'label'?"]),
        (["a", "b"] * 20, "Label", ["Did you mean 'label'?"]),
        (["a", "b"] * 20, "zzz", ["It has 'age', 'colour', 'height', 'label'."]),
        (["a", "b"] * 20, "height", ["a number to be predicted", "bins", "such as 'label'"]),
        (["a", "b"] * 20, "age", ["different numbers in 40 rows", "regression is not there yet"]),
        ([""] * 40, "label", ["every value is missing", "such as 'colour'"]),
        (["a"] * 40, "label", ["holds only 'a'", "nothing to tell apart"]),
        ([f"u{i}" for i in range(40)], "label", ["40 different values", "a name or an identifier"]),
        (["a"] * 38 + ["b", "c"], "label", ["one example of 2 classes ('b', 'c')", "Drop those rows"]),
        (["a"] * 20 + ["b"] * 20 + ["c"], "label", ["class 'c' (line 42)", "Drop that row, or merge"]),
        (
            [f"k{i % (MAX_CLASSES + 1)}" for i in range(2 * MAX_CLASSES + 2)],
            "label",
            ["501 classes", "merge the rare ones"],
        ),
    ],
)
def test_a_target_that_cannot_be_learned_gets_a_sentence(
    table: Callable[..., RawTable], labels: list[str], asked: str | None, said: list[str]
) -> None:
    with pytest.raises(UnusableData) as caught:
        read_target(table(labels), asked)
    for part in said:
        assert part in caught.value.message
    assert caught.value.message.endswith((".", "?"))
    assert caught.value.exit_code == 2


def test_many_whole_numbers_that_repeat_are_classes(table: Callable[..., RawTable]) -> None:
    assert len(read_target(table([str(i % 26) for i in range(520)]), "label").labels) == 26


def test_columns_without_a_header_are_explained(tmp_path: Path) -> None:
    path = write_table(tmp_path / "data.csv", [["1", "a"], ["2", "b"]] * 10, header=None)
    with pytest.raises(UnusableData, match="called col1, col2 and so on"):
        read_target(read_table(path), "label")


@pytest.mark.parametrize("name", ["label", "Class", "grade", "y"])
def test_a_likely_target_is_suggested(table: Callable[..., RawTable], name: str) -> None:
    assert suggest_target(table(["a", "b"] * 20, name)) == name


def test_nothing_is_suggested_where_no_column_holds_classes(tmp_path: Path) -> None:
    path = write_table(tmp_path / "data.csv", [[str(i), str(i / 7)] for i in range(40)], ("a", "b"))
    assert suggest_target(read_table(path)) is None
