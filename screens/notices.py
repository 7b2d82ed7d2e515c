"""The notices of this session, kept to be read again: a notice that went away before it was read is none."""

from collections import deque
from dataclasses import dataclass

MOST = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """What was said, and when; texts are inert."""

    at: float
    title: str
    sentence: str
    severity: str


class Notices:
    """The newest notices."""

    def __init__(self) -> None:
        self._kept: deque[Notice] = deque(maxlen=MOST)

    def keep(self, notice: Notice) -> None:
        """Keep one more."""
        self._kept.append(notice)

    @property
    def newest_first(self) -> tuple[Notice, ...]:
        """All that are kept."""
        return tuple(reversed(self._kept))
