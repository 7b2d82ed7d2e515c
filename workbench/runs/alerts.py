"""What an alert is, and when a condition that comes and goes is one.

An alert is for somebody who does something else meanwhile: it says what is wrong and what to do, once, until it is
over. Each kind has its own watch: ``loss_watch``, ``device_watch``, and ``watch``, which joins them.
"""

from dataclasses import dataclass
from enum import Enum

ALERT = "alert"
"""The level of the log lines that are alerts."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One sentence for the run's log; ``level`` is ``alert``, or ``info`` where it says that something is over."""

    text: str
    level: str = ALERT


class Turn(Enum):
    """What one more look at a condition came to."""

    NONE = 0
    BEGAN = 1
    ENDED = 2


class Condition:
    """Something that holds once it has been seen for ``hold_s``, and is over once it has not been for ``clear_s``."""

    def __init__(self, hold_s: float, clear_s: float) -> None:
        self.holds = False
        self._hold_s = hold_s
        self._clear_s = clear_s
        self._since: float | None = None
        """Since when every look has spoken for a turn."""

    def look(self, seen: bool, at: float) -> Turn:
        """Take one more look, at the time ``at`` in seconds."""
        if seen is self.holds:
            self._since = None
            return Turn.NONE
        if self._since is None:
            self._since = at
        if at - self._since < (self._clear_s if self.holds else self._hold_s):
            return Turn.NONE
        self.holds, self._since = seen, None
        return Turn.BEGAN if seen else Turn.ENDED
