"""How a race is run: how many processes, blocks and calls, and when it has gone on for long enough."""

import math
from dataclasses import dataclass
from typing import Final

DEFAULT_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Design:
    """The sizes of a race. Whatever they are, the order of the blocks and of the loading is drawn from its seed."""

    seconds: float = DEFAULT_SECONDS
    """How long calls are timed, in all; the time that processes take to start comes on top."""
    fewest_processes: int = 6
    """Even, so that each model is loaded first in half of them: what is loaded first may lie better in memory."""
    most_processes: int = 12
    fewest_pairs: int = 2
    """Pairs of blocks that a process times, also where calls are so slow that they take longer than its share."""
    most_pairs: int = 100
    block_calls: int = 25
    unrecorded_calls: int = 5
    """At the start of each block, which finds the caches full of the other model."""
    width: float = 0.04
    """The relative width of the interval at which a race ends."""

    @property
    def slice_s(self) -> float:
        """The seconds that one process may spend on timing."""
        return self.seconds / self.most_processes

    def is_enough(self, processes: int, width: float) -> bool:
        """Whether a race of so many processes, whose interval has this relative ``width``, may end."""
        narrow = width <= self.width
        return processes >= self.most_processes or (processes >= self.fewest_processes and narrow)

    def expected_processes(self, processes: int, width: float) -> int:
        """How many processes the race will probably take, since a width shrinks with the square root of them."""
        if processes < self.fewest_processes:
            return self.fewest_processes
        if not math.isfinite(width):
            return self.most_processes
        wanted = math.ceil(processes * (width / self.width) ** 2)
        return min(self.most_processes, max(processes, wanted))


STOP_RULE = (
    "the race ends from the sixth process on as soon as the 95 % interval of the difference of the medians is no wider "
    "than 4 % of A's median, and after the twelfth in any case, when the time is over; the difference itself and its "
    "p-value play no part in it"
)
"""When a race of the usual design ends."""
