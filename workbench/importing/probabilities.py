"""Probabilities of classes as people write them: a column for each class, one of lists or objects, or a single number.

The numbers must lie between 0 and 1 and sum to 1. What misses by rounding (up to 0.02) is scaled and said; what misses
by more is refused, since nobody but its author knows what it means.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.formatting import format_some
from workbench.importing.cells import Floats, read_labels, read_structures
from workbench.importing.findings import Findings, count_rows, lines_of, marked, rows_with
from workbench.importing.roles import Meaning, Scored, are_numbered
from workbench.importing.table import SourceTable
from workbench.importing.values import read_full_column
from workbench.inert import inert

EXACT_SUM = 2e-3
"""How far a sum may miss 1 without a word: half precision does."""
ROUNDED_SUM = 0.02
_BEYOND = 1e-6
_LISTED = 5


@dataclass(frozen=True, slots=True, eq=False)
class ScoredValues:
    """Probabilities, or scores that only rank, of shape (n, K)."""

    values: Floats
    ranks: bool


def is_single_number(table: SourceTable, scored: Scored | None) -> bool:
    """Whether there is one number a row, which is about one of two classes."""
    if scored is None or scored.column is None:
        return False
    return not isinstance(read_structures(table.columns[scored.column][:1])[0], list | Mapping)


def scored_labels(table: SourceTable, scored: Scored | None, own: AbstractSet[str]) -> tuple[str, ...] | None:
    """The classes that probabilities name by themselves; None where they name none, or one of two.

    Numbered columns name classes only where those are numbers: ``own`` are the ones that come up.
    """
    if scored is None or (are_numbered(scored.by_label) and own.isdisjoint(scored.by_label)):
        return None
    if len(scored.by_label) > 1:
        return tuple(dict.fromkeys(read_labels(list(scored.by_label))))
    if scored.column is not None:
        first = read_structures(table.columns[scored.column][:1])[0]
        if isinstance(first, Mapping):
            return tuple(read_labels(list(first)))
    return None


def read_probabilities(
    table: SourceTable,
    scored: Scored,
    labels: tuple[str, ...],
    predicted: npt.NDArray[np.int64] | None,
    findings: Findings,
    *,
    order: Sequence[str] = (),
) -> ScoredValues | None:
    """The values of all classes in the order of ``labels``; None with the problems found.

    ``order`` is that of the classes in lists, where the user gave it.
    """
    if scored.by_label:
        values = _from_columns(table, scored, labels, findings, order)
    else:
        values = _from_one_column(table, scored, labels, predicted, findings, order)
    if values is None:
        return None
    if scored.meaning is Meaning.SCORES or (scored.meaning is Meaning.EITHER and not _are_probabilities(values)):
        return ScoredValues(values, ranks=True)
    if scored.meaning is Meaning.EITHER:
        findings.say(f"{_name(scored)} lies between 0 and 1, and is taken for probabilities.")
    return _checked(table, values, findings)


def _from_columns(
    table: SourceTable, scored: Scored, labels: tuple[str, ...], findings: Findings, order: Sequence[str]
) -> Floats | None:
    columns = dict(zip(read_labels(list(scored.by_label)), scored.by_label.values(), strict=True))
    if order and are_numbered(scored.by_label) and len(order) == len(columns):
        columns = {label: columns[str(place)] for place, label in enumerate(order)}
    if len(columns) == 1 and len(labels) == 2:
        (label, column), *_ = columns.items()
        if label in labels:
            return _about_one(read_full_column(table, column, findings), labels.index(label))
    if missing := [label for label in labels if label not in columns]:
        findings.refuse(
            f"{table.file_name} has no column with the probabilities of "
            f"{format_some([repr(inert(label, 60)) for label in missing], _LISTED)}: each class needs one, or the "
            f"classes of numbered columns their order (--labels A,B)."
        )
        return None
    return np.stack([read_full_column(table, columns[label], findings) for label in labels], axis=1)


def _from_one_column(
    table: SourceTable,
    scored: Scored,
    labels: tuple[str, ...],
    predicted: npt.NDArray[np.int64] | None,
    findings: Findings,
    order: Sequence[str],
) -> Floats | None:
    assert scored.column is not None
    cells = table.columns[scored.column]
    first = read_structures(cells[:1])[0]
    if isinstance(first, list | Mapping):
        return _from_structures(table, scored.column, labels, findings, order)
    if len(labels) != 2:
        findings.refuse(
            f"Column {inert(scored.column, 60)!r} of {table.file_name} holds one number a row, which is enough for two "
            f"classes and not for {len(labels)}: give each class a column (p_{inert(labels[0], 30)}, …) or a JSON list."
        )
        return None
    values = read_full_column(table, scored.column, findings)
    if scored.meaning is Meaning.CONFIDENCE:
        assert predicted is not None
        return _about_one(np.where(predicted == 1, values, 1 - values), 1)
    findings.say(f"{_name(scored)} is taken to be about class {inert(labels[1], 60)!r}; --positive names another.")
    only_rank = scored.meaning is not Meaning.PROBABILITIES and not _are_probabilities(values)
    return _about_one(values, 1, ranks=only_rank)


def _from_structures(
    table: SourceTable, column: str, labels: tuple[str, ...], findings: Findings, order: Sequence[str]
) -> Floats | None:
    rows = read_structures(table.columns[column])
    given = tuple(order) or labels
    if isinstance(rows[0], list):
        findings.say(f"The lists in {inert(column, 60)!r} are in the order {format_some(list(given), _LISTED)}.")
    values = np.full((len(rows), len(labels)), np.nan)
    places = [given.index(label) for label in labels]
    wrong = []
    for row, found in enumerate(rows):
        items = _items(found, labels, places)
        if items is None:
            wrong.append(row)
        else:
            values[row] = items
    if wrong:
        what = f"no {len(labels)} numbers in {inert(column, 60)!r}, one for each of {format_some(list(given), _LISTED)}"
        findings.refuse(f"{rows_with(table, wrong, what)}; --labels A,B names other classes.")
        return None
    return values


def _items(found: object, labels: tuple[str, ...], places: Sequence[int]) -> list[float] | None:
    """The numbers of one list or object in the order of ``labels``; None where it does not hold one for each."""
    if isinstance(found, Mapping) and len(found) == len(labels):
        by_label = dict(zip(read_labels(list(found)), found.values(), strict=True))
        items = [by_label.get(label) for label in labels]
    elif isinstance(found, list) and len(found) == len(labels):
        items = [found[place] for place in places]
    else:
        return None
    numbers = [float(item) for item in items if isinstance(item, int | float)]
    return numbers if len(numbers) == len(labels) else None


def _about_one(values: Floats, index: int, *, ranks: bool = False) -> Floats:
    """Both classes' values (n, 2) from that of one; of scores that only rank the other's is the opposite."""
    others = -values if ranks else 1 - values
    return np.stack((others, values) if index else (values, others), axis=1)


def _are_probabilities(values: Floats) -> bool:
    """Whether all lie between 0 and 1, and of several classes sum to 1 but for rounding."""
    inside = bool(((values >= 0) & (values <= 1)).all())
    return inside and (values.ndim == 1 or bool((np.abs(values.sum(axis=1) - 1) <= ROUNDED_SUM).all()))


def _checked(table: SourceTable, values: Floats, findings: Findings) -> ScoredValues | None:
    outside = marked(np.abs(values - 0.5).max(axis=1) > 0.5 + _BEYOND)
    if len(outside):
        row = int(outside[0])
        has = "has" if len(outside) == 1 else "have"
        worst = values[row][np.argmax(np.abs(values[row] - 0.5))]
        findings.refuse(
            f"{count_rows(len(outside))} of {table.file_name} ({lines_of(table, outside)}) {has} probabilities that do "
            f"not lie between 0 and 1, as {worst:.4g} in the first. Scores that only rank take --scores."
        )
    values = np.clip(values, 0.0, 1.0)
    sums = values.sum(axis=1)
    off = np.abs(sums - 1)
    off[outside] = 0.0  # said already
    wrong = marked(off > ROUNDED_SUM)
    if len(wrong):
        findings.refuse(
            f"The probabilities of {count_rows(len(wrong))} of {table.file_name} do not sum to 1 "
            f"({lines_of(table, wrong)}; the first sum is {sums[int(wrong[0])]:.4g})."
        )
    rounded = marked(off > EXACT_SUM)
    if len(rounded):
        findings.warn(
            "rounded-probabilities",
            f"The probabilities of {count_rows(len(rounded))} sum to between {1 - ROUNDED_SUM:g} and "
            f"{1 + ROUNDED_SUM:g} ({lines_of(table, rounded)}): they were scaled to 1.",
        )
        values[rounded] /= sums[rounded, None]
    return None if len(outside) or len(wrong) else ScoredValues(values, ranks=False)


def _name(scored: Scored) -> str:
    if scored.column is not None:
        return f"Column {inert(scored.column, 60)!r}"
    listed = format_some([repr(inert(column, 60)) for column in scored.columns], _LISTED)
    return f"{'Columns' if len(scored.columns) > 1 else 'Column'} {listed}"
