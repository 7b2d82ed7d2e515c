"""What a sampler is, and how several become one."""

from collections.abc import Sequence
from typing import Protocol

from store.records import Sample


class Sampler(Protocol):
    """Reads some devices once a call. A device that cannot be read is a sample with ``error``, never an exception."""

    def sample(self) -> tuple[Sample, ...]:
        """One reading of each device; ``at`` is the time of the reading in epoch seconds."""
        ...

    def close(self) -> None:
        """Let go of the driver; a second call does nothing."""
        ...


class JoinedSampler:
    """Several samplers read one after the other, in the thread of the caller."""

    def __init__(self, samplers: Sequence[Sampler]) -> None:
        self._samplers = tuple(samplers)

    def sample(self) -> tuple[Sample, ...]:
        """The samples of all, in their order."""
        return tuple(sample for sampler in self._samplers for sample in sampler.sample())

    def close(self) -> None:
        """Close each."""
        for sampler in self._samplers:
            sampler.close()
