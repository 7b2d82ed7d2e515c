"""The list of examples that two runs met, and where such a list comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from screens.diff.example_rows import KIND_WORDS, Columns, example_line, list_head, place_columns
from screens.pieces import Line, Piece
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.comparison import Examples, Kind


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list comes from: one of the four kinds, or a cell of a confusion matrix."""

    kind: Kind | None = None
    side: str = ""
    truth: str = ""
    predicted: str = ""

    @property
    def words(self) -> str:
        """What the list is called."""
        if self.kind is not None:
            return KIND_WORDS[self.kind]
        who = {"a": "A", "b": "B"}.get(self.side, "A or B")
        return f"true {self.truth}, {who} said {self.predicted}"


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
        """As many as the list has; a line that says so where it has none."""
        return len(self._examples) if self._examples else 1

    def is_choosable(self, index: int) -> bool:
        """Examples are; the sentence is not."""
        return bool(self._examples)

    def head(self) -> Sequence[Line]:
        """The headings of the columns."""
        return (list_head(self._columns),) if self._examples and self._columns is not None else ()

    def line_at(self, index: int) -> Line:
        """One example."""
        if not self._examples or self._columns is None:
            return (Piece(self._notice, "secondary"),)
        return example_line(self._examples[index], self._columns, self._signs)

    def draw(self) -> None:
        """Place the columns for the width, then paint what is seen."""
        if self._examples is not None:
            self._columns = place_columns(
                self.size.width - 3,
                self._examples.a.labels,
                has_probabilities=self._examples.a.probabilities is not None,
            )
        super().draw()
