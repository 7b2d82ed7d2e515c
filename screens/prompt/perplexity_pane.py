"""The tab of perplexity: how well one or two models predict a text: the prompt, a file, or what is pasted.

Nothing is scored before it is asked for: it may load models, and a long text takes minutes.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from screens.asking import AskingPane
from screens.pieces import Line, Piece, hanging
from screens.prompt.perplexity_lines import (
    UnitOrder,
    comparison_lines,
    figure_lines,
    recipe_lines,
    title_words,
)
from screens.prompt.perplexity_reading import ScoredByModels, score_by
from screens.prompt.perplexity_units import UnitRows
from screens.prompt.shown import Shown
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.painted import PaintedText, RowsPane, pane_size
from workbench.inert import inert
from workbench.language.scored_text import ScoredText, read_file

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

PROMPT, PASTED = "the prompt", "what was pasted"
_ORDERS = tuple(UnitOrder)


class PerplexityPane(AskingPane):
    """What is scored, the figures, B beside A, the units of the text, and how it was done."""

    DEFAULT_CSS = """
    PerplexityPane {
        & #perplexity-lead { height: auto; padding: 0 1; }
        & #perplexity-file { display: none; height: 1; width: 1fr; margin: 0 1; background: $wb-field; }
        & #perplexity-file.-open { display: block; }
        & #perplexity-units { height: 1fr; margin-top: 1; }
        & #perplexity-recipe { height: auto; padding: 0 1; }
        &.-close #perplexity-units { margin-top: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "score", "Score", tooltip="Have the models score the text", id="perplexity.score"),
        Binding("o", "file", "File", tooltip="Open a text file, or a .jsonl file of texts", id="perplexity.file"),
        Binding("v", "own", "The prompt", tooltip="Score the prompt itself", id="perplexity.prompt"),
        Binding(
            "i", "order", "Sort", tooltip="The units: in order, by difference, the hardest first", id="perplexity.sort"
        ),
        Binding("escape", "leave", "Stop", tooltip="Stop scoring, or leave the file's line", id="perplexity.leave"),
    ]

    class TextRead(Message):
        """What is scored has been read."""

        def __init__(self, text: ScoredText) -> None:
            super().__init__()
            self.text = text

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-perplexity")
        self._signs = signs
        self._shown: Shown | None = None
        self._given: ScoredText | None = None
        """What was pasted, or the file that was read last; None while it is the prompt."""
        self._scored: ScoredByModels | None = None
        self._words, self._problem = "", False
        self._order = UnitOrder.TEXT
        self._stop: Event | None = None
        self._lead = PaintedText(id="perplexity-lead")
        self._input = TextField(
            "", placeholder="path of a text file, or of a .jsonl file of texts", id="perplexity-file"
        )
        self.units = UnitRows(signs, id="perplexity-units", classes="rows")
        self._recipe = PaintedText(id="perplexity-recipe")

    def compose(self) -> ComposeResult:
        """What is scored and the figures; the file's line; the units; how it was done."""
        yield self._lead
        yield self._input
        yield self.units
        yield self._recipe

    @property
    def focus_target(self) -> Widget:
        """The units, which take the keys."""
        return self.units

    def take(self, shown: Shown) -> None:
        """Know the prompt and the models at hand; what was scored by others is no longer shown."""
        before, self._shown = self._shown, shown
        if before is None or before.asked != shown.asked or (self._given is None and before.at_hand != shown.at_hand):
            self._end()
            self._scored = None
        self._draw()
        self.refresh_bindings()

    def show_problem(self, sentence: str) -> None:
        """Say why there is nothing to show."""
        self._end()
        self._say(sentence, is_problem=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered; while the path is typed, letters are letters."""
        if self._input.has_focus:
            return action == "leave"
        if action == "leave":
            return self._stop is not None
        if action == "score":
            return bool(self._text) and self._shown is not None and bool(self._shown.models)
        if action == "own":
            return self._given is not None
        if action == "order":
            return self._scored is not None and len(self._scored.units) > 1
        return super().check_action(action, parameters)

    def action_score(self) -> None:
        """Have the models score the text."""
        text = self._text
        if text is not None:
            self._score(lambda: text)

    def action_file(self) -> None:
        """Type the path of a file."""
        self._input.add_class("-open")
        self._input.focus()
        self._input.select_all()
        self.refresh_bindings()

    def action_own(self) -> None:
        """Go back to the prompt."""
        self._end()
        self._given = self._scored = None
        self._say("")

    def action_order(self) -> None:
        """Sort the units otherwise."""
        possible = [order for order in _ORDERS if order is not UnitOrder.DIFFERENCE or self._has_two]
        here = possible.index(self._order) if self._order in possible else -1
        self._order = possible[(here + 1) % len(possible)]
        self.units.show(self._scored, self._order)
        self._draw()

    def action_leave(self) -> None:
        """Leave the file's line, or stop."""
        if self._input.has_focus:
            self._close_file()
        elif self._stop is not None:
            self._stop.set()
            self._say("Stopping.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read the file and score it; an empty path is none."""
        event.stop()
        name = event.value.strip()
        self._close_file()
        if name:
            self._score(lambda: read_file(name))

    def on_paste(self, event: events.Paste) -> None:
        """Score what is pasted."""
        event.stop()
        # Terminals send what the return key sends for each line break.
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        if text:
            self._given = ScoredText(PASTED, text)
            self._scored = None
            self.action_score()

    def on_asking_pane_said(self, event: AskingPane.Said) -> None:
        """Say how far it is."""
        event.stop()
        if self._stop is not None and not self._stop.is_set():
            self._say(event.sentence)

    def on_perplexity_pane_text_read(self, event: TextRead) -> None:
        """Say what is scored; after a stop it is that which is scored again."""
        event.stop()
        if self._stop is not None:
            self._given = None if event.text.words == PROMPT else event.text
            self._draw()

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Nothing hangs on the cursor here."""
        event.stop()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    def on_unmount(self) -> None:
        """Let no model score on for nobody."""
        if self._stop is not None:
            self._stop.set()

    @property
    def _text(self) -> ScoredText | None:
        """What would be scored now; None where the prompt is empty."""
        if self._given is not None:
            return self._given
        return ScoredText(PROMPT, self._shown.at_hand) if self._shown is not None and self._shown.at_hand else None

    @property
    def _has_two(self) -> bool:
        return self._scored is not None and len(self._scored.letters) > 1

    def _score(self, read: Callable[[], ScoredText]) -> None:
        """Have a text read and scored in a thread; what was being scored is stopped."""
        shown = self._shown
        if shown is None or not shown.models:
            self._say("No model is chosen yet: A lists those that are here.", is_problem=True)
            return
        self._end()
        stop = self._stop = Event()
        settings = cast("WorkbenchApp", self.app).settings
        self._scored = None
        self._say("Reading the text.")

        def make(_: Path) -> ScoredByModels | None:
            text = read()
            self.post_message(self.TextRead(text))
            return score_by(text, shown.models, settings, self.say_meanwhile, stop)

        self.ask(make, self._take_scored)

    def _take_scored(self, scored: ScoredByModels | None) -> None:
        self._stop = None
        if scored is None:
            self._say("Stopped. Enter scores it again.")
            return
        self._scored = scored
        self.units.show(scored, self._order)
        self._say("")

    def _end(self) -> None:
        """Stop what is being scored."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None
        self.forget_asked()

    def _close_file(self) -> None:
        self._input.remove_class("-open")
        self.units.focus()
        self.refresh_bindings()

    def _say(self, words: str, *, is_problem: bool = False) -> None:
        self._words, self._problem = words, is_problem
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        """What stands round the units, in as much room as there is."""
        width, height = pane_size(self)
        if not self.is_attached or width < 4:
            return
        self.set_class(height < 14, "-close")
        inner, scored = width - 2, self._scored
        title = title_words(self._text, scored, self._order, inner, self._signs, is_at_work=self._stop is not None)
        lead: list[Line] = [(Piece(title, "heading"),)]
        if self._words:
            kind = "error" if self._problem else "secondary"
            lead += [(Piece(text, kind),) for text in hanging(inert(self._words), inner)]
        recipe: list[Line] = []
        if scored is not None:
            lead += figure_lines(scored, inner, self._signs)
            lead += comparison_lines(scored, inner, 1 if height < 14 else 3, self._signs)
            recipe = recipe_lines(scored, inner, 1 if height < 14 else 2 if height < 22 else 4, self._signs)
        else:
            self.units.show(None, self._order)
        self._lead.show(lead)
        self._recipe.show(recipe)
        self._recipe.display = bool(recipe)
