"""One example in full, as both runs met it; the next and the previous of its list are a key away."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from screens.base import Dialog
from screens.diff.example_rows import example_lines, task_of
from screens.signs import Signs
from screens.widgets.key_bar import KeyBar
from screens.widgets.scroll_text import ScrollText
from workbench.comparison import Examples
from workbench.formatting import format_count


class ExampleDialog(Dialog[int]):
    """Shows examples of a list, one at a time; returns the place of the one that was seen last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close", id="example.close"),
        Binding("ctrl+c", "close", "Close", show=False, priority=True, id="example.interrupt"),
        Binding("n,right,l", "turn(1)", "Next", tooltip="The next example of the list", id="example.next"),
        Binding("p,N,left,h", "turn(-1)", "Previous", tooltip="The example before", id="example.previous"),
    ]

    def __init__(self, examples: Examples, index: int, title: str, signs: Signs) -> None:
        super().__init__()
        self._examples = examples
        self._index = index
        self._title = title
        self._signs = signs
        self._text = ScrollText(id="example-text")
        self._box = Vertical(classes="box tall")

    def compose(self) -> ComposeResult:
        """The example, and the keys."""
        with self._box:
            yield self._text
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the first one."""
        self._draw()
        self._text.focus()

    def action_turn(self, by: int) -> None:
        """Go to the next example, or to the one before."""
        self._index = max(0, min(self._index + by, len(self._examples) - 1))
        self._draw()

    def action_close(self) -> None:
        """Back to the list."""
        self.dismiss(self._index)

    def _draw(self) -> None:
        place = f"{format_count(self._index + 1)} of {format_count(len(self._examples))}"
        self._box.border_title = f"{self._title} {self._signs.dot} {place}"
        example, contents = self._examples[self._index], self._examples.source.contents
        task = task_of(self._examples)
        self._text.action_top()
        self._text.show(lambda width: example_lines(example, task, contents, max(10, width), self._signs))
