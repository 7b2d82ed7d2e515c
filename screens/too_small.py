"""What stands in a window that is too small for any screen: one sentence, until the window grows."""

from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

LEAST_WIDTH, LEAST_HEIGHT = 40, 12


def is_too_small(width: int, height: int) -> bool:
    """Whether the screens do not fit."""
    return width < LEAST_WIDTH or height < LEAST_HEIGHT


def follow_size(app: App[Any], width: int, height: int) -> None:
    """Cover the screens where they do not fit, once those that are about to open are open; it goes away by itself."""
    if is_too_small(width, height):
        app.call_later(_cover, app)


def _cover(app: App[Any]) -> None:
    if is_too_small(*app.size) and not isinstance(app.screen, TooSmallScreen):
        app.push_screen(TooSmallScreen())


class TooSmallScreen(Screen[None]):
    """Says how large the window must be, and how large it is."""

    DEFAULT_CSS = """
    TooSmallScreen {
        align: center middle;
        background: $background;
        & > Static { width: 100%; height: auto; text-align: center; color: $foreground; }
    }
    """

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static("", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Say it for the new size, or go away."""
        self._follow(event.size.width, event.size.height)

    def on_screen_resume(self) -> None:
        """Go away if the window grew while something else stood on top."""
        self._follow(*self.app.size)

    def _follow(self, width: int, height: int) -> None:
        if is_too_small(width, height):
            sentence = f"Workbench needs {LEAST_WIDTH}x{LEAST_HEIGHT}; this window has {width}x{height}."
            self.query_one(Static).update(sentence)
        elif self.is_current:
            self.dismiss(None)
