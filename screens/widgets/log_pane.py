"""The log of one run: a window on it of which only the lines in sight are ever formatted.

A run may print thousands of lines a second. A batch costs one append to a deque; text becomes inert, cropped and styled
when its line is drawn, never before. What a line says is text, never markup. The pane keeps its own place instead of
scrolling a virtual canvas, since each change of a canvas's size has Textual lay out and send the whole screen anew.

It follows the end with what the pages bring. Whoever scrolls beyond what is held, asks for other levels or looks for a
text has it asked for by messages (``LinesWanted``), and the answer is handed to ``take``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from screens.run.log_lines import LEVELS, LogLook
from screens.run.log_window import LinesAsked, LinesRead, LogWindow, Part
from screens.signs import Signs
from screens.widgets.log_rows import LogRows
from store.records import LogLine

_SHIFT = 16
_WHEEL = 3


class LogPane(LogRows, can_focus=True):
    """A run's log; it follows the end until it is scrolled up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="log.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="log.up"),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False, id="log.page_down"),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False, id="log.page_up"),
        Binding("home,g", "oldest", "First line", show=False, id="log.first"),
        Binding("end,G", "follow", "Last line, and follow", show=False, id="log.last"),
        Binding("f", "toggle_follow", "Follow", tooltip="Follow the end of the log, or stay", id="log.follow"),
        Binding("i", "levels", "Levels", tooltip="All lines, warnings and worse, alerts and errors", id="log.levels"),
        Binding("T", "times", "Times", show=False, tooltip="Show or hide the time of each line", id="log.times"),
        Binding("w", "wrap", "Wrap", show=False, tooltip="Wrap long lines, or cut them", id="log.wrap"),
        Binding("right,l", "shift(1)", "Long lines to the left", show=False, id="log.right"),
        Binding("left,h", "shift(-1)", "And back", show=False, id="log.left"),
    ]

    class Followed(Message):
        """The pane began or ceased to follow the end of the log, or shows other levels: its title says so."""

        def __init__(self, *, follows: bool) -> None:
            super().__init__()
            self.follows = follows

    class Resized(Message):
        """The pane has another size: a title has other room."""

    class LinesWanted(Message):
        """Lines that are not held are needed; ``take`` takes them."""

        def __init__(self, pane: "LogPane", asked: LinesAsked) -> None:
            super().__init__()
            self.pane = pane
            self.asked = asked

    def __init__(self, signs: Signs, *, wraps: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, LogLook(wraps=wraps), id=id)
        self.follows = True

    @property
    def last_id(self) -> int:
        """The id of the newest line that was seen; 0 where there is none."""
        return self._window.newest_id

    @property
    def line_count(self) -> int:
        """How many lines are held."""
        return len(self._window)

    @property
    def words(self) -> list[str]:
        """What is special about what is shown, for the title."""
        return [word for word in (LEVELS[self.levels], "" if self.follows else "paused") if word]

    @property
    def place(self) -> int | None:
        """The line from which a search goes on: the one last found, if it is in sight, else the first in sight."""
        seen = self._seen()
        if self._pointed is not None and any(line.id == self._pointed for line in seen):
            return self._pointed
        return None if self.follows or not seen else seen[0].id

    def show(self, run_id: int | None, lines: Sequence[LogLine], after_id: int | None = None) -> None:
        """Take a run's log: of the same run, lines newer than those held, of another, all.

        ``after_id`` is the line after which they begin, if that is known: without it none were missed. Of another run
        whose beginning is not there, the end is asked for.
        """
        is_other = run_id != self._window.run_id
        if is_other:
            self._start(run_id)
        before, reached = len(self._window), self._window.at_end
        dropped = self._window.append(lines, after_id)
        if is_other or dropped or len(self._window) != before:
            self._top = self._last_top if self.follows else max(0, self._top - dropped)
            self.draw()
        if (self.follows and reached and not self._window.at_end) or (is_other and after_id):
            self._want(Part.TAIL)

    def take(self, read: LinesRead) -> None:
        """Take lines that were wanted; an answer to an older wish is of no use any more."""
        if read.asked != self._asked:
            return
        self._asked = None
        part = read.asked.part
        follows = part is Part.TAIL or (part is Part.AFTER and self.follows)
        moved = self._window.take(read)
        if moved is not None:
            self._top += moved
        elif part is Part.AROUND:
            self._point(self._pointed if self._pointed is not None else read.asked.line_id)
        else:
            self._top = 0
        self._go(self._last_top if follows else self._top, follows=follows)

    def mark(self, needle: str, line_id: int | None) -> None:
        """Mark a text wherever it stands, and bring a line that holds it into sight."""
        self._look = replace(self._look, needle=needle)
        self._pointed = line_id
        if line_id is not None and self._window.index_of(line_id) is None:
            self._want(Part.AROUND, line_id)
        elif line_id is not None:
            self._point(line_id)
            self._go(self._top)
        self.draw()

    def action_move(self, by: int) -> None:
        """Scroll by lines."""
        self._go(self._top + by)

    def action_move_page(self, by: int) -> None:
        """Scroll by screens."""
        self._go(self._top + by * max(1, self.size.height - 1))

    def action_oldest(self) -> None:
        """Go to the first line."""
        self._go(0)
        if not self._window.at_start:
            self._want(Part.START)

    def action_follow(self) -> None:
        """Go to the newest line and follow it."""
        if self._window.at_end:
            self._go(self._last_top)
        else:
            self._want(Part.TAIL)

    def action_toggle_follow(self) -> None:
        """Follow the end, or stay where we are."""
        if self.follows:
            self._set_follows(follows=False)
        else:
            self.action_follow()

    def action_levels(self) -> None:
        """Show lines of fewer levels, after the fewest all."""
        known = list(LEVELS)
        levels = known[(known.index(self.levels) + 1) % len(known)]
        place = None if self.follows else self.place
        newest = self._window.newest_id
        self._window = LogWindow(self.run_id, levels)
        self._window.newest_id = newest
        self._window.at_end = False
        self._pointed = place
        self._want(Part.TAIL if place is None else Part.AROUND, place or 0)
        self.post_message(self.Followed(follows=self.follows))

    def action_times(self) -> None:
        """Show or hide the times."""
        self._look_otherwise(replace(self._look, has_times=not self._look.has_times))

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self._look_otherwise(replace(self._look, wraps=not self._look.wraps, shift=0))

    def action_shift(self, by: int) -> None:
        """Move long lines sideways, where they are not wrapped."""
        if not self._look.wraps:
            self._look_otherwise(replace(self._look, shift=max(0, self._look.shift + by * _SHIFT)))

    def on_mouse_scroll_up(self) -> None:
        """Scroll with the wheel."""
        self._go(self._top - _WHEEL)

    def on_mouse_scroll_down(self) -> None:
        """Scroll with the wheel."""
        self._go(self._top + _WHEEL)

    def on_resize(self) -> None:
        """Stay at the end if we follow it, and in any case on the log."""
        self._top = self._last_top if self.follows else min(self._top, self._last_top)
        self.redraw()
        self.post_message(self.Resized())

    def _look_otherwise(self, look: LogLook) -> None:
        self._look = look
        self._top = self._last_top if self.follows else min(self._top, self._last_top)
        self.draw()

    def _start(self, run_id: int | None) -> None:
        self._window = LogWindow(run_id, self._window.levels)
        self._top = 0
        self._look = replace(self._look, shift=0)
        self._asked = self._pointed = None
        self._set_follows(follows=True)
        if self.levels and run_id is not None:
            self._window.at_end = False
            self._want(Part.TAIL)

    def _go(self, top: int, *, follows: bool = False) -> None:
        """Show the lines from ``top`` on; near an end of what is held, ask for what lies beyond it.

        With ``follows`` the end is followed also while newer lines are still being read.
        """
        self._top = max(0, min(top, self._last_top))
        window = self._window
        self._set_follows(follows=self._top >= self._last_top and (follows or window.at_end))
        self.draw()
        if self._asked is not None:
            return
        if not window.at_end and (not window.lines or self._top > self._last_top - self.size.height):
            self._want(Part.AFTER if window.lines else Part.TAIL, window.lines[-1].id if window.lines else 0)
        elif window.lines and self._top < self.size.height and not window.at_start and not self.follows:
            self._want(Part.BEFORE, window.lines[0].id)

    def _want(self, part: Part, line_id: int = 0) -> None:
        if self.run_id is not None:
            self._asked = LinesAsked(self.run_id, part, line_id, self.levels)
            self.post_message(self.LinesWanted(self, self._asked))

    def _set_follows(self, *, follows: bool) -> None:
        if follows != self.follows:
            self.follows = follows
            self.post_message(self.Followed(follows=follows))
