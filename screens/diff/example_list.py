"""The list of examples that two runs met, and where such a list comes from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screens.diff.example_rows import Columns, example_line, list_head, place_columns
from screens.pieces import Line, Piece, hanging
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.comparison import Examples
from workbench.comparison.example_lists import examples_of_class

if TYPE_CHECKING:
    from workbench.comparison.compared import Compared


@dataclass(frozen=True, slots=True)
class Source:
    """Which examples are listed: those of a class, of a cell of a confusion matrix, or of a slice."""

    words: str
    """What they are called."""
    find: Callable[["Compared"], Examples | None]
    """The examples among those of a comparison; slow, for a thread."""

    @classmethod
    def of_class(cls, label: str) -> "Source":
        """The examples of a true class."""
        return cls(f"true {label}", lambda compared: examples_of_class(compared, label))

    @classmethod
    def of_cell(cls, side: str, truth: str, predicted: str) -> "Source":
        """The examples of a confusion cell of run ``side`` ('a', 'b', 'ab': either)."""
        who = {"a": "A", "b": "B"}.get(side, "A or B")
        words = f"true {truth}, {who} said {predicted}"
        return cls(words, lambda compared: compared.cell(side, truth, predicted))


class ExampleRows(RowsPane):
    """A list of examples, of which only those in sight are read."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._examples: Examples | None = None
        self._notice = ""
        self._columns: Columns | None = None

    @property
    def examples(self) -> Examples | None:
        """What is listed."""
        return self._examples

    def show(self, examples: Examples | None, notice: str = "") -> None:
        """List other examples, from the first; or say in a sentence why there are none."""
        self._examples, self._notice = examples, notice
        self.cursor = self._top = 0
        self.redraw()

    def row_count(self) -> int:
        """As many as the list has; the lines of the sentence that says why it has none."""
        return len(self._examples) if self._examples else len(self._sentence())

    def is_choosable(self, index: int) -> bool:
        """Examples are; the sentence is not."""
        return bool(self._examples)

    def head(self) -> Sequence[Line]:
        """The headings of the columns."""
        return (list_head(self._columns),) if self._examples and self._columns is not None else ()

    def line_at(self, index: int) -> Line:
        """One example."""
        if not self._examples or self._columns is None:
            return (Piece(self._sentence()[index], "secondary"),)
        return example_line(self._examples[index], self._columns, self._signs)

    def draw(self) -> None:
        """Place the columns for the width, then paint what is seen."""
        if self._examples is not None:
            self._columns = place_columns(self.size.width - 3, self._examples)
        super().draw()

    def _sentence(self) -> list[str]:
        return hanging(self._notice, max(10, self.size.width - 3))
