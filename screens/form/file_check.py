"""The check of the form's data file: it is read in a thread once typing has paused, and forgotten when it changes."""

from pathlib import Path

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from screens.form.describing import describe_file
from screens.form.disk import ask_disk
from screens.form.draft import A_FILE, Draft, data_spec, entry_of, takes_text
from workbench.data import DatasetEntry
from workbench.data.files import TEXT
from workbench.errors import ReportedError
from workbench.formatting import format_count

_TYPING_PAUSE_S = 0.3


class FileChecked(Message):
    """A data file was looked at: what it is, or what is wrong with it."""

    def __init__(self, draft: Draft, found: DatasetEntry | None, problem: str | None) -> None:
        super().__init__()
        self.draft = draft
        self.found = found
        self.problem = problem


class FileCheck:
    """What is known of the file that stands in the form; answers come to its owner as FileChecked."""

    def __init__(self, owner: Widget) -> None:
        self.found: DatasetEntry | None = None
        self.problem: str | None = None
        self._owner = owner
        self._named: tuple[str, ...] | None = None
        self._pause: Timer | None = None

    def follow(self, draft: Draft) -> None:
        """Have the file looked at once typing has paused, if another one is named than before."""
        named = _named(draft)
        if named == self._named:
            return
        self._named, self.found, self.problem = named, None, None
        if self._pause is not None:
            self._pause.stop()
        if draft.data == A_FILE and draft.file.strip() and (draft.target.strip() or takes_text(draft.model)):
            self._pause = self._owner.set_timer(_TYPING_PAUSE_S, lambda: ask_disk(self._owner, lambda: _look(draft)))

    def take(self, event: FileChecked) -> bool:
        """Take an answer; whether it is about the file that is named now."""
        if _named(event.draft) != self._named:
            return False
        self.found, self.problem = event.found, event.problem
        return True

    def describe(self, model: str) -> str:
        """What the file is, or how one is named for a model."""
        if self.found is None:
            return describe_file(model)
        if self.found.kind == TEXT:
            return f"{self.found.summary}."
        classes = len(self.found.classes)
        name = Path(self.found.name).name
        return f"{name}: {format_count(self.found.rows)} rows, {self.found.features} features, {classes} classes."


def _named(draft: Draft) -> tuple[str, ...]:
    """What decides the answer."""
    return (draft.data, draft.file, draft.text if takes_text(draft.model) else draft.target, *_tasks_of(draft))


def _tasks_of(draft: Draft) -> tuple[str, ...]:
    entry = entry_of(draft.model)
    return entry.tasks if entry is not None else ()


def _look(draft: Draft) -> FileChecked:
    """Read the file; whatever is wrong with it is a sentence."""
    from workbench.data import check  # reads with NumPy, which the form does not need until a file is named

    try:
        return FileChecked(draft, check(data_spec(draft), _tasks_of(draft)), None)
    except ReportedError as error:
        return FileChecked(draft, None, error.message)
