"""The live log of one run: a tail of lines of which only those in sight are ever formatted.

A run may print thousands of lines a second. A batch costs one append to a deque and one change of size; text becomes
inert, cropped and styled when its line is drawn, never before. What a log line says is text, never markup.
"""

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.formatting import crop, log_level_sign
from screens.signs import Signs
from screens.widgets.ink import ink
from store.records import LogLine
from workbench.inert import inert

KEPT_LINES = 10_000
"""Lines that can be scrolled back to; the whole log is in the store."""
_SHIFT = 16
_KINDS = ("warning", "error", "output", "debug")


class LogPane(ScrollView, can_focus=True):
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
        if run_id != self._run_id:
            self._start(run_id)
        last = self.last_id
        new = [line for line in lines if line.id > last and line.run_id == run_id]
        if not new:
            return
        dropped = max(0, len(self._lines) + len(new) - KEPT_LINES)
        self._lines.extend(new)
        self.virtual_size = Size(self.size.width, len(self._lines))
        if self.follows:
            self.scroll_to(y=self._last_top, animate=False, force=True)
            self.refresh()
        elif dropped:
            self.scroll_to(y=max(0, self.scroll_offset.y - dropped), animate=False, force=True)
        elif len(self._lines) - len(new) < self.scroll_offset.y + self.size.height:
            self.refresh()

    def action_move(self, by: int) -> None:
        """Scroll by lines."""
        self._scroll_by_key(self.scroll_offset.y + by)

    def action_move_page(self, by: int) -> None:
        """Scroll by screens."""
        self._scroll_by_key(self.scroll_offset.y + by * max(1, self.size.height - 1))

    def action_oldest(self) -> None:
        """Go to the oldest line held."""
        self._scroll_by_key(0)

    def action_follow(self) -> None:
        """Go to the newest line and follow it."""
        self._scroll_by_key(self._last_top)

    def action_toggle_follow(self) -> None:
        """Follow the end, or stay where we are."""
        if self.follows:
            self._set_follows(follows=False)
        else:
            self.action_follow()

    def action_shift(self, by: int) -> None:
        """Move long lines sideways."""
        self._shift = max(0, self._shift + by * _SHIFT)
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """A scroll with the mouse starts or ends following, too."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) < round(old_value) and round(new_value) < self._last_top:
            self._set_follows(follows=False)

    def on_resize(self) -> None:
        """Stay at the end if we follow it."""
        self.virtual_size = Size(self.size.width, len(self._lines))
        if self.follows:
            self.scroll_to(y=self._last_top, animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the log: its sign, then its text, inert and cropped."""
        width, base = self.scrollable_content_region.width, self.rich_style
        index = self.scroll_offset.y + y
        if not 0 <= index < len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[index]
        style = base + self._style_of(line.level)
        text = crop(inert(line.text[: self._shift + 4 * width])[self._shift :], max(0, width - 2), self._signs.ellipsis)
        return Strip([Segment(f"{log_level_sign(line)} {text}", style)]).crop_extend(0, width, base)

    @property
    def _last_top(self) -> int:
        return max(0, len(self._lines) - self.size.height)

    def _start(self, run_id: int | None) -> None:
        self._run_id = run_id
        self._lines.clear()
        self._shift = 0
        self.virtual_size = Size(self.size.width, 0)
        self._set_follows(follows=True)
        self.refresh()

    def _scroll_by_key(self, top: int) -> None:
        top = max(0, min(top, self._last_top))
        self.scroll_to(y=top, animate=False, force=True)
        self._set_follows(follows=top >= self._last_top)

    def _set_follows(self, *, follows: bool) -> None:
        if follows != self.follows:
            self.follows = follows
            self.post_message(self.Followed(follows=follows))

    def _style_of(self, level: str) -> Style:
        return ink(self, f"log-pane--{level}") if level in _KINDS else Style.null()
