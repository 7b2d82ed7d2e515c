"""Two checks of the history side by side: what was asked, where their texts part, and their figures."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from screens.base import WorkbenchScreen
from screens.export_dialog import Export
from screens.pieces import Line, Piece, listing, plain
from screens.prompt.export import copy, export_dialog, export_text, take_out
from screens.prompt.output import output_of
from screens.prompt.outputs import Outputs
from screens.prompt.pair_lines import asked_lines, figure_line
from screens.prompt.words import WordDiff, diff_words
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText
from store.generation_checks import StoredCheck
from workbench.generation.checks import from_store

_HIGH = 18


class ChecksScreen(WorkbenchScreen[None]):
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

    def __init__(self, a: StoredCheck, b: StoredCheck) -> None:
        super().__init__()
        self._pair = (a, b)
        self._head = PaintedText(id="prompt-head")

    def compose(self) -> ComposeResult:
        """What was asked, the two texts, the keys."""
        self.outputs = Outputs(self.workbench.signs)
        yield self._head
        yield self.outputs
        yield KeyBar()

    def on_mount(self) -> None:
        """Show both."""
        self.outputs.show([output_of(letter, from_store(one)) for letter, one in zip("AB", self._pair, strict=True)])
        self._draw_head()
        self.outputs.focus_target.focus()

    def on_resize(self) -> None:
        """Fit the head to the new size."""
        self._draw_head()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "sample":
            return self.outputs.samples > 1
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the history."""
        self.dismiss(None)

    def action_words(self) -> None:
        """Mark the words that differ, or where the texts part."""
        self.outputs.toggle_words()

    def action_sample(self, by: int) -> None:
        """Show another sample."""
        self.outputs.turn_sample(by)
        self._draw_head()

    def action_copy(self) -> None:
        """Copy the text with the focus."""
        copy(self.workbench, self.outputs.output_at_hand.text_of(self.outputs.sample) or "")

    def action_export(self) -> None:
        """Ask how and where to, then write."""
        outputs = self.outputs.outputs

        def write(export: Export | None) -> None:
            if export is not None:
                take_out(self.workbench, export_text(self._pair[0].check.prompt, outputs, export.format), export)

        self.app.push_screen(export_dialog(outputs), write)

    def on_outputs_words_wanted(self, event: Outputs.WordsWanted) -> None:
        """Have two texts compared."""

        def then(diff: WordDiff) -> None:
            if self.is_attached:
                self.outputs.take_words(event.a, event.b, diff)

        self.workbench.consult(lambda _: diff_words(event.a, event.b), then)

    def _draw_head(self) -> None:
        width = self.size.width - 2
        if width < 1:
            return
        a, b = (stored.check for stored in self._pair)
        signs, sample = self.workbench.signs, self.outputs.sample
        lines: list[Line] = asked_lines(a, b, width, signs)
        if self.size.height >= _HIGH and sample < min(len(a.texts), len(b.texts)):
            figures = plain(figure_line(a.texts[sample], b.texts[sample], signs))
            lines += [
                (Piece(line, "secondary"),)
                for line in listing(figures.split(f" {signs.dot} "), width, f" {signs.dot} ")
            ]
        self._head.show(lines if self.size.height >= _HIGH else lines[:1])
