"""Samples taken in threads of their own, so that whoever draws a screen or folds a spool never waits for a driver.

The host and the GPUs are read by two threads: when the driver hangs, the GPUs turn into samples that say so, with the
names they had, while the host goes on.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from store.records import Sample
from workbench.telemetry.host import HostSampler
from workbench.telemetry.nvml import NvmlSampler
from workbench.telemetry.patience import silent_samples
from workbench.telemetry.sampler import Sampler

SILENCE_S = 5.0
"""How long a reading may take before its samples are replaced by errors."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest samples of every device, and how old the youngest of them is."""

    samples: tuple[Sample, ...]
    age_s: float | None
    """None before the first sample."""


class _Reader:
    """One sampler read again and again by one daemon thread."""

    def __init__(self, sampler: Sampler, period_s: float, name: str) -> None:
        self._sampler = sampler
        self._period_s = period_s
        self._stopping = threading.Event()
        self._first = threading.Event()
        self._samples: tuple[Sample, ...] = ()
        self._asked: tuple[float, float] | None = None
        """When the call now under way began, in monotonic and in epoch seconds."""
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            self._asked = began, time.time()
            self._samples = self._sampler.sample()
            self._asked = None
            self._first.set()
            self._stopping.wait(max(0.0, self._period_s - (time.monotonic() - began)))
        self._sampler.close()

    def wait_first(self, timeout_s: float) -> None:
        self._first.wait(timeout_s)

    def latest(self, silence_s: float) -> tuple[Sample, ...]:
        """The newest samples; errors, one a period, once the call under way has not returned for ``silence_s``."""
        asked = self._asked
        silent_s = 0.0 if asked is None else time.monotonic() - asked[0]
        if asked is None or silent_s <= silence_s:
            return self._samples
        # As many errors as there would have been samples, whoever asks how often: each period has one time.
        return silent_samples(self._samples, asked[1] + silent_s // self._period_s * self._period_s, silent_s)

    def stop(self) -> None:
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)


class BackgroundSampler:
    """The host and the GPUs, read every ``period_s`` seconds from its making until ``close``.

    ``roots`` gives the process ids of the run whose memory is wanted. The samplers are replaced in tests only.
    """

    def __init__(
        self,
        period_s: float = 1.0,
        *,
        roots: Callable[[], Iterable[int]] = tuple,
        silence_s: float = SILENCE_S,
        host: Sampler | None = None,
        gpu: Sampler | None = None,
    ) -> None:
        self._silence_s = silence_s
        self._host = _Reader(host or HostSampler(roots), period_s, "host-sampler")
        self._gpu = _Reader(gpu or NvmlSampler(), period_s, "gpu-sampler")

    def latest(self) -> Reading:
        """The newest samples, at once. A GPU whose driver is silent has ``error`` and nothing else but its names."""
        samples = (*self._host.latest(math.inf), *self._gpu.latest(self._silence_s))
        newest = max((sample.at for sample in samples), default=None)
        return Reading(samples, None if newest is None else max(0.0, time.time() - newest))

    def wait_first(self, timeout_s: float = 2.0) -> Reading:
        """The first samples of every device, or what is there of them after ``timeout_s``."""
        deadline = time.monotonic() + timeout_s
        self._host.wait_first(timeout_s)
        self._gpu.wait_first(max(0.0, deadline - time.monotonic()))
        return self.latest()

    def close(self, timeout_s: float = 0.5) -> None:
        """Stop both threads; one that hangs in the driver is left behind after ``timeout_s``."""
        for reader in (self._host, self._gpu):
            reader.stop()
        for reader in (self._host, self._gpu):
            reader.join(timeout_s)
