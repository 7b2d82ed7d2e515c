"""Small dialogs: each asks one thing, returns a typed value and does nothing else."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from screens.widgets.key_bar import KeyBar


class StopChoice(StrEnum):
    """How a run shall stop."""

    CLEAN = "clean"
    FORCE = "force"


class StopDialog(ModalScreen[StopChoice | None]):
    """Asks whether a run shall stop; for a run that was asked already, whether it shall be killed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "stop", "Stop the run"),
        Binding("n,escape", "close", "Leave it"),
        Binding("ctrl+c", "close", "Leave it", show=False, priority=True),
    ]

    def __init__(self, name: str, *, asked_already: bool) -> None:
        super().__init__()
        self._name = name
        self._asked_already = asked_already

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        if self._asked_already:
            title = "Force the run to stop"
            words = f"{self._name} was asked to stop and has not ended yet. Kill it now? What it logged is kept."
        else:
            title = "Stop the run"
            words = (
                f"Stop {self._name}? It ends after the current batch and keeps a checkpoint; what it logged is kept."
            )
        with Vertical(classes="box") as box:
            box.border_title = title
            yield Static(words, markup=False)
            yield KeyBar()

    def action_stop(self) -> None:
        """Stop, with force the second time."""
        self.dismiss(StopChoice.FORCE if self._asked_already else StopChoice.CLEAN)

    def action_close(self) -> None:
        """Leave the run alone."""
        self.dismiss(None)


class HelpDialog(ModalScreen[None]):
    """Every key of the screen that was open, in groups."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,ctrl+c", "close", "Close"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        """A list of keys that scrolls where it is longer than the terminal."""
        with Vertical(classes="box tall") as box:
            box.border_title = "Keys"
            with VerticalScroll(id="help-text", can_focus=False):
                yield Static(self._text())
            yield KeyBar()

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.query_one("#help-text").scroll_relative(y=by, animate=False)

    def _text(self) -> Text:
        text = Text()
        for index, (title, keys) in enumerate(self._groups):
            text.append(("\n" if index else "") + f"{title}\n", "bold")
            for key, words in keys:
                text.append(f"  {key:<18}", "bold")
                text.append(f"{words}\n")
        text.rstrip()
        return text
