"""The tab of slices: where, by any column of the data, one run is better or worse than the other."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from screens.asking import AskingPane
from screens.diff.example_list import Source
from screens.diff.leading import ExamplesWanted
from screens.diff.slices_list import COMPUTING, SliceRows
from screens.diff.slices_reading import ALL_COLUMNS, Order, SliceChoice, Sliced, Slicers, arranged
from screens.diff.slices_table import choices_line, state_line
from screens.diff.slices_words import foot_lines, glance_lines
from screens.pieces import Line
from screens.signs import Signs
from screens.widgets.painted import PaintedText, RowsPane, pane_size
from workbench.comparison.disagreements import Examples
from workbench.comparison.slice_rows import FEWEST, Slice
from workbench.comparison.verdicts import noun_of
from workbench.evaluation.metrics import METRICS

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared

_BLINK_S = 0.15
"""What takes no longer than this replaces what stood there before without a word."""
_ORDERS = tuple(Order)
_AROUND = 9
"""The lines above the list, and the rules between the parts."""


class SlicesPane(AskingPane):
    """What may be sliced by in a line, the slices below it, and why the chosen one stands as it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "turn(1)", "Column", tooltip="The slices of the next column", id="slices.next"),
        Binding("left,h", "turn(-1)", "Column", show=False, tooltip="Those of the column before", id="slices.previous"),
        Binding("m", "metric", "Score", tooltip="By another score", id="slices.metric"),
        Binding("o", "order", "Sort", tooltip="In their order, by difference, by size", id="slices.sort"),
        Binding("t", "turned", "Turned", tooltip="Slices on which the sign turns first", id="slices.turned"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-slices")
        self._signs = signs
        self._slicers: Slicers | None = None
        self._found: Sliced | None = None
        self._choice: SliceChoice = ALL_COLUMNS[0]
        self._metric: str | None = None
        self._order = Order.GIVEN
        self._turned_first = self._only_differing = False
        self._patience: Timer | None = None
        self._lead = PaintedText(id="slices-lead", classes="lead")
        self.rows = SliceRows(signs, id="slice-rows", classes="rows")
        self._foot = PaintedText(id="slices-foot", classes="foot")
        self._glance = PaintedText(id="slices-glance", classes="foot")

    def compose(self) -> ComposeResult:
        """What is listed, the list, what is known of the chosen one."""
        yield self._lead
        yield self.rows
        yield self._foot
        yield self._glance

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.rows

    def take(self, compared: "Compared") -> None:
        """Show the slices of another comparison, by the same column and score where it has them."""
        self._slicers, self._found = Slicers(compared), None
        self.forget_asked()
        self._want()

    def toggle_differing(self) -> None:
        """Only slices on which one run is shown to be better, or all."""
        self._only_differing = not self._only_differing
        self._list()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would change nothing are not offered."""
        found = self._found
        if action in ("turn", "order"):
            return found is not None
        if action == "metric":
            return found is not None and len(found.metrics) > 1
        if action == "turned":
            return found is not None and found.turned > 0
        return super().check_action(action, parameters)

    def action_turn(self, by: int) -> None:
        """List the slices of the next column, or of the one before."""
        if self._found is None:
            return
        choices = self._found.choices
        here = choices.index(self._choice) if self._choice in choices else 0
        self._choice = choices[(here + by) % len(choices)]
        self._want()

    def action_metric(self) -> None:
        """The next score."""
        if self._found is not None:
            metrics = self._found.metrics
            here = metrics.index(self._metric) if self._metric in metrics else 0
            self._metric = metrics[(here + 1) % len(metrics)]
            self._want()

    def action_order(self) -> None:
        """Sort by something else."""
        self._order = _ORDERS[(_ORDERS.index(self._order) + 1) % len(_ORDERS)]
        self._list()

    def action_turned(self) -> None:
        """List slices on which the sign turns before the others, or where they stand."""
        self._turned_first = not self._turned_first
        self._list()

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Say what is known of the slice under the cursor."""
        event.stop()
        self._draw_foot()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Lead to the examples of the slice."""
        event.stop()
        item, slicers = self.rows.chosen, self._slicers
        if item is not None and slicers is not None:
            self.post_message(ExamplesWanted(_source(item, slicers)))

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw_lead()
        self._draw_foot()
        self._draw_glance()

    def show_problem(self, sentence: str) -> None:
        """Say why the runs cannot be sliced."""
        self._found = None
        self._end_patience()
        self.rows.show(None, [], sentence)
        self._draw_lead()
        self._draw_glance()
        self.refresh_bindings()

    def _want(self) -> None:
        """Have the slices of the choice computed; where that takes longer than a blink it says so."""
        slicers = self._slicers
        if slicers is None:
            return
        if self._found is None:
            self._say_computing()
        elif self._patience is None:
            self._patience = self.set_timer(_BLINK_S, self._say_computing)
        self._draw_lead()
        choice, metric = self._choice, self._metric

        def make(_: Path) -> Sliced:
            return slicers.read(choice, metric)

        self.ask(make, self._show)

    def _show(self, found: Sliced) -> None:
        self._found, self._choice, self._metric = found, found.choice, found.metric
        self._end_patience()
        self._list()
        self.refresh_bindings()

    def _say_computing(self) -> None:
        self._end_patience()
        self.rows.show(None, [], COMPUTING)

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = None

    def _list(self) -> None:
        """List what was found, unless something else has been wished for meanwhile."""
        found = self._found
        if found is None or (found.choice, found.metric) != (self._choice, self._metric):
            return
        slices = self._arranged(found)
        self.rows.show(found, slices, _why_none(found, only_differing=self._only_differing))
        self._draw_lead()
        self._draw_glance()

    def _arranged(self, found: Sliced) -> list[Slice]:
        return arranged(found, self._order, turned_first=self._turned_first, only_differing=self._only_differing)

    def _draw_lead(self) -> None:
        width, height = pane_size(self)
        found = self._found
        if found is None or width < 3:
            self._lead.show([])
            return
        chosen = self._choice if self._choice in found.choices else found.choice
        lines = [choices_line(found.choices, chosen, width - 2, self._signs)]
        if height >= 6:
            state = state_line(
                found,
                self._order,
                len(self._arranged(found)),
                width - 2,
                turned_first=self._turned_first,
                differing=self._only_differing,
            )
            lines.append(state)
        self._lead.show(lines)

    def _draw_foot(self) -> None:
        width, height = pane_size(self)
        room = 1 if height < 9 else 3 if height < 14 else 5 if height < 24 or width >= 100 else 6
        lines: list[Line] = []
        if self._found is not None:
            lines = foot_lines(self.rows.chosen, self._found, max(10, width - 2), room, self._signs)
        self._foot.show([*lines, *[()] * (room - len(lines))])

    def _draw_glance(self) -> None:
        """Where there is room below the list, every column in a line; else the list takes it all."""
        width, height = pane_size(self)
        rows = self.rows.row_count() + len(self.rows.head())
        lines: list[Line] = []
        if self._found is not None and width >= 100:
            lines = glance_lines(self._found, width - 2, height - rows - _AROUND, self._signs)
        self.rows.styles.height = rows if lines else "1fr"
        self._glance.display = bool(lines)
        self._glance.show(lines)


def _source(item: Slice, slicers: Slicers) -> Source:
    """The examples of a slice; of another comparison, those of its own slice of this name."""

    def find(compared: "Compared") -> Examples | None:
        own = slicers if slicers.compared is compared else Slicers(compared)
        return own.examples(item)

    return Source(f"{item.title}: {item.label}", find)


def _why_none(found: Sliced, *, only_differing: bool) -> str:
    """What is said where there is nothing to list."""
    title = METRICS[found.metric].title
    if only_differing and found.slices:
        return "On none of these slices is a run shown to be better. Press i for all of them."
    behind = found.choice.behind.upper() or "either run"
    return f"No slice of {FEWEST} {noun_of(METRICS[found.metric])}s or more on which {behind} is behind in {title}."
