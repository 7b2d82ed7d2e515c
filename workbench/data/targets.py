"""The target: which column it is, which classes it holds, and whether classes can be learned from it at all.

Every rule that refuses a target says in its sentence what to do instead. Labels are kept as they are written in the
file: a class ``1`` is called ``1``, never ``1.0``.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from workbench.data.columns import is_missing, parse_number
from workbench.data.reading import RawTable
from workbench.errors import UnusableData
from workbench.formatting import format_some
from workbench.inert import inert

MAX_CLASSES = 500
_USUAL_NAMES = ("target", "label", "class", "y")
_FEW_CLASSES = 20
_LISTED = 12
_MANY_NUMBERS = 20
_REPEATED_SHARE = 0.1
"""Whole numbers that differ in more than this share of the rows are taken for measurements, not for classes."""
_MOST = 0.5
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Target:
    """The target column of a table: its ``labels`` in order, and for each kept row its index into them."""

    name: str
    labels: tuple[str, ...]
    indices: list[int]
    kept: list[int]
    """The rows of the table whose target is known."""
    dropped: int
    """How many rows were left out because their target is missing."""


def read_target(table: RawTable, name: str | None) -> Target:
    """The target called ``name``; raises UnusableData where it is not there or no classes can be learned from it."""
    cells = table.columns[_find_column(table, name)]
    kept = [row for row, cell in enumerate(cells) if not is_missing(cell)]
    counts = Counter(cells[row] for row in kept)
    column = f"The target column {name!r} of {table.file_name}"
    if not counts:
        raise UnusableData(f"{column} is empty: every value is missing. Pick another column{_offer(table, name)}.")
    if len(counts) == 1:
        raise UnusableData(
            f"{column} holds only {next(iter(counts))!r}: there is nothing to tell apart. "
            f"Pick another column{_offer(table, name)}, or add rows of another class."
        )
    _refuse_numbers_and_names(table, str(name), column, counts)
    _refuse_rare_classes(table, column, counts, cells)
    labels = sort_labels(counts)
    index = {label: position for position, label in enumerate(labels)}
    return Target(str(name), labels, [index[cells[row]] for row in kept], kept, table.rows - len(kept))


def suggest_target(table: RawTable, excluded: str | None = None) -> str | None:
    """The column that is most likely the target: one called so, else the last with few different values, else None."""
    candidates = [
        name
        for name, cells in zip(table.names, table.columns, strict=True)
        if name != excluded and _holds_classes(cells)
    ]
    for usual in _USUAL_NAMES:
        for name in candidates:
            if name.lower() == usual:
                return name
    return candidates[-1] if candidates else None


def sort_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels in the order of their indices: by value where all are numbers, else by text."""
    texts = sorted(set(labels))
    numbers = {text: number for text in texts if (number := parse_number(text)) is not None}
    return tuple(sorted(texts, key=numbers.__getitem__) if len(numbers) == len(texts) else texts)


def _find_column(table: RawTable, name: str | None) -> int:
    if name is None:
        raise UnusableData(
            f"{table.file_name} needs a target: the column that holds the classes. It has {_list(table.names)}"
            f"{_offer(table, None, '; try ')}."
        )
    if name in table.names:
        return table.names.index(name)
    if len(table.names) == 1:
        raise UnusableData(
            f"{table.file_name} has only one column, {inert(table.names[0], _LONGEST_NAME)!r}. "
            f"Check that its delimiter is one of comma, semicolon, tab or |."
        )
    near = [other for other in table.names if other.lower() == name.lower()]
    near = near or get_close_matches(name, table.names, n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else f"It has {_list(table.names)}."
    nameless = "" if table.has_header else " It has no header line, so its columns are called col1, col2 and so on."
    raise UnusableData(f"{table.file_name} has no column called {name!r}.{nameless} {hint}")


def _refuse_numbers_and_names(table: RawTable, name: str, column: str, counts: Counter[str]) -> None:
    rows = counts.total()
    numbers = [parse_number(text) for text in counts]
    if len(counts) > _MANY_NUMBERS and None not in numbers:
        fractions = any(number != int(number) for number in numbers if number is not None)
        if fractions or len(counts) > _REPEATED_SHARE * rows:
            raise UnusableData(
                f"{column} holds {len(counts):,} different numbers in {rows:,} rows: it looks like a number to be "
                f"predicted, and regression is not there yet. Put its values into bins (say low, medium and high) in a "
                f"column of their own, or pick another column{_offer(table, name)}."
            )
    if rows > _FEW_CLASSES and len(counts) > _MOST * rows:
        raise UnusableData(
            f"{column} has {len(counts):,} different values in {rows:,} rows: it looks like a name or an identifier, "
            f"not a class. Pick another column{_offer(table, name)}."
        )
    if len(counts) > MAX_CLASSES:
        raise UnusableData(
            f"{column} has {len(counts):,} classes, and more than {MAX_CLASSES} are not supported: merge the rare ones "
            f"into one, or pick another column{_offer(table, name)}."
        )


def _refuse_rare_classes(table: RawTable, column: str, counts: Counter[str], cells: Sequence[str]) -> None:
    single = sorted(label for label, count in counts.items() if count == 1)
    if not single:
        return
    if len(single) == 1:
        where, which = f"class {single[0]!r} (line {table.lines[cells.index(single[0])]})", "Drop that row"
    else:
        where, which = f"{len(single)} classes ({_list(single)})", "Drop those rows"
    raise UnusableData(
        f"{column} has only one example of {where}: a class needs one example to learn from and one to test on. "
        f"{which}, or merge what is rare into another class."
    )


def _holds_classes(cells: Sequence[str]) -> bool:
    counts = Counter(cell for cell in cells if not is_missing(cell))
    return 2 <= len(counts) <= _FEW_CLASSES and len(counts) <= _MOST * counts.total() and min(counts.values()) > 1


def _offer(table: RawTable, excluded: str | None, lead: str = ", such as ") -> str:
    suggestion = suggest_target(table, excluded)
    return "" if suggestion is None else f"{lead}{suggestion!r}"


def _list(names: Sequence[str]) -> str:
    return format_some([repr(name) for name in names], _LISTED)
