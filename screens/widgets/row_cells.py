"""The cells of the rows that the run table shows, made once and kept while they say the same.

A key that moves the cursor brings every row in sight twice: as the table scrolls, and with the page of the run that is
chosen then. What the rows say is no other for that, and making it is most of what drawing them costs.
"""

from dataclasses import dataclass, replace

from screens.dashboard.cells import Cell, Context
from screens.dashboard.columns import Placed, row_cells
from screens.dashboard.table_rows import context_of, mark_of, row_at
from screens.page import Page, RunRow
from screens.signs import Signs


@dataclass(frozen=True, slots=True)
class _Made:
    """Cells, and what they were made of."""

    row: RunRow
    now: float
    cells: tuple[Cell, ...]

    def holds(self, row: RunRow, now: float) -> bool:
        """Whether they would be the same today: only a run without an end has a time that goes on."""
        return (self.row is row or self.row == row) and (row.run.finished_at is not None or self.now == now)


class RowCells:
    """The cell of the mark, then those of the columns, of each row of a page."""

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        self._placed: tuple[Placed, ...] = ()
        self._page = Page()
        self._context = context_of(self._page, signs)
        self._same_for_all: object = None
        self._made: dict[int, _Made] = {}

    def place(self, placed: tuple[Placed, ...]) -> None:
        """Make the cells for other columns."""
        self._placed = placed
        self._made.clear()

    def at(self, page: Page, row: int) -> tuple[Cell, ...]:
        """The cells of a row of the newest page; of one that is not there yet a dot."""
        if page is not self._page:
            self._turn_to(page)
        found = row_at(page, row)
        if found is None:
            return Cell(" "), Cell(self._signs.dot, "secondary")
        made = self._made.get(row)
        if made is None or not made.holds(found, page.now):
            cells = (mark_of(page, found, self._signs), *row_cells(found, self._placed, self._context))
            made = self._made[row] = _Made(found, page.now, cells)
        return made.cells

    def _turn_to(self, page: Page) -> None:
        """Keep what still holds: nothing once the marks, the baseline or the order are others."""
        self._page, self._context = page, context_of(page, self._signs)
        same_for_all = _without_the_clock(self._context), page.a and page.a.run.id, page.b and page.b.run.id
        if same_for_all != self._same_for_all:
            self._same_for_all = same_for_all
            self._made.clear()
        self._made = {row: made for row, made in self._made.items() if row_at(page, row) is not None}


def _without_the_clock(context: Context) -> Context:
    return replace(context, now=0.0)
