"""The examples of one cell of a confusion matrix: which they are, and how sure the model was; largest loss first."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from screens.base import Dialog
from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText, RowsPane
from store.database import open_read_only
from store.outcomes import get_example_set, get_outcomes
from workbench.cells import crop
from workbench.formatting import format_count, format_percent, format_value
from workbench.inert import inert

if TYPE_CHECKING:
    from workbench.evaluation.outcome_rows import OutcomeRow

MOST_EXAMPLES = 1_000
_FOOT = 5
_MOST_CLASSES = 3
_LOSS, _SURE = 10, 8


@dataclass(frozen=True, slots=True)
class CellExamples:
    """Examples of class ``truth`` that were taken for ``predicted``: the first of ``total``."""

    run_id: int
    truth: str
    predicted: str
    rows: tuple["OutcomeRow", ...]
    total: int
    has_outcomes: bool = True


def read_cell(path: Path, run_id: int, truth: str, predicted: str) -> CellExamples:
    """The examples of a cell; slow where the test part is large, so called in a thread."""
    from workbench.evaluation.outcome_rows import outcome_rows, positions_in_cell  # NumPy

    with open_read_only(path) as db, db.reading():
        outcomes = get_outcomes(db, run_id)
        example_set = get_example_set(db, outcomes.example_set) if outcomes is not None else None
    if outcomes is None or example_set is None:
        return CellExamples(run_id, truth, predicted, (), 0, has_outcomes=False)
    positions = positions_in_cell(outcomes, truth, predicted)
    rows = tuple(outcome_rows(outcomes, example_set, positions[:MOST_EXAMPLES]))
    return CellExamples(run_id, truth, predicted, rows, len(positions))


class ExampleRows(RowsPane):
    """A line for each example: its loss, how probable the predicted class was, and the beginning of its text."""

    def __init__(self, rows: Sequence["OutcomeRow"], signs: Signs) -> None:
        super().__init__(signs, id="cell-examples")
        self._rows = rows

    def row_count(self) -> int:
        """How many there are."""
        return len(self._rows)

    def head(self) -> Sequence[Line]:
        """What the columns are."""
        return [(Piece(f"{'loss':>{_LOSS}}{'sure':>{_SURE}}  example", "secondary"),)]

    def line_at(self, index: int) -> Line:
        """One example."""
        row = self._rows[index]
        sure = row.by_label.get(row.predicted)
        figures = f"{format_value('log_loss', row.loss):>{_LOSS}}{format_percent(sure):>{_SURE}}  "
        room = max(1, self.size.width - len(figures) - 3)
        return Piece(figures), Piece(crop(self._signs.write(inert(row.preview)), room, self._signs.ellipsis))


_TALLEST, _ROUND_THE_ROWS = 34, 9
"""Lines of the dialog at most, and those besides its rows: the border, the heads, the example in full and the keys."""


class CellDialog(Dialog[None]):
    """Lists the examples of a cell; the one under the cursor stands below in full."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close", id="examples.close"),
        Binding("ctrl+c", "close", "Close", show=False, priority=True, id="examples.interrupt"),
    ]

    def __init__(self, examples: CellExamples, signs: Signs) -> None:
        super().__init__()
        self._examples = examples
        self._signs = signs
        self._list = ExampleRows(examples.rows, signs)
        self._foot = PaintedText(id="cell-foot")

    def compose(self) -> ComposeResult:
        """The list, the example, and the keys."""
        found = self._examples
        with Vertical(classes="box tall") as box:
            parts = [f"true {inert(found.truth)}, predicted {inert(found.predicted)}", self._count()]
            box.border_title = f" {self._signs.dot} ".join(parts)
            box.styles.height = min(_TALLEST, len(found.rows) + _ROUND_THE_ROWS)
            yield self._list
            yield self._foot
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the first."""
        self._list.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Wrap the example anew."""
        self.call_after_refresh(self._draw)

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Show the example in full."""
        event.stop()
        self._draw()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Enter closes."""
        event.stop()
        self.dismiss(None)

    def action_close(self) -> None:
        """Back to the matrix."""
        self.dismiss(None)

    def _count(self) -> str:
        total = self._examples.total
        if total > len(self._examples.rows):
            return f"the {format_count(len(self._examples.rows))} of {format_count(total)} with the largest loss"
        return f"{format_count(total)} example{'' if total == 1 else 's'}"

    def _draw(self) -> None:
        rows = self._examples.rows
        width = self._foot.size.width
        if rows and width:
            self._foot.show(example_lines(rows[min(self._list.cursor, len(rows) - 1)], width, self._signs))


def example_lines(row: "OutcomeRow", width: int, signs: Signs) -> list[Line]:
    """An example's text, its id and its most probable classes, in as many lines as always."""
    texts = hanging(signs.write(inert(row.preview)), width)
    room = _FOOT - 2
    shown = texts[:room]
    if len(texts) > room:
        shown[-1] = crop(f"{shown[-1]} {signs.ellipsis}", width, signs.ellipsis)
    likely = sorted(row.by_label.items(), key=lambda pair: -pair[1])[:_MOST_CLASSES]
    words = [f"{inert(label)} {format_percent(share)}" for label, share in likely]
    lines: list[Line] = [(Piece(text),) for text in [*shown, *[""] * (room - len(shown))]]
    last = crop(f" {signs.dot} ".join([row.example, *words]), width, signs.ellipsis)
    return [(Piece(""),), *lines, (Piece(pad(last, width), "secondary"),)]
