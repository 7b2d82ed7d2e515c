"""The live log of one run: a tail of lines of which only those in sight are ever formatted.

A run may print thousands of lines a second. A batch costs one append to a deque; text becomes inert, cropped and styled
when its line is drawn, never before. What a line says is text, never markup. The pane keeps its own place instead of
scrolling a virtual canvas, since each change of a canvas's size has Textual lay out and send the whole screen anew.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from screens.formatting import log_level_sign
from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from store.records import LogLine
from workbench.cells import crop
from workbench.inert import inert

KEPT_LINES = 10_000
"""Lines that can be scrolled back to; the whole log is in the store."""
_SHIFT = 16
_WHEEL = 3
_KINDS = ("warning", "error", "output", "debug")


class LogPane(LinesWidget, can_focus=True):
    """The newest lines of a run's log; it follows the end until it is scrolled up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False),
        Binding("home,g", "oldest", "Oldest line", show=False),
        Binding("end,G", "follow", "Newest line, and follow", show=False),
        Binding("f", "toggle_follow", "Follow", tooltip="Follow the end of the log, or stay"),
        Binding("right,l", "shift(1)", "Long lines to the left", show=False),
        Binding("left,h", "shift(-1)", "And back", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log-pane--{kind}" for kind in _KINDS}

    class Followed(Message):
        """The pane began or ceased to follow the end of the log."""

        def __init__(self, *, follows: bool) -> None:
            super().__init__()
            self.follows = follows

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._lines: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self._run_id: int | None = None
        self._top = 0
        self._shift = 0
        self.follows = True

    @property
    def last_id(self) -> int:
        """The id of the newest line that is held; 0 where there is none."""
        return self._lines[-1].id if self._lines else 0

    @property
    def line_count(self) -> int:
        """How many lines are held."""
        return len(self._lines)

    def show(self, run_id: int | None, lines: Sequence[LogLine]) -> None:
        """Take the log of a run: of the same run, lines that are newer than those held; of another, all of them."""
        is_other = run_id != self._run_id
        if is_other:
            self._start(run_id)
        last = self.last_id
        new = [line for line in lines if line.id > last and line.run_id == run_id]
        dropped = max(0, len(self._lines) + len(new) - KEPT_LINES)
        self._lines.extend(new)
        if new or is_other:
            self._top = self._last_top if self.follows else max(0, self._top - dropped)
            self.draw()

    def action_move(self, by: int) -> None:
        """Scroll by lines."""
        self._go(self._top + by)

    def action_move_page(self, by: int) -> None:
        """Scroll by screens."""
        self._go(self._top + by * max(1, self.size.height - 1))

    def action_oldest(self) -> None:
        """Go to the oldest line held."""
        self._go(0)

    def action_follow(self) -> None:
        """Go to the newest line and follow it."""
        self._go(self._last_top)

    def action_toggle_follow(self) -> None:
        """Follow the end, or stay where we are."""
        if self.follows:
            self._set_follows(follows=False)
        else:
            self.action_follow()

    def action_shift(self, by: int) -> None:
        """Move long lines sideways."""
        self._shift = max(0, self._shift + by * _SHIFT)
        self.draw()

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

    def draw(self) -> None:
        """The lines in sight."""
        seen = islice(self._lines, self._top, self._top + self.size.height)
        self.show_lines([self._strip(line) for line in seen])

    @property
    def _last_top(self) -> int:
        return max(0, len(self._lines) - self.size.height)

    def _start(self, run_id: int | None) -> None:
        self._run_id = run_id
        self._lines.clear()
        self._top = self._shift = 0
        self._set_follows(follows=True)

    def _go(self, top: int) -> None:
        self._top = max(0, min(top, self._last_top))
        self._set_follows(follows=self._top >= self._last_top)
        self.draw()

    def _set_follows(self, *, follows: bool) -> None:
        if follows != self.follows:
            self.follows = follows
            self.post_message(self.Followed(follows=follows))

    def _strip(self, line: LogLine) -> Strip:
        room = max(0, self.size.width - 2)
        # A line may be megabytes long; only what can come into sight is looked at.
        shown = inert(line.text[: self._shift + 4 * room])[self._shift :]
        style = ink(self, f"log-pane--{line.level}") if line.level in _KINDS else Style.null()
        return Strip(
            [Segment(f"{log_level_sign(line)} {crop(self._signs.write(shown), room, self._signs.ellipsis)}", style)]
        )
