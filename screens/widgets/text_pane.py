"""A text of painted lines to scroll through; it keeps its own place, and repaints only the lines that differ."""

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.strip import Strip

from screens.pieces import Line, width_of
from screens.signs import Signs
from screens.widgets.painted import PaintedLines

_WHEEL = 3


class TextPane(PaintedLines, can_focus=True):
    """Lines made for the pane's width by ``write``, which is called anew when the size changes or ``show`` says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="text.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="text.up"),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False, id="text.page_down"),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False, id="text.page_up"),
        Binding("home,g", "move(-1000000)", "Top", show=False, id="text.top"),
        Binding("end,G", "move(1000000)", "End", show=False, id="text.bottom"),
    ]

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._write: Callable[[int], list[Line]] = lambda _: []
        self._lines: list[Line] = []
        self._top = 0

    def show(self, write: Callable[[int], list[Line]]) -> None:
        """Show what ``write`` makes for a width; the place is kept."""
        self._write = write
        self.redraw()

    def go_to_top(self) -> None:
        """Begin at the top, for another text."""
        self._top = 0

    def action_move(self, by: int) -> None:
        """Scroll by lines."""
        self._top += by
        self._paint()

    def action_move_page(self, by: int) -> None:
        """Scroll by screens."""
        self.action_move(by * max(1, self.size.height - 1))

    def on_mouse_scroll_down(self) -> None:
        """Scroll with the wheel."""
        self.action_move(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Scroll with the wheel."""
        self.action_move(-_WHEEL)

    def draw(self) -> None:
        """Write the text for the width, and show the part in sight."""
        # The last two cells are left to the part of the scroll bar.
        self._lines = self._write(max(1, self.size.width - 2))
        self._paint()

    def _paint(self) -> None:
        height, count = self.size.height, len(self._lines)
        self._top = max(0, min(self._top, count - height))
        strips = [self.paint(line) for line in self._lines[self._top : self._top + height]]
        if count > height:
            size = max(1, height * height // count)
            start = round(self._top * (height - size) / (count - height))
            thumb = Segment(self._signs.thumb, self._style("secondary"))
            for y in range(start, min(start + size, len(strips))):
                blank = self.size.width - 1 - width_of(self._lines[self._top + y])
                strips[y] = Strip([*strips[y], Segment(" " * max(0, blank)), thumb])
        self.show_lines(strips)
