"""The light half: it answers before a run starts, without importing what trains."""

import subprocess
import sys
from pathlib import Path

import pytest
from data_fixtures import HEADER, make_rows, write_table

from workbench.data import DATASETS, check, describe, find_dataset, is_file, prepare, preview
from workbench.errors import UnknownName, UnusableData
from workbench.spec import DataSpec

_HEAVY = ("torch", "sklearn", "scipy", "pandas", "transformers")


def test_a_catalogue_name_answers_with_its_entry() -> None:
    assert check(DataSpec("digits")) is find_dataset("digits") is DATASETS["digits"]
    with pytest.raises(UnknownName, match="Did you mean iris"):
        check(DataSpec("irsi"))


def test_a_file_answers_in_the_same_terms(tmp_path: Path) -> None:
    path = write_table(tmp_path / "people.csv", [*make_rows(120), ["30", "red", "170", ""]])
    entry = check(DataSpec(path, "label"))
    assert (entry.name, entry.kind, entry.rows, entry.features) == (path, "table", 120, 3)
    assert (entry.target, entry.classes, entry.input_shape) == ("label", ("middle", "old", "young"), None)
    assert entry.summary == "people.csv, a table of 4 columns"
    assert describe(path, "label") == entry
    assert (describe(path).classes, describe(path).rows, describe(path).target) == ((), 121, None)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["1", "a"], ["2", "b"]] * 4, "at least 10"),
        ([["1", "a"], ["1", "b"]] * 10, "'n' is constant"),
        ([[f"this is a long sentence with the number {i}", "ab"[i % 2]] for i in range(40)], "text is not supported"),
        ([[str(i), "ab"[i % 2]] for i in range(40)], "'n' is an identifier"),
    ],
)
def test_what_prepare_refuses_check_refuses_with_the_same_words(
    tmp_path: Path, rows: list[list[str]], said: str
) -> None:
    spec = DataSpec(write_table(tmp_path / "data.csv", rows, ("n", "label")), "label")
    messages = []
    for ask in (check, prepare):
        with pytest.raises(UnusableData) as caught:
            ask(spec)
        messages.append(caught.value.message)
    assert messages[0] == messages[1]
    assert said in messages[0]


def test_a_table_of_one_column_names_the_delimiters(tmp_path: Path) -> None:
    path = write_table(tmp_path / "data.csv", [["a"], ["b"]] * 10, ("label",))
    with pytest.raises(UnusableData, match="only one column"):
        check(DataSpec(path, "label"))
    path = write_table(tmp_path / "other.csv", [["1:a"], ["2:b"]] * 10, ("x:label",))
    with pytest.raises(UnusableData, match="its delimiter is one of comma"):
        check(DataSpec(path, "label"))


@pytest.mark.parametrize(
    ("ref", "file"),
    [
        ("iris", False),
        ("irsi", False),
        ("data.csv", True),
        ("./data", True),
        ("/tmp/x.tsv", True),
        ("notes.xlsx", True),
    ],
)
def test_a_file_is_told_from_a_name(ref: str, file: bool) -> None:
    assert is_file(ref) is file


def test_a_preview_shows_the_beginning(tmp_path: Path) -> None:
    rows = make_rows(3000)
    rows[0][1] = "\x1b[31mred"
    shown = preview(write_table(tmp_path / "data.csv", rows), rows=5)
    assert [(column.name, column.kind.value) for column in shown.columns] == list(
        zip(HEADER, ("number", "category", "number", "category"), strict=True)
    )
    assert len(shown.rows) == 5
    assert shown.rows[0][1] == "red"
    assert (shown.suggested_target, shown.has_header, shown.complete) == ("label", True, False)
    assert shown.rows_read < 3000


def test_a_preview_of_a_short_file_is_complete(tmp_path: Path) -> None:
    shown = preview(write_table(tmp_path / "data.tsv", make_rows(7)))
    assert (len(shown.rows), shown.rows_read, shown.complete) == (7, 7, True)


def _modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(answer.stdout.split())


def test_the_catalogue_imports_not_even_numpy() -> None:
    assert not _modules_after("from workbench.data import DATASETS") & {*_HEAVY, "numpy"}


def test_checking_and_previewing_import_nothing_heavy(tmp_path: Path) -> None:
    path = write_table(tmp_path / "data.csv", make_rows(50))
    code = (
        "from workbench.data import check, describe, preview\nfrom workbench.spec import DataSpec\n"
        f"check(DataSpec({path!r}, 'label')); describe({path!r}); preview({path!r}); check(DataSpec('iris'))"
    )
    assert not _modules_after(code) & set(_HEAVY)
