"""What the devices screen shows of the machine and its user besides what the meters read; found out in a thread."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.telemetry.room import Room


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a thread found out about the machine and its user."""

    store: str
    room: "Room"
    cores: int
    processor: str | None
    me: str | None


def look_around(store: Path) -> Surroundings:
    """What does not change from one second to the next; may take seconds where a disk is silent."""
    import psutil

    from workbench.environment import processor_name, usable_cores
    from workbench.telemetry.room import read_room

    try:
        me: str | None = psutil.Process().username()
    except (psutil.Error, KeyError):
        me = None
    return Surroundings(str(store), read_room(store), usable_cores(), processor_name(), me)
