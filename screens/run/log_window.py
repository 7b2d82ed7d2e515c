"""The part of a run's log that a pane holds: lines without a gap between them, from anywhere in the log; pure.

The end of the log comes with the pages; everything else is asked of the store when somebody scrolls there. What the
window must know is whether it reaches to the beginning and to the end: lines that a page brings are only added where it
reaches to the end, and none were missed in between.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.records import LogLine
from store.snapshot import LOG_TAIL

KEPT_LINES = 10_000
"""Lines that are held at most; the whole log is in the store."""


class Part(StrEnum):
    """Which part of a log is asked for, seen from a line."""

    START = "start"
    TAIL = "tail"
    BEFORE = "before"
    AFTER = "after"
    AROUND = "around"


@dataclass(frozen=True, slots=True)
class LinesAsked:
    """A wish for lines of a run; without ``levels``, of all."""

    run_id: int
    part: Part
    line_id: int = 0
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinesRead:
    """What the store answered, and how the lines lie in the log."""

    asked: LinesAsked
    lines: tuple[LogLine, ...]
    at_start: bool
    at_end: bool
    newest_id: int = 0
    """The run's newest line when this was read."""


class LogWindow:
    """The lines held, oldest first."""

    def __init__(self, run_id: int | None = None, levels: tuple[str, ...] = ()) -> None:
        self.run_id = run_id
        self.levels = levels
        self.lines: deque[LogLine] = deque()
        self.at_start = False
        self.at_end = True
        self.newest_id = 0
        """The newest line of the run that was seen, held or not."""

    def __len__(self) -> int:
        return len(self.lines)

    def append(self, lines: Sequence[LogLine], after_id: int | None = None) -> int:
        """Add what a page brings, the lines after ``after_id``; returns how many lines fell out at the beginning.

        Where lines were missed, or the window does not reach to the end, they are only noted.
        """
        new = [line for line in lines if line.id > self.newest_id and line.run_id == self.run_id]
        if not new:
            return 0
        missed = after_id is not None and (after_id > self.newest_id or len(new) >= LOG_TAIL)
        if self.newest_id == 0 and self.at_end:
            self.at_start = after_id == 0 and len(new) < LOG_TAIL
        elif missed:
            self.at_end = False
        self.newest_id = new[-1].id
        if not self.at_end:
            return 0
        self.lines.extend(line for line in new if not self.levels or line.level in self.levels)
        return self._cut_start()

    def take(self, read: LinesRead) -> int | None:
        """Take in what was read. Returns by how many lines what was held moved down; None where it was replaced."""
        part = read.asked.part
        moved: int | None = None
        if part is Part.BEFORE and self.lines:
            new = [line for line in read.lines if line.id < self.lines[0].id]
            self.lines.extendleft(reversed(new))
            self.at_start = read.at_start
            moved = len(new)
            while len(self.lines) > KEPT_LINES:
                self.lines.pop()
                self.at_end = False
        elif part is Part.AFTER and self.lines:
            last = self.lines[-1].id
            self.lines.extend(line for line in read.lines if line.id > last)
            self._reach_end(read)
            moved = -self._cut_start()
        else:
            self.lines = deque(read.lines)
            self.at_start = read.at_start
            self._reach_end(read)
        return moved

    def index_of(self, line_id: int) -> int | None:
        """The place of a line; None where it is not held."""
        return next((place for place, line in enumerate(self.lines) if line.id == line_id), None)

    def _reach_end(self, read: LinesRead) -> None:
        """The read lines reach to the end, unless a page brought newer ones meanwhile, which were not kept."""
        self.at_end = read.at_end and read.newest_id >= self.newest_id
        self.newest_id = max(self.newest_id, read.newest_id)

    def _cut_start(self) -> int:
        dropped = max(0, len(self.lines) - KEPT_LINES)
        for _ in range(dropped):
            self.lines.popleft()
        if dropped:
            self.at_start = False
        return dropped
