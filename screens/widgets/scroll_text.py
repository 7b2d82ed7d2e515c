"""A text of any length to scroll through: lines of pieces, made anew for each width."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.strip import Strip

from screens.pieces import Line, width_of
from screens.signs import Signs
from screens.widgets.painted import PaintedLines

_WHEEL = 3


class ScrollText(PaintedLines, can_focus=True):
    """Shows the lines that ``make(width)`` gives, from where it was scrolled to.

    With ``signs`` its last cell is kept for the part of a scroll bar, where the text is longer than the widget.
    """

    SCOPED_CSS = False
    DEFAULT_CSS = "ScrollText { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="text.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="text.up"),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False, id="text.page_down"),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False, id="text.page_up"),
        Binding("home,g", "top", "Top", show=False, id="text.top"),
        Binding("end,G", "bottom", "End", show=False, id="text.bottom"),
    ]

    def __init__(
        self,
        signs: Signs | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._signs = signs
        self._make: Callable[[int], Sequence[Line]] | None = None
        self._lines: Sequence[Line] = ()
        self._top = 0

    @property
    def room(self) -> int:
        """The width that lines are made for."""
        return max(1, self.size.width - (2 if self._signs is not None else 0))

    def show(self, make: Callable[[int], Sequence[Line]]) -> None:
        """Show another text, where this one was scrolled to."""
        self._make = make
        self.redraw()

    def draw(self) -> None:
        """Make the lines for the width and paint those in sight."""
        self._lines = self._make(self.room) if self._make is not None else ()
        self._top = max(0, min(self._top, len(self._lines) - self.size.height))
        seen = self._lines[self._top : self._top + self.size.height]
        self.show_lines([self._with_thumb(line, y) for y, line in enumerate(seen)])

    def action_move(self, by: int) -> None:
        """Scroll by lines."""
        self._go(self._top + by)

    def action_move_page(self, by: int) -> None:
        """Scroll by screens."""
        self._go(self._top + by * max(1, self.size.height - 1))

    def action_top(self) -> None:
        """Go to the first line."""
        self._go(0)

    def action_bottom(self) -> None:
        """Go to the last line."""
        self._go(len(self._lines))

    def on_mouse_scroll_down(self) -> None:
        """Scroll with the wheel."""
        self._go(self._top + _WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Scroll with the wheel."""
        self._go(self._top - _WHEEL)

    def _go(self, top: int) -> None:
        self._top = max(0, min(top, len(self._lines) - self.size.height))
        self.redraw()

    def _with_thumb(self, line: Line, y: int) -> Strip:
        height, count = self.size.height, len(self._lines)
        strip = self.paint(line)
        if self._signs is None or count <= height:
            return strip
        size = max(1, height * height // count)
        start = round(self._top * (height - size) / (count - height))
        if not start <= y < start + size:
            return strip
        blank = " " * max(0, self.size.width - 1 - width_of(line))
        return Strip([*strip, Segment(blank), Segment(self._signs.thumb, self._style("empty"))])
