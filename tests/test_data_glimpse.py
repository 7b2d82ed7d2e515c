"""The beginning of a file, for a form: what its columns are, and what to be wary of before a run."""

from pathlib import Path

from data_fixtures import write_table

from workbench.data.glimpse import Preview, cautions, preview


def seen(tmp_path: Path, *lines: str) -> Preview:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return preview(str(path))


def test_each_column_says_how_many_different_values_it_has(tmp_path: Path) -> None:
    columns = seen(tmp_path, "a,b,label", "1,x,yes", "2,,yes", "2,y,no", "4,x,no").columns
    assert [(column.name, column.distinct, column.missing) for column in columns] == [
        ("a", 3, 0),
        ("b", 2, 1),
        ("label", 2, 0),
    ]
    assert (columns[1].commonest, columns[1].commonest_rows) == ("x", 2)


def test_nothing_is_said_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    lines = [f"{n / 7},{n % 5},{'yes' if n % 2 else 'no'}" for n in range(120)]
    assert cautions(seen(tmp_path, "a,b,label", *lines), "label") == ()


def test_what_can_mislead_is_said_in_sentences(tmp_path: Path) -> None:
    lines = [f"{n},same,{n % 7 or ''},{'rare' if n in (3, 4) else 'usual'}" for n in range(98)]
    found = cautions(seen(tmp_path, "id,one,gaps,label", *lines, "97,same,6,usual", "5,same,5,"), "label")
    assert found == (
        "1 row without a target is left out.",
        "98.0% of the rows are of class 'usual': look at macro F1 rather than accuracy.",
        "1 row is the same as an earlier one.",
        "Values are missing in column 'gaps' (14.0%).",
        "Not learned from: 'one' (only one value).",
    )


def test_a_target_is_no_feature_to_warn_of(tmp_path: Path) -> None:
    lines = [f"{n},{n % 3}" for n in range(120)]
    shown = seen(tmp_path, "id,label", *lines)
    assert cautions(shown, "label") == ("Not learned from: 'id' (almost every value is different).",)
    assert cautions(shown, "id") == ()
    assert cautions(shown, None) == cautions(shown, "label")


def test_few_rows_and_a_missing_header_are_said(tmp_path: Path) -> None:
    found = cautions(seen(tmp_path, *(f"{n / 3},{n % 2}" for n in range(12))), "col2")
    assert found == (
        "Only 12 rows: figures will be uncertain.",
        "There is no header line: the columns are called col1, col2 and so on.",
    )


def test_hostile_names_and_cells_are_inert(tmp_path: Path) -> None:
    path = write_table(tmp_path / "rows.csv", [["\x1b[31m1", "a", "1", "b"]] * 3)
    shown = preview(path)
    assert not any("\x1b" in cell for row in shown.rows for cell in row)
    assert not any("\x1b" in column.commonest for column in shown.columns)
    assert not any("\x1b" in line for line in cautions(shown, None))
