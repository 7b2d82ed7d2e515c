"""The two runs that the diff screen is about, as the newest pages show them: names, states, whether they are gone.

And the making of their comparison, which a thread does: it imports NumPy, and what draws the panes, so that the app's
own thread need not.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from screens.diff.tabs import load_panes
from screens.diff.words import Side, side_of
from screens.engine import Engine
from screens.page import Page, RunRow
from store.errors import ReportedError

if TYPE_CHECKING:
    from store.database import Database
    from workbench.comparison.compared import Compared
    from workbench.comparison.groups import GroupCompared
    from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What a thread came back with for a pair: the comparison, or the sentence why there is none."""

    ids: tuple[int, int]
    compared: "Compared | None" = None
    problem: str = ""
    has_groups: bool = False
    """Whether there are other runs like either of them, in another seed or split."""
    no_race: str = ""
    """Why these two cannot race, as a sentence; '' where they can."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A run of the pair: its newest row, and whether it was deleted since it was seen."""

    id: int
    row: RunRow | None = None
    is_gone: bool = False

    def after(self, found: RunRow | None) -> "Watched":
        """The run once another page has been seen, which holds ``found`` in its place; that may still be another."""
        if found is None:
            return replace(self, is_gone=self.is_gone or self.row is not None)
        return replace(self, row=found, is_gone=False) if found.run.id == self.id else self

    @property
    def state(self) -> object:
        """What of a run's row makes its comparison another one; None where it has not been seen."""
        row = self.row
        return None if row is None else (row.status, row.run.phase, tuple(row.figures.items()))


@dataclass(frozen=True, slots=True)
class Pair:
    """A and B."""

    a: Watched
    b: Watched

    @classmethod
    def of(cls, a_id: int, b_id: int) -> "Pair":
        """Two runs that no page has shown yet."""
        return cls(Watched(a_id), Watched(b_id))

    @property
    def swapped(self) -> "Pair":
        """B and A."""
        return Pair(self.b, self.a)

    @property
    def ids(self) -> tuple[int, int]:
        """Of A and of B."""
        return self.a.id, self.b.id

    @property
    def state(self) -> tuple[object, object] | None:
        """What makes the comparison another one; None until both have been seen."""
        return None if self.a.state is None or self.b.state is None else (self.a.state, self.b.state)

    @property
    def is_whole(self) -> bool:
        """Whether neither was deleted."""
        return not (self.a.is_gone or self.b.is_gone)

    def after(self, page: Page) -> "Pair":
        """The pair once a page has been seen."""
        return Pair(self.a.after(page.a), self.b.after(page.b))

    def sides(self, compared: "Compared | None") -> tuple[Side, Side]:
        """Both as the head names them: by the comparison, in the state that the page says."""
        documents = (None, None) if compared is None else (compared.comparison.a, compared.comparison.b)
        sides = []
        for letter, watched, document in zip("AB", (self.a, self.b), documents, strict=True):
            row = watched.row
            if document is not None and document["id"] == watched.id:
                side = side_of(letter, document, is_gone=watched.is_gone)
                sides.append(side if row is None else replace(side, status=row.status.value))
            elif row is not None:
                run = row.run
                sides.append(Side(letter, run.name, run.model, run.dataset, run.id, row.status.value, watched.is_gone))
            else:
                sides.append(Side(letter, f"run {watched.id}"))
        return sides[0], sides[1]


def compare_pair(engine: Engine, ids: tuple[int, int], settings: "Settings") -> Answer:
    """Compare two runs; slow, for a thread."""
    load_panes()
    from store.database import open_read_only
    from workbench.comparison.compared import compare_runs

    try:
        with open_read_only(engine.path) as db:
            compared = compare_runs(db, *ids, settings)
            found = Answer(ids, compared, has_groups=_have_groups(db, ids), no_race=_why_no_race(db, ids))
    except ReportedError as error:
        return Answer(ids, problem=error.message)
    _ = compared.confusion  # pairs the outcomes, and counts: here, and never again
    return found


def compare_groups_of(engine: Engine, ids: tuple[int, int], settings: "Settings") -> "GroupCompared | str":
    """Compare the groups of two runs, or say in a sentence why not; slow, for a thread."""
    from store.database import open_read_only
    from workbench.comparison.groups import compare_groups

    try:
        with open_read_only(engine.path) as db:
            return compare_groups(db, *ids, settings)
    except ReportedError as error:
        return error.message


def _have_groups(db: "Database", ids: tuple[int, int]) -> bool:
    """Whether either has siblings, and both have runs to compare; runs that none of is done have not."""
    from workbench.comparison.group_members import find_alike
    from workbench.errors import UsageError

    try:
        return max(len(find_alike(db, run_id).runs) for run_id in ids) > 1
    except UsageError:
        return False


def _why_no_race(db: "Database", ids: tuple[int, int]) -> str:
    from workbench.errors import UsageError
    from workbench.race.entrants import find_entrants

    try:
        find_entrants(db, *ids)
    except UsageError as error:
        return error.message
    return ""
