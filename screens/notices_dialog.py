"""What was said since the interface opened, newest first: for whoever looked away, and for the details of an error."""

import time
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from screens.base import Dialog
from screens.notices import Notice
from screens.widgets.key_bar import KeyBar

_LETTERS = {"warning": "W", "error": "E"}


class NoticesDialog(Dialog[None]):
    """A list of notices with their times, to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,exclamation_mark,enter,ctrl+c", "close", "Close", id="notices.close"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="notices.down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="notices.up"),
    ]

    def __init__(self, notices: Sequence[Notice]) -> None:
        super().__init__()
        self._notices = notices

    def compose(self) -> ComposeResult:
        """The notices and the keys."""
        with Vertical(classes="box notices") as box:
            box.border_title = "Notices"
            with VerticalScroll(id="notices-text", can_focus=False):
                yield Static(_text(self._notices))
            yield KeyBar()

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.query_one("#notices-text").scroll_relative(y=by, animate=False)


def _text(notices: Sequence[Notice]) -> Text:
    if not notices:
        return Text("Nothing was said since the interface opened.")
    text = Text()
    for notice in notices:
        clock = time.strftime("%H:%M:%S", time.localtime(notice.at))
        text.append(f"{clock} {_LETTERS.get(notice.severity, ' ')} ", "dim")
        text.append(f"{notice.title}\n" if notice.title else "", "bold")
        text.append(f"{notice.sentence}\n\n")
    text.rstrip()
    return text
