"""Files become columns of text, or a sentence that names the line at which they break."""

import os
from pathlib import Path

import pytest
from data_fixtures import write_table
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data import reading
from workbench.data.reading import read_table
from workbench.errors import UnusableData


def _write(folder: Path, content: str | bytes, name: str = "data.csv") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_a_header_and_rows_become_columns(tmp_path: Path) -> None:
    table = read_table(_write(tmp_path, "a,b\n1, x \n2,y\n"))
    assert table.names == ("a", "b")
    assert table.columns == (["1", "2"], ["x", "y"])
    assert table.lines == [2, 3]
    assert table.has_header


@pytest.mark.parametrize(
    "content",
    [
        "a,b\r\n1,x\r\n2,y\r\n",
        "a,b\r1,x\r2,y\r",
        "\ufeffa,b\n1,x\n2,y",
        "a,b\n\n1,x\n\n\n2,y\n\n",
        '"a","b"\n"1","x"\n"2","y"\n',
        "a;b\n1;x\n2;y\n",
        "a\tb\n1\tx\n2\ty\n",
        "a|b\n1|x\n2|y\n",
        "a; b\n1; x\n2; y\n",
        "a,b\n1,x\n2,y\n".encode("utf-16"),
        "a,b\n1,x\n2,y\n".encode("utf-32"),
    ],
)
def test_line_ends_marks_quotes_delimiters_and_blank_lines_do_not_matter(tmp_path: Path, content: str | bytes) -> None:
    table = read_table(_write(tmp_path, content))
    assert table.names == ("a", "b")
    assert table.columns == (["1", "2"], ["x", "y"])


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    table = read_table(_write(tmp_path, 'a,b\n1,"x, ""y""\nz"\n2,w\n'))
    assert table.columns[1] == ['x, "y"\nz', "w"]
    assert table.lines == [2, 4]


def test_tab_separated_text_may_hold_lone_quotes(tmp_path: Path) -> None:
    table = read_table(_write(tmp_path, 'text\tlabel\n"so far\t1\nso "good"\t0\n', "data.tsv"))
    assert table.columns == (['"so far', 'so "good"'], ["1", "0"])


def test_a_decimal_comma_does_not_pass_for_a_delimiter(tmp_path: Path) -> None:
    table = read_table(_write(tmp_path, "size;label\n1,5;x\n2,5;y\n"))
    assert (table.delimiter, table.columns[0]) == (";", ["1,5", "2,5"])


def test_a_comma_in_a_tab_separated_text_does_not_split_it(tmp_path: Path) -> None:
    table = read_table(_write(tmp_path, "text\tlabel\na, b\t1\nc\t0\n", "data.tsv"))
    assert table.columns[0] == ["a, b", "c"]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("1,2,x\n3,4,y\n", ("col1", "col2", "col3")),
        ("5.1,3.5\nNA,3.0\n4.7,\n", ("col1", "col2")),
        ("year,2019\n2001,5\n2002,6\n", ("year", "2019")),
        ("name,colour\nann,red\nbob,red\n", ("name", "colour")),
        ("red,yes\nblue,no\nred,yes\n", ("col1", "col2")),
        ("a,,a\n1,2,3\n", ("a", "col2", "a.2")),
    ],
)
def test_a_header_is_told_from_a_row(tmp_path: Path, content: str, names: tuple[str, ...]) -> None:
    table = read_table(_write(tmp_path, content))
    assert table.names == names
    assert table.has_header == (names[0] != "col1")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n", "no rows below"),
        ("a,b\n1,2\n3\n", "Line 3 of data.csv has 1 cell where the first line has 2"),
        ("a,b\n1,2\n\n3,4,5\n", "Line 4 of data.csv has 3 cells"),
        ('a,b\n1,2\n3,"4\n5,6\n', "cannot be read from line 3"),
        (b"a,b\n1,x\n2,caf\xe9\n", "Line 3 of data.csv is not UTF-8 text (byte 0xe9)"),
        (b"\x89PNG\r\n\x00\x00\x00", "does not hold text"),
        (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8", "save it as UTF-8"),
        ("a,b\n1," + "x" * 200_000 + "\n", "cannot be read from line 2"),
    ],
)
def test_what_does_not_hold_together_is_refused_with_its_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(UnusableData) as caught:
        read_table(_write(tmp_path, content))
    assert said in caught.value.message


def test_a_bad_byte_far_into_a_file_is_named_by_its_line(tmp_path: Path) -> None:
    path = _write(tmp_path, b"a,b\n" + b"1,x\n" * 50_000 + b"2,\xff\n")
    with pytest.raises(UnusableData, match="Line 50002 "):
        read_table(path)


def test_what_is_no_data_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for ref, said in (
        (tmp_path / "none.csv", "There is no file"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.csv", "not an ordinary file"),
        (Path(_write(tmp_path, "a,b\n1,2\n", "data.xlsx")), "save it as .csv or .tsv"),
    ):
        with pytest.raises(UnusableData, match=said):
            read_table(str(ref))


def test_a_table_that_would_not_fit_is_refused_before_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table(tmp_path / "data.csv", [["1", "2"]] * 100, header=("a", "b"))
    monkeypatch.setattr(reading, "MAX_CELLS", 150)
    with pytest.raises(UnusableData, match="more than 150 cells"):
        read_table(path)
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 100)
    with pytest.raises(UnusableData, match="take a sample"):
        read_table(path)


def test_a_limit_reads_no_further(tmp_path: Path) -> None:
    path = _write(tmp_path, "a,b\n" + "1,2\n" * 500 + "broken\n")
    assert read_table(path, limit=300).rows == 300


_CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=8))
def test_whatever_a_cell_holds_the_table_keeps_its_shape(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "data.csv"
    dotted = [["." + cell for cell in row] for row in rows]  # so that no record is blank
    table = read_table(write_table(path, dotted, header=("first name", "second name")))
    assert table.names == ("first name", "second name")
    assert [list(row) for row in zip(*table.columns, strict=True)] == [[cell.strip() for cell in row] for row in dotted]
