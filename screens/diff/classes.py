"""The tab of classes: a score of every class in both runs, with its difference, and the way to its examples."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from screens.diff.class_rows import (
    SCORES,
    ClassOrder,
    ClassTable,
    arranged_classes,
    class_foot,
    lay_out_classes,
    state_line,
)
from screens.diff.example_list import Source
from screens.diff.leading import ExamplesWanted
from screens.pieces import Line, Piece, hanging
from screens.signs import Signs
from screens.widgets.painted import PaintedText, RowsPane, pane_size
from workbench.comparison.result import ClassRows
from workbench.evaluation.metrics import CLASSIFICATION

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared

_ORDERS = tuple(ClassOrder)


class ClassTableRows(RowsPane):
    """Classes, one a line; the cursor stays on its class whatever the order."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._shown: list[ClassRows] = []
        self._score = SCORES[0]
        self._notice = ""
        self._table: ClassTable | None = None
        self._made_for: object = None

    def show(self, shown: list[ClassRows], score: str, notice: str) -> None:
        """List these classes by this score; without any, say in a sentence why."""
        chosen = self.chosen
        self._shown, self._score, self._notice = shown, score, notice
        labels = [item.label for item in shown]
        self.cursor = labels.index(chosen.label) if chosen is not None and chosen.label in labels else 0
        self._made_for = None
        self.redraw()
        self.post_message(self.Moved(self, self.cursor))

    @property
    def chosen(self) -> ClassRows | None:
        """The class under the cursor."""
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    def row_count(self) -> int:
        """The classes, or the lines of the sentence."""
        return len(self._shown) or len(self._sentence())

    def is_choosable(self, index: int) -> bool:
        """Classes are; the sentence is not."""
        return bool(self._shown)

    def head(self) -> tuple[Line, ...]:
        """The headings of the columns."""
        return (self._table.head,) if self._shown and self._table is not None else ()

    def line_at(self, index: int) -> Line:
        """One class."""
        if self._shown and self._table is not None:
            return self._table.lines[index]
        return (Piece(self._sentence()[index], "secondary"),)

    def draw(self) -> None:
        """Lay the table out for the width, then paint what is seen."""
        if self._made_for != self.size:
            self._made_for = self.size
            # A cell for the cursor's sign, one for the scroll bar.
            self._table = lay_out_classes(self._shown, self._score, self.size.width - 2, self._signs)
        super().draw()

    def _sentence(self) -> list[str]:
        return hanging(self._notice, max(10, self.size.width - 3))


class ClassesPane(Vertical):
    """The scores in a line, the classes below it, and all that is known of the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "turn(1)", "Score", tooltip="F1, recall, precision", id="diff_classes.next"),
        Binding("left,h", "turn(-1)", "Score", show=False, tooltip="The score before", id="diff_classes.previous"),
        Binding("o", "order", "Sort", tooltip="As given, by difference, by name, by size", id="diff_classes.sort"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-classes")
        self._signs = signs
        self._of_classes: tuple[ClassRows, ...] = ()
        self._why_none = ""
        self._score = SCORES[0]
        self._order = ClassOrder.GIVEN
        self._only_differing = False
        self._lead = PaintedText(id="classes-lead", classes="lead")
        self.rows = ClassTableRows(signs, id="class-rows", classes="rows")
        self._foot = PaintedText(id="classes-foot", classes="foot")

    def compose(self) -> ComposeResult:
        """What is listed, the list, what is known of the chosen one."""
        yield self._lead
        yield self.rows
        yield self._foot

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.rows

    def take(self, compared: "Compared") -> None:
        """Show the classes of another comparison."""
        self._of_classes = compared.comparison.classes
        self._why_none = _why_none(compared)
        self._list()
        self.refresh_bindings()

    @property
    def can_toggle(self) -> bool:
        """Whether there are classes of which only those that differ may be listed."""
        return bool(self._of_classes)

    def toggle_differing(self) -> None:
        """Only classes of which a score differs, or all."""
        self._only_differing = not self._only_differing
        self._list()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without classes there is nothing to turn or to sort."""
        if action in ("turn", "order"):
            return bool(self._of_classes)
        return super().check_action(action, parameters)

    def action_turn(self, by: int) -> None:
        """List the next score."""
        self._score = SCORES[(SCORES.index(self._score) + by) % len(SCORES)]
        self._list()

    def action_order(self) -> None:
        """Sort by something else."""
        self._order = _ORDERS[(_ORDERS.index(self._order) + 1) % len(_ORDERS)]
        self._list()

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Say what is known of the class under the cursor."""
        event.stop()
        self._draw_foot()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Lead to the examples of the class."""
        event.stop()
        if self.rows.chosen is not None:
            self.post_message(ExamplesWanted(Source.of_class(self.rows.chosen.label)))

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw_lead()
        self._draw_foot()

    def _shown(self) -> list[ClassRows]:
        return arranged_classes(self._of_classes, self._score, self._order, only_differing=self._only_differing)

    def _list(self) -> None:
        nothing = "No score of any class is shown to differ. Press i for all of them." if self._of_classes else ""
        self.rows.show(self._shown(), self._score, nothing or self._why_none)
        self._draw_lead()
        self._draw_foot()

    def _draw_lead(self) -> None:
        self._lead.display = bool(self._of_classes)
        tests = sum(row.p_adjusted is not None for item in self._of_classes for row in item.rows)
        line = state_line(
            self._score,
            len(self._shown()),
            self._order,
            pane_size(self).width - 2,
            only_differing=self._only_differing,
            adjusted=tests,
        )
        self._lead.show([line])

    def _draw_foot(self) -> None:
        width, height = pane_size(self)
        room = 1 if height < 9 else 2 if height < 12 else 5
        self._foot.display = bool(self._of_classes)
        # The foot follows the rows where these leave room below.
        needed = self.rows.row_count() + len(self.rows.head())
        self.rows.styles.height = needed if self._of_classes and needed + room + 3 < height else "1fr"
        lines = class_foot(self.rows.chosen, self._score, max(10, width - 2), room, self._signs)
        self._foot.show([*lines, *[()] * (room - len(lines))])


def _why_none(compared: "Compared") -> str:
    """Why there are no scores of classes."""
    comparison = compared.comparison
    task = comparison.a.get("task")
    if task == comparison.b.get("task") and task != CLASSIFICATION:
        return f"There are no classes in {task}. Press 3 for the examples."
    blocking = [caution.message for caution in comparison.warnings if caution.code in _REASONS]
    return f"No classes to show: {blocking[0]}." if blocking else "No classes to show: there are no outcomes."


_REASONS = ("other-task", "other-target", "other-labels", "no-outcomes")
