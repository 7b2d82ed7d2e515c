"""The parts of the trade-off's tab and their places: chart and table, needs and weights, and what comes out."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus
from textual.widget import Widget

from screens.asking import AskingPane
from screens.diff.tradeoff_answers import answer_lines
from screens.diff.tradeoff_lists import PointChart, PointRows
from screens.diff.tradeoff_needs import NeedRows, need_rows
from screens.diff.tradeoff_points import point_lines
from screens.diff.tradeoff_view import Weighing
from screens.pieces import Line
from screens.signs import Signs
from screens.widgets.painted import PaintedText, RowsPane, pane_size
from screens.widgets.scroll_text import ScrollText
from workbench.comparison.worth import Worth

_WIDE = 96
_TALL = 34
_STACKED = 14
"""Rows from which on a narrow terminal shows what comes out below the needs and weights that are being changed."""


class TradeoffParts(AskingPane):
    """All parts at once where there is room, else two beside each other, else one after another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "part(1)", "Part", tooltip="Chart, runs, needs and weights, what comes out", id="tradeoff.next"),
        Binding("shift+tab", "part(-1)", "Back", show=False, tooltip="The part before", id="tradeoff.previous"),
        Binding(
            "right,l", "along(1)", "Along", show=False, tooltip="The next run along the chart", id="tradeoff.right"
        ),
        Binding("left,h", "along(-1)", "Back along", show=False, tooltip="The run before it", id="tradeoff.left"),
        Binding("down,j", "step(1)", "Down", show=False, tooltip="The next run, less good", id="tradeoff.down"),
        Binding("up,k", "step(-1)", "Up", show=False, tooltip="The run before, better", id="tradeoff.up"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-tradeoff")
        self._signs = signs
        self._letters: Mapping[int, str] = {}
        self._weighing: Weighing | None = None
        self._worth: Worth | None = None
        self._current: int | None = None
        self._part = 0
        self.chart = PointChart(signs, id="tradeoff-chart")
        self.rows = PointRows(signs, id="tradeoff-rows", classes="rows")
        self.needs = NeedRows(signs, id="tradeoff-needs", classes="rows")
        self.answers = ScrollText(signs, id="tradeoff-answers")
        self._top = Horizontal(id="tradeoff-top")
        self._bottom = Horizontal(id="tradeoff-bottom")
        self._foot = PaintedText(id="tradeoff-foot", classes="foot")

    def compose(self) -> ComposeResult:
        """Chart and table; the current run; needs, weights and answers."""
        with self._top:
            yield self.chart
            yield self.rows
        yield self._foot
        with self._bottom:
            yield self.needs
            yield self.answers

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self._parts[self._part % len(self._parts)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        if action in ("along", "step"):
            return self.rows.chosen is not None
        return super().check_action(action, parameters)

    def action_part(self, by: int) -> None:
        """Go to the next part, or to the one before; show it, if it is not in sight."""
        self._part = (self._part + by) % len(self._parts)
        self._arrange()
        self.focus_target.focus()

    def action_along(self, by: int) -> None:
        """Go to the next run across the chart."""
        seen = [point.run.id for point in self._weighing.seen] if self._weighing is not None else []
        if seen:
            here = seen.index(self._current) if self._current in seen else -by
            self.rows.go_to(seen[max(0, min(here + by, len(seen) - 1))])

    def action_step(self, by: int) -> None:
        """Go to the next run of the table."""
        self.rows.action_move(by)

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """The run under the cursor is the current one."""
        event.stop()
        if event.pane is self.rows and self.rows.chosen is not None:
            self._current = self.rows.chosen.run.id
            self.chart.show(self._weighing, self._letters, self._current)
            self._draw_foot()
            self.refresh_bindings()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A part that was clicked is the chosen one."""
        if event.widget in self._parts:
            self._part = self._parts.index(event.widget)

    def on_resize(self) -> None:
        """Place the parts for the new size."""
        self._arrange()

    @property
    def _parts(self) -> Sequence[Widget]:
        """What the keys go to, one after another; beside the table the chart follows its cursor."""
        rest = (self.rows, self.needs, self.answers)
        return rest if pane_size(self).width >= _WIDE else (self.chart, *rest)

    def draw_parts(self, notice: str = "", *, is_kept: bool) -> None:
        """Draw all; a ``notice`` stands where there is no run, ``is_kept`` says whether the settings have it so."""
        weighing, letters, worth, signs = self._weighing, self._letters, self._worth, self._signs
        self.rows.show(weighing, letters, self._current, notice)
        if self.rows.chosen is not None:
            self._current = self.rows.chosen.run.id
        self.chart.show(weighing, letters, self._current)
        self.needs.show(need_rows(weighing, is_kept=is_kept) if weighing is not None else [])
        self.answers.show(lambda width: answer_lines(weighing, letters, worth, width, signs) if weighing else [])
        self._arrange()

    def _draw_foot(self) -> None:
        width, height = pane_size(self)
        room = 1 if height < 10 else 3
        lines: list[Line] = []
        if self._weighing is not None:
            lines = point_lines(self.rows.chosen, self._weighing, max(10, width - 2), room, self._signs)
        self._foot.show([*lines, *[()] * (room - len(lines))])

    def _arrange(self) -> None:
        width, height = pane_size(self)
        part = self.focus_target
        shown: Sequence[Widget] = (part,)
        upper, lower = (self.chart, self.rows), (self.needs, self.answers)
        is_wide = width >= _WIDE
        if is_wide:
            shown = (*upper, *lower) if height >= _TALL else lower if part in lower else upper
        elif part is self.needs and height >= _STACKED:
            shown = lower
        for widget in (*upper, *lower):
            widget.display = widget in shown
        self._top.display = self._foot.display = any(widget in shown for widget in upper)
        self._bottom.display = any(widget in shown for widget in lower)
        self._bottom.set_class(self._top.display, "-below")
        self._bottom.set_class(not is_wide, "-stacked")
        self.needs.styles.height = "1fr" if is_wide or len(shown) == 1 else self.needs.row_count()
        self._draw_foot()
