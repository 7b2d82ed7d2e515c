"""The tab of tokens: what each token of a text was worth to each model, what else it might have said, and who rather
would have said it.

The texts that were made are read as soon as the tab is looked at, by models that are loaded then; the prompt itself
only when it is turned to, since reading it may load them.
"""

from pathlib import Path
from threading import Event
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from screens.asking import AskingPane
from screens.pieces import Line, Piece, hanging
from screens.prompt.shown import Shown
from screens.prompt.token_lines import choice_line, legend, place_lines, summary_lines
from screens.prompt.token_reading import Passage, ReadPassage, passages_of, read_passage
from screens.prompt.token_text import TokenText
from screens.signs import Signs
from screens.widgets.painted import PaintedText, pane_size
from workbench.inert import inert

_BESIDE_FROM = 100
"""Cells of the pane from which on what is known of a token stands beside the text."""
_NOTHING = "Nothing was made of the prompt yet. The first tab asks."
_NO_MODEL = "No model is chosen yet. The first tab asks for one."


class TokenPane(AskingPane):
    """The text in tokens, and what is known of the one under the cursor."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    TokenPane {
        & #token-lead { height: auto; padding: 0 1; }
        & #token-body { height: 1fr; layout: vertical; }
        & #token-text { width: 1fr; height: 1fr; margin: 1 1 0 1; }
        & #token-place { height: auto; padding: 0 1; border-top: solid $wb-rule; }
        &.-close #token-text { margin-top: 0; }
        &.-close #token-place { border-top: none; }
        &.-beside {
            & #token-body { layout: horizontal; }
            & #token-text { margin: 1 2 0 1; }
            & #token-place { width: 58; height: 1fr; margin-top: 1; border-top: none; border-left: solid $wb-rule; }
        }
    }
    .-ascii TokenPane #token-place { border-top: ascii $wb-rule; }
    .-ascii TokenPane.-close #token-place { border-top: none; }
    .-ascii TokenPane.-beside #token-place { border-top: none; border-left: ascii $wb-rule; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "turn(1)", "Text", tooltip="The text of the other model, or the prompt itself", id="tokens.text"),
        Binding("T", "turn(-1)", "Text before", show=False, id="tokens.text_before"),
        Binding("r", "again", "Read again", show=False, tooltip="Have the models read it again", id="tokens.again"),
    ]

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-tokens")
        self._signs = signs
        self._shown: Shown | None = None
        self._passages: tuple[Passage, ...] = ()
        self._current = 0
        self._known: dict[Passage, ReadPassage] = {}
        self._read: ReadPassage | None = None
        self._words = _NO_MODEL
        """Why there is nothing to see, or what is waited for."""
        self._problem = False
        self._stop = Event()
        self._lead = PaintedText(id="token-lead")
        self.text = TokenText(signs, id="token-text")
        self._place = PaintedText(id="token-place")

    def compose(self) -> ComposeResult:
        """What the whole is worth, the text, the place in it."""
        yield self._lead
        with Container(id="token-body"):
            yield self.text
            yield self._place

    @property
    def focus_target(self) -> Widget:
        """The text."""
        return self.text

    def take(self, shown: Shown) -> None:
        """Show the texts at hand; those that were read already are not read again."""
        if self._shown is not None and shown.models != self._shown.models:
            self._known.clear()
        self._shown = shown
        self._passages = passages_of(shown)
        made = [place for place, passage in enumerate(self._passages) if passage.author]
        self._current = min(self._current, len(made) - 1) if made else 0
        self._forget()
        if not shown.models:
            self._tell(_NO_MODEL)
        elif made:
            self._show_current()
        else:
            self._tell(_NOTHING + (" t reads the prompt itself." if self._passages else ""))
            self._current = -1
        self.refresh_bindings()

    def show_problem(self, sentence: str) -> None:
        """Say why there is nothing to see."""
        self._tell(sentence, is_problem=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What does something here."""
        has_models = self._shown is not None and bool(self._shown.models)
        if action == "turn":
            return has_models and (len(self._passages) > 1 or self._current < 0 < len(self._passages))
        if action == "again":
            return has_models and self._read is not None
        return super().check_action(action, parameters)

    def action_turn(self, by: int) -> None:
        """Read another text."""
        self._current = (max(self._current, -1 if by > 0 else 0) + by) % len(self._passages)
        self._forget()
        self._show_current()

    def action_again(self) -> None:
        """Read the same text again."""
        self._known.pop(self._passages[self._current], None)
        self._forget()
        self._show_current()

    def on_token_text_moved(self, event: TokenText.Moved) -> None:
        """Tell what is known of the token."""
        event.stop()
        self._draw()

    def on_asking_pane_said(self, event: AskingPane.Said) -> None:
        """Say what is waited for."""
        event.stop()
        if self._read is None and not self._problem:
            self._tell(event.sentence)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    def on_unmount(self) -> None:
        """Let no model read on for nobody."""
        self._stop.set()

    def _forget(self) -> None:
        """Stop what is being read."""
        self._stop.set()
        self.forget_asked()

    def _show_current(self) -> None:
        """Show the current text, read by whoever is to read it."""
        assert self._shown is not None
        passage, models, stop = self._passages[self._current], self._shown.models, Event()
        if passage in self._known:
            self._show_read(self._known[passage])
            return
        self._stop = stop
        self._tell(f"{' and '.join(model.letter for model in models)} will read {passage.words}.")

        def make(_: Path) -> ReadPassage | None:
            return read_passage(passage, models, stop, self.say_meanwhile)

        self.ask(make, self._take_read)

    def _take_read(self, read: ReadPassage | None) -> None:
        if read is None:
            self._tell("Stopped. r reads it again.")
            return
        if read.views:
            self._known[read.passage] = read
        self._show_read(read)

    def _show_read(self, read: ReadPassage) -> None:
        self._read, self._problem = read, False
        self._words = "" if read.stretches else "There is no token in it."
        self.text.show(read)
        self._draw()
        self.refresh_bindings()

    def _tell(self, words: str, *, is_problem: bool = False) -> None:
        self._read, self._words, self._problem = None, words, is_problem
        self.text.show(None)
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        """What stands round the text, in as much room as there is."""
        width, height = pane_size(self)
        if not self.is_attached or width < 4:
            return
        beside = width >= _BESIDE_FROM
        self.set_class(beside, "-beside")
        self.set_class(height < 14, "-close")
        inner, read = width - 2, self._read
        lead: list[Line] = [choice_line(self._passages, self._current, inner)] if len(self._passages) > 1 else []
        if self._words:
            kind = "error" if self._problem else "secondary"
            lead += [(Piece(text, kind),) for text in hanging(inert(self._words), inner)]
        place: list[Line] = []
        if read is not None:
            lead += [(Piece(text, "warning"),) for text in hanging(read.passage.cut, inner)] if read.passage.cut else []
            room = max(1, height // 4)
            lead += summary_lines(read, inner, max(len(read.letters), min(4, room)), self._signs)
            if height >= 18:
                words = legend(self.text.figure, len(read.letters), inner, self._signs)
                lead.append((Piece(words, "secondary"),))
            lines = height - len(lead) - 2 if beside else _lines_of_place(height, len(read.letters))
            place = place_lines(read, self.text.cursor, 55 if beside else inner, lines, self._signs)
        self._lead.show(lead)
        self._place.display = bool(place)
        self._place.show(place)


def _lines_of_place(height: int, models: int) -> int:
    """Lines for what is known of a token below the text: its figures at least, alternatives where there is room."""
    return models if height < 9 else 1 + models if height < 12 else max(2 + models, min(6 + models, height // 3 + 1))
