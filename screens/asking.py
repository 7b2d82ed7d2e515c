"""Panes whose content takes long to make: a thread makes one thing at a time, and keys never wait for it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from textual.containers import Vertical
from textual.message import Message

from store.errors import ReportedError

T = TypeVar("T")


class AskingPane(Vertical):
    """A pane that asks its screen for slow work; what was asked for last is what it shows in the end."""

    class Wanted(Message):
        """``make`` shall be called with the store's file in a thread, and ``then`` with what it returned, in ours."""

        def __init__(self, make: Callable[[Path], object], then: Callable[[Any], None]) -> None:
            super().__init__()
            self.make = make
            self.then = then

    class Said(Message):
        """How far the work is, or what it waits for."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

        def can_replace(self, message: Message) -> bool:
            """Where it is makes worthless where it was."""
            return isinstance(message, AskingPane.Said)

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._asked = 0
        self._is_asking = False
        self._waiting: Callable[[], None] | None = None

    def show_problem(self, sentence: str) -> None:
        """Say why there is nothing to show."""

    def say_meanwhile(self, sentence: str) -> None:
        """Have a sentence shown about the work; called in its thread."""
        self.post_message(self.Said(sentence))

    def ask(self, make: Callable[[Path], T], then: Callable[[T], None]) -> None:
        """Have something made and then shown; while a thread is at work, only the newest wish waits for it."""
        self._waiting = partial(self._send, make, then)
        if not self._is_asking:
            self._go_on()

    def forget_asked(self) -> None:
        """Let go of what was asked for: its answer is about something else than what is shown from now on."""
        self._asked += 1
        self._is_asking, self._waiting = False, None

    def _go_on(self) -> None:
        send, self._waiting = self._waiting, None
        if send is not None:
            self._is_asking = True
            send()

    def _send(self, make: Callable[[Path], T], then: Callable[[T], None]) -> None:
        self._asked += 1
        self.post_message(self.Wanted(partial(_made, make), partial(self._take_answer, self._asked, then)))

    def _take_answer(self, asked: int, then: Callable[[T], None], answer: "T | ReportedError") -> None:
        if asked != self._asked or not self.is_attached:
            return
        self._is_asking = False
        if self._waiting is not None:
            self._go_on()
        elif isinstance(answer, ReportedError):
            self.show_problem(answer.message)
        else:
            then(answer)


def _made(make: Callable[[Path], T], path: Path) -> "T | ReportedError":
    """What was made, or the sentence why it cannot be, which the pane shows in its place."""
    try:
        return make(path)
    except ReportedError as error:
        return error
