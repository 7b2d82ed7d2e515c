"""The two lists of the file browser: what stands in the folder, and the columns of the file under the cursor."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.form.file_listing import FileEntry, Listing, narrow, write_folder
from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from screens.widgets.painted import RowsPane
from workbench.cells import crop, shorten
from workbench.data.glimpse import Preview, PreviewColumn, cautions
from workbench.formatting import format_bytes, format_count
from workbench.inert import inert

_SIZE_WIDTH = 10
_DATE_WIDTH = 12
_KIND_WIDTH = 11
_COUNT_WIDTH = 10
_LONGEST_NAME = 28
_ROOM_FOR_COUNTS = 48
_ROOM_FOR_ALL_COUNTS = 70
_ROOM_FOR_NAMES = 20


class FileRows(RowsPane):
    """The folders and data files of a folder, narrowed by a text."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Open", id="list.open")]

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="file-rows")
        self.entries: list[FileEntry] = []
        self._listing: Listing | None = None
        self._narrowed = ""
        self._words = ""

    @property
    def current(self) -> FileEntry | None:
        """The entry under the cursor."""
        return self.entries[self.cursor] if self.cursor < len(self.entries) else None

    def wait(self, words: str) -> None:
        """Show nothing but these words."""
        self._listing, self.entries, self._words = None, [], words
        self.redraw()

    def show(self, listing: Listing, *, on: str | None = None) -> None:
        """Show a folder, with the cursor on an entry."""
        self._listing = listing
        self.narrow("", on=on)

    def narrow(self, text: str, *, on: str | None = None) -> None:
        """Show only what contains a text, the cursor where it was if it may stay there."""
        if self._listing is None:
            return
        on = on or (self.current.name if self.current is not None else None)
        self._narrowed = text
        self.entries = narrow(self._listing.entries, text)
        names = [entry.name for entry in self.entries]
        self._words = "" if names else self._say_nothing(self._listing)
        self.cursor = names.index(on) if on in names else 0
        self.redraw()

    def row_count(self) -> int:
        """One row an entry."""
        return len(self.entries)

    def head(self) -> Sequence[Line]:
        """Why there is nothing, if there is nothing."""
        return _words(self._words, self.size.width)

    def line_at(self, index: int) -> Line:
        """Name, size and date."""
        entry = self.entries[index]
        room = self.size.width - 2 - _SIZE_WIDTH - _DATE_WIDTH
        with_date = room >= _ROOM_FOR_NAMES
        room = room if with_date else room + _DATE_WIDTH
        name = inert(entry.name) + ("/" if entry.is_folder else "")
        shown = Piece(pad(shorten(name, room, self._signs.ellipsis), room), "strong" if entry.is_folder else "")
        if entry.is_folder:
            return (shown,)
        size = Piece(pad(format_bytes(entry.size_bytes), _SIZE_WIDTH, right=True), "secondary")
        return (
            (shown, size, Piece(pad(_date(entry.modified_at), _DATE_WIDTH, right=True), "secondary"))
            if with_date
            else (
                shown,
                size,
            )
        )

    def _say_nothing(self, listing: Listing) -> str:
        if listing.problem is not None:
            return inert(listing.problem)
        if self._narrowed:
            return f"Nothing here contains {self._narrowed!r}."
        others = f", only {format_count(listing.others)} other files" if listing.others else ""
        return f"No folder and no data file here{others}."


