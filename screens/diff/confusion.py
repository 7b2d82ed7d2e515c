"""The third tab of the diff screen: both confusion matrices and their difference, which share one cursor."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from screens.confusion import Matrix, difference
from screens.pieces import Piece
from screens.signs import Signs
from screens.widgets.confusion import ConfusionMatrix
from screens.widgets.painted import PaintedText, pane_size
from workbench.formatting import format_count

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared, Confusions

_SIDES = ("a", "b", "ab")
_WORDS = {"a": "A", "b": "B", "ab": "B - A"}
_CELLS_OF_LABEL = 12
_CELLS_OF_COUNT = 5
_GAP = 4


class ConfusionPane(Vertical):
    """A, B and B - A side by side where there is room, else one at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", "A, B, B-A", tooltip="The next matrix: A, B, B - A", id="confusions.next"),
        Binding("shift+tab", "turn(-1)", "Back", show=False, tooltip="The matrix before", id="confusions.previous"),
    ]

    class Opened(Message):
        """The examples of a cell shall be seen; ``side`` is 'a', 'b' or 'ab'."""

        def __init__(self, side: str, truth: str, predicted: str) -> None:
            super().__init__()
            self.side = side
            self.truth = truth
            self.predicted = predicted

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-confusion")
        self._signs = signs
        self._confusions: Confusions | None = None
        self._chosen = 0
        self._lead = PaintedText(id="confusion-lead", classes="lead")
        self._titles = {side: PaintedText(id=f"matrix-title-{side}") for side in _SIDES}
        self._matrices = {side: ConfusionMatrix(signs, id=f"matrix-{side}") for side in _SIDES}
        self._boxes = {side: Vertical(id=f"matrix-box-{side}", classes="matrix") for side in _SIDES}

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

    def take(self, compared: "Compared") -> None:
        """Show the matrices of another comparison."""
        confusions = self._confusions = compared.confusion
        if confusions is None:
            self._lead.show([(Piece(_why_none(compared), "secondary"),)])
        else:
            a, b = (Matrix(confusions.labels, counts) for counts in (confusions.a, confusions.b))
            self._matrices["a"].show(a)
            self._matrices["b"].show(b)
            self._matrices["ab"].show(difference(a, b))
            n = sum(map(sum, confusions.a))
            same = f"The same {format_count(n)} test examples" if confusions.paired else "Each on its own test part"
            self._lead.show([(Piece(f"{same}", "secondary"),)])
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
        self.post_message(self.Opened(side, event.true, event.predicted))

    def on_confusion_matrix_moved(self, event: ConfusionMatrix.Moved) -> None:
        """Move the cursors of the others along."""
        event.stop()
        for matrix in self._matrices.values():
            if matrix is not event.sender:
                matrix.go_to(event.true, event.predicted)

    def _arrange(self) -> None:
        """All three where each has room for its counts, or where none has any way; else the chosen one."""
        labels = len(self._confusions.labels) if self._confusions is not None else 0
        needed = _CELLS_OF_LABEL + _CELLS_OF_COUNT * labels + _GAP
        shown = 3 if pane_size(self).width >= 3 * needed else 1
        for place, side in enumerate(_SIDES):
            is_shown = labels > 0 and (shown == 3 or place == self._chosen)
            self._boxes[side].set_class(not is_shown, "-hidden")
            is_chosen = place == self._chosen
            kind = ("a", "b", "strong")[place]
            others = "" if shown == 3 else f"   tab: {', '.join(_WORDS[other] for other in _SIDES if other != side)}"
            mark = f"{self._signs.folded} " if is_chosen and shown == 3 else "  " if shown == 3 else ""
            words = f"{mark}{_WORDS[side]}"
            self._titles[side].show([(Piece(words, kind), Piece(others, "secondary"))])


def _why_none(compared: "Compared") -> str:
    blocking = [caution.message for caution in compared.comparison.warnings if caution.code in _REASONS]
    return f"No confusion to show: {blocking[0]}." if blocking else "No confusion to show: there are no outcomes."


_REASONS = ("other-task", "other-target", "other-labels", "no-outcomes")
