"""One prompt being answered by one or two models, each in a thread of its own.

Both are asked at once. Whether they also work at once, the processes that hold them decide: what does not fit beside
the other waits for it and says so (``workbench.generation.room``), which then stands in the output's place.
"""

import atexit
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from screens.guard import sentence_of
from screens.prompt.output import Output, OutputStream
from screens.prompt.settings_texts import Chosen

LETTERS = ("A", "B")
KEEP_S = 1.0
"""How long the end of the interface waits for texts that were being made to be kept: a step of a model, and a write."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and of whom."""

    prompt: str
    chosen: Chosen
    models: tuple[str, ...]
    """As they were typed: A's, and perhaps B's."""


@dataclass(slots=True)
class Answering:
    """A question and its answers, from the wish to the end."""

    question: Question
    streams: tuple[OutputStream, ...]
    stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def begin(cls, store: Path, question: Question, wake: Callable[[], object], *, kept: bool) -> "Answering":
        """Ask; ``wake`` is called in the threads when there is something that should not wait for the next look."""
        streams = tuple(
            OutputStream(letter, name, wake) for letter, name in zip(LETTERS, question.models, strict=False)
        )
        answering = cls(question, streams)
        for name, stream in zip(question.models, streams, strict=True):
            # No worker of Textual's: leaving the interface would wait for it, as long as a model takes to be loaded.
            thread = threading.Thread(
                target=answering._answer, args=(store, name, stream, kept), name=f"ask-{name}", daemon=True
            )
            answering._threads.append(thread)
            thread.start()
        return answering

    def leave(self) -> None:
        """Stop, for nobody looks at it any more; what there is by then is kept, also where the interface ends now."""
        self.stop.set()
        if any(thread.is_alive() for thread in self._threads):
            atexit.register(self.wait)

    def wait(self) -> None:
        """Until all is over, or for as long as the end of the interface may take."""
        deadline = time.monotonic() + KEEP_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def outputs(self) -> tuple[Output, ...]:
        """What there is now."""
        return tuple(stream.snapshot() for stream in self.streams)

    def _answer(self, store: Path, name: str, stream: OutputStream, kept: bool) -> None:
        from workbench.generation.client import Generator

        with suppress(RuntimeError):  # the interface was left meanwhile, and nobody is there to be woken
            try:
                chosen = self.question.chosen
                generator = Generator.named(store, name, device=chosen.device, dtype=chosen.dtype, say=stream.say)
                status = generator.status()
                stream.begin(was_loaded=status is not None and status.memory_bytes is not None)
                check = generator.generate(self.question.prompt, chosen.settings, stream.hear, self.stop, kept=kept)
                if check is not None and not kept:
                    stream.note("Not kept in the history: the store is only read.")
                stream.finish(check)
            except Exception as error:  # an edge: a traceback on the terminal would spoil the screen
                stream.fail(sentence_of(error))
