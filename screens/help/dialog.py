"""The help: every key of the screen that was open, what the signs mean, and where the settings are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from screens.base import Dialog
from screens.help.keys import Group, help_lines, sign_lines
from screens.pieces import Line, Piece, hanging
from screens.settings.key_names import show_keys
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

_FRAME = 4
"""The lines of the dialog round the keys."""


class HelpDialog(Dialog[None]):
    """Every key of the screen that was open, in groups."""

    CSS_PATH = "help_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll(1)", "Scroll", id="help.down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="help.up"),
        Binding("pagedown,ctrl+f,space", "scroll_page(1)", "Page down", show=False, id="help.page_down"),
        Binding("pageup,ctrl+b", "scroll_page(-1)", "Page up", show=False, id="help.page_up"),
        Binding("home,g", "scroll(-100000)", "First", show=False, id="help.top"),
        Binding("end,G", "scroll(100000)", "Last", show=False, id="help.bottom"),
        Binding("escape,q,question_mark,enter", "close", "Close", id="help.close"),
        Binding("ctrl+c", "close", "Close", show=False, id="help.interrupt"),
    ]

    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__()
        self._groups = groups
        self._text = PaintedText(id="help-keys")

    def compose(self) -> ComposeResult:
        """A list of keys that scrolls where it is longer than the terminal."""
        with Vertical(classes="box") as box:
            box.border_title = "Keys"
            with VerticalScroll(id="help-scroll", can_focus=False):
                yield self._text
            yield KeyBar()

    def on_mount(self) -> None:
        """Offer to scroll once it is known that there is more than is seen."""
        self.watch(self.query_one("#help-scroll"), "virtual_size", lambda _: self.refresh_bindings(), init=False)

    def on_resize(self) -> None:
        """Lay the keys out anew, once the dialog has its size."""
        self.call_after_refresh(self._lay_out)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing scrolls where everything is seen."""
        if action == "scroll" and self.is_mounted:
            return self.query_one("#help-scroll").max_scroll_y > 0
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#help-scroll").scroll_relative(y=by, animate=False)

    def action_scroll_page(self, by: int) -> None:
        """Scroll by pages."""
        scroll = self.query_one("#help-scroll")
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 1), animate=False)

    def _lay_out(self) -> None:
        width = self.query_one("#help-scroll").scrollable_content_region.width
        if width > 0:
            lines = help_lines(self._groups, self._legend(width), width)
            self.query_one(".box").styles.max_height = len(lines) + _FRAME
            self._text.show(lines)
            self.call_after_refresh(self.refresh_bindings)

    def _legend(self, width: int) -> list[Line]:
        app = cast("WorkbenchApp", self.app)
        file = app.settings.path
        keys = show_keys(tuple(app.settings.keys.get("app.settings", ("comma",))))
        where = f"{keys} on the dashboard changes prices, margins, colours and every key"
        where += f"; they are kept in {inert(str(file))}." if file else "."
        settings: list[Line] = [(Piece("Settings", "heading"),)]
        settings += [(Piece(f"  {line}"),) for line in hanging(where, width - 2)]
        return [*sign_lines(app.signs, width), (), *settings]
