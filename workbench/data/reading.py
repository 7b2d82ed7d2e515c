"""A ``.csv`` or ``.tsv`` file as columns of text, read once, from first line to last, by the standard library.

What is decided here: the encoding (UTF-8, with or without a byte order mark, or UTF-16 with one), the delimiter (by
suffix, unless another one plainly fits), quotes, and whether the first line is a header. Cells are stripped and
otherwise kept as written; what they mean is decided in ``columns`` and ``targets``. A file that does not hold
together is refused with the line at which it breaks.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from workbench.data.columns import is_missing, parse_number
from workbench.data.encodings import encoding_of
from workbench.data.files import locate
from workbench.errors import UnusableData
from workbench.formatting import format_some
from workbench.inert import inert

MAX_FILE_BYTES = 512 * 2**20
MAX_CELLS = 40_000_000
"""A table is held in memory as text while it is read, at some 100 bytes a cell in the worst case."""

_SUFFIX_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_DELIMITERS = ",;\t|"
_SAMPLE_RECORDS = 50
_BLOCK_RECORDS = 10_000
_LISTED_LINES = 5
_SHARED_TEXTS = 10_000
"""Up to so many different texts a column, equal cells share one string; beyond it they seldom repeat."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Columns of stripped text as written, with the line of the file on which each row begins."""

    file_name: str
    names: tuple[str, ...]
    columns: tuple[list[str], ...]
    lines: list[int]
    delimiter: str
    has_header: bool

    @property
    def rows(self) -> int:
        """The number of rows, the header not counted."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class _Dialect:
    encoding: str
    delimiter: str
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    """csv.QUOTE_MINIMAL or csv.QUOTE_NONE."""


def read_table(ref: str, limit: int | None = None, *, header: bool | None = None) -> RawTable:
    """The table in file ``ref``, or its first ``limit`` rows; raises UnusableData with a sentence that names the
    line.

    ``header`` says whether its first line names the columns; None: judged by what stands in it.
    """
    try:
        path = locate(ref)
        return _read_any_quoting(path, limit, header)
    except UnicodeDecodeError as error:
        raise _bad_encoding(locate(ref), error) from None
    except OSError as error:
        raise UnusableData(f"{ref} cannot be read ({error.strerror}): check its permissions.") from None


def _read_any_quoting(path: Path, limit: int | None, header: bool | None) -> RawTable:
    encoding = _check_size_and_encoding(path)
    dialect = _Dialect(encoding, _choose_delimiter(path, encoding))
    try:
        return _read(path, dialect, limit, header)
    except UnusableData as first:
        if dialect.delimiter != "\t":
            raise
        # Many programs write tab-separated text without quoting at all, so that a lone quote is just a character.
        try:
            return _read(path, _Dialect(encoding, "\t", csv.QUOTE_NONE), limit, header)
        except UnusableData:
            raise first from None


def _check_size_and_encoding(path: Path) -> str:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise UnusableData(
            f"{path.name} has {size / 2**20:,.0f} MiB, and tables are read whole, up to {MAX_FILE_BYTES >> 20} MiB: "
            f"take a sample of its rows, or leave out columns that are not needed."
        )
    with path.open("rb") as file:
        start = file.read(8192)
    encoding = encoding_of(start)
    if encoding is None:
        raise UnusableData(f"{path.name} does not hold text, whatever its name says: export it as CSV in UTF-8.")
    return encoding


def _bad_encoding(path: Path, error: UnicodeDecodeError) -> UnusableData:
    line, byte = _find_bad_byte(path) if error.encoding.startswith("utf-8") else (None, None)
    if line is None:
        return UnusableData(f"{path.name} is not the {error.encoding} text that it begins as: save it as UTF-8.")
    return UnusableData(
        f"Line {line} of {path.name} is not UTF-8 text (byte 0x{byte:02x}): save the file as UTF-8, or convert it, "
        f"for example with iconv -f latin1 -t utf-8."
    )


def _find_bad_byte(path: Path) -> tuple[int, int] | tuple[None, None]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as found:
                return number, line[found.start]
    return None, None


def _records(path: Path, dialect: _Dialect) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line on which it begins."""
    with path.open(encoding=dialect.encoding, newline="") as file:
        reader = csv.reader(
            file, delimiter=dialect.delimiter, quoting=dialect.quoting, skipinitialspace=True, strict=True
        )
        line = 1
        try:
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1
        except csv.Error as error:
            raise UnusableData(
                f"{path.name} cannot be read from line {line} on ({error}): look for a quote that is not closed, or "
                f"that stands inside a cell without being doubled."
            ) from None


