"""The list of the settings: rows with a cursor, of which one choice may be turned and not kept yet."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.pieces import Line
from screens.settings.rows import Kind, SettingRow, row_line
from screens.signs import Signs
from screens.widgets.painted import RowsPane


class SettingsList(RowsPane):
    """The rows, with the one choice that is being turned."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Change", tooltip="Change the setting, or keep the choice", id="settings.change"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="settings-list")
        self.rows: list[SettingRow] = []
        self.turning: str | None = None
        """The value at which the choice under the cursor stands, while it is not kept yet."""

    @property
    def row(self) -> SettingRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def row_count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def is_choosable(self, index: int) -> bool:
        """Headings are passed over."""
        return self.rows[index].kind is not Kind.HEADING

    def line_at(self, index: int) -> Line:
        """A row; the last cell is the scroll bar's."""
        turning = self.turning if index == self.cursor else None
        return row_line(self.rows[index], self.size.width - 3, self._signs, turning=turning)
