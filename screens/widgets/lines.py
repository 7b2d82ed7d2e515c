"""A widget that shows ready lines and repaints only what differs from the lines before.

What a plot or a meter costs is what it repaints: over SSH a curve that is sent whole once a second is kilobytes. Lines
are handed over as strips; each is compared with the one that stands there, and only the stretch of cells that differs
is marked for repainting. (Textual sends a line from the widget's left edge to the end of that stretch.)
"""

from collections.abc import Sequence
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


class LinesWidget(Widget):
    """A widget of fixed lines; ``show_lines`` replaces them all and repaints the difference."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._strips: tuple[Strip, ...] = ()

    def draw(self) -> None:
        """Make the lines for the widget's size and colours and show them; called when either has changed."""

    def redraw(self) -> None:
        """Draw anew, unless the widget has gone in the meantime and its styles with it."""
        if self.is_attached and self.size:
            self.draw()

    def on_resize(self) -> None:
        """Draw anew in the new size."""
        self.redraw()

    def notify_style_update(self) -> None:
        """Draw anew in the new colours, once the style sheet has been applied to the end."""
        super().notify_style_update()
        if self.size:
            self.call_after_refresh(self.redraw)

    @property
    def text(self) -> str:
        """What stands on the widget, without styles; for tests and for people who copy."""
        return "\n".join(strip.text.rstrip() for strip in self._strips)

    def show_lines(self, strips: Sequence[Strip]) -> None:
        """Show these lines from the top; lines that are not there are blank."""
        before, self._strips = self._strips, tuple(strips)
        if not self.is_attached or not self.size:
            return
        if len(before) != len(self._strips) and self.styles.is_auto_height:
            self.refresh(layout=True)
            return
        regions = []
        for y, (old, new) in enumerate(zip_longest(before, self._strips)):
            stretch = changed_stretch(old, new)
            if stretch is not None and y < self.size.height:
                x, end = stretch
                regions.append(Region(x, y, max(1, min(end, self.size.width) - x), 1))
        if regions:
            self.refresh(*regions)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are; at least one, so that there is a size to draw for."""
        return max(1, len(self._strips))

    def render_line(self, y: int) -> Strip:
        """One ready line, cropped or filled to the widget's width."""
        width, base = self.size.width, self.rich_style
        if y >= len(self._strips):
            return Strip.blank(width, base)
        strip = self._strips[y]
        return Strip([Segment(text, base + (style or Style.null())) for text, style, _ in strip]).crop_extend(
            0, width, base
        )


def changed_stretch(old: Strip | None, new: Strip | None) -> tuple[int, int] | None:
    """The first and one past the last cell in which two strips differ in text or style; None where they are equal."""
    if old is None or new is None:
        strip = old if new is None else new
        return (0, strip.cell_length) if strip is not None else None
    if list(old) == list(new):
        return None
    before, after = list(_cells(old)), list(_cells(new))
    differing = [x for x, (one, other) in enumerate(zip_longest(before, after)) if one != other]
    return (differing[0], differing[-1] + 1) if differing else None


def _cells(strip: Strip) -> list[tuple[str, Style | None]]:
    """Each cell's character and style; a wide character stands in its first cell, the second is empty."""
    cells: list[tuple[str, Style | None]] = []
    for segment in strip:
        for character in segment.text:
            cells.append((character, segment.style))
            cells.extend([("", segment.style)] * (Segment(character).cell_length - 1))
    return cells
