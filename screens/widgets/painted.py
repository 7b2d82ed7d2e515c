"""Widgets that paint lines of pieces: a still text, and a list with a cursor of which only what is seen is made."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from screens.pieces import Line, Piece, width_of
from screens.signs import Signs
from screens.widgets.ink import ink, laid_over
from screens.widgets.lines import LinesWidget
from screens.widgets.second_g import SecondG

KINDS = ("a", "b", "strong", "secondary", "heading", "warning", "error", "good", "chosen", "filled", "empty")
_WHEEL = 3
_ABOVE_PANES = 8
"""Lines that a screen's head, tabs and keys take, about."""


class PaintedLines(LinesWidget):
    """Lines of pieces; what each kind looks like, the style sheet says (``PaintedLines > .painted--KIND``)."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"painted--cursor"} | {f"painted--{kind}" for kind in KINDS}
    SCOPED_CSS = False
    DEFAULT_CSS = """
    PaintedText { height: auto; }
    RowsPane { height: 1fr; }
    PaintedLines {
        & > .painted--a { color: $wb-a; text-style: bold; }
        & > .painted--b { color: $wb-b; text-style: bold; }
        & > .painted--strong { text-style: bold; }
        & > .painted--heading { color: $text-primary; text-style: bold; }
        & > .painted--secondary { color: $wb-muted; }
        & > .painted--warning { color: $text-warning; }
        & > .painted--error { color: $text-error; }
        & > .painted--good { color: $wb-good; }
        & > .painted--filled { color: $text-primary; }
        & > .painted--empty { color: $wb-rule; }
        & > .painted--chosen { text-style: bold; }
        & > .painted--cursor { background: $wb-cursor-blurred; text-style: $wb-cursor-blurred-style; }
        &:focus > .painted--cursor { background: $wb-cursor; text-style: $wb-cursor-style; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._styles: dict[str, Style] = {}

    def notify_style_update(self) -> None:
        """Forget the styles when the theme changes."""
        self._styles.clear()
        super().notify_style_update()

    def on_focus(self) -> None:
        """Draw the cursor as the one that keys move."""
        self._styles.clear()
        self.redraw()

    def on_blur(self) -> None:
        """Draw it as a mark."""
        self._styles.clear()
        self.redraw()

    def paint(self, line: Line, *, on_cursor: bool = False) -> Strip:
        """The strip of a line; the cursor's goes on to the right edge."""
        base = self._style("cursor") if on_cursor else Style.null()
        segments = [Segment(text, laid_over(base, self._style(kind))) for text, kind in line if text]
        if on_cursor:
            segments.append(Segment(" " * max(0, self.size.width - width_of(line)), base))
        return Strip(segments).simplify()

    def _style(self, kind: str) -> Style:
        style = self._styles.get(kind)
        if style is None:
            name = f"painted--{kind}"
            if kind == "cursor":
                style = self.get_component_rich_style(name)
            elif kind.startswith("#"):  # pixels of a picture, whose colours no style sheet knows
                style = Style.parse(kind)
            else:
                style = ink(self, name) if kind in KINDS else Style.null()
            if kind == "chosen":
                style += Style(reverse=True)
            self._styles[kind] = style
        return style


class PaintedText(PaintedLines):
    """Still lines, shown from the top."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; another number of them is another height."""
        is_other_height = len(lines) != len(self._lines)
        self._lines = lines
        self.redraw()
        if is_other_height:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are, drawn or not, so that the first layout is the last."""
        return max(1, len(self._lines))

    def redraw(self) -> None:
        """Draw anew as soon as there are styles, also where the height is still to follow from the lines."""
        if self.is_attached:
            self.draw()

    def draw(self) -> None:
        """Paint the lines."""
        self.show_lines([self.paint(line) for line in self._lines])


def pane_size(pane: Widget) -> Size:
    """The size of a pane; before it is laid out what it will be, nearly, so that it need not be drawn twice."""
    if pane.size:
        return pane.size
    app = pane.app.size
    return Size(app.width, max(0, app.height - _ABOVE_PANES))


class RowsPane(PaintedLines, SecondG, can_focus=True):
    """A list of any length with a cursor, below a fixed head; ``row_count`` and ``line_at`` say what it holds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False, id="list.page_down"),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("home", "top", "First", show=False, id="list.top"),
        Binding("g", "top_on_second", "First", show=False, id="list.top_vi"),
        Binding("end,G", "bottom", "Last", show=False, id="list.bottom"),
        Binding("enter", "open", "Open", show=False, tooltip="What is behind the row", id="list.open"),
    ]

    class Moved(Message):
        """The cursor came to stand on another row."""

        def __init__(self, pane: "RowsPane", index: int) -> None:
            super().__init__()
            self.pane = pane
            self.index = index

        @property
        def control(self) -> "RowsPane":
            """The pane."""
            return self.pane

    class Opened(Moved):
        """Enter was pressed on a row."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._signs = signs
        self._top = 0
        self.cursor = 0

    def row_count(self) -> int:
        """How many rows there are."""
        return 0

    def line_at(self, index: int) -> Line:
        """A row, without the cursor's column."""
        return (Piece(str(index)),)

    def is_choosable(self, index: int) -> bool:
        """Whether the cursor may stand on a row; headings are passed over."""
        return True

    def head(self) -> Sequence[Line]:
        """The lines above the rows, which stay."""
        return ()

    def on_resize(self) -> None:
        """Keep the cursor in sight in the new size."""
        self.redraw()

    def draw(self) -> None:
        """Paint the head and the rows in sight."""
        head = self.head()
        room = self._room(len(head))
        count = self.row_count()
        self.cursor = self._choosable_near(min(self.cursor, count - 1), 1)
        self._keep_cursor_in_sight(room, count)
        strips = [self.paint((Piece(" "), *line)) for line in head]
        for index in range(self._top, min(count, self._top + room)):
            on_cursor = index == self.cursor and self.is_choosable(index)
            sign = Piece(self._signs.cursor if on_cursor else " ", "strong")
            strips.append(self._with_thumb(self.paint((sign, *self.line_at(index)), on_cursor=on_cursor), index, room))
        self.show_lines(strips)

    def go(self, index: int, direction: int = 1) -> None:
        """Put the cursor on the row, or on the next one in ``direction`` that can be chosen."""
        before = self.cursor
        self.cursor = self._choosable_near(max(0, min(index, self.row_count() - 1)), direction)
        if self.cursor != before:
            self.redraw()
            self.post_message(self.Moved(self, self.cursor))

    def action_move(self, by: int) -> None:
        """Move the cursor by rows; above the first one that can be chosen, scroll what stands there into sight."""
        before = self.cursor
        self.go(self.cursor + by, by)
        if self.cursor == before and by < 0 and self._top > 0:
            self._top = 0
            self.redraw()

    def action_move_page(self, by: int) -> None:
        """Move the cursor by screens."""
        self.go(self.cursor + by * max(1, self._room(len(self.head())) - 1), by)

    def action_top(self) -> None:
        """Go to the first row."""
        self.go(0, 1)
        self._top = 0
        self.redraw()

    def action_bottom(self) -> None:
        """Go to the last row."""
        self.go(self.row_count() - 1, -1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.row_count() and self.is_choosable(self.cursor):
            self.post_message(self.Opened(self, self.cursor))

    def on_mouse_scroll_down(self) -> None:
        """Move with the wheel."""
        self.action_move(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Move with the wheel."""
        self.action_move(-_WHEEL)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        place = event.get_content_offset(self)
        row = self._top + place.y - len(self.head()) if place is not None else -1
        if 0 <= row < self.row_count() and self.is_choosable(row):
            self.go(row)

    def _room(self, head: int) -> int:
        return max(1, self.size.height - head)

    def _choosable_near(self, index: int, direction: int) -> int:
        """The row, or the nearest that can be chosen: first in ``direction``, then in the other."""
        count = self.row_count()
        for step in (1 if direction >= 0 else -1, -1 if direction >= 0 else 1):
            place = index
            while 0 <= place < count:
                if self.is_choosable(place):
                    return place
                place += step
        return max(0, index)

    def _keep_cursor_in_sight(self, room: int, count: int) -> None:
        self._top = max(0, min(self._top, count - room))
        if self.cursor < self._top:
            self._top = self.cursor
            # A heading right above the cursor comes into sight with it.
            if self._top > 0 and not self.is_choosable(self._top - 1):
                self._top -= 1
        elif self.cursor >= self._top + room:
            self._top = self.cursor - room + 1

    def _with_thumb(self, strip: Strip, index: int, room: int) -> Strip:
        """The strip with the scroll bar's part in its last cell, where there is more than is seen."""
        count = self.row_count()
        if count <= room:
            return strip
        size = max(1, room * room // count)
        start = round(self._top * (room - size) / max(1, count - room))
        width = self.size.width - 1
        if not start <= index - self._top < start + size:
            return strip
        thumb = Segment(self._signs.thumb, self._style("empty"))
        return (
            Strip([*strip.crop_extend(0, width, None), thumb])
            if cell_len(strip.text) > width
            else Strip([*strip, Segment(" " * (width - cell_len(strip.text))), thumb])
        )
