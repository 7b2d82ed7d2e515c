"""Where one run works and what it was lent: the only thing besides its spec that the engine is given.

The engine never looks for a device, a folder or a lease of its own: whoever starts it (the trainer of a real run, a
test, a notebook) hands these over, so that the same generator runs everywhere.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder, the device and the threads of one run, and the way to a quiet machine for its timings."""

    folder: Path
    """The run's own folder: checkpoints go here."""
    device: str
    """The device as torch names it in this process: ``cpu`` or ``cuda:0`` (only the leased one is visible)."""
    threads: int
    """How many threads the run may use; its share of the cores on the CPU."""
    measuring: Callable[[], AbstractContextManager[Mapping[str, Any]]]
    """Opens a stretch in which latency is measured, waiting for other runs of this host to keep still.

    The wait is bounded. What it yields are the conditions under which the calls inside are timed, to be kept with the
    trials: ``exclusive`` (bool: no other run of this user works on this host meanwhile), ``shared_with`` (a list of
    sentences naming those that did), ``waited_s`` and ``cores`` (those that may be used here).
    """
