"""The tab of the trade-off: all finished runs of the data, quality against a price, and which is worth having."""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.message import Message

from screens.diff.tradeoff_needs import NeedRow, NeedRows
from screens.diff.tradeoff_parts import TradeoffParts
from screens.diff.tradeoff_view import (
    WEIGHT_STEP,
    TradeView,
    Weighing,
    moved_need,
    next_of,
    read_candidates,
    weigh_up,
)
from screens.settings.keeping import keep_settings
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.comparison.candidates import Candidates
from workbench.comparison.worth import worth_of

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.comparison.compared import Compared

_WORKING = "Weighing up..."


class TradeoffPane(TradeoffParts):
    """The runs weighed up, by axes, needs and weights that keys change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "axis_x", "Across", tooltip="Another latency, cost or size across", id="tradeoff.x"),
        Binding("y", "axis_y", "Up", tooltip="Another quality up", id="tradeoff.y"),
        Binding("L", "log", "Log", show=False, tooltip="Across on a logarithmic axis, and back", id="tradeoff.log"),
        Binding("M", "mixed", "Mixed", show=False, tooltip="Let other conditions take part, too", id="tradeoff.mixed"),
        Binding("enter", "open_run", "Open", tooltip="All of the run", id="tradeoff.open"),
        Binding("B", "make('b')", "Make B", tooltip="Compare A with this run", id="tradeoff.b"),
        Binding("A", "make('a')", "Make A", show=False, tooltip="Compare this run with B", id="tradeoff.a"),
        Binding("s", "keep", "Keep", tooltip="Keep needs and weights in the settings", id="tradeoff.keep"),
    ]

    class PairWanted(Message):
        """Two other runs shall be compared."""

        def __init__(self, a_id: int, b_id: int) -> None:
            super().__init__()
            self.a_id = a_id
            self.b_id = b_id

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs)
        self._ids = (0, 0)
        self._view: TradeView | None = None
        self._candidates: Candidates | None = None

    def take(self, compared: "Compared") -> None:
        """Show the runs of the same data as another pair; the current one stays."""
        comparison = compared.comparison
        a_id, b_id = self._ids = int(comparison.a["id"]), int(comparison.b["id"])
        self._letters = {a_id: "AB"} if a_id == b_id else {a_id: "A", b_id: "B"}
        self._worth = worth_of(comparison)
        self._view = self._view or TradeView.of(self._app.settings)
        self._current = self._current or b_id
        self._candidates = None
        self.forget_asked()
        self._arrange()
        self._weigh(self._view)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not offered."""
        weighing, chosen = self._weighing, self.rows.chosen
        if action in ("axis_x", "axis_y"):
            return weighing is not None and len(weighing.xs if action == "axis_x" else weighing.ys) > 1
        if action in ("log", "mixed"):
            return weighing is not None and (action == "mixed" or weighing.can_be_log)
        if action == "open_run":
            return chosen is not None
        if action == "make":
            return chosen is not None and chosen.run.id != self._ids[parameters[0] == "b"]
        if action == "keep":
            return self._view is not None and bool(self._view.changes(self._app.settings))
        return super().check_action(action, parameters)

    # What keys do.

    def action_axis_x(self) -> None:
        """Hold the quality against something else."""
        if self._weighing is not None and self._view is not None:
            self._change(x=next_of(self._weighing.xs, self._view.x), log=None)

    def action_axis_y(self) -> None:
        """Hold another quality against it."""
        if self._weighing is not None and self._view is not None:
            self._change(y=next_of(self._weighing.ys, self._view.y or ""))

    def action_log(self) -> None:
        """A logarithmic axis across, or a plain one."""
        if self._weighing is not None:
            self._change(log=not self._weighing.log)

    def action_mixed(self) -> None:
        """Let latencies that were measured under other conditions take part, or not."""
        if self._view is not None:
            self._change(mixed=not self._view.mixed)

    def action_open_run(self) -> None:
        """Show all of the current run."""
        if self.rows.chosen is not None:
            self._app.open_run(self.rows.chosen.run.id)

    def action_make(self, side: str) -> None:
        """Compare the current run with A, or with B."""
        if self.rows.chosen is not None:
            run_id, (a_id, b_id) = self.rows.chosen.run.id, self._ids
            self.post_message(self.PairWanted(a_id, run_id) if side == "b" else self.PairWanted(run_id, b_id))

    def action_keep(self) -> None:
        """Write needs and weights into the settings file."""
        if self._view is not None:
            keep_settings(self._app, self._view.changes(self._app.settings), "Needs and weights", self._draw)

    # What the parts say.

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Open the run; or ask for a need or a weight."""
        event.stop()
        if event.pane is self.rows:
            self.action_open_run()
        elif self.needs.chosen is not None:
            self._ask_value(self.needs.chosen)

    def on_need_rows_turned(self, event: NeedRows.Turned) -> None:
        """Move a bound or a weight by a step, or put it back."""
        event.stop()
        row, by = event.row, event.by
        if self._candidates is None or self._view is None:
            return
        if row.is_need:
            bound = self._view.needs.get(row.name)
            self._set(row, moved_need(self._candidates.runs, row.name, bound, by) if by else None)
        else:
            self._set(row, self._view.weights.get(row.name, 0.0) + by * WEIGHT_STEP if by else None)

    def show_problem(self, sentence: str) -> None:
        """Say why the runs cannot be weighed up."""
        self._weighing = None
        self._draw(sentence)

    @property
    def _app(self) -> "WorkbenchApp":
        return cast("WorkbenchApp", self.app)

    def _ask_value(self, row: NeedRow) -> None:
        from screens.settings.dialogs import ValueDialog
        from screens.settings.rows import parse_number

        def save(text: str | None) -> None:
            if text is not None:
                self._set(row, parse_number(text) if text else None)

        number = "" if row.number is None else f"{row.number:.12g}"
        self.app.push_screen(ValueDialog(row.label, row.words, number, parse_number, self._signs), save)

    def _set(self, row: NeedRow, number: float | None) -> None:
        """Give a need or a weight another value, or its default."""
        if self._view is None:
            return
        if row.is_need:
            self._weigh(self._view.with_need(row.name, number))
            return
        view = self._view.with_weight(row.name, 1.0 if number is None else number)
        if any(view.weights.values()):
            self._weigh(view)
        else:
            self._app.say("At least one weight must be above 0.", title="Weights", severity="warning")

    def _change(self, **changes: object) -> None:
        if self._view is not None:
            self._weigh(replace(self._view, **changes))  # type: ignore[arg-type]

    def _weigh(self, view: TradeView) -> None:
        """Have the runs weighed up in another way; they are read when the pair is another one."""
        self._view = view
        candidates, run_id = self._candidates, self._ids[0]
        if self._weighing is None:
            self._draw(_WORKING)
        self.ask(lambda path: weigh_up(candidates or read_candidates(path, run_id), view), self._show)

    def _show(self, weighing: Weighing) -> None:
        self._weighing, self._candidates = weighing, weighing.candidates
        if self._view is not None:
            self._view = replace(self._view, x=weighing.view.x, y=weighing.view.y)
        self._draw()

    def _draw(self, notice: str = "") -> None:
        self.draw_parts(notice, is_kept=self._view is None or not self._view.changes(self._app.settings))
        self.refresh_bindings()
