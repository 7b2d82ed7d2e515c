"""The samples that belong to a run: of the host and of the device that it was lent, each reading once.

A box may have eight GPUs and as many runs; each run keeps what concerns it. Other programs on its device are told of
once, since they spoil its figures.
"""

import os

from store.records import Sample
from workbench.devices import strangers
from workbench.runs.leases import Lent
from workbench.telemetry import BackgroundSampler


class Readings:
    """Reads in threads of its own, so a driver that hangs holds up nobody."""

    def __init__(self, lent: Lent, trainer_pid: int) -> None:
        self._device = lent.device
        self._pids = (os.getpid(), trainer_pid)
        self._sampler = BackgroundSampler(roots=lambda: self._pids)
        self._newest: dict[str, float] = {}
        self._warned = False

    def new(self) -> list[Sample]:
        """The samples that came since the last call."""
        fresh = []
        for sample in self._sampler.latest().samples:
            if sample.device in ("host", self._device) and sample.at > self._newest.get(sample.device, 0.0):
                self._newest[sample.device] = sample.at
                fresh.append(sample)
        return fresh

    def warnings(self, samples: list[Sample]) -> list[str]:
        """What is to be said about other programs on the run's device, the first time that there are any."""
        told = [] if self._warned else strangers(samples, self._pids)
        self._warned = self._warned or bool(told)
        return told
