"""A file of rows as columns of plain cells, whatever kind of file it is.

Cells of a CSV file are stripped texts; those of JSON lines and Parquet keep their types, lists and objects among them.
What they mean is decided by whoever reads a column (``cells``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from workbench.errors import UnusableData
from workbench.inert import inert

Cells: TypeAlias = Sequence[Any]


@dataclass(frozen=True, slots=True, eq=False)
class SourceTable:
    """Columns of equal length by name, and the number under which each row is found in its file."""

    file_name: str
    """Inert."""
    columns: Mapping[str, Cells]
    lines: Sequence[int]
    unit: str = "line"
    """What ``lines`` counts: lines of a text, rows of a binary file."""
    decimal_comma: bool = False
    """Whether a number may be written 0,5."""

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.lines)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in the order of the file."""
        return tuple(self.columns)


def read_source(path: Path, *, header: bool | None = True) -> SourceTable:
    """The table in a file of one of these kinds; raises UnusableData with a sentence that names the line.

    ``header`` says whether the first line of a CSV file names its columns; None: judged by what stands in it.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None and not path.is_dir():
        raise UnusableData(f"{inert(path.name)} is not of a kind that can be imported: save it as {_known()}.")
    if reader is None or not path.is_file():
        became = "is a folder" if path.is_dir() else "is not there" if not path.exists() else "is no ordinary file"
        raise UnusableData(f"{inert(str(path))} {became}: name a {_known()} file.")
    table = reader(path, header)
    if not table.rows:
        raise UnusableData(f"{table.file_name} holds no rows: one is needed for each example.")
    return table


def _read_delimited(path: Path, header: bool | None) -> SourceTable:
    from workbench.data.reading import read_table

    raw = read_table(str(path), header=header)
    columns = dict(zip(raw.names, raw.columns, strict=True))
    return SourceTable(inert(path.name), columns, raw.lines, decimal_comma=raw.delimiter == ";")


def _read_json_lines(path: Path, _: bool | None) -> SourceTable:
    from workbench.importing.json_files import read_json_lines

    return read_json_lines(path)


def _read_json_list(path: Path, _: bool | None) -> SourceTable:
    from workbench.importing.json_files import read_json_list

    return read_json_list(path)


def _read_parquet(path: Path, _: bool | None) -> SourceTable:
    from workbench.importing.parquet import read_parquet

    return read_parquet(path)


_READERS: Mapping[str, Callable[[Path, bool | None], SourceTable]] = {
    ".csv": _read_delimited,
    ".tsv": _read_delimited,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".json": _read_json_list,
    ".parquet": _read_parquet,
}


def _known() -> str:
    *most, last = _READERS
    return f"{', '.join(most)} or {last}"
