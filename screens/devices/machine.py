"""What the devices screen knows of the machine at one moment, and the rows that its lists are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from screens.devices.meter_history import MeterHistory
from screens.devices.surroundings import Surroundings
from screens.page import QueueView
from screens.pieces import Line
from store.records import Sample
from workbench import device_words as words


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; ``key`` says what it stands for, so that the cursor stays with it."""

    key: str
    line: Line
    run_id: int | None = None
    """The run that it opens."""
    unfolds: bool = False
    """Whether there is more of it to see."""
    choosable: bool = True


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of the machine at one moment."""

    samples: tuple[Sample, ...] = ()
    history: MeterHistory = field(default_factory=MeterHistory)
    queue: QueueView = field(default_factory=QueueView)
    around: Surroundings | None = None
    """None before a thread has found it out."""
    price_of: Callable[[Sample], float | None] = lambda sample: None
    """US dollars an hour of a board."""

    @property
    def gpus(self) -> tuple[Sample, ...]:
        """The GPUs, in the driver's order."""
        return tuple(sorted((s for s in self.samples if s.device != words.HOST), key=_order))

    @property
    def host(self) -> Sample | None:
        """The machine itself."""
        return next((sample for sample in self.samples if sample.device == words.HOST), None)

    @property
    def me(self) -> str | None:
        """The user's name, as processes have it."""
        return self.around.me if self.around is not None else None

    @property
    def names(self) -> Mapping[int, str]:
        """The names of the runs that are at work or wait."""
        return {row.run.id: row.run.name for row in (*self.queue.running, *self.queue.queued)}


def _order(sample: Sample) -> tuple[int, str]:
    """``cuda:10`` after ``cuda:9``."""
    number = sample.device.rpartition(":")[2]
    return (int(number) if number.isdigit() else 0, sample.device)
