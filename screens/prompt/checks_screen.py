"""Two checks of the history side by side: what was asked, where their texts part, and their figures."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from screens.pieces import Line, Piece, listing, plain
from screens.prompt.output import output_of
from screens.prompt.outputs import Outputs
from screens.prompt.outputs_screen import OutputsScreen
from screens.prompt.pair_lines import asked_lines, figure_line
from screens.signs import Signs
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from store.generation_checks import StoredCheck
from workbench.generation.checks import from_store

_HIGH = 18


class ChecksScreen(OutputsScreen):
    """Check A beside check B."""

    CSS_PATH = "prompt.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "w", "words", "Words", tooltip="Mark the words that differ, or where the texts part", id="prompt.words"
        ),
        Binding("left_square_bracket", "sample(-1)", "Sample before", show=False, id="prompt.sample_before"),
        Binding("right_square_bracket", "sample(1)", "Sample", tooltip="The next sample", id="prompt.sample_next"),
        Binding("y", "copy", "Copy", tooltip="The text with the focus, to the clipboard", id="prompt.copy"),
        Binding("e", "export", "Export", tooltip="To a file or copied", id="prompt.export"),
        Binding("question_mark", "app.help", "Help", id="prompt.help"),
        Binding("escape,q", "close", "Back", tooltip="Back to where you came from", id="prompt.close"),
    ]

    def __init__(self, a: StoredCheck, b: StoredCheck, signs: Signs) -> None:
        super().__init__()
        self._pair = (a, b)
        self._head = PaintedText(id="prompt-head")
        self._signs = signs
        self._outputs = Outputs(signs)

    def compose(self) -> ComposeResult:
        """What was asked, the two texts, the keys."""
        yield self._head
        yield self._outputs
        yield KeyBar()

    @property
    def outputs(self) -> Outputs:
        """Both."""
        return self._outputs

    @property
    def prompt_shown(self) -> str:
        """A's; where B's is another, the head says so."""
        return self._pair[0].check.prompt

    def on_mount(self) -> None:
        """Show both."""
        self.outputs.show([output_of(letter, from_store(one)) for letter, one in zip("AB", self._pair, strict=True)])
        self._draw_head()
        self.outputs.focus_target.focus()

    def on_resize(self) -> None:
        """Fit the head to the new size."""
        self._draw_head()

    def action_close(self) -> None:
        """Back to the history."""
        self.dismiss(None)

    def show_sample(self) -> None:
        """The figures are those of the sample that is looked at."""
        self._draw_head()

    def _draw_head(self) -> None:
        width = self.size.width - 2
        if width < 1:
            return
        a, b = (stored.check for stored in self._pair)
        signs, sample = self._signs, self.outputs.sample
        lines: list[Line] = asked_lines(a, b, width, signs)
        if self.size.height >= _HIGH and sample < min(len(a.texts), len(b.texts)):
            figures = plain(figure_line(a.texts[sample], b.texts[sample], signs))
            lines += [
                (Piece(line, "secondary"),)
                for line in listing(figures.split(f" {signs.dot} "), width, f" {signs.dot} ")
            ]
        if self.size.height < _HIGH:
            # In one line that they cannot be compared is worth more than what was asked.
            lines = [next((line for line in lines if line[0].kind == "warning"), lines[0])]
        self._head.show(lines)
