"""What the screens of the app share: how they open, the way to the app, and following its newest page."""

from typing import TYPE_CHECKING, TypeVar, cast

from textual.events import Resize
from textual.screen import ModalScreen, Screen

from screens.opening import OpenedOnce
from screens.page import Page

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

T = TypeVar("T")


class Dialog(ModalScreen[T], OpenedOnce):
    """What all dialogs are."""


class WorkbenchScreen(OpenedOnce, Screen[T]):
    """A screen that draws the app's newest page; ``show_page`` is called with each, the one at hand first."""

    @property
    def workbench(self) -> "WorkbenchApp":
        """The app, by its own type."""
        return cast("WorkbenchApp", self.app)

    @property
    def run_id(self) -> int | None:
        """The run that the screen is about, which keys act on; None where it is about no single one."""
        return None

    def on_mount(self) -> None:
        """Follow the app's pages."""
        self.watch(self.app, "page", self._follow_page)

    def on_screen_resume(self) -> None:
        """Take on the size that the terminal got while an opaque screen was over this one."""
        if self.outer_size and self.outer_size != self.app.size:
            self.post_message(Resize(self.app.size, self.app.size))

    def show_page(self, page: Page) -> None:
        """Draw a page."""

    def _follow_page(self, page: Page) -> None:
        if self.is_attached:
            self.show_page(page)
