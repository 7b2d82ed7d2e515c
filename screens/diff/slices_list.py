"""The list of slices below its headings, or a sentence in its place."""

from screens.diff.slices_reading import Sliced
from screens.diff.slices_table import SliceTable, lay_out_slices
from screens.pieces import Line, Piece, hanging
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.comparison.slice_rows import Slice
from workbench.inert import inert

COMPUTING = "Computing..."


class SliceRows(RowsPane):
    """Slices, one a line; the cursor stays on its slice whatever the order."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._found: Sliced | None = None
        self._slices: list[Slice] = []
        self._notice = COMPUTING
        self._table: SliceTable | None = None
        self._made_for: tuple[object, ...] = ()

    def show(self, found: Sliced | None, slices: list[Slice], notice: str) -> None:
        """List these; without any, say in a sentence why."""
        chosen = self.chosen
        self._found, self._slices, self._notice = found, slices, notice
        places = [place for place, item in enumerate(slices) if chosen is not None and _is_same(item, chosen)]
        self.cursor = places[0] if places else 0
        self._made_for = ()
        self.redraw()
        self.post_message(self.Moved(self, self.cursor))

    @property
    def chosen(self) -> Slice | None:
        """The slice under the cursor."""
        return self._slices[self.cursor] if self.cursor < len(self._slices) else None

    def row_count(self) -> int:
        """The slices, or the lines of the sentence."""
        return len(self._slices) or len(self._sentence())

    def is_choosable(self, index: int) -> bool:
        """Slices are; the sentence is not."""
        return bool(self._slices)

    def head(self) -> tuple[Line, ...]:
        """The headings, and all examples."""
        return self._table.head if self._table is not None and self._found is not None else ()

    def line_at(self, index: int) -> Line:
        """One slice."""
        if self._slices and self._table is not None:
            return self._table.lines[index]
        return (Piece(self._sentence()[index], "secondary"),)

    def draw(self) -> None:
        """Lay the table out for the width, then paint what is seen."""
        made_for = (self._found, len(self._slices), self.size)
        if self._found is not None and self.size and made_for != self._made_for:
            self._made_for = made_for
            # A cell for the cursor's sign, one for the scroll bar.
            self._table = lay_out_slices(self._found, self._slices, self.size.width - 2, self._signs)
        super().draw()

    def _sentence(self) -> list[str]:
        return hanging(inert(self._notice), max(10, self.size.width - 2))


def _is_same(one: Slice, other: Slice) -> bool:
    return one.column == other.column and one.group == other.group
