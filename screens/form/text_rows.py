"""The list that shows the beginning of a text in the file browser: its lines, or the fields that hold text."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.cells import crop, shorten
from workbench.data.text_glimpse import TextPreview
from workbench.formatting import format_count
from workbench.inert import inert

_LONGEST_NAME = 28
_MISSING_WIDTH = 9
_ROOM_FOR_MISSING = 48


class TextRows(RowsPane):
    """The first lines of a text, or, where a file of JSON lines has a choice of them, its fields: one a row."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Choose", id="list.open")]

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="text-rows")
        self.preview: TextPreview | None = None

    @property
    def field(self) -> str:
        """The field under the cursor; empty where there is no choice."""
        return self.preview.fields[self.cursor].name if self.preview is not None and self._has_choice else ""

    @property
    def _has_choice(self) -> bool:
        return self.preview is not None and len(self.preview.fields) > 1

    def show(self, preview: TextPreview, field: str | None = None) -> None:
        """Show the beginning of a text, with the cursor on a field, else on the likely one."""
        self.preview, self.cursor = preview, 0
        names = [found.name for found in preview.fields]
        wanted = field if field in names else preview.suggested_field
        if self._has_choice and wanted in names:
            self.cursor = names.index(wanted)
        self.redraw()

    def clear(self) -> None:
        """Show nothing."""
        self.preview = None
        self.redraw()

    def row_count(self) -> int:
        """One row a field, where there is a choice, else one a line."""
        if self.preview is None:
            return 0
        return len(self.preview.fields) if self._has_choice else len(self.preview.lines)

    def head(self) -> Sequence[Line]:
        """What the parts of a row are, of fields."""
        return [(Piece(f"{self._row('field', 'missing')}first text", "secondary"),)] if self._has_choice else ()

    def line_at(self, index: int) -> Line:
        """A field with its first text, or a line."""
        assert self.preview is not None
        room = self.size.width - 2
        if not self._has_choice:
            return (Piece(crop(self.preview.lines[index], room, self._signs.ellipsis)),)
        field = self.preview.fields[index]
        parts = self._row(inert(field.name), format_count(field.missing) if field.missing else "")
        first = crop(field.first, max(0, room - len(parts)), self._signs.ellipsis)
        is_likely = field.name == self.preview.suggested_field
        return (Piece(parts, "strong" if is_likely else ""), Piece(first, "secondary"))

    def _row(self, name: str, missing: str) -> str:
        assert self.preview is not None
        longest = max(len("field"), *(len(inert(field.name)) for field in self.preview.fields))
        width = min(longest, _LONGEST_NAME, max(6, self.size.width // 3))
        first = f"{pad(shorten(name, width, self._signs.ellipsis), width)}  "
        return first if self.size.width < _ROOM_FOR_MISSING else f"{first}{missing:>{_MISSING_WIDTH}}  "


def about_text(seen: TextPreview, width: int, signs: Signs) -> list[Line]:
    """How much text there is, and what to be wary of."""
    lines: list[Line] = [(Piece(line, "strong"),) for line in hanging(signs.write(seen.describe()), width)]
    for sentence in seen.cautions:
        lines += [(Piece(line, "warning"),) for line in hanging(f"! {sentence}", width, indent=2)]
    return lines
