"""Which runs stand in the table, in which order: the wish for the table turned into the ids of the rows in sight.

Without a filter, a sort key or folding the table is simply the newest runs, which the store reads by their places; the
index of all runs, which costs a look at each of them, is made when it is first needed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from screens.page import TableWish
from store.connection import Database
from workbench.errors import ReportedError

if TYPE_CHECKING:
    from workbench.run_index import RunIndex


@dataclass(frozen=True, slots=True)
class Line:
    """One row to be: a run, or a group by its newest run."""

    run_id: int
    members: tuple[int, ...] = ()
    """Of a group with more than one run all of them, newest first."""
    is_open: bool = False
    is_member: bool = False


@dataclass(frozen=True, slots=True)
class Arranged:
    """The rows of the table: those in sight, and how many there are."""

    lines: tuple[Line, ...] | None = None
    """None: the newest runs, by their places."""
    total: int | None = None
    chosen_at: int | None = None
    problem: str | None = None


class Arranger:
    """Keeps the index, and the groups that were asked for last."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._index: RunIndex | None = None
        self._folded_for: object = None
        self._folded: list[Line] = []

    @property
    def index(self) -> "RunIndex":
        """The index of all runs, made when it is first needed and brought up to date by who reads."""
        if self._index is None:
            from workbench.run_index import RunIndex  # not needed for a first paint of the newest runs

            self._index = RunIndex(self._db)
        return self._index

    def arrange(self, wish: TableWish, chosen_id: int | None) -> Arranged:
        """The rows of the table; where the filter or the key means nothing, the newest runs and a sentence."""
        if not (wish.where or wish.sort or wish.folded):
            return Arranged()
        try:
            return self._fold(wish, chosen_id) if wish.folded else self._list(wish, chosen_id)
        except ReportedError as error:
            return Arranged(problem=error.message)

    def _list(self, wish: TableWish, chosen_id: int | None) -> Arranged:
        arrangement = self.index.arrange(wish.where, wish.sort, folded=False)
        seen = tuple(Line(run_id) for run_id in arrangement.ids[wish.offset : wish.offset + wish.limit])
        return Arranged(seen, len(arrangement), arrangement.place_of(chosen_id))

    def _fold(self, wish: TableWish, chosen_id: int | None) -> Arranged:
        arrangement = self.index.arrange(wish.where, wish.sort, folded=True)
        if (arrangement, wish.unfolded) != self._folded_for:
            self._folded_for = (arrangement, wish.unfolded)
            self._folded = [line for group in arrangement.groups or () for line in _lines_of(group, wish.unfolded)]
        lines = self._folded
        place = next((at for at, line in enumerate(lines) if _stands_for(line, chosen_id)), None)
        return Arranged(tuple(lines[wish.offset : wish.offset + wish.limit]), len(lines), place)


def _lines_of(group: tuple[int, ...], unfolded: frozenset[int]) -> list[Line]:
    if len(group) == 1:
        return [Line(group[0])]
    is_open = group[-1] in unfolded
    head = Line(group[0], group, is_open)
    return [head, *(Line(run_id, is_member=True) for run_id in group)] if is_open else [head]


def _stands_for(line: Line, run_id: int | None) -> bool:
    if line.members and not line.is_open:
        return run_id in line.members
    return line.run_id == run_id and not line.members
