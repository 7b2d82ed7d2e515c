"""The lines of a log in sight: a window on it, the place in it, and how its lines are looked at.

Text becomes inert, cropped or wrapped, and styled when its line is drawn, never before. The pane keeps its own place
instead of scrolling a virtual canvas, since each change of a canvas's size has Textual lay out and send the whole
screen anew.
"""

from itertools import islice
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from screens.pieces import Line
from screens.run.log_lines import KINDS, NOTHING, LogLook, log_rows
from screens.run.log_window import LinesAsked, LogWindow
from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from store.records import LogLine

_KINDS = (*KINDS, "time", "empty")


class LogRows(LinesWidget):
    """What a log pane draws; the keys that move in it are the pane's."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log-pane--{kind}" for kind in _KINDS}

    DEFAULT_CSS = """
    LogRows {
        & > .log-pane--time, & > .log-pane--empty { color: $wb-muted; }
        & > .log-pane--alert { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, signs: Signs, look: LogLook, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._window = LogWindow()
        self._top = 0
        self._look = look
        self._asked: LinesAsked | None = None
        self._pointed: int | None = None

    @property
    def run_id(self) -> int | None:
        """The run whose log it is."""
        return self._window.run_id

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that are shown; none: all."""
        return self._window.levels

    def draw(self) -> None:
        """The lines in sight."""
        rows = [
            row
            for line in islice(self._window.lines, self._top, self._top + self.size.height)
            for row in self._rows(line)
        ]
        if not rows and self._window.run_id is not None and self._asked is None:
            self.show_lines([Strip([Segment(f"  {NOTHING[self.levels]}", ink(self, "log-pane--empty"))])])
            return
        height = self.size.height
        # Of wrapped lines the end of the last one must be seen where it is followed.
        seen = rows[-height:] if self._top >= self._last_top else rows[:height]
        self.show_lines([self._strip(row) for row in seen])

    @property
    def _last_top(self) -> int:
        """The first line of the last screen."""
        count, height = len(self._window), self.size.height
        if not self._look.wraps:
            return max(0, count - height)
        room = height
        for place in range(count - 1, max(-1, count - height - 1), -1):
            room -= len(self._rows(self._window.lines[place]))
            if room <= 0:
                return place
        return max(0, count - height)

    def _seen(self) -> list[LogLine]:
        """The lines of which at least the beginning is in sight."""
        seen: list[LogLine] = []
        rows = 0
        for line in islice(self._window.lines, self._top, self._top + self.size.height):
            if rows >= self.size.height and self._top < self._last_top:
                break
            seen.append(line)
            rows += len(self._rows(line)) if self._look.wraps else 1
        return seen

    def _rows(self, line: LogLine) -> list[Line]:
        return log_rows(line, self._look, self.size.width, self._signs, is_pointed=line.id == self._pointed)

    def _point(self, line_id: int) -> None:
        """Bring a line into sight: where it is, if it is seen, else to the middle."""
        index = self._window.index_of(line_id)
        if index is not None and not self._top <= index < self._top + max(1, len(self._seen()) - 1):
            self._top = index - self.size.height // 2

    def _strip(self, row: Line) -> Strip:
        segments = []
        for text, kind in row:
            name, _, found = kind.partition(" ")
            style = ink(self, f"log-pane--{name}") if name else Style.null()
            segments.append(Segment(text, style + Style(reverse=True) if found else style))
        return Strip(segments)