class ColumnRows(RowsPane):
    """The columns of a table, one a line, with their first values: the cursor stands on the target."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Choose", id="list.open")]

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="column-rows")
        self.preview: Preview | None = None
        self._words = ""
        self._name_width = 8

    @property
    def current(self) -> PreviewColumn | None:
        """The column under the cursor."""
        return self.preview.columns[self.cursor] if self.preview is not None and self.preview.columns else None

    def say(self, words: str) -> None:
        """Show no columns, but these words."""
        self.preview, self._words = None, words
        self.redraw()

    def show(self, preview: Preview, target: str | None = None) -> None:
        """Show the columns, with the cursor on a target, else on the likely one."""
        self.preview, self._words = preview, ""
        names = [column.name for column in preview.columns]
        wanted = target if target in names else preview.suggested_target
        self.cursor = names.index(wanted) if wanted in names else len(names) - 1
        self._name_width = min(_LONGEST_NAME, max(6, *(len(inert(name)) for name in names)))
        self.redraw()

    def row_count(self) -> int:
        """One row a column."""
        return len(self.preview.columns) if self.preview is not None else 0

    def head(self) -> Sequence[Line]:
        """What the parts of a row are; or why there are none."""
        if self.preview is None:
            return _words(self._words, self.size.width)
        parts = self._row("column", "kind", "missing", "different")
        return [(Piece(f"{parts}first values", "secondary"),)]

    def line_at(self, index: int) -> Line:
        """Name, kind, how many are missing, how many values there are, and the first of them."""
        assert self.preview is not None
        column = self.preview.columns[index]
        missing = format_count(column.missing) if column.missing else ""
        is_likely = column.name == self.preview.suggested_target
        kind = "target?" if is_likely else column.kind.value
        parts = self._row(inert(column.name), kind, missing, format_count(column.distinct))
        room = self.size.width - 2 - len(parts)
        values = ", ".join(row[index] or self._signs.dot for row in self.preview.rows)
        return (
            Piece(parts, "strong" if is_likely else ""),
            Piece(crop(values, room, self._signs.ellipsis), "secondary"),
        )

    def _row(self, name: str, kind: str, missing: str, different: str) -> str:
        width = min(self._name_width, max(6, self.size.width // 3))
        first = f"{pad(shorten(name, width, self._signs.ellipsis), width)}  {kind:<{_KIND_WIDTH}}"
        if self.size.width < _ROOM_FOR_COUNTS:
            return first
        with_missing = f"{first}{missing:>{_COUNT_WIDTH - 2}}"
        return with_missing + (f"{different:>{_COUNT_WIDTH}}  " if self.size.width >= _ROOM_FOR_ALL_COUNTS else "  ")


def place_line(folder: str, listing: Listing | None, width: int, signs: Signs) -> Line:
    """Which folder it is, and how much of it is shown."""
    parts = _count(listing) if listing is not None else []
    counted = signs.write(" · ".join(parts if width >= _ROOM_FOR_COUNTS else parts[:1]))
    place = shorten(write_folder(folder), max(8, width - len(counted) - 2), signs.ellipsis)
    return (Piece(place, "strong"), Piece(f"  {counted}", "secondary"))


def about_lines(seen: Preview, target: PreviewColumn, width: int, signs: Signs) -> list[Line]:
    """How the table was judged, and what to be wary of with this target."""
    rows = f"{format_count(seen.rows_read)} rows"
    rows = rows if seen.complete else f"judged by the first {rows}"
    name = shorten(inert(target.name), _LONGEST_NAME, signs.ellipsis)
    first = signs.write(f"target {name} · {format_count(target.distinct)} classes · {rows}")
    lines: list[Line] = [(Piece(line, "strong"),) for line in hanging(first, width)]
    for sentence in cautions(seen, target.name):
        lines += [(Piece(line, "warning"),) for line in hanging(f"! {sentence}", width, indent=2)]
    return lines


def _count(listing: Listing) -> list[str]:
    files = sum(not entry.is_folder for entry in listing.entries)
    parts = [f"{format_count(files)} data file{'s' * (files != 1)}"]
    if listing.others:
        parts.append(f"{format_count(listing.others)} not shown")
    if listing.is_cut:
        parts.append("more than can be listed: type a path in the form")
    return parts


def _words(text: str, width: int) -> Sequence[Line]:
    return [(Piece(line, "secondary"),) for line in hanging(text, max(10, width - 2))] if text else []


def _date(at: float | None) -> str:
    return "" if at is None else time.strftime("%Y-%m-%d", time.localtime(at))
