"""Small dialogs: each asks one thing, returns a typed value and does nothing else."""

from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from screens.base import Dialog
from screens.widgets.key_bar import KeyBar


class StopChoice(StrEnum):
    """How a run shall stop."""

    CLEAN = "clean"
    FORCE = "force"


class StopDialog(Dialog[StopChoice | None]):
    """Asks whether a run shall stop."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "stop", "Stop the run", id="stop.agree"),
        Binding("n,escape", "close", "Leave it", id="stop.leave"),
        Binding("ctrl+c", "close", "Leave it", show=False, priority=True, id="stop.interrupt"),
    ]
    TITLE_WORDS = "Stop the run"
    QUESTION = "Stop {name}? It ends after the current batch and keeps a checkpoint; what it logged is kept."
    CHOICE = StopChoice.CLEAN

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical(classes="box") as box:
            box.border_title = self.TITLE_WORDS
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

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y,enter", "stop", "Kill it", id="stop.agree")]
    TITLE_WORDS = "Kill the run"
    QUESTION = "{name} was asked to stop and has not ended yet. Kill it now? What it logged is kept."
    CHOICE = StopChoice.FORCE
