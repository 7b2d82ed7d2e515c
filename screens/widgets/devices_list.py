"""A list of ready rows whose cursor belongs to what a row stands for: rows that come in above it move it down."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from screens.devices.machine import Row
from screens.pieces import Line
from screens.signs import Signs
from screens.widgets.painted import RowsPane


class DevicesList(RowsPane):
    """Rows handed over whole; only cells that differ are repainted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", tooltip="Open the run of the row, or unfold the device", id="list.open")
    ]

    class Resized(Message):
        """The rows are to be made for another width."""

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(signs, id=id)
        self._rows: Sequence[Row] = ()
        self._head: Sequence[Line] = ()

    def on_resize(self) -> None:
        """Have the rows made anew."""
        self.post_message(self.Resized())

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        return row if row is not None and row.choosable else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is more than a line can be opened."""
        if action != "open":
            return super().check_action(action, parameters)
        row = self.current
        return row is not None and (row.unfolds or row.run_id is not None)

    @property
    def room(self) -> int:
        """The cells of a row: the cursor stands before it, a gap and the scroll bar's thumb behind it."""
        return max(1, self.size.width - 3)

    def show(self, rows: Sequence[Row], head: Sequence[Line] = ()) -> None:
        """Show these rows; the cursor stays with its row."""
        current = self.current
        self._rows, self._head = rows, head
        if current is not None:
            places = [place for place, row in enumerate(rows) if row.key == current.key]
            self.cursor = places[0] if places else self.cursor
        self.redraw()

    def row_count(self) -> int:
        """How many lines there are."""
        return len(self._rows)

    def line_at(self, index: int) -> Line:
        """A line."""
        return self._rows[index].line

    def is_choosable(self, index: int) -> bool:
        """Lines that belong to the row above them are passed over."""
        return self._rows[index].choosable

    def head(self) -> Sequence[Line]:
        """The titles of the columns."""
        return self._head

    def _keep_cursor_in_sight(self, room: int, count: int) -> None:
        """Have the lines that belong to the cursor's row in sight, too."""
        super()._keep_cursor_in_sight(room, count)
        last = self.cursor
        while last + 1 < count and not self._rows[last + 1].choosable:
            last += 1
        if last >= self._top + room:
            self._top = min(self.cursor, last - room + 1)
