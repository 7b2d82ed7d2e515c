"""The live meters: a thread that passes on what the samplers read; the one thing on screen that is not in the store."""

import threading
from collections.abc import Callable
from typing import Protocol

from store.records import Sample

EVERY_S = 2.0


class Reading(Protocol):
    """What the samplers read last."""

    @property
    def samples(self) -> tuple[Sample, ...]:
        """One sample a device."""


class Meters(Protocol):
    """Samplers that run by themselves."""

    def latest(self) -> Reading:
        """The newest reading, at once."""

    def close(self, timeout_s: float = ...) -> None:
        """Stop sampling."""


def watch_meters(open_meters: Callable[[], Meters], leaving: threading.Event, tell: Callable[..., object]) -> None:
    """Tell the samples of all devices whenever they differ, until ``leaving`` is set."""
    meters = open_meters()
    told: tuple[Sample, ...] = ()
    try:
        rest_s = 0.2
        while not leaving.wait(rest_s):
            rest_s = EVERY_S if told else 0.2
            samples = meters.latest().samples
            if samples and samples != told:
                told = samples
                tell(samples)
    finally:
        # The samplers' threads are daemons; one that hangs in a driver must not hold up the way out.
        meters.close(0.0)


def open_meters() -> Meters:
    """The samplers of this machine; reading all cores and the memory costs more than the rest of an idle interface."""
    from workbench.telemetry import BackgroundSampler

    return BackgroundSampler(EVERY_S)