def _choose_delimiter(path: Path, encoding: str) -> str:
    """The delimiter that splits every record alike, that of the suffix first; where none does, that of the suffix."""
    usual = _SUFFIX_DELIMITERS[path.suffix.lower()]
    for delimiter in usual + _DELIMITERS.replace(usual, ""):
        try:
            sample = islice(_records(path, _Dialect(encoding, delimiter)), _SAMPLE_RECORDS)
            widths = {len(record) for _, record in sample}
        except UnusableData:
            continue
        if len(widths) == 1 and widths != {1}:
            return delimiter
    return usual


def _read(path: Path, dialect: _Dialect, limit: int | None, header: bool | None) -> RawTable:
    records = _records(path, dialect)
    sample = list(islice(records, _SAMPLE_RECORDS))
    if not sample:
        raise UnusableData(f"{path.name} is empty: it needs a header line and rows below it.")
    width = len(sample[0][1])
    if header is None:
        whole = [record for _, record in sample if len(record) == width]
        header = _looks_like_header([[cell.strip() for cell in record] for record in whole])
    if header and len(sample) == 1:
        raise UnusableData(f"{path.name} has a header line and no rows below it.")
    names = _name_columns(sample[0][1] if header else [""] * width)
    body = _chain(sample[1:] if header else sample, records)
    columns, lines = _collect(path, body if limit is None else islice(body, limit), width)
    return RawTable(inert(path.name), names, columns, lines, dialect.delimiter, header)


def _chain(
    first: Sequence[tuple[int, list[str]]], rest: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield from first
    yield from rest


def _collect(
    path: Path, records: Iterator[tuple[int, list[str]]], width: int
) -> tuple[tuple[list[str], ...], list[int]]:
    columns: tuple[list[str], ...] = tuple([] for _ in range(width))
    shared: list[dict[str, str]] = [{} for _ in range(width)]
    lines: list[int] = []
    ragged: list[tuple[int, int]] = []
    while block := list(islice(records, _BLOCK_RECORDS)):
        for line, record in block:
            if len(record) != width:
                ragged.append((line, len(record)))
            lines.append(line)
        if ragged:
            raise _ragged(path, ragged, width)
        if len(lines) * width > MAX_CELLS:
            raise UnusableData(
                f"{path.name} has more than {MAX_CELLS:,} cells, and tables are read whole: take a sample of its rows."
            )
        for column, texts, cells in zip(columns, shared, zip(*(r for _, r in block), strict=True), strict=True):
            if len(texts) < _SHARED_TEXTS:
                column.extend(texts.setdefault(text, text) for text in map(str.strip, cells))
            else:
                column.extend(map(str.strip, cells))
    return columns, lines


def _ragged(path: Path, ragged: Sequence[tuple[int, int]], width: int) -> UnusableData:
    """What is said of lines, each with its number of cells, that have another number than the first."""
    line, cells = ragged[0]
    cause = "an unquoted delimiter or a stray quote" if cells > width else "a missing cell or a stray line break"
    more = [str(line) for line, _ in ragged[1:]]
    others = f" (line{'s' * (len(more) != 1)} {format_some(more, _LISTED_LINES)} also differ{'s' * (len(more) == 1)})"
    return UnusableData(
        f"Line {line} of {path.name} has {cells} cell{'s' * (cells != 1)} where the first line has {width}"
        f"{others if more else ''}: look for {cause}, and give every line the same number of cells."
    )


def _looks_like_header(records: list[list[str]]) -> bool:
    """Whether the first record names the columns.

    A word over numbers says yes, a number over numbers says no. Where no column holds numbers, cells that are all
    different and do not come up again below them are taken for names.
    """
    first, rest = records[0], records[1:]
    votes = []
    for cell, below in zip(first, zip(*rest, strict=True) if rest else [()] * len(first), strict=True):
        present = [text for text in below if not is_missing(text)]
        if present and sum(parse_number(text) is not None for text in present) > len(present) / 2:
            votes.append(None if is_missing(cell) else parse_number(cell) is None)
    if True in votes:
        return True
    if False in votes or all(parse_number(cell) is not None for cell in first):
        return False
    recurs = any(cell in {row[index] for row in rest} for index, cell in enumerate(first) if cell)
    return len(set(first)) == len(first) and not recurs


def _name_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The names as written; ``col3`` for one that is blank, ``name.2`` for one that came before."""
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, start=1):
        base = cell.strip() or f"col{position}"
        name, ordinal = base, 1
        while name in taken:
            ordinal += 1
            name = f"{base}.{ordinal}"
        taken.add(name)
        names.append(name)
    return tuple(names)
