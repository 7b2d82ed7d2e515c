"""The confusion matrix with a cursor: one for a run, and three of them side by side for a pair (A, B, B - A)."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from screens.confusion import Matrix, MatrixView, draw_matrix, in_sight, lay_out
from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget

_KINDS = ("heading", "secondary", "label", "right", "wrong", "zero", "better", "worse")


class ConfusionMatrix(LinesWidget, can_focus=True):
    """A matrix to move in; it stays at its cell when newer counts of the same classes come."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1,0)", "Down", show=False, id="matrix.down"),
        Binding("up,k", "move(-1,0)", "Up", show=False, id="matrix.up"),
        Binding("right,l", "move(0,1)", "Right", show=False, id="matrix.right"),
        Binding("left,h", "move(0,-1)", "Left", show=False, id="matrix.left"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="matrix.page_down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="matrix.page_up"),
        Binding("home,g", "move(-1000000,-1000000)", "First class", show=False, id="matrix.first"),
        Binding("end,G", "move(1000000,1000000)", "Last class", show=False, id="matrix.last"),
        Binding("m", "map", "Map", tooltip="Counts, or glyphs alone, of which more fit", id="matrix.map"),
        Binding("enter", "open", "Examples", tooltip="List the examples of the cell", id="matrix.open"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"confusion-matrix--{kind}" for kind in _KINDS}
    SCOPED_CSS = False
    DEFAULT_CSS = """
    ConfusionMatrix {
        height: 1fr;
        & > .confusion-matrix--heading { color: $wb-muted; }
        & > .confusion-matrix--secondary { color: $wb-muted; }
        & > .confusion-matrix--label { color: $text-primary; text-style: bold; }
        & > .confusion-matrix--right { color: $text-primary; }
        & > .confusion-matrix--wrong { color: $text-warning; }
        & > .confusion-matrix--zero { color: $wb-muted; }
        & > .confusion-matrix--better { color: $wb-good; }
        & > .confusion-matrix--worse { color: $wb-bad; }
    }
    .-mono ConfusionMatrix {
        & > .confusion-matrix--label, & > .confusion-matrix--right, & > .confusion-matrix--wrong { color: $foreground; }
        & > .confusion-matrix--better, & > .confusion-matrix--worse { color: $foreground; }
    }
    """

    class Moved(Message):
        """The cursor went to another cell; true and predicted class by their labels."""

        def __init__(self, sender: "ConfusionMatrix", true: str, predicted: str) -> None:
            super().__init__()
            self.sender = sender
            self.true = true
            self.predicted = predicted

        @property
        def control(self) -> "ConfusionMatrix":
            """The matrix."""
            return self.sender

    class Opened(Moved):
        """Somebody wants to see the examples of a cell."""

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._view = MatrixView()
        self.matrix: Matrix | None = None

    def show(self, matrix: Matrix | None) -> None:
        """Show these counts; of the same classes, even in another order, the cursor stays on its cell."""
        if matrix == self.matrix:
            return
        before, self.matrix = self.matrix, matrix
        if before is None or matrix is None or set(before.labels) != set(matrix.labels):
            self._view = MatrixView(as_map=self._view.as_map)
        elif before.labels != matrix.labels:
            row, column = (matrix.labels.index(before.labels[at]) for at in (self._view.row, self._view.column))
            self._view = MatrixView(row, column, as_map=self._view.as_map)
        self.refresh_bindings()
        self.draw()

    @property
    def cell(self) -> tuple[str, str] | None:
        """The true and the predicted class of the cursor's cell; None without counts."""
        if self.matrix is None or not self.matrix.counts:
            return None
        return self.matrix.labels[self._view.row], self.matrix.labels[self._view.column]

    def go_to(self, true: str, predicted: str) -> None:
        """Put the cursor on a cell without telling so, to follow another matrix."""
        if self.matrix is None or not {true, predicted} <= set(self.matrix.labels):
            return
        labels = self.matrix.labels
        self._look(
            MatrixView(labels.index(true), labels.index(predicted), self._view.top, self._view.left, self._view.as_map)
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without counts there is nothing to look into."""
        needs_counts = action in ("map", "open")
        return self.cell is not None if needs_counts else super().check_action(action, parameters)

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        if self.matrix is None:
            return
        before = self.cell
        self._look(self._view.moved(self.matrix, rows, columns))
        if (cell := self.cell) is not None and cell != before:
            self.post_message(self.Moved(self, *cell))

    def action_page(self, by: int) -> None:
        """Move the cursor by screens."""
        if self.matrix is not None:
            rows = lay_out(self.matrix, self._view, self.size.width, self.size.height).rows
            self.action_move(by * max(1, rows - 1), 0)

    def action_map(self) -> None:
        """Show glyphs alone, or the counts."""
        if self.matrix is None:
            return
        layout = lay_out(self.matrix, self._view, self.size.width, self.size.height)
        view = self._view
        self._look(MatrixView(view.row, view.column, view.top, view.left, as_map=not layout.is_map))

    def action_open(self) -> None:
        """Ask for the examples of the cell."""
        if (cell := self.cell) is not None:
            self.post_message(self.Opened(self, *cell))

    def on_focus(self) -> None:
        """Show the cursor as the one that keys move."""
        self.draw()

    def on_blur(self) -> None:
        """Show it as a mark."""
        self.draw()

    def draw(self) -> None:
        """The rows in sight and the reading of the cell."""
        if self.matrix is None or not self.size:
            self.show_lines([])
            return
        self._view = in_sight(self.matrix, self._view, self.size.width, self.size.height)
        lines = draw_matrix(self.matrix, self._view, self.size.width, self.size.height, self._signs)
        self.show_lines([Strip([Segment(text, self._style(kind)) for text, kind in line]) for line in lines])

    def _look(self, view: MatrixView) -> None:
        self._view = view
        self.draw()

    def _style(self, kind: str) -> Style:
        name, _, cursor = kind.partition(" ")
        style = ink(self, f"confusion-matrix--{name}") if name else Style.null()
        if not cursor:
            return style
        return style + (Style(reverse=True) if self.has_focus else Style(underline=True))
