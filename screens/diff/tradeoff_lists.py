"""The chart and the table of a trade-off, which share one current run."""

from collections.abc import Mapping

from screens.diff.tradeoff_points import PointTable, draw_points, lay_out_points, legend_line, title_line
from screens.diff.tradeoff_view import Weighing
from screens.pieces import Line, Piece
from screens.signs import Signs
from screens.widgets.painted import PaintedLines, RowsPane
from workbench.comparison.tradeoff import TradePoint

NO_RUNS = "No run of this data has finished."
_TALL = 12
"""Rows from which on the chart has a line that says what its signs mean."""


class PointChart(PaintedLines, can_focus=True):
    """Quality against a price: every run a sign, the current one with its name."""

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._weighing: Weighing | None = None
        self._letters: Mapping[int, str] = {}
        self._current: int | None = None

    def show(self, weighing: Weighing | None, letters: Mapping[int, str], current: int | None) -> None:
        """Draw these runs, one of them as the current one."""
        self._weighing, self._letters, self._current = weighing, letters, current
        self.redraw()

    def draw(self) -> None:
        """What is held against what, the chart, what the signs mean."""
        weighing, (width, height) = self._weighing, self.size
        if weighing is None:
            self.show_lines([])
            return
        above = [title_line(weighing, width, self._signs)]
        below = [legend_line(weighing, self._letters, width, self._signs)] if height >= _TALL else []
        room = height - len(above) - len(below)
        rows = draw_points(weighing, self._letters, self._current, width - 1, room, self._signs)
        self.show_lines([self.paint(line) for line in (*above, *rows, *below)])


class PointRows(RowsPane):
    """The runs, best quality first; the cursor stays on its run."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._weighing: Weighing | None = None
        self._letters: Mapping[int, str] = {}
        self._notice = ""
        self._table: PointTable | None = None
        self._made_for: tuple[object, ...] = ()

    def show(
        self, weighing: Weighing | None, letters: Mapping[int, str], current: int | None, notice: str = ""
    ) -> None:
        """List these runs, the cursor on one of them; without any, say why."""
        self._weighing, self._letters, self._notice = weighing, letters, notice
        ids = [point.run.id for point in self._points]
        self.cursor = ids.index(current) if current in ids else 0
        self.redraw()

    @property
    def chosen(self) -> TradePoint | None:
        """The run under the cursor."""
        points = self._points
        return points[self.cursor] if self.cursor < len(points) else None

    def go_to(self, run_id: int) -> None:
        """Put the cursor on a run."""
        self.go(next(place for place, point in enumerate(self._points) if point.run.id == run_id))

    def row_count(self) -> int:
        """The runs, or one line that says that there is none."""
        return len(self._points) or 1

    def is_choosable(self, index: int) -> bool:
        """Runs are; the sentence is not."""
        return bool(self._points)

    def head(self) -> tuple[Line, ...]:
        """The headings of the columns."""
        return (self._table.head,) if self._points and self._table is not None else ()

    def line_at(self, index: int) -> Line:
        """One run."""
        if not self._points or self._table is None:
            return (Piece(self._notice or NO_RUNS, "secondary"),)
        return self._table.lines[index]

    def draw(self) -> None:
        """Lay the table out for the width, then paint what is seen."""
        made_for = (self._weighing, tuple(self._letters.items()), self.size)
        if self._weighing is not None and self.size and made_for != self._made_for:
            self._made_for = made_for
            self._table = lay_out_points(self._weighing, self._letters, self.size.width - 2, self._signs)
        super().draw()

    @property
    def _points(self) -> tuple[TradePoint, ...]:
        return self._weighing.found.points if self._weighing is not None else ()
