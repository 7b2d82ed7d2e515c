"""One output on the screen: who made it, the text as it grows, and its figures."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from screens.formatting import seconds_text
from screens.pieces import on_rule
from screens.prompt.output import Output, Stage
from screens.prompt.output_lines import Marks, figure_lines, text_lines
from screens.signs import Signs
from screens.widgets.painted import PaintedText
from screens.widgets.scroll_text import ScrollText
from workbench.cells import crop, shorten
from workbench.generation.checks import short_model
from workbench.inert import inert

_LEAST_TEXT = 3
"""Lines of a text that are worth more than its figures."""
_LEAST_NAME = 8
_STAGES = {Stage.WAITING: "waiting", Stage.WRITING: "writing", Stage.FAILED: "failed", Stage.STOPPED: "stopped"}


class OutputText(ScrollText):
    """The text; while it grows its end stays in sight, unless somebody has scrolled away from it."""

    follows = True

    def draw(self) -> None:
        """Draw, at the end where that is followed."""
        if self.follows:
            self._top = 10**9  # cut to what there is
        super().draw()

    def _go(self, top: int) -> None:
        super()._go(top)
        self.follows = self._top >= len(self._lines) - self.size.height


class OutputPane(Vertical):
    """The output of one model; its texts are made inert where they are wrapped."""

    def __init__(self, letter: str, signs: Signs) -> None:
        super().__init__(id=f"output-{letter.lower()}", classes="output")
        self._signs = signs
        self.body = OutputText(signs)
        self._foot = PaintedText(classes="figures")
        self._output = Output(letter)
        self._sample = 0
        self._marks = Marks()
        self._beside = False
        self._words = ""
        self.other = ""
        """The letter of an output that is not seen, since there is room for one only."""

    def compose(self) -> ComposeResult:
        """The text above its figures."""
        yield self.body
        yield self._foot

    def on_mount(self) -> None:
        """Begin empty."""
        self.redraw()

    def on_resize(self) -> None:
        """Title and figures for the new width."""
        self.redraw()

    def show(self, output: Output, sample: int, marks: Marks, words: str, *, beside: bool) -> None:
        """Show what there is now; ``words`` say where the texts part."""
        if output.is_at_work and not self._output.is_at_work:
            self.body.follows = True
        elif sample != self._sample or (output.check is not self._output.check and not self._output.is_at_work):
            self.body.action_top()
            self.body.follows = output.is_at_work
        self._output, self._sample, self._marks, self._words, self._beside = output, sample, marks, words, beside
        self.redraw()

    def redraw(self) -> None:
        """Draw title, text and figures."""
        if not self.is_attached or not self.size.width:
            return
        output, sample, marks, signs = self._output, self._sample, self._marks, self._signs
        self.border_title = Content(on_rule(self._title()))
        width = max(1, self.size.width - 2)
        lines = figure_lines(output, sample, width, signs, beside=self._beside)
        room = max(0 if self.size.height <= _LEAST_TEXT else 1, self.size.height - 1 - _LEAST_TEXT)
        self._foot.display = bool(lines) and room > 0
        self._foot.show(lines[:room])
        self.body.show(lambda room: text_lines(output, sample, marks, room, signs))

    def _title(self) -> str:
        output = self._output
        parts = [f"sample {self._sample + 1} of {output.samples}"] if output.samples > 1 else []
        waited = f" {seconds_text(output.waited_s)}" if output.waited_s else ""
        parts += [f"{_STAGES[output.stage]}{waited}"] if output.stage in _STAGES else []
        parts += [self._words] if self._words else []
        parts += [f"{self._signs.following} {self.other}"] if self.other else []
        dot = f" {self._signs.dot} "
        room = self.size.width - 10 - sum(len(dot + part) for part in parts)
        name = inert(short_model(output.name)) or "no model"
        title = dot.join([f"{output.letter}  {shorten(name, max(_LEAST_NAME, room), self._signs.ellipsis)}", *parts])
        return crop(title, max(1, self.size.width - 6), self._signs.ellipsis)
