"""The tab of figures: the rows of the comparison with their bars, and what is known of the one chosen."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from screens.diff.leading import ExamplesWanted
from screens.diff.overview import overview_lines
from screens.diff.row_foot import foot_lines
from screens.diff.rows import REPEATING, FigureTable, lay_out_figures
from screens.pieces import Line, Piece
from screens.signs import Signs
from screens.widgets.painted import PaintedText, RowsPane, pane_size

if TYPE_CHECKING:
    from workbench.comparison import Comparison, Row
    from workbench.comparison.compared import Compared

_NOTHING_DIFFERS = "No row is shown to differ. Press i for all of them."
_NO_ROWS = "Neither run has figures."


class FigureRows(RowsPane):
    """The rows under the headings of their groups; the cursor stands on a metric, whatever else is shown."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._comparison: Comparison | None = None
        self._table: FigureTable | None = None
        self._made_for: tuple[object, ...] = ()
        self.only_differing = self.all_scores = False

    def show(self, comparison: "Comparison") -> None:
        """Show another comparison; the cursor stays on its metric."""
        self._keep_metric(comparison)

    def toggle_differing(self) -> None:
        """Only rows that are shown to differ, or all."""
        self.only_differing = not self.only_differing
        if self._comparison is not None:
            self._keep_metric(self._comparison)

    def toggle_scores(self) -> None:
        """All scores, or without those that nearly repeat another."""
        self.all_scores = not self.all_scores
        if self._comparison is not None:
            self._keep_metric(self._comparison)

    @property
    def chosen(self) -> "Row | None":
        """The row under the cursor."""
        lines = self._table.lines if self._table is not None else ()
        return lines[self.cursor].row if self.cursor < len(lines) else None

    def row_count(self) -> int:
        """Rows and headings."""
        return max(1, len(self._table.lines)) if self._table is not None else 0

    def is_choosable(self, index: int) -> bool:
        """Headings are passed over."""
        lines = self._table.lines if self._table is not None else ()
        return index < len(lines) and lines[index].row is not None

    def head(self) -> tuple[Line, ...]:
        """The headings of the columns."""
        return (self._table.head,) if self._table is not None and self._table.lines else ()

    def line_at(self, index: int) -> Line:
        """A row as a line, or why there is none."""
        assert self._table is not None
        if not self._table.lines:
            is_empty = self._comparison is None or not self._comparison.rows
            return (Piece(_NO_ROWS if is_empty else _NOTHING_DIFFERS, "secondary"),)
        return self._table.lines[index].line

    def draw(self) -> None:
        """Lay the table out for the width, then paint what is seen."""
        self._lay_out()
        super().draw()

    def _keep_metric(self, comparison: "Comparison") -> None:
        chosen = self.chosen
        self._comparison = comparison
        self._lay_out()
        lines = self._table.lines if self._table is not None else ()
        if chosen is not None:
            here = [place for place, line in enumerate(lines) if line.row and line.row.metric == chosen.metric]
            self.cursor = here[0] if here else 0
        self.redraw()
        self.post_message(self.Moved(self, self.cursor))

    def _lay_out(self) -> None:
        made_for = (id(self._comparison), self.size, self.only_differing, self.all_scores)
        if self._comparison is None or not self.size or made_for == self._made_for:
            return
        self._made_for = made_for
        # A cell for the cursor's sign, one for the scroll bar.
        width, height = self.size.width - 2, self.size.height - 1
        self._table = lay_out_figures(
            self._comparison,
            width,
            self._signs,
            only_differing=self.only_differing,
            all_scores=self.all_scores,
            height=height,
        )


class FiguresPane(Vertical):
    """The rows, and below them why the chosen one stands as it does; on a large terminal also the rest at a glance."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "m", "scores", "Scores", tooltip="All scores, or without those that nearly repeat another", id="figures.all"
        ),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-figures")
        self._signs = signs
        self._compared: Compared | None = None
        self.rows = FigureRows(signs, id="figure-rows", classes="rows")
        self._foot = PaintedText(id="figure-foot", classes="foot")
        self._overview = PaintedText(id="figure-overview", classes="foot")

    def compose(self) -> ComposeResult:
        """Rows, foot, overview."""
        yield self.rows
        yield self._foot
        yield self._overview

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.rows

    def take(self, compared: "Compared") -> None:
        """Show another comparison."""
        self._compared = compared
        self.rows.show(compared.comparison)
        self._draw_below()

    def toggle_differing(self) -> None:
        """Only rows that are shown to differ, or all."""
        self.rows.toggle_differing()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key is offered where there are such scores."""
        if action == "scores":
            return self._compared is not None and any(row.metric in REPEATING for row in self._compared.comparison.rows)
        return super().check_action(action, parameters)

    def action_scores(self) -> None:
        """All scores, or without those that nearly repeat another."""
        self.rows.toggle_scores()
        self._draw_below()

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Say what is known of the row under the cursor."""
        event.stop()
        self._draw_foot()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """From a score one key leads to the examples that it comes from."""
        event.stop()
        if self.rows.chosen is not None and self.rows.chosen.group == "accuracy":
            self.post_message(ExamplesWanted())

    def on_resize(self) -> None:
        """Make the foot for the new size."""
        self._draw_below()

    def _draw_below(self) -> None:
        self._draw_foot()
        comparison = self._compared.comparison if self._compared is not None else None
        groups = {row.group for row in comparison.rows} if comparison is not None else set()
        # Headings, and the groups set apart.
        shown = [r for r in comparison.rows if self.rows.all_scores or r.metric not in REPEATING] if comparison else []
        rows = len(shown) + 2 * len(groups)
        width, height = pane_size(self)
        spare = height - self._foot_height - rows - 3
        lines: list[Line] = []
        if comparison is not None and spare >= 6 and width >= 100:
            lines = overview_lines(comparison, width - 2, spare, self._signs)
        # The foot follows the rows, and what is left stays free below.
        self.rows.styles.height = rows if lines else "1fr"
        self._overview.display = bool(lines)
        self._overview.show(lines)

    def _draw_foot(self) -> None:
        height = self._foot_height
        lines = foot_lines(self.rows.chosen, max(10, pane_size(self).width - 2), height, self._signs)
        self._foot.show([*lines, *[()] * (height - len(lines))])

    @property
    def _foot_height(self) -> int:
        width, height = pane_size(self)
        return 1 if height < 8 else 2 if height < 12 else 4 if height < 24 or width >= 100 else 6
