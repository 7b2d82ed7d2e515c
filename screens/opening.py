"""Opening a screen once: its widgets get their styles, their places and their paint one time, not three.

Textual styles the widgets of a new screen as they are mounted, as the screen is resumed and as it gets the classes of
its size; it lays them out at each word of a size that they have already; and it paints what has its place while all of
the screen is to be painted right after. That was more than half of what opening a screen costs.
"""

from typing import Any

from textual.events import Resize, ScreenResume
from textual.screen import Screen

from screens.painting import SparingApp, SparingCompositor

WIDTHS = [(0, "-narrow"), (60, "-normal"), (110, "-wide"), (160, "-vast")]
HEIGHTS = [(0, "-short"), (18, "-high"), (32, "-tall")]
"""Classes of the screens by their size in cells, for the style sheet."""


def size_classes(width: int, height: int) -> tuple[str, str]:
    """The classes of a screen of this size."""
    _, wide = max(item for item in WIDTHS if item[0] <= width)
    _, high = max(item for item in HEIGHTS if item[0] <= height)
    return wide, high


class OpenedOnce(Screen[Any]):
    """A screen that is styled, laid out and painted once when it opens.

    Each handler here runs before Textual's own of the same name, which still follows.
    """

    _is_resumed = False

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._compositor = SparingCompositor()

    def on_compose(self) -> None:
        """Have the classes of the size before there are widgets."""
        self.add_class(*size_classes(*self.app.size))

    def _on_screen_resume(self, event: ScreenResume) -> None:
        """Keep the styles that were just made, and paint nothing until all has its place."""
        if not self._is_resumed:
            self._is_resumed = True
            event.refresh_styles = False
            self.refresh()

    async def _on_resize(self, event: Resize) -> None:
        """Leave the widgets where they are at a word of the size that the screen has."""
        if event.size == self.outer_size and self.has_class(*size_classes(*event.size)):
            event.prevent_default()

    def _compositor_refresh(self) -> None:
        """Paint no part where the whole screen is painted in the same turn, and nothing before the line can take it."""
        if self._repaint_required and self.is_current:
            return
        if self.is_current and isinstance(self.app, SparingApp) and self.app.is_line_busy:
            self._dirty_widgets.add(self)  # what changed is known to the compositor: it only has to be asked again
            self._update_timer.resume()
            return
        super()._compositor_refresh()
