"""Before a race and while it goes on: how long calls shall be timed, and how far it is."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from screens.base import Dialog
from screens.formatting import bar
from screens.pieces import Line, Piece, hanging
from screens.racing import RaceStanding, RaceState
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from workbench.formatting import format_duration
from workbench.race.design import DEFAULT_SECONDS

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

_LONGEST_S = 3600.0
_WHAT_IT_IS = (
    "Both models are loaded together in fresh processes and timed in turns, so that whatever slows the machine slows "
    "both. It ends once its interval is 4 % of A's time wide, or when the time is over; to start processes takes more. "
    "Go on working meanwhile; leaving Workbench stops it."
)
_WIDEST_BAR = 40
_ROOM_FOR_NOTE = 18
"""The least height of a terminal in which it is said what a race is."""


class AskRaceDialog(Dialog[float | None]):
    """Asks how many seconds calls shall be timed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Race", priority=True, id="race.start"),
        Binding("escape", "close", "Leave it", id="race.leave"),
        Binding("ctrl+c", "close", "Leave it", show=False, priority=True, id="race.interrupt"),
    ]

    def __init__(self, a: str, b: str) -> None:
        super().__init__()
        self._question = f"Race A ({a}) against B ({b}): seconds of timed calls, in all."
        self._input = TextField(f"{DEFAULT_SECONDS:g}", id="race-seconds")
        self._above, self._below = PaintedText(), PaintedText(id="race-note")

    def compose(self) -> ComposeResult:
        """The question, the seconds, what a race is."""
        with Vertical(classes="box race") as box:
            box.border_title = "Race"
            yield self._above
            yield self._input
            yield self._below
            yield KeyBar()

    def on_mount(self) -> None:
        """Type at once."""
        self._input.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Wrap anew."""
        self.call_after_refresh(self._draw)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong may be right now."""
        event.stop()
        self._draw()

    def action_start(self) -> None:
        """Answer, where it is a number of seconds."""
        if not self._problem():
            self.dismiss(float(self._input.value))

    def action_close(self) -> None:
        """No race."""
        self.dismiss(None)

    def _problem(self) -> str:
        try:
            seconds = float(self._input.value)
        except ValueError:
            return "Type a number of seconds."
        return "" if 0 < seconds <= _LONGEST_S else f"Type a number above 0 and up to {_LONGEST_S:g}."

    def _draw(self) -> None:
        width = max(20, self._above.size.width or 56)
        problem = self._problem()
        self._above.show([(Piece(text),) for text in hanging(self._question, width)])
        kind = "error" if problem else "secondary"
        note = problem or (_WHAT_IT_IS if self.app.size.height >= _ROOM_FOR_NOTE else "")
        self._below.show([(Piece(text, kind),) for text in hanging(note, width)])


class RaceDialog(Dialog[bool]):
    """Shows how far a race is; True: it shall be stopped. Closed, the race goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "Stop", tooltip="End the race; nothing of it is kept", id="race.stop"),
        Binding("escape,q,enter", "close", "Hide", tooltip="The race goes on", id="race.hide"),
        Binding("ctrl+c", "close", "Hide", show=False, priority=True, id="race.hide_too"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__()
        self._signs = signs
        self._text = PaintedText()

    def compose(self) -> ComposeResult:
        """How far it is."""
        with Vertical(classes="box race") as box:
            box.border_title = "Race"
            yield self._text
            yield KeyBar()

    def on_mount(self) -> None:
        """Follow the race."""
        self.watch(self.app, "race", self._follow)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    def action_stop(self) -> None:
        """End the race."""
        self.dismiss(True)

    def action_close(self) -> None:
        """Leave it going."""
        self.dismiss(False)

    def _follow(self) -> None:
        race = cast("WorkbenchApp", self.app).race
        if race is None or race.is_over:
            self.dismiss(False)
        else:
            self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        race = cast("WorkbenchApp", self.app).race
        if race is not None and self._text.is_attached:
            self._text.show(race_lines(race, max(20, self._text.size.width or 56), self._signs))


def race_lines(race: RaceStanding, width: int, signs: Signs) -> list[Line]:
    """How far a race is: a bar with the time left, and what it is doing."""
    left = "" if race.seconds_left is None else f"about {format_duration(race.seconds_left)} left"
    if race.state is RaceState.STOPPING:
        left = "stopping"
    filled, empty = bar(race.share, min(_WIDEST_BAR, max(5, width - 22)), signs)
    words = signs.write(f"{race.words[:1].upper()}{race.words[1:]}.")
    return [
        (Piece(filled, "filled"), Piece(empty, "empty"), Piece(f"  {left}", "secondary")),
        *((Piece(text),) for text in hanging(words, width)),
    ]
