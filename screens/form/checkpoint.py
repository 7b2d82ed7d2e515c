"""The checkpoint that a run shall train further: how the form names it, and what is known of it.

A run keeps it as its model's name (``hf:…``, ``run:…``). In the form it is two fields: the model, which says that it is
a checkpoint, and which one. What the disk says of it is asked in a thread, once typing has paused.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.timer import Timer
from textual.widget import Widget

from store.errors import ReportedError
from workbench.models.language import names_checkpoint

if TYPE_CHECKING:
    from screens.engine import Engine
    from screens.prompt.models import Candidate

A_CHECKPOINT: Final = "a checkpoint"
"""The choice of the model field that opens the field for a checkpoint."""
HELP: Final = "What is trained further: hf:FOLDER, an id of the hub's cache or run:ID; ctrl+o lists what is here."
_TYPING_PAUSE_S: Final = 0.3

Consult = Callable[[Callable[["Engine"], Any], Callable[[Any], None]], None]
"""Has something done in a thread, and then told."""


def choice_of(model: str) -> str:
    """What stands in the model field for a model."""
    return A_CHECKPOINT if names_checkpoint(model) else model


def text_of_checkpoint(model: str) -> str:
    """What stands in the checkpoint field for a model; empty where it is none, or not named yet."""
    return model if names_checkpoint(model) and is_named(model) else ""


def checkpoint_named(text: str) -> str:
    """The model that a text in the checkpoint field means."""
    text = text.strip()
    return text if names_checkpoint(text) else f"hf:{text}"


def is_named(model: str) -> bool:
    """Whether a checkpoint's name says which one."""
    return bool(model.partition(":")[2].strip())


def read_checkpoints(store: Path) -> "list[Candidate]":
    """The checkpoints of this machine that can be trained further: of the hub's cache, and of finished runs."""
    from screens.prompt.models import read_candidates

    return [one for one in read_candidates(store, ()) if not one.name.lower().endswith(".gguf")]


def look_at(store: Path, model: str) -> "Candidate":
    """What the files of a checkpoint say, or why it cannot be trained further."""
    from screens.prompt.models import Candidate, describe
    from workbench.language.sources import parse_source, refuse_packed

    try:
        refuse_packed(parse_source(model))
    except ReportedError as error:
        return Candidate(model, error.message, is_usable=False)
    return describe(store, model)[0]


class CheckpointCheck:
    """What is known of the checkpoint that stands in the form; ``tell`` is called when there is news."""

    def __init__(self, owner: Widget, tell: Callable[[], object]) -> None:
        self.words = HELP
        self.problem: str | None = None
        self._owner = owner
        self._tell = tell
        self._model: str | None = None
        self._pause: Timer | None = None

    def follow(self, model: str, consult: Consult) -> None:
        """Have the checkpoint looked at once typing has paused, if another one is named than before."""
        if model == self._model:
            return
        self._model, self.words, self.problem = model, HELP, None
        if self._pause is not None:
            self._pause.stop()
        if text_of_checkpoint(model):
            self._pause = self._owner.set_timer(
                _TYPING_PAUSE_S,
                lambda: consult(lambda engine: look_at(engine.path, model), lambda found: self._take(model, found)),
            )

    def _take(self, model: str, found: "Candidate") -> None:
        if model != self._model or not self._owner.is_attached:
            return
        if found.is_usable:
            self.words = f"{found.words}; trained further on the text below."
        else:
            self.problem = found.words
        self._tell()
