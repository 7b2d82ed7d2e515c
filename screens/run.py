"""The run screen: all that is known of one run, read from the newest page."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from screens.page import Page
from screens.run_text import run_text
from screens.signs import Signs
from screens.widgets.key_bar import KeyBar
from workbench.inert import inert


class RunScreen(Screen[None]):
    """One run's spec, figures, data and environment, to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Back", tooltip="Back to the dashboard"),
        Binding("s", "app.stop_run", "Stop", tooltip="Stop the run; a second time, kill it"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,ctrl+f,space", "scroll_page(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "scroll_page(-1)", "Page up", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "End", show=False),
        Binding("question_mark", "app.help", "Help"),
    ]

    def __init__(self, run_id: int, signs: Signs) -> None:
        super().__init__()
        self._run_id = run_id
        self._signs = signs
        self._shown: str | None = None

    def compose(self) -> ComposeResult:
        """One scrolling text, and the keys."""
        with VerticalScroll(id="run-body", can_focus=False):
            yield Static("Reading…", id="run-text", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the app's pages."""
        self.watch(self.app, "page", self._show)

    def on_resize(self) -> None:
        """Cut the lines for the new width."""
        self._shown = None
        self.call_after_refresh(lambda: self._show(getattr(self.app, "page", Page())))

    def action_close(self) -> None:
        """Back to where we came from."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self._body.scroll_relative(y=by, animate=False)

    def action_scroll_page(self, by: int) -> None:
        """Scroll by screens."""
        self._body.scroll_relative(y=by * max(1, self._body.size.height - 1), animate=False)

    def action_scroll_home(self) -> None:
        """Go to the top."""
        self._body.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        """Go to the end."""
        self._body.scroll_end(animate=False)

    @property
    def _body(self) -> VerticalScroll:
        return self.query_one("#run-body", VerticalScroll)

    def _show(self, page: Page) -> None:
        row, detail = page.row_of(self._run_id), page.detail
        if not self.is_attached or row is None or detail is None or detail.run.id != self._run_id:
            return
        text = run_text(row, detail, max(20, self._body.size.width - 2), self._signs)
        if text.plain != self._shown:
            self._shown = text.plain
            self._body.border_title = Content(f"Run {row.run.id} {self._signs.dot} {inert(row.run.name)}")
            self.query_one("#run-text", Static).update(text)
