"""The classes of a run: the figures of each in the rows of its confusion matrix, and the examples behind every cell."""

from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens.confusion import Matrix
from screens.pieces import Piece, hanging
from screens.run.examples import CellDialog, CellExamples, read_cell
from screens.run.tabs import RunTab, Shown
from screens.run.text import missing_classes
from screens.signs import Signs
from screens.widgets.confusion import ConfusionMatrix
from screens.widgets.painted import PaintedText
from store.records import ClassFigures, RunDetail
from workbench.run_words import class_row

_TITLES = ("support", "precision", "recall", "F1")


class Order(StrEnum):
    """In which order the classes stand; the value says it beside the tab."""

    GIVEN = ""
    WORST = "worst F1 first"
    LARGEST = "largest support first"


def class_matrix(detail: RunDetail, order: Order = Order.GIVEN) -> Matrix | None:
    """The classes with their figures and, where it is known, the confusion matrix; None where nothing is known."""
    if not detail.classes:
        return None
    by_label = {figures.label: figures for figures in detail.classes}
    labels = [str(label) for label in detail.data.get("labels") or ()]
    n = len(detail.confusion)
    is_whole = len(labels) == n and all(len(row) == n for row in detail.confusion) and set(by_label) <= set(labels)
    if not (n and is_whole):
        labels = list(by_label)
    matrix = Matrix(
        tuple(labels),
        detail.confusion if n and is_whole else (),
        _TITLES,
        tuple(_figures(by_label.get(label)) for label in labels),
    )
    if order is Order.GIVEN:
        return matrix
    return matrix.ordered(sorted(range(len(labels)), key=lambda place: _rank(by_label.get(labels[place]), order)))


def _figures(figures: ClassFigures | None) -> tuple[str, ...]:
    if figures is None:
        return ("0", "n/a", "n/a", "n/a")
    precision, recall, f1, support = class_row(figures)
    return support, precision, recall, f1


def _rank(figures: ClassFigures | None, order: Order) -> float:
    if figures is None:
        return float("inf")
    if order is Order.LARGEST:
        return -figures.support
    return float("inf") if figures.f1 is None else figures.f1


class ClassesTab(RunTab):
    """The matrix, or why there is none."""

    TITLE = "Classes"
    WORDS = "the figures of each, and who is taken for whom"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "order", "Sort", tooltip="The worst class first, the largest, or as given", id="classes.sort"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs)
        self._matrix = ConfusionMatrix(signs)
        self._instead = PaintedText(classes="instead")
        self._order = Order.GIVEN
        self._shown: Shown | None = None
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """The matrix, and a sentence in its place."""
        yield self._matrix
        yield self._instead

    @property
    def target(self) -> Widget:
        """The matrix."""
        return self._matrix

    @property
    def words(self) -> list[str]:
        """What its axes are, and the order of the classes."""
        has_counts = self._matrix.matrix is not None and bool(self._matrix.matrix.counts)
        cross = f"true {self.signs.times} predicted"
        return ([cross] if has_counts else []) + ([self._order.value] if self._order.value else [])

    def show(self, shown: Shown) -> None:
        """Draw the classes, where they are others."""
        self._shown = shown
        detail = shown.detail
        drawn = (detail.run.id, detail.classes, detail.confusion, self._order, shown.row.status, shown.row.run.phase)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        matrix = class_matrix(detail, self._order)
        self._matrix.display = matrix is not None
        self._instead.display = matrix is None
        self._matrix.show(matrix)
        if matrix is None:
            sentence, width = missing_classes(shown.row, detail), (self.size or self.app.size).width
            self._instead.show([(Piece(text, "secondary"),) for text in hanging(sentence, max(20, width - 2))])
        self.post_message(self.WordsChanged())

    def on_resize(self) -> None:
        """Wrap the sentence to the new width."""
        self._drawn = None
        if self._shown is not None:
            self.show(self._shown)

    def forget(self) -> None:
        """Draw anew."""
        self._drawn = self._shown = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there are no classes there is nothing to order."""
        return self._matrix.matrix is not None if action == "order" else super().check_action(action, parameters)

    def action_order(self) -> None:
        """The next order."""
        orders = list(Order)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        if self._shown is not None:
            self.show(self._shown)

    def on_confusion_matrix_moved(self, event: ConfusionMatrix.Moved) -> None:
        """The widget reads the cell itself."""
        event.stop()

    def on_confusion_matrix_opened(self, event: ConfusionMatrix.Opened) -> None:
        """Have the examples of the cell read."""
        event.stop()
        if self._shown is not None:
            run_id = self._shown.row.run.id
            true, predicted = event.true, event.predicted
            self.workbench.consult(lambda engine: read_cell(engine.path, run_id, true, predicted), self._open)

    def _open(self, examples: CellExamples) -> None:
        if not self.is_attached or self.workbench.screen is not self.screen:
            return
        if not examples.has_outcomes:
            self.workbench.say("The answers to the single examples were not stored with this run.", title="No examples")
        elif examples.total:
            self.workbench.push_screen(CellDialog(examples, self.signs))
        else:
            self.workbench.say("No example is in this cell.", title="No examples")
