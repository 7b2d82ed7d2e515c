"""The order of runs: which pass a filter, in which order, folded or not, for tables of up to 100,000 rows.

A filter looks at whole columns (``run_columns``), not at documents, and what has been read stays: afterwards only the
runs that may have changed are looked at again, which are those that live, have just ended, are new or were edited by
hand. A table over 100,000 runs thus follows a live one at the cost of the live one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from store.connection import Database
from store.edits import count_deletions, edits_after
from store.records import RunStatus
from store.run_values import alike_keys, column_values, live_statuses, run_ids
from workbench.errors import UnknownName
from workbench.expressions import Expression, check_paths
from workbench.expressions.parts import tests_of
from workbench.run_arranging import Arrangement, Order
from workbench.run_columns import TIMES, Column, read_column
from workbench.run_groups import FoldValues, Value, cell_value, common_name, fold, is_measured
from workbench.run_paths import RunPaths

__all__ = ["Arrangement", "FoldValues", "RunIndex", "Value"]

_KEPT_COLUMNS = 16
_KEPT_ORDERS = 4
_MANY = 2_000
"""Of more runs than this a whole column is read, and kept, rather than theirs alone."""

Names = tuple[str, ...]
T = TypeVar("T")


class RunIndex:
    """Arranges the runs of one open store. It belongs to the thread that may use the Database.

    Whoever asks for an arrangement gets one of this moment: what has changed is noticed first (``refresh``), which is
    cheap. Several questions that must fit together stand in one ``db.reading()``.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._paths = RunPaths(db)
        self._ids: dict[int, None] = {}
        """All runs, oldest first."""
        self._live: dict[int, str] = {}
        self._edit = 0
        self._deletions = -1
        """Less than none: nothing has been read yet."""
        self._columns: dict[Names, _Kept] = {}
        self._orders: dict[tuple[str, str, bool], Order] = {}
        self._groups: dict[Any, int] = {}
        self._group_of: dict[int, int] = {}

    def refresh(self) -> bool:
        """Notice what others wrote since the last call; whether an arrangement may have become another."""
        with self._db.reading():
            changed = self._changed()
        for column in self._columns.values():
            column.pending |= changed
        for order in self._orders.values():
            order.pending |= changed
        return bool(changed)

    def arrange(self, where: str = "", sort: str = "", folded: bool = False) -> Arrangement:
        """The runs for which the expression ``where`` holds, by the sort key ``sort`` as ``runs --sort`` takes it.

        Raises BadExpression (its message points at the place), UnknownName or UsageError, as the command line does.
        """
        with self._db.reading():
            self.refresh()
            key = (where.strip(), sort.strip(), folded)
            order = self._orders.get(key) or Order(self, *key)
            _keep(self._orders, key, order, _KEPT_ORDERS)
            return order.arranged()

    def values(self, ids: Sequence[int], paths: Sequence[str]) -> dict[int, dict[str, Value]]:
        """What the documents of these runs say at ``paths``; every path is a key, runs that are gone are left out.

        Times (``created_at``, …) are seconds since the epoch here: cells have their own way to write a moment.
        """
        with self._db.reading():
            there = column_values(self._db, "id", ids)
            columns = self._read(list(there), paths)
        return {
            run_id: {path: cell_value(column.get(run_id)) for path, column in columns.items()}
            for run_id in dict.fromkeys(ids)
            if run_id in there
        }

    def fold_values(self, groups: Sequence[tuple[int, ...]], paths: Sequence[str]) -> list[FoldValues]:
        """What each group of runs comes to at ``paths``."""
        with self._db.reading():
            members = list(dict.fromkeys(run_id for group in groups for run_id in group))
            columns = self._read(members, (*paths, "name", "group"))
        names, named = columns.pop("name"), columns.pop("group")
        if "name" in paths:
            columns["name"] = names
        if "group" in paths:
            columns["group"] = named
        return [_fold_group(group, columns, names, named) for group in groups]

    def known_paths(self) -> list[str]:
        """Every full path that leads to a plain value in some run, for column choice and completion."""
        with self._db.reading():
            if self._deletions < 0:
                # Nothing has been arranged yet: for this alone not all runs need to be counted.
                return RunPaths(self._db).columns()
            self.refresh()
            return self._paths.columns()

    def _changed(self) -> set[int]:
        """The runs that may say something else than before, those that are gone among them."""
        newest = next(reversed(self._ids), 0)
        edited, self._edit = edits_after(self._db, self._edit)
        deletions, live = count_deletions(self._db), live_statuses(self._db)
        gone: set[int] = set()
        if deletions != self._deletions:
            there = dict.fromkeys(run_ids(self._db))
            gone, new = self._ids.keys() - there.keys(), there.keys() - self._ids.keys()
            self._ids, self._deletions = there, deletions
        else:
            new = set(run_ids(self._db, newest))
            self._ids.update(dict.fromkeys(sorted(new)))
        moved = {run_id for run_id in live.keys() | self._live.keys() if live.get(run_id) != self._live.get(run_id)}
        running = {run_id for run_id, status in live.items() if status == RunStatus.RUNNING}
        self._live = live
        changed = new | moved | running | set(edited)
        if newest:
            self._paths.add(changed - gone)
        return changed | gone

    # --- what the orders below ask -------------------------------------------------------------------------------

    @property
    def all_ids(self) -> Mapping[int, None]:
        """All runs, oldest first."""
        return self._ids

    def column(self, names: Names) -> Column:
        """The values of all runs at a path."""
        kept = self._columns.get(names)
        if kept is None:
            kept = _Kept(read_column(self._db, names, self._paths))
        elif kept.pending:
            part = read_column(self._db, names, self._paths, sorted(kept.pending))
            for run_id in kept.pending:
                kept.column.values.pop(run_id, None)
            kept.column.values.update(part.values)
            kept.column.exists = kept.column.exists or part.exists
            kept.pending = set()
        _keep(self._columns, names, kept, _KEPT_COLUMNS)
        return kept.column

    def group_of(self, ids: Iterable[int]) -> dict[int, int]:
        """A number for each run that it shares with those that differ from it only in seed."""
        missing = [run_id for run_id in ids if run_id not in self._group_of]
        if missing:
            for run_id, key in alike_keys(self._db, None if len(missing) > _MANY else missing).items():
                self._group_of[run_id] = self._groups.setdefault(key, len(self._groups))
        return self._group_of

    def check(self, expression: Expression) -> None:
        """Raises BadExpression for a path that no run knows; with no runs at all there is nothing to know."""
        strange = [test for test in tests_of(expression.root) if not self.column(test.path.names).exists]
        if strange and self._ids:
            known = {str(test.path) for test in tests_of(expression.root) if test not in strange}
            check_paths(expression, known | self._paths.names())

    def check_sort_key(self, path: str) -> None:
        """Raises UnknownName for a path that no run knows."""
        if self._ids and not self.column(tuple(path.split("."))).exists:
            raise UnknownName("sort key", path, self._paths.names())

    def _read(self, ids: Sequence[int], paths: Sequence[str]) -> dict[str, Mapping[int, Any]]:
        return {path: self._read_one(ids, path) for path in paths}

    def _read_one(self, ids: Sequence[int], path: str) -> Mapping[int, Any]:
        if path in TIMES:
            return column_values(self._db, path, ids)
        names = tuple(path.split("."))
        if len(ids) > _MANY:
            self.refresh()
            return self.column(names).values
        return read_column(self._db, names, self._paths, ids).values


@dataclass(slots=True)
class _Kept:
    """A column, and the runs whose values in it may be out of date."""

    column: Column
    pending: set[int] = field(default_factory=set)


def _fold_group(
    group: tuple[int, ...],
    columns: Mapping[str, Mapping[int, Any]],
    names: Mapping[int, Any],
    named: Mapping[int, Any],
) -> FoldValues:
    folded = {
        path: fold([column.get(run_id) for run_id in group], measured=is_measured(path))
        for path, column in columns.items()
    }
    name = named.get(group[0]) or common_name([names[run_id] for run_id in group if run_id in names])
    return FoldValues(
        name,
        {path: cell_value(value) for path, (value, _) in folded.items()},
        {path: spread for path, (_, spread) in folded.items()},
    )


def _keep(kept: dict[Any, T], key: Any, value: T, most: int) -> None:
    """Put ``value`` last, and let go of those that were not asked for the longest."""
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > most:
        del kept[next(iter(kept))]
