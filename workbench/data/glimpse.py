"""The beginning of a file, for a form: its columns, its first rows, a likely target, and what to be wary of.

Judged by the first rows alone, so that a large file answers as quickly as a small one. It is the light half of the
quality report: what can be said of texts, without encoding them and without scikit-learn.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.data.columns import ColumnKind, is_missing, summarise
from workbench.data.reading import RawTable, read_table
from workbench.data.targets import suggest_target
from workbench.formatting import format_percent, format_some
from workbench.inert import inert

_SAMPLE_ROWS = 2000
_CELL_LIMIT = 80
_LOPSIDED = 0.9
_FEW_ROWS = 100
_LISTED = 3
_NOT_USED = {
    ColumnKind.CONSTANT: "only one value",
    ColumnKind.IDENTIFIER: "almost every value is different",
    ColumnKind.TEXT: "text is not supported yet",
    ColumnKind.EMPTY: "no values",
}


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column of a file by its exact name, and what it was taken for in the rows that were read."""

    name: str
    kind: ColumnKind
    missing: int
    distinct: int
    """How many different values there are, missing ones not counted."""
    commonest: str
    """The value that most rows have, inert; empty where there is none."""
    commonest_rows: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file: cells are inert text, at most 80 characters each."""

    columns: tuple[PreviewColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    suggested_target: str | None
    has_header: bool
    rows_read: int
    complete: bool
    """Whether ``rows_read`` is all that the file has; kinds and target are otherwise judged by its first rows."""
    repeated: int
    """Rows that are the same as an earlier one."""

    def column(self, name: str | None) -> PreviewColumn | None:
        """The column of this name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)


def preview(path: str, rows: int = 20) -> Preview:
    """Header, first ``rows`` rows, kinds of the columns and a likely target; raises UnusableData for an unreadable
    file.
    """
    raw = read_table(path, limit=_SAMPLE_ROWS + 1)
    return Preview(
        columns=tuple(_describe(raw, position) for position in range(len(raw.names))),
        rows=tuple(
            tuple(inert(cells[row], _CELL_LIMIT) for cells in raw.columns) for row in range(min(rows, raw.rows))
        ),
        suggested_target=suggest_target(raw),
        has_header=raw.has_header,
        rows_read=raw.rows,
        complete=raw.rows <= _SAMPLE_ROWS,
        repeated=raw.rows - len(set(zip(*raw.columns, strict=True))),
    )


def cautions(seen: Preview, target: str | None) -> tuple[str, ...]:
    """What a person should know before a run on the file, a sentence each, the most misleading first."""
    return (*_on_target(seen, seen.column(target)), *_on_rows(seen), *_on_columns(seen, target))


def _describe(raw: RawTable, position: int) -> PreviewColumn:
    name, cells = raw.names[position], raw.columns[position]
    summary = summarise(name, cells, raw.delimiter == ";")
    counts = Counter(cell for cell in cells if not is_missing(cell))
    commonest, times = counts.most_common(1)[0] if counts else ("", 0)
    return PreviewColumn(name, summary.kind, summary.missing, len(counts), inert(commonest, _CELL_LIMIT), times)


def _on_target(seen: Preview, target: PreviewColumn | None) -> Iterator[str]:
    if target is None:
        return
    known = seen.rows_read - target.missing
    if target.missing:
        yield f"{_rows(target.missing)} without a target {'is' if target.missing == 1 else 'are'} left out."
    if target.distinct > 1 and target.commonest_rows >= _LOPSIDED * known:
        share = format_percent(target.commonest_rows / known)
        yield f"{share} of the rows are of class {target.commonest!r}: look at macro F1 rather than accuracy."


def _on_rows(seen: Preview) -> Iterator[str]:
    if seen.repeated:
        yield f"{_rows(seen.repeated)} {'is' if seen.repeated == 1 else 'are'} the same as an earlier one."
    if seen.complete and seen.rows_read < _FEW_ROWS:
        yield f"Only {_rows(seen.rows_read)}: figures will be uncertain."
    if not seen.has_header:
        yield "There is no header line: the columns are called col1, col2 and so on."


def _on_columns(seen: Preview, target: str | None) -> Iterator[str]:
    features = [column for column in seen.columns if column.name != target]
    gaps = [column for column in features if column.missing and column.kind is not ColumnKind.EMPTY]
    if gaps:
        worst = max(gaps, key=lambda column: column.missing)
        share = format_percent(worst.missing / seen.rows_read)
        where = "in column" if len(gaps) == 1 else f"in {len(gaps)} columns, most in"
        yield f"Values are missing {where} {_quote(worst.name)} ({share})."
    for kind, why in _NOT_USED.items():
        if names := [column.name for column in features if column.kind is kind]:
            yield f"Not learned from: {_list(names)} ({why})."


def _rows(number: int) -> str:
    return f"{number:,} row{'s' * (number != 1)}"


def _quote(name: str) -> str:
    return repr(inert(name, _CELL_LIMIT))


def _list(names: Sequence[str]) -> str:
    return format_some([_quote(name) for name in names], _LISTED)
