"""Asking a driver that may never answer.

A call into a hung driver cannot be interrupted: its thread stays in the kernel. So it gets a thread of its own, which
is left behind when the answer takes too long, and which never keeps the process from ending.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from store.records import Sample
from workbench.telemetry.sampler import Sampler

DRIVER_PATIENCE_S = 20.0
"""How long a first answer may take: without persistence mode a driver wakes each of its boards, seconds apiece."""

T = TypeVar("T")


class DriverSilent(Exception):
    """The driver did not answer in time; the text is a sentence for the user."""


class Question(Generic[T]):
    """A call under way in a thread of its own."""

    def __init__(self, call: Callable[[], T]) -> None:
        self.asked_at = time.monotonic()
        self._call = call
        self._answers: list[T] = []
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._ask, name="driver-question", daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        try:
            self._answers.append(self._call())
        except BaseException as failure:  # raised again by ``answer``, in the thread that wants to know
            self._failures.append(failure)

    def answer(self, patience_s: float) -> T:
        """What the call returned or raised; raises DriverSilent when it has not ended after ``patience_s``."""
        self._thread.join(patience_s)
        if self._failures:
            raise self._failures[0]
        if not self._answers:
            raise DriverSilent(silence(time.monotonic() - self.asked_at))
        return self._answers[0]


def answer_within(patience_s: float, call: Callable[[], T]) -> T:
    """What ``call()`` returns or raises; raises DriverSilent after ``patience_s``, leaving its thread behind."""
    return Question(call).answer(patience_s)


class PatientSampler:
    """A sampler whose readings are waited for no longer than ``patience_s``, however its driver hangs."""

    def __init__(self, sampler: Sampler, patience_s: float = DRIVER_PATIENCE_S) -> None:
        self._sampler = sampler
        self._patience_s = patience_s
        self._seen: tuple[Sample, ...] = ()
        self._pending: Question[tuple[Sample, ...]] | None = None

    def sample(self) -> tuple[Sample, ...]:
        """A reading; while an earlier one hangs, nothing new is asked and the devices say that the driver is silent."""
        question = self._pending or Question(self._sampler.sample)
        try:
            self._seen = question.answer(0.0 if self._pending else self._patience_s)
        except DriverSilent:
            self._pending = question
            return silent_samples(self._seen, time.time(), time.monotonic() - question.asked_at)
        self._pending = None
        return self._seen

    def close(self) -> None:
        """Close the sampler, unless it hangs."""
        if self._pending is None:
            self._sampler.close()


def silence(seconds: float) -> str:
    """What to say of a driver that has not answered for so long."""
    return (
        f"The NVIDIA driver has not answered for {seconds:.0f} s. If nvidia-smi hangs too, the machine needs a reboot."
    )


def silent_samples(seen: tuple[Sample, ...], at: float, seconds: float) -> tuple[Sample, ...]:
    """The devices that were ``seen`` before, without figures.

    Before a first answer nobody knows what there is to read: one nameless device then says that something is wrong.
    """
    known = seen or (Sample(device="cuda", at=at),)
    error = silence(seconds)
    return tuple(Sample(sample.device, at, uuid=sample.uuid, name=sample.name, error=error) for sample in known)
