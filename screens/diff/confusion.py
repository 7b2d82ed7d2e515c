"""The tab of confusion: both confusion matrices and their difference, which share one cursor."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from screens.confusion import Matrix, difference
from screens.diff.example_list import Source
from screens.diff.leading import ExamplesWanted
from screens.pieces import Piece, hanging
from screens.signs import Signs
from screens.widgets.confusion import ConfusionMatrix
from screens.widgets.painted import PaintedText, pane_size
from workbench.cells import crop
from workbench.evaluation.metrics import CLASSIFICATION, REGRESSION
from workbench.formatting import format_count
from workbench.inert import inert

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared, Confusions

_SIDES = ("a", "b", "ab")
_WORDS = {"a": "A", "b": "B", "ab": "B - A"}
_CELLS_OF_LABEL = 12
_CELLS_OF_COUNT = 5
_GAP = 4
_LEAST_CELLS = 34
_ROOM_FOR_WORDS = 76


class ConfusionPane(Vertical):
    """A, B and B - A side by side where there is room, else one at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", "Matrix", tooltip="The next matrix: A, B, B - A", id="confusions.next"),
        Binding("shift+tab", "turn(-1)", "Back", show=False, tooltip="The matrix before", id="confusions.previous"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-confusion")
        self._signs = signs
        self._confusions: Confusions | None = None
        self._chosen = 0
        self._lead = PaintedText(id="confusion-lead", classes="lead")
        self._titles = {side: PaintedText(id=f"matrix-title-{side}") for side in _SIDES}
        self._matrices = {side: ConfusionMatrix(signs, id=f"matrix-{side}") for side in _SIDES}
        self._boxes = {side: Vertical(id=f"matrix-box-{side}", classes="matrix") for side in _SIDES}
        for box in self._boxes.values():
            box.display = False  # until it is known how many fit: each would be drawn twice

    def compose(self) -> ComposeResult:
        """A sentence above, the three matrices below."""
        yield self._lead
        with Horizontal(id="confusion-grid"):
            for side in _SIDES:
                with self._boxes[side]:
                    yield self._titles[side]
                    yield self._matrices[side]

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self._matrices[_SIDES[self._chosen]]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without matrices there is none to turn to."""
        return self._confusions is not None if action == "turn" else super().check_action(action, parameters)

    def take(self, compared: "Compared") -> None:
        """Show the matrices of another comparison."""
        confusions = self._confusions = compared.confusion
        if confusions is None:
            width = max(10, pane_size(self).width - 2)
            self._lead.show([(Piece(text, "secondary"),) for text in hanging(_why_none(compared), width)])
            for matrix in self._matrices.values():
                matrix.show(None)
        else:
            a, b = (Matrix(confusions.labels, counts) for counts in (confusions.a, confusions.b))
            self._matrices["a"].show(a)
            self._matrices["b"].show(b)
            self._matrices["ab"].show(difference(a, b))
            n = sum(map(sum, confusions.a))
            m = sum(map(sum, confusions.b))
            width = max(10, pane_size(self).width - 2)
            words = f"The same {format_count(n)} test examples"
            if width >= _ROOM_FOR_WORDS:
                words += ": rows are true classes, columns what was said"
            if not confusions.paired:
                words = f"Each on its own test part, A of {format_count(n)}, B of {format_count(m)} examples"
            words = crop(words, width, self._signs.ellipsis)
            self._lead.show([(Piece(words, "secondary"),)])
        self.refresh_bindings()
        self._arrange()

    def action_turn(self, by: int) -> None:
        """Go to the next matrix, or to the one before."""
        self._chosen = (self._chosen + by) % len(_SIDES)
        self._arrange()
        self.focus_target.focus()

    def on_resize(self) -> None:
        """Show as many as fit."""
        self._arrange()

    def on_descendant_focus(self) -> None:
        """A matrix that was clicked is the chosen one."""
        for place, side in enumerate(_SIDES):
            if self._matrices[side].has_focus and place != self._chosen:
                self._chosen = place
                self._arrange()

    def on_confusion_matrix_opened(self, event: ConfusionMatrix.Opened) -> None:
        """Lead to the examples of the cell."""
        event.stop()
        side = next(side for side in _SIDES if self._matrices[side] is event.sender)
        self.post_message(ExamplesWanted(Source.of_cell(side, event.true, event.predicted)))

    def on_confusion_matrix_moved(self, event: ConfusionMatrix.Moved) -> None:
        """Move the cursors of the others along."""
        event.stop()
        for matrix in self._matrices.values():
            if matrix is not event.sender:
                matrix.go_to(event.true, event.predicted)

    def _arrange(self) -> None:
        """As many as have room for their counts, the chosen one among them; all where there are none anyway."""
        labels = self._confusions.labels if self._confusions is not None else ()
        seen = _in_sight(labels, self._chosen, pane_size(self).width)
        hidden = [_WORDS[side] for place, side in enumerate(_SIDES) if place not in seen]
        for place, side in enumerate(_SIDES):
            box, is_seen = self._boxes[side], bool(labels) and place in seen
            if box.display is not is_seen:
                box.display = is_seen
            is_chosen = place == self._chosen
            mark = "" if len(seen) == 1 else f"{self._signs.folded} " if is_chosen else "  "
            others = f"   tab: {', '.join(hidden)}" if hidden and is_chosen else ""
            kind = ("a", "b", "strong")[place]
            self._titles[side].show([(Piece(f"{mark}{_WORDS[side]}", kind), Piece(others, "secondary"))])


def _in_sight(labels: Sequence[str], chosen: int, width: int) -> tuple[int, ...]:
    """The places of the matrices that fit beside each other in ``width`` cells."""
    label = min(_CELLS_OF_LABEL, max((cell_len(inert(name)) for name in labels), default=0) + 1)
    needed = max(_LEAST_CELLS, label + _CELLS_OF_COUNT * len(labels) + _GAP)
    if width >= 3 * needed:
        return 0, 1, 2
    if width >= 2 * needed:
        return (0, 1) if chosen < 2 else (1, 2)
    return (chosen,)


def _why_none(compared: "Compared") -> str:
    comparison = compared.comparison
    task = comparison.a.get("task")
    if task == comparison.b.get("task") and task != CLASSIFICATION:
        answers = "numbers" if task == REGRESSION else "texts"
        return f"There is no confusion of {task}: its answers are {answers}, not classes. Press 3 for the examples."
    blocking = [caution.message for caution in comparison.warnings if caution.code in _REASONS]
    return f"No confusion to show: {blocking[0]}." if blocking else "No confusion to show: there are no outcomes."


_REASONS = ("other-task", "other-target", "other-labels", "no-outcomes")
