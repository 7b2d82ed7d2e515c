"""One of several values, changed with the arrow keys: a field of one line, without a list that unfolds over others."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from workbench.cells import crop


class Choice(LinesWidget, can_focus=True):
    """A field that holds one of its options; left and right change it, a letter goes to the next that begins so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,space", "step(1)", "Next", show=False),
        Binding("left,h", "step(-1)", "Previous", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--arrow", "choice--value"}

    class Changed(Message):
        """Another option was chosen."""

        def __init__(self, choice: "Choice", value: str) -> None:
            super().__init__()
            self.choice = choice
            self.value = value

    def __init__(self, options: Sequence[str], value: str, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = tuple(options)
        self._signs = signs
        self.value = value if value in self._options else self._options[0]

    def action_step(self, by: int) -> None:
        """Choose the next or the previous option, round the ends."""
        self._choose(self._options[(self._options.index(self.value) + by) % len(self._options)])

    def key_of(self, letter: str) -> None:
        """Choose the next option that begins with a letter."""
        here = self._options.index(self.value)
        later = self._options[here + 1 :] + self._options[: here + 1]
        self._choose(next((option for option in later if option.lower().startswith(letter.lower())), self.value))

    def on_key(self, event: events.Key) -> None:
        """A letter that is no key of the field goes to an option."""
        character = event.character
        if character and character.isalnum() and character not in "hl":
            self.key_of(character)

    def on_focus(self) -> None:
        """Draw in the colours of the field that has the focus."""
        self.redraw()

    def on_blur(self) -> None:
        """Draw in the colours of the others."""
        self.redraw()

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.draw()
            self.post_message(self.Changed(self, value))

    def draw(self) -> None:
        """The value between its arrows."""
        arrow = ink(self, "choice--arrow")
        value = ink(self, "choice--value")
        place = f" {self._options.index(self.value) + 1}/{len(self._options)}"
        text = crop(self.value, max(1, self.size.width - 4 - len(place)), self._signs.ellipsis)
        parts = [
            (f"{self._signs.previous} ", arrow),
            (text, value),
            (f" {self._signs.following}", arrow),
            (place, arrow),
        ]
        self.show_lines([Strip([Segment(word, style) for word, style in parts])])
