"""One of several values, turned with the arrow keys: a field of one line, without a list that unfolds over others.

The dialog that holds it binds the keys and calls ``turn``: a key that a field takes by itself waits in the field's own
queue, where a tab that arrived behind it overtakes it. Letters are typed: they go to the option that begins so.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from workbench.cells import crop


class Choice(LinesWidget, can_focus=True):
    """A field that holds one of its options; what is typed goes to the option that begins so."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--arrow", "choice--value"}

    class Changed(Message):
        """Another option was chosen by typing."""

        def __init__(self, choice: "Choice", value: str) -> None:
            super().__init__()
            self.choice = choice
            self.value = value

    def __init__(self, options: Sequence[str], value: str, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = tuple(options)
        self._signs = signs
        self._typed = ""
        self.value = value if value in self._options else self._options[0]

    def choose(self, value: str) -> None:
        """Choose an option, if it is one; who chooses need not be told."""
        if value in self._options:
            self.value = value
            self._typed = ""
            self.redraw()

    def offer(self, options: Sequence[str], usual: str) -> None:
        """Hold one of other options: the same as before if it is among them, else the usual one, else the first."""
        self._options = tuple(options)
        self.choose(next((value for value in (self.value, usual) if value in self._options), self._options[0]))

    def turn(self, by: int) -> None:
        """Choose the next or the previous option, round the ends."""
        self.choose(self._options[(self._options.index(self.value) + by) % len(self._options)])

    def type_letter(self, letter: str) -> None:
        """Choose the option that begins with what was typed so far, else the next that begins with the letter."""
        here = self._options.index(self.value)
        onward = self._options[here:] + self._options[:here]
        found = _beginning(onward, self._typed + letter) if self._typed else None
        self._typed = self._typed + letter if found else letter
        found = found or _beginning((*onward[1:], onward[0]), letter)
        if found is not None and found != self.value:
            self.value = found
            self.redraw()
            self.post_message(self.Changed(self, found))

    def on_key(self, event: events.Key) -> None:
        """A letter that is no key of the field goes to an option."""
        character = event.character
        if character and character.isprintable() and not character.isspace():
            event.stop()
            self.type_letter(character)

    def on_focus(self) -> None:
        """Draw in the colours of the field that has the focus."""
        self.redraw()

    def on_blur(self) -> None:
        """Draw in the colours of the others, and forget what was typed."""
        self._typed = ""
        self.redraw()

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


def _beginning(options: Sequence[str], letters: str) -> str | None:
    """The first of the options that begins with some letters, upper or lower case."""
    return next((option for option in options if option.lower().startswith(letters.lower())), None)
