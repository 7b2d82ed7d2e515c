"""How far a race is, for whoever waits for it."""

from dataclasses import dataclass
from enum import StrEnum


class RacePhase(StrEnum):
    """What a race is doing."""

    PREPARING = "preparing"
    """The data are read and split again."""
    WAITING = "waiting"
    """Other runs of this machine are at work."""
    RACING = "racing"


@dataclass(frozen=True, slots=True)
class RaceProgress:
    """``done`` of about ``of`` processes are timed, the one at work by its share; later ``of`` may change."""

    phase: RacePhase
    done: float
    of: int
    seconds_left: float | None
    """None until the first process has told how long one takes."""
    text: str
    """The state in a sentence without a full stop."""
