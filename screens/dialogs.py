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
    """Asks whether a run shall stop."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "stop", "Stop the run"),
        Binding("n,escape", "close", "Leave it"),
        Binding("ctrl+c", "close", "Leave it", show=False, priority=True),
    ]
    QUESTION = "Stop {name}? It ends after the current batch and keeps a checkpoint; what it logged is kept."
    CHOICE = StopChoice.CLEAN

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical(classes="box") as box:
            box.border_title = "Stop the run"
            yield Static(self.QUESTION.format(name=self._name), markup=False)
            yield KeyBar()

    def action_stop(self) -> None:
        """Stop it."""
        self.dismiss(self.CHOICE)

    def action_close(self) -> None:
        """Leave the run alone."""
        self.dismiss(None)


class KillDialog(StopDialog):
    """Asks whether a run that was asked to stop, and has not yet, shall be killed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y,enter", "stop", "Kill it")]
    QUESTION = "{name} was asked to stop and has not ended yet. Kill it now? What it logged is kept."
    CHOICE = StopChoice.FORCE


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
