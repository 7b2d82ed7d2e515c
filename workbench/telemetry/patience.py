"""Asking a driver that may never answer.

A call into a hung driver cannot be interrupted: its thread stays in the kernel. So it gets a thread of its own, which
is left behind when the answer takes too long, and which never keeps the process from ending.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

DRIVER_PATIENCE_S = 20.0
"""How long a first answer may take: without persistence mode a driver wakes each of its boards, seconds apiece."""

T = TypeVar("T")


class DriverSilent(Exception):
    """The driver did not answer in time; the text is a sentence for the user."""


def silence(seconds: float) -> str:
    """What to say of a driver that has not answered for so long."""
    return (
        f"The NVIDIA driver has not answered for {seconds:.0f} s. If nvidia-smi hangs too, the machine needs a reboot."
    )


def answer_within(patience_s: float, question: Callable[[], T]) -> T:
    """What ``question()`` returns or raises; raises DriverSilent after ``patience_s``, leaving its thread behind."""
    answers: list[T] = []
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            answers.append(question())
        except BaseException as failure:  # handed on to the caller below, whatever it is
            failures.append(failure)

    thread = threading.Thread(target=ask, name="nvml-question", daemon=True)
    thread.start()
    thread.join(patience_s)
    if failures:
        raise failures[0]
    if not answers:
        raise DriverSilent(silence(patience_s))
    return answers[0]
