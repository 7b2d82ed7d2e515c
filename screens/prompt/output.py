"""What one model has made so far: a frozen value that is drawn, and the stream that a thread fills.

The thread that asks the model writes into an ``OutputStream`` as events come; the interface takes its ``snapshot`` at
its own pace, so that fast tokens cost no more paint than slow ones. A snapshot holds whole characters only: the worker
sends nothing else.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from workbench.generation.events import Finished, GenerationEvent, Piece, Started

if TYPE_CHECKING:
    from store.generation_checks import CheckText
    from workbench.generation.checks import Check

_COMPILING: Final = "Compiling "
_PASSING: Final = ("Loading ", "Waiting ", _COMPILING)
"""How sentences of the model's process begin that mean nothing once there is a text."""


class Stage(StrEnum):
    """How far a model is with a prompt."""

    EMPTY = "empty"
    """Nothing was asked."""
    WAITING = "waiting"
    """The process, its model or its device is waited for."""
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    """Before there was any text."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Output:
    """What one model has made of a prompt so far."""

    letter: str
    name: str = ""
    """The model, as it was typed."""
    stage: Stage = Stage.EMPTY
    words: str = ""
    """What is waited for, or why it failed; a sentence."""
    waited_s: int | None = None
    """How long the first characters are waited for by now, in whole seconds; None where they are not."""
    notes: tuple[str, ...] = ()
    """What happened on the way: another model was unloaded for this one, the check is not kept."""
    parts: tuple[str, ...] = ()
    """The text of each sample that has begun, as far as it is made."""
    tokens: tuple[int, ...] = ()
    """How many tokens of each."""
    prompt_tokens: int | None = None
    load_s: float | None = None
    """From the wish to the model's being ready; None where it was loaded before, or is not yet."""
    began_at: float | None = None
    """When its texts began and ended, by the monotonic clock; None where that is not known."""
    ended_at: float | None = None
    check: "Check | None" = None
    """What was kept of it, once it is done."""

    @property
    def is_at_work(self) -> bool:
        """Whether something is still to come."""
        return self.stage in (Stage.WAITING, Stage.WRITING)

    @property
    def samples(self) -> int:
        """How many texts there are, whole or not."""
        return len(self.check.texts) if self.check is not None else len(self.parts)

    def text_of(self, sample: int) -> str | None:
        """The text of a sample as far as it is made; None where it has not begun."""
        if self.check is not None:
            return self.check.texts[sample].text if sample < len(self.check.texts) else None
        return self.parts[sample] if sample < len(self.parts) else None

    def made(self, sample: int) -> "CheckText | None":
        """A whole text with its figures; None before it is done."""
        if self.check is None or sample >= len(self.check.texts):
            return None
        return self.check.texts[sample]

    def was_beside(self, other: "Output") -> bool:
        """Whether both models wrote at the same time, which makes either slower than it is alone."""
        mine, theirs = (self.began_at, self.ended_at), (other.began_at, other.ended_at)
        if None in mine or None in theirs:
            return False
        return max(mine[0] or 0, theirs[0] or 0) < min(mine[1] or 0, theirs[1] or 0)


def output_of(letter: str, check: "Check") -> Output:
    """A check that was kept, as the output that it was."""
    return Output(letter, check.check.source, Stage.DONE, prompt_tokens=check.check.prompt_tokens, check=check)


class OutputStream:
    """One output in the making: one thread writes, another takes snapshots.

    ``wake`` is called, in the writing thread, when there is something that should not wait for the next look: the first
    characters, another thing that is waited for, the end.
    """

    def __init__(self, letter: str, name: str, wake: Callable[[], object]) -> None:
        self._lock = threading.Lock()
        self._wake = wake
        self._asked_at = time.monotonic()
        self._was_loaded = False
        self._loaded_at: float | None = None
        self._pieces: dict[int, list[str]] = {}
        self._tokens: dict[int, int] = {}
        self._output = Output(letter, name, Stage.WAITING, "Looking for the model.")

    def snapshot(self) -> Output:
        """What there is now."""
        with self._lock:
            waited_s = int(time.monotonic() - self._asked_at) if self._output.stage is Stage.WAITING else None
            if waited_s != self._output.waited_s:
                self._output = replace(self._output, waited_s=waited_s)
            if self._output.check is None and self._pieces:
                for pieces in self._pieces.values():
                    pieces[:] = ["".join(pieces)]
                order = range(max(self._pieces) + 1)
                parts = tuple("".join(self._pieces.get(sample, ())) for sample in order)
                counts = tuple(self._tokens.get(sample, 0) for sample in order)
                if (parts, counts) != (self._output.parts, self._output.tokens):
                    self._output = replace(self._output, parts=parts, tokens=counts)
            return self._output

    def begin(self, *, was_loaded: bool) -> None:
        """The process is asked from now on; whether it holds its model already."""
        self._was_loaded = was_loaded
        self._change(words="Waiting for the model." if was_loaded else "Starting the model's process.")

    def say(self, sentence: str) -> None:
        """Something is waited for, which is over when it is over; or has happened, which stays to be known."""
        if not sentence.startswith(_PASSING):
            self.note(sentence)
        if sentence.startswith(_COMPILING):
            self._loaded_at = time.monotonic()  # what follows takes its time, too, and says so itself
        self._change(words=sentence)

    def note(self, sentence: str) -> None:
        """Something that stays to be known of what was made."""
        with self._lock:
            notes = self._output.notes
        self._change(notes=(*notes, sentence))

    def hear(self, event: GenerationEvent) -> None:
        """Take note of what the model made."""
        if isinstance(event, Started):
            self._start(event)
        elif isinstance(event, Piece):
            with self._lock:
                is_first = event.sample not in self._pieces
                self._pieces.setdefault(event.sample, []).append(event.text)
                self._tokens[event.sample] = event.tokens
            if is_first:
                self._wake()
        elif isinstance(event, Finished):
            with self._lock:
                self._pieces[event.sample] = [event.text]
                self._tokens[event.sample] = event.new_tokens

    def finish(self, check: "Check | None") -> None:
        """All texts are made; None: it was stopped before there was any."""
        if check is None:
            self._change(stage=Stage.STOPPED, words="Stopped before there was any text.")
            return
        self._change(stage=Stage.DONE, words="", check=check, ended_at=time.monotonic())

    def fail(self, sentence: str) -> None:
        """It came to nothing."""
        self._change(stage=Stage.FAILED, words=sentence, ended_at=time.monotonic())

    def _start(self, event: Started) -> None:
        now = time.monotonic()
        with self._lock:
            is_first = self._output.stage is Stage.WAITING
        if is_first:
            load_s = None if self._was_loaded else (self._loaded_at or now) - self._asked_at
            self._change(stage=Stage.WRITING, words="", prompt_tokens=event.prompt_tokens, load_s=load_s, began_at=now)

    def _change(self, **changes: object) -> None:
        with self._lock:
            self._output = replace(self._output, **changes)  # type: ignore[arg-type]
        self._wake()
