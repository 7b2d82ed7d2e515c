"""Defects of our own, kept from the user's hands: no screen dies of one, and no traceback is printed over a terminal.

Textual ends the app with a traceback whenever a handler raises. Here the traceback goes to a file. What the app itself
was doing (most keys) is dropped and the app goes on; a screen that a defect has spoilt is closed; and where the
dashboard is spoilt, the interface closes with a sentence, since nothing is lost by that: runs go on.
Under tests everything is raised, as Textual does.
"""

from typing import TYPE_CHECKING, cast

from textual._context import active_message_pump
from textual.app import App
from textual.message import Message
from textual.screen import ModalScreen, Screen

from workbench.defects import keep_traceback
from workbench.errors import ReportedError

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

_MOST_DEFECTS = 10
"""So many in one session mean that something is broken for good: the interface closes."""


class DefectGuard(App[None]):
    """The app's part that catches what no handler caught."""

    farewell: str | None = None
    """Why the interface closed by itself, as a sentence for the terminal."""
    _defects = 0

    async def _dispatch_message(self, message: Message) -> None:
        """Go on with the next message where one could not be handled."""
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if self.is_headless:
                raise
            self._tell(error)

    def _handle_exception(self, error: Exception) -> None:
        """Close the screen whose widgets failed, or the interface where that is the dashboard."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        spoilt = self._spoilt_screen()
        sentence = self._tell(error)
        if spoilt is None or self._defects > _MOST_DEFECTS:
            self.farewell = self.farewell or f"Workbench closed by itself. {sentence} Open it again with 'workbench'."
            self.exit(return_code=3)
            return
        self.call_later(self._close, spoilt)

    def _spoilt_screen(self) -> Screen[object] | None:
        """The screen over the dashboard whose widgets failed; None where it was the dashboard or the app."""
        pump = active_message_pump.get(None)
        screen = getattr(pump, "screen", None) if pump is not self else self.screen
        dashboard = cast("WorkbenchApp", self).dashboard
        if isinstance(screen, Screen) and screen in self.screen_stack and screen is not dashboard:
            return screen
        return None

    async def _close(self, spoilt: Screen[object]) -> None:
        """Take away a screen, and those over it."""
        while spoilt in self.screen_stack and len(self.screen_stack) > 1:
            if not isinstance(self.screen, ModalScreen):
                cast("WorkbenchApp", self).remember(screen="")
            self.pop_screen()

    def _tell(self, error: Exception) -> str:
        """Keep the traceback and say where; the sentence that was said."""
        self._defects += 1
        sentence = defect_sentence(error)
        cast("WorkbenchApp", self).say(sentence, title="A defect in Workbench", severity="error")
        return sentence


def defect_sentence(error: BaseException) -> str:
    """What is to be said of a defect, whose traceback is kept in a file."""
    place = keep_traceback(error)
    if isinstance(error, ImportError):
        return (
            "A part of Workbench could not be loaded: it was upgraded or removed while this screen was open. "
            f"Leave and open it again; runs go on. The traceback is in {place}."
        )
    return f"{type(error).__name__}: {error}. The traceback is in {place}."


def sentence_of(error: Exception) -> str:
    """What is to be said of any error that has reached the edge of a thread."""
    return error.message if isinstance(error, ReportedError) else defect_sentence(error)
