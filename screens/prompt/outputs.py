"""The outputs of a prompt beside each other, or stacked, or one at a time, with the place where their texts part."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from screens.prompt.output import Output
from screens.prompt.output_lines import Marks, parting_of, parting_words
from screens.prompt.output_pane import OutputPane
from screens.prompt.words import WordDiff
from screens.signs import Signs

BESIDE_FROM = 100
"""Columns from which on two outputs stand side by side."""
STACKED_FROM = 10
"""Lines of room from which on they stand above each other; below, the one with the focus is seen alone."""


class Outputs(Container):
    """One or two outputs; what differs between them is marked in both."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "go(0)", "A", show=False, tooltip="Model A's output", id="outputs.a"),
        Binding("right,l", "go(1)", "B", show=False, tooltip="Model B's output", id="outputs.b"),
    ]

    class WordsWanted(Message):
        """The texts shall be compared word by word, which takes a thread."""

        def __init__(self, a: str, b: str) -> None:
            super().__init__()
            self.a = a
            self.b = b

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="outputs")
        self._panes = (OutputPane("A", signs), OutputPane("B", signs))
        self._outputs: tuple[Output, ...] = (Output("A"),)
        self._diff: tuple[str, str, WordDiff] | None = None
        self._asked: tuple[str, str] | None = None
        self.sample = 0
        self.by_words = False
        """Whether differing words are marked, instead of the place where the texts part."""

    def compose(self) -> ComposeResult:
        """A, then B."""
        self._arrange_beside()
        yield from self._panes

    def on_resize(self) -> None:
        """Arrange for the new size."""
        self._arrange()

    def on_descendant_focus(self) -> None:
        """Where there is room for one only, it is the one with the focus."""
        self._arrange()

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What is shown."""
        return self._outputs

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return max((output.samples for output in self._outputs), default=0)

    @property
    def focus_target(self) -> Widget:
        """The text that keys scroll: the one that has the focus, else A's."""
        return self._pane_with_focus().body

    @property
    def output_at_hand(self) -> Output:
        """The output with the focus, else A's."""
        place = self._panes.index(self._pane_with_focus())
        return self._outputs[min(place, len(self._outputs) - 1)]

    def shows(self, letter: str) -> bool:
        """Whether a model's output is in sight: not behind another tab, nor where there is room for the other only."""
        pane = self._panes["AB".index(letter)]
        return all(node.display for node in pane.ancestors_with_self if isinstance(node, Widget))

    def action_go(self, place: int) -> None:
        """Go to one of the outputs, also where it was not seen so far."""
        pane = self._panes[min(place, len(self._outputs) - 1)]
        pane.display = True
        pane.body.focus()

    def show(self, outputs: Sequence[Output]) -> None:
        """Show these outputs, A's first."""
        is_other_count = len(outputs) != len(self._outputs)
        self._outputs = tuple(outputs)
        self.sample = max(0, min(self.sample, self.samples - 1))
        if is_other_count:
            self._arrange()
        self.redraw()

    def turn_sample(self, by: int) -> None:
        """Show the next sample, or the one before, round the ends."""
        if self.samples > 1:
            self.sample = (self.sample + by) % self.samples
            self.redraw()

    def toggle_words(self) -> None:
        """Mark the words that differ, or the place where the texts part."""
        self.by_words = not self.by_words
        self.redraw()

    def take_words(self, a: str, b: str, diff: WordDiff) -> None:
        """Take on how two texts differ."""
        self._diff = (a, b, diff)
        self.redraw()

    def redraw(self) -> None:
        """Draw what there is."""
        marks, words = self._mark()
        beside = len(self._outputs) > 1 and self._outputs[0].was_beside(self._outputs[1])
        for pane, output, mark in zip(self._panes, self._outputs, marks, strict=False):
            pane.show(output, self.sample, mark, words, beside=beside)

    def _mark(self) -> tuple[tuple[Marks, Marks], str]:
        """What is marked in each text, and where they part in words."""
        if len(self._outputs) < 2:
            return (Marks(), Marks()), ""
        a, b = self._outputs[:2]
        left, right = a.text_of(self.sample), b.text_of(self.sample)
        if left is None or right is None:
            return (Marks(), Marks()), ""
        at = parting_of(a, b, self.sample)
        words = parting_words(a, b, self.sample, at)
        if not self.by_words or a.is_at_work or b.is_at_work:
            return (Marks(at), Marks(at)), words
        if self._diff is None or self._diff[:2] != (left, right):
            if self._asked != (left, right):
                self._asked = (left, right)
                self.post_message(self.WordsWanted(left, right))
            return (Marks(at), Marks(at)), words
        diff = self._diff[2]
        return (Marks(at, diff.a), Marks(at, diff.b)), words

    def _arrange(self) -> None:
        if not self.size:
            return
        is_beside = self._arrange_beside()
        two = len(self._outputs) > 1
        is_single = two and not is_beside and self.size.height < STACKED_FROM
        seen = self._pane_with_focus()
        for place, pane in enumerate(self._panes):
            pane.display = (place == 0 or two) and (not is_single or pane is seen)
            pane.other = "BA"[place] if is_single else ""
            pane.redraw()

    def _arrange_beside(self) -> bool:
        is_beside = self.app.size.width >= BESIDE_FROM
        self.set_class(is_beside, "-beside")
        return is_beside

    def _pane_with_focus(self) -> OutputPane:
        return next((pane for pane in self._panes if pane.has_focus_within), self._seen_pane())

    def _seen_pane(self) -> OutputPane:
        return next((pane for pane in self._panes if pane.display), self._panes[0])
