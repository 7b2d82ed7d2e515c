"""The device of a process that makes text: taken like a run takes it, and given up to a run that waits.

The rule. On the CPU the cores are held only while a request is answered: a model that waits costs memory and no run
its cores. A GPU is held as long as the model lies in its memory, together with other processes that make text, and
given up by ending as soon as a run waits for it and nothing is being answered. A request that is being answered when a
run begins to wait has ``GRACE_S`` to end and is stopped then, its text so far kept. And where a run waits already, it
gets ``HEAD_START_S`` to take what is free before a request does.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from workbench.generation import LEASE_ID
from workbench.runs import leases
from workbench.runs.leases import Lent

GRACE_S: Final = 30.0
HEAD_START_S: Final = 1.0
_POLL_S: Final = 0.1
_LOOK_EVERY_S: Final = 0.5


@dataclass(slots=True)
class Holding:
    """The lease of one process: ``take`` it before work, ``rest`` after it, ``give_up`` at the end."""

    store: Path
    device: str
    """``cpu``, or ``cuda:N`` as NVML counts."""
    name: str
    """By what it is leased: ``cpu``, or the GPU's UUID."""
    threads: int
    _lent: Lent | None = None
    _wanted_since: float | None = None
    _looked_at: float = field(default=float("-inf"))

    @property
    def is_gpu(self) -> bool:
        """Whether the device is held between requests, too."""
        return self.device != "cpu"

    def take(self, say: Callable[[str], None], stopped: Callable[[], bool]) -> bool:
        """Takes the device, waiting for runs; False if ``stopped`` first. ``say`` is told what is waited for."""
        self._wanted_since = None
        began, said = time.monotonic(), ""
        while self._lent is None:
            if stopped():
                return False
            if time.monotonic() - began >= HEAD_START_S or not leases.is_wanted(self.name):
                self._lent = self._lend()
            if self._lent is None:
                sentence = self._what_is_waited_for()
                if sentence != said:
                    say(sentence)
                    said = sentence
                time.sleep(_POLL_S)
        return True

    def rest(self) -> None:
        """Nothing is being answered: cores are given back, a GPU is kept."""
        if not self.is_gpu:
            self.give_up()
        elif self._lent is not None:
            self._lent.keep_fresh()

    def give_up(self) -> None:
        """Gives the device back."""
        if self._lent is not None:
            self._lent.close()
            self._lent = None

    def must_end(self) -> bool:
        """Whether this process must end for a run: it holds a GPU for which a run waits."""
        return self._lent is not None and self.is_gpu and leases.is_wanted(self.name)

    def has_had_its_time(self) -> bool:
        """Whether a run has waited for the device for ``GRACE_S``; looks twice a second, however often it is asked."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            if not leases.is_wanted(self.name):
                self._wanted_since = None
            elif self._wanted_since is None:
                self._wanted_since = now
        return self._wanted_since is not None and now - self._wanted_since >= GRACE_S

    def _lend(self) -> Lent | None:
        holder = leases.new_holder(self.store, LEASE_ID, self.device)
        if not self.is_gpu:
            return leases.lend_cores(self.threads, holder)
        return leases.lend_device_beside(self.name, self.device, self.threads, holder)

    def _what_is_waited_for(self) -> str:
        wanted = self.device
        if not self.is_gpu:
            wanted = f"{self.threads} CPU core{'s' if self.threads > 1 else ''}"
        others = " and ".join(holder.seen_from(str(self.store)) for holder in leases.working_runs()) or "a run"
        return f"Waiting for {wanted}: {others} at work."
