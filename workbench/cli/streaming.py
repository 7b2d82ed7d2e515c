"""A model's text on stdout while it is made: raw into a file or a pipe, inert on a terminal.

What a model makes may hold escape sequences that move the cursor or set the window's title. On a terminal its lines
stay lines, and every other control character is shown as a picture; into a pipe goes exactly what was made. Each text
ends with a line break, which is added where it has none.
"""

import sys
from dataclasses import dataclass, field
from typing import TextIO

from workbench.generation.events import Finished, GenerationEvent, Piece
from workbench.inert import inert_lines


@dataclass(slots=True)
class TextPrinter:
    """Prints the texts of one prompt in the order of their samples, the first that is unfinished as it comes."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)
    _shown: int = 0
    """The sample that is being printed."""
    _printed: int = 0
    """Characters of it that are out."""
    _waiting: dict[int, str] = field(default_factory=dict)
    _whole: set[int] = field(default_factory=set)

    def hear(self, event: GenerationEvent) -> None:
        """Takes note of an event, and prints what it adds."""
        if isinstance(event, Piece):
            self._waiting[event.sample] = self._waiting.get(event.sample, "") + event.text
        elif isinstance(event, Finished):
            self._waiting[event.sample] = event.text
            self._whole.add(event.sample)
        self._print()

    def _print(self) -> None:
        while (text := self._waiting.get(self._shown)) is not None:
            more = text[self._printed :]
            is_whole = self._shown in self._whole
            if is_whole and not text.endswith("\n"):
                more += "\n"
            if more:
                self.stream.write(inert_lines(more) if self.stream.isatty() else more)
                self.stream.flush()
            self._printed = len(text)
            if not is_whole:
                return
            self._shown, self._printed = self._shown + 1, 0
