"""One way to arrange the runs: a filter with a sort key, folded or not, kept in order while runs come and change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.errors import UsageError
from workbench.evaluation.metrics import direction_of
from workbench.expressions import Expression, parse
from workbench.run_columns import Column
from workbench.run_filter import truths
from workbench.run_groups import fold, is_measured
from workbench.run_order import Ranking


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """The runs that pass a filter, in their order; one is equal only to itself, and stays while nothing changes."""

    ids: tuple[int, ...]
    """One a row, newest first unless sorted; of a folded table the newest run of each group."""
    groups: tuple[tuple[int, ...], ...] = ()
    """The runs of each row, newest first, where runs that differ only in seed are folded."""

    def __len__(self) -> int:
        return len(self.ids)

    def place_of(self, run_id: int | None) -> int | None:
        """In which row a run stands that is not folded into another's; None where it is not among them."""
        try:
            return None if run_id is None else self.ids.index(run_id)
        except ValueError:
            return None


class Runs(Protocol):
    """What an order asks of the index."""

    @property
    def all_ids(self) -> Mapping[int, None]:
        """All runs, oldest first."""
        ...

    def column(self, names: tuple[str, ...]) -> Column:
        """The values of all runs at a path."""
        ...

    def group_of(self, ids: Iterable[int]) -> Mapping[int, int]:
        """A number for each run that it shares with those that differ from it only in seed."""
        ...

    def check(self, expression: Expression) -> None:
        """Raises BadExpression for a path that no run knows."""
        ...

    def check_sort_key(self, path: str) -> None:
        """Raises UnknownName for a path that no run knows."""
        ...


class Order:
    """One filter with one sort key, folded or not, and the rows that they make."""

    def __init__(self, runs: Runs, where: str, sort: str, folded: bool) -> None:
        self.pending: set[int] = set()
        self._runs = runs
        self._expression = parse(where) if where else None
        self._path, self._descending = parse_sort(sort) if sort else ("", False)
        self._folded = folded
        if self._expression is not None:
            runs.check(self._expression)
        if self._path:
            runs.check_sort_key(self._path)
        self._ranking: Ranking | None = None
        self._members: dict[int, tuple[int, ...]] = {}
        self._arrangement = Arrangement(())

    def arranged(self) -> Arrangement:
        """The rows as they are now."""
        if self._ranking is None or len(self.pending) > max(64, len(self._runs.all_ids) // 10):
            self._fill()
        elif self.pending and self._update(self._ranking):
            self._arrangement = self._arrange(self._ranking)
        self.pending = set()
        return self._arrangement

    def _fill(self) -> None:
        ids: Iterable[int] = reversed(list(self._runs.all_ids))
        if self._expression is not None:
            passing = truths(self._expression.root, lambda test: self._runs.column(test.path.names))[0]
            ids = [run_id for run_id in ids if run_id in passing]
        values = self._column()
        self._ranking = Ranking(descending=self._descending)
        if self._folded:
            self._members = _by_group(list(ids), self._runs.group_of(self._runs.all_ids))
            folded = {item: self._fold(members, values) for item, members in self._members.items()} if values else {}
            known = {item: value for item, value in folded.items() if value is not None}
            self._ranking.fill({item: members[0] for item, members in self._members.items()}, known)
        else:
            self._ranking.fill({run_id: run_id for run_id in ids}, values)
        self._arrangement = self._arrange(self._ranking)

    def _update(self, ranking: Ranking) -> bool:
        """Look at the runs that may have changed; whether that changed any row."""
        values = self._column()
        passing = {run_id for run_id in self.pending if self._passes(run_id)}
        if not self._folded:
            changes = [ranking.put(run_id, run_id, values.get(run_id)) for run_id in passing]
            return any([*changes, *(ranking.drop(run_id) for run_id in self.pending - passing)])
        return self._update_groups(ranking, values, passing)

    def _update_groups(self, ranking: Ranking, values: Mapping[int, Any], passing: set[int]) -> bool:
        group_of = self._runs.group_of(passing)
        touched: dict[int, set[int]] = {}
        for run_id in self.pending:
            if run_id in group_of:
                touched.setdefault(group_of[run_id], set()).add(run_id)
        changed = False
        for item, ids in touched.items():
            before = self._members.get(item, ())
            members = tuple(sorted({*before} - ids | ids & passing, reverse=True))
            if members:
                self._members[item] = members
                moved = ranking.put(item, members[0], self._fold(members, values))
            else:
                self._members.pop(item, None)
                moved = ranking.drop(item)
            changed = changed or moved or members != before
        return changed

    def _passes(self, run_id: int) -> bool:
        if run_id not in self._runs.all_ids:
            return False
        if self._expression is None:
            return True
        return self._expression.root.truth(lambda names: self._runs.column(tuple(names)).values.get(run_id)) is True

    def _column(self) -> Mapping[int, Any]:
        return self._runs.column(tuple(self._path.split("."))).values if self._path else {}

    def _fold(self, members: Sequence[int], values: Mapping[int, Any]) -> Any:
        return fold([values.get(run_id) for run_id in members], measured=is_measured(self._path))[0]

    def _arrange(self, ranking: Ranking) -> Arrangement:
        if not self._folded:
            return Arrangement(tuple(ranking.items))
        groups = tuple(self._members[item] for item in ranking.items)
        return Arrangement(tuple(members[0] for members in groups), groups)


def parse_sort(key: str) -> tuple[str, bool]:
    """The path of a sort key, and whether the largest comes first: as asked, else for a metric whose best is high."""
    path, _, direction = key.partition(":")
    if direction not in ("", "asc", "desc"):
        raise UsageError(f"--sort {key!r}: after the colon stands asc or desc, not {direction!r}.")
    names = path.split(".")
    name = ".".join(names[1:-1]) if names[0] == "series" else names[-1]
    return path, direction == "desc" or (not direction and bool(direction_of(name)))


def _by_group(ids: Iterable[int], group_of: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
    """The runs of each group, newest first, the group of the newest run first."""
    found: dict[int, list[int]] = {}
    for run_id in ids:
        found.setdefault(group_of[run_id], []).append(run_id)
    return {item: tuple(members) for item, members in found.items()}
