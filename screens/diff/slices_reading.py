"""What a thread finds out for the slices tab: which columns and scores there are, and the slices of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.comparison.compared import Compared
from workbench.comparison.contrast import Contrast
from workbench.comparison.disagreements import Examples, choose_examples
from workbench.comparison.result import Verdict
from workbench.comparison.slice_columns import SliceKind
from workbench.comparison.slice_rows import Slice, SliceList
from workbench.comparison.slices import Slicer
from workbench.errors import UsageError
from workbench.evaluation.metrics import METRICS

MOST_WORST = 200
"""So many slices of all columns are listed, those that are surest."""


class Order(StrEnum):
    """How slices are sorted."""

    GIVEN = "given"
    """As the comparison has them: of a column its own order, of all columns the surest first."""
    DELTA = "delta"
    N = "n"


@dataclass(frozen=True, slots=True)
class SliceChoice:
    """What is listed: the slices of a column, or those of all columns on which a run (``behind``) is behind."""

    column: str = ""
    title: str = ""
    """Inert text."""
    behind: str = ""

    @property
    def words(self) -> str:
        """What the list is called."""
        return f"{self.behind.upper()} behind" if self.behind else self.title


ALL_COLUMNS = (SliceChoice(behind="b"), SliceChoice(behind="a"))


@dataclass(frozen=True, eq=False)
class Sliced:
    """Both models in one score by one choice of slices."""

    metrics: tuple[str, ...]
    metric: str
    choices: tuple[SliceChoice, ...]
    choice: SliceChoice
    whole: Contrast
    slices: tuple[Slice, ...]
    tested: int
    """How many p-values were adjusted together; 0 where that is not of one column."""
    columns: tuple[SliceList, ...] = ()
    """Where the slices are of all columns: all of each, but for what was sliced by the models' own answers."""

    @property
    def turned(self) -> int:
        """On how many of the slices the sign is not that of the whole."""
        return sum(item.turned for item in self.slices)


class Slicers:
    """The slicers of one comparison, one for each score, each made when it is first asked for; slow, for a thread."""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared
        self._slicers: dict[str, Slicer] = {}

    def of(self, metric: str | None) -> Slicer:
        """The slicer of a score; of the main one by default, and where the runs have no such score."""
        main = next(iter(self._slicers.values()), None) or Slicer(self.compared)
        self._slicers.setdefault(main.metric, main)
        if metric is None or metric not in main.metrics:
            return main
        if metric not in self._slicers:
            self._slicers[metric] = Slicer(self.compared, metric)
        return self._slicers[metric]

    def read(self, choice: SliceChoice, metric: str | None) -> Sliced:
        """The slices of a choice; of all columns those where B is behind, where it names a column that is not there.

        Raises UsageError where the runs cannot be sliced.
        """
        slicer = self.of(metric)
        columns = tuple(SliceChoice(column.key, column.title) for column in slicer.columns.values())
        choices = (*ALL_COLUMNS, *columns)
        choice = choice if choice in choices else ALL_COLUMNS[0]
        lists: tuple[SliceList, ...] = ()
        if choice.behind:
            slices, tested = slicer.worst(MOST_WORST, choice.behind), 0
            telling = [key for key, column in slicer.columns.items() if column.kind is not SliceKind.PREDICTION]
            lists = tuple(slicer.by(key) for key in telling)
        else:
            found = slicer.by(choice.column)
            slices, tested = found.slices, found.tested
        return Sliced(slicer.metrics, slicer.metric, choices, choice, slicer.whole, slices, tested, lists)

    def examples(self, item: Slice) -> Examples | None:
        """The paired examples of a slice; None where these runs, which replaced others, have no such slice."""
        try:
            slicer = self.of(None)
            found = slicer.by(item.column)
        except UsageError:
            return None
        place = next((place for place, other in enumerate(found.slices) if other.group == item.group), None)
        return None if place is None else choose_examples(slicer.pair, self.compared.a, found.mask(place))


def arranged(found: Sliced, order: Order, *, turned_first: bool, only_differing: bool) -> list[Slice]:
    """The slices as they are listed; by delta those first on which B is worst, in A's own list those on which A is."""
    slices: Sequence[Slice] = found.slices
    if only_differing:
        slices = [item for item in slices if item.verdict in (Verdict.A, Verdict.B)]
    if order is Order.DELTA:
        sign = 1.0 if bool(METRICS[found.metric].higher_is_better) == (found.choice.behind != "a") else -1.0
        slices = sorted(slices, key=lambda item: (item.delta is None, sign * (item.delta or 0.0)))
    elif order is Order.N:
        slices = sorted(slices, key=lambda item: -item.n)
    return sorted(slices, key=lambda item: turned_first and not item.turned)
