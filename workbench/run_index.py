"""The order of runs: which pass a filter, in which order, folded or not, for tables of up to 100,000 rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from store.connection import Database

Value: TypeAlias = float | int | str | bool | None
"""What stands in a cell of a table: lists are written as expressions write them (``128,64``); None: not known."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The runs that pass a filter, in their order; nothing of them is read until somebody asks for ``values``."""

    ids: Sequence[int]
    """One a row, newest first unless sorted; of a folded table the newest member of each group."""
    groups: Sequence[tuple[int, ...]] | None = None
    """The members of each row, newest first, where runs that differ only in seed are folded; else None."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class FoldValue:
    """What a group of runs comes to at one path."""

    value: Value
    """The mean of a measured figure, else the value that all members share; None where they differ or none is known."""
    spread: float | None = None
    """The sample standard deviation of a measured figure; None where fewer than two members know it."""


class RunIndex:
    """Arranges the runs of one open store. It belongs to the thread that may use the Database.

    Call ``refresh`` whenever the store or a lock may have changed (it is cheap), then ``arrange``: the same Arrangement
    (``is``) comes back where nothing in it has changed. Wrap several calls in ``db.reading()`` to see one moment.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def refresh(self) -> bool:
        """Notice what others wrote since the last call; whether an arrangement may have become another."""
        raise NotImplementedError

    def arrange(self, where: str = "", sort: str = "", folded: bool = False) -> Arrangement:
        """The runs for which the expression ``where`` holds, by the sort key ``sort`` as ``runs --sort`` takes it.

        Raises BadExpression (its message points at the place), UnknownName or UsageError, as the command line does.
        """
        raise NotImplementedError

    def values(self, ids: Sequence[int], paths: Sequence[str]) -> dict[int, dict[str, Value]]:
        """What the documents of these runs say at ``paths``; every path is a key, runs that are gone are left out."""
        raise NotImplementedError

    def fold_values(self, groups: Sequence[tuple[int, ...]], paths: Sequence[str]) -> list[dict[str, FoldValue]]:
        """What each group comes to at ``paths``."""
        raise NotImplementedError

    def known_paths(self) -> list[str]:
        """Every full path that leads to a plain value in some run, for column choice and completion."""
        raise NotImplementedError
