"""The samples of a run's devices as they come: a run of days is read once, and then only its newest seconds."""

from store.records import Sample

MOST = 2400
"""Samples that are kept; of more, every second one is given up, again and again."""


class SampleHistory:
    """What was read of one run's samples so far."""

    def __init__(self) -> None:
        self._run_id: int | None = None
        self._newest = float("-inf")
        self._kept: tuple[Sample, ...] = ()
        self._every = 1
        self._seen: dict[str, int] = {}

    def wanted_after(self, run_id: int | None) -> float:
        """The time after which samples of a run are wanted."""
        return self._newest if run_id == self._run_id else float("-inf")

    def extend(self, run_id: int | None, new: tuple[Sample, ...]) -> tuple[Sample, ...]:
        """All samples of the run, thinned, by time."""
        if run_id != self._run_id:
            self.__init__()  # type: ignore[misc]
            self._run_id = run_id
        if new:
            self._newest = new[-1].at
            self._kept = (*self._kept, *(sample for sample in new if self._takes(sample)))
        while len(self._kept) > MOST:
            self._every *= 2
            self._kept = _halved(self._kept)
        return self._kept

    def _takes(self, sample: Sample) -> bool:
        place = self._seen.get(sample.device, 0)
        self._seen[sample.device] = place + 1
        return place % self._every == 0


def _halved(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Every second sample of each device."""
    seen: dict[str, int] = {}
    kept = []
    for sample in samples:
        place = seen.get(sample.device, 0)
        seen[sample.device] = place + 1
        if place % 2 == 0:
            kept.append(sample)
    return tuple(kept)
