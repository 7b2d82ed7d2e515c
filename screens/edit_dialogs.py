"""Dialogs that change what is kept of runs: tags and notes, and deleting; each returns a value, no more."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from screens.base import Dialog
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from store.records import Run
from workbench.errors import ReportedError
from workbench.inert import inert


@dataclass(frozen=True, slots=True)
class Labels:
    """What a person wrote on a run."""

    tags: tuple[str, ...]
    notes: str


class LabelsDialog(Dialog[Labels | None]):
    """Two lines to type in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", priority=True, id="labels.keep"),
        Binding("tab,down", "field(1)", "Next", priority=True, id="labels.next"),
        Binding("shift+tab,up", "field(-1)", "Previous", show=False, priority=True, id="labels.previous"),
        Binding("escape", "close", "Cancel", id="labels.close"),
        Binding("ctrl+c", "close", "Cancel", show=False, priority=True, id="labels.interrupt"),
    ]

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def compose(self) -> ComposeResult:
        """Tags, notes, what is wrong, and the keys."""
        with Vertical(classes="box labels") as box:
            box.border_title = f"Tags and notes of {inert(self._run.name, 40)}"
            with Horizontal(classes="line"):
                yield Static("tags", classes="label")
                yield TextField(inert(" ".join(self._run.tags)), placeholder="words with spaces between", id="tags")
            with Horizontal(classes="line"):
                yield Static("notes", classes="label")
                yield TextField(inert(self._run.notes), placeholder="a line of text", id="notes")
            yield Static("", id="labels-problem", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the tags."""
        self.query_one("#tags").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check while typing."""
        event.stop()
        self._read()

    def action_field(self, by: int) -> None:
        """Go to the other line."""
        fields = list(self.query(TextField))
        here = next((place for place, field in enumerate(fields) if field.has_focus), 0)
        fields[(here + by) % len(fields)].focus()

    def action_keep(self) -> None:
        """Return what was written, once the line has taken in all keys."""
        (self.focused or self).call_later(self.call_next, self._keep)

    def action_close(self) -> None:
        """Leave both as they were."""
        self.dismiss(None)

    def _keep(self) -> None:
        labels = self._read()
        if labels is not None:
            self.dismiss(labels)

    def _read(self) -> Labels | None:
        from store.labels import check_tags

        words = self.query_one("#tags", TextField).value.split()
        problem = ""
        labels = None
        try:
            labels = Labels(check_tags(words), self.query_one("#notes", TextField).value.strip())
        except ReportedError as error:
            problem = error.message
        self.query_one("#labels-problem", Static).update(inert(problem))
        return labels


class DeleteDialog(Dialog[bool | None]):
    """Asks whether something shall be deleted that cannot be brought back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "Delete", id="delete.agree"),
        Binding("n,escape", "close", "Keep", id="delete.close"),
        Binding("ctrl+c", "close", "Keep", show=False, priority=True, id="delete.interrupt"),
    ]

    def __init__(self, title: str, question: str) -> None:
        super().__init__()
        self._title_words = title
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical(classes="box") as box:
            box.border_title = self._title_words
            yield Static(self._question, markup=False)
            yield KeyBar()

    def action_agree(self) -> None:
        """Delete."""
        self.dismiss(True)

    def action_close(self) -> None:
        """Keep."""
        self.dismiss(False)


class DeleteRunsDialog(DeleteDialog):
    """Asks whether ended runs shall be deleted."""

    def __init__(self, name: str, count: int) -> None:
        what = name if count == 1 else f"the {count} runs of {name}"
        super().__init__(
            "Delete the run" if count == 1 else "Delete the runs",
            f"Delete {what}? Metrics, log, outcomes and checkpoint go with it and cannot be brought back.",
        )
