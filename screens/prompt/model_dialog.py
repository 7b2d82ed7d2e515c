"""Choosing a model: a line to type into, which completes paths, and below it the models that are left."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from screens.base import Dialog
from screens.engine import Engine
from screens.pieces import Line, Piece, hanging, pad
from screens.prompt.models import Candidate, complete_path, narrowed
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText, RowsPane
from workbench.cells import shorten
from workbench.inert import inert

Consult = Callable[[Callable[[Engine], Any], Callable[[Any], None]], None]
"""Has something done in a thread, and then told."""
_NONE = Candidate("", "no second model")
_MOST_NOTE = 3


class ModelRows(RowsPane):
    """The models that are left, one a line."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="model-rows")
        self.can_focus = False
        self.is_reading = True
        self._left: Sequence[Candidate] = ()

    @property
    def chosen(self) -> Candidate | None:
        """The model under the cursor."""
        return self._left[self.cursor] if self.cursor < len(self._left) else None

    def show(self, left: Sequence[Candidate]) -> None:
        """Show these."""
        self._left = left
        self.cursor = 0
        self.redraw()

    def row_count(self) -> int:
        """The models that are left; a line that says so where there is none."""
        return max(1, len(self._left))

    def is_choosable(self, index: int) -> bool:
        """Every model is, also one that cannot be used: what to do about it is said below."""
        return index < len(self._left)

    def line_at(self, index: int) -> Line:
        """One model."""
        if not self._left:
            words = "Looking for models..." if self.is_reading else "No model is known here yet: type a path, or an id."
            return (Piece(words, "secondary"),)
        one = self._left[index]
        room = max(10, self.size.width - 3)
        # What keeps a model from being used is told below, in full.
        wide = max((len(candidate.words) for candidate in self._left if candidate.is_usable), default=0)
        name_width = min(max(len(candidate.name) for candidate in self._left), max(room // 2, room - wide - 4))
        sign = " " if one.is_usable else self._signs.problem
        name = shorten(inert(one.name) or "none", name_width, self._signs.ellipsis)
        words = shorten(inert(one.words), max(1, room - name_width - 4), self._signs.ellipsis)
        return (
            Piece(f"{sign} "),
            Piece(pad(name, name_width), "" if one.is_usable else "secondary"),
            Piece(f"  {words}", "secondary"),
        )


class ModelDialog(Dialog[str | None]):
    """Asks for a model; returns its name, '' for none, or None where things stay as they are."""

    CSS_PATH = "prompt.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", "Down", show=False, priority=True, id="choose.down"),
        Binding("up,ctrl+p", "move(-1)", "Up", show=False, priority=True, id="choose.up"),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True, id="choose.page_down"),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True, id="choose.page_up"),
        Binding("enter", "choose", "Choose", id="choose.choose", priority=True),
        Binding("tab", "complete", "Complete", id="model.complete", priority=True, tooltip="Type what is chosen"),
        Binding("escape", "close", "Leave it", id="choose.close"),
        Binding("ctrl+c", "close", "Leave it", show=False, priority=True, id="choose.interrupt"),
    ]

    def __init__(
        self,
        letter: str,
        value: str,
        read: Callable[[Engine], list[Candidate]],
        consult: Consult,
        signs: Signs,
        *,
        title: str = "",
    ) -> None:
        super().__init__()
        self._letter = letter
        self._title_words = title or f"Model {letter}"
        self._read = read
        self._consult = consult
        self._all: Sequence[Candidate] = ()
        self._paths: Sequence[Candidate] = ()
        self._typed = 0
        self._rows = ModelRows(signs)
        self._note = PaintedText(id="model-note")
        self._input = TextField("", placeholder=inert(value) or "gpt2, hf:FOLDER, FILE.gguf, run:ID", id="model-search")

    def compose(self) -> ComposeResult:
        """What to type, the models that are left, and what is known of the one under the cursor."""
        with Vertical(classes="box tall") as box:
            box.border_title = self._title_words
            self._input.styles.width = "1fr"
            yield self._input
            yield self._rows
            yield self._note
            yield KeyBar()

    def on_mount(self) -> None:
        """Type at once; the models come when they are read."""
        self._input.focus()
        self._consult(self._read, self._take)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down; of a path, look at the disk."""
        event.stop()
        self._typed += 1
        self._paths = ()
        self._narrow()
        text = event.value.strip()
        self._consult(lambda _: complete_path(text), partial(self._take_paths, self._typed))

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Say what is known of the model under the cursor."""
        event.stop()
        self._explain()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._rows.go(self._rows.cursor + by, by)

    def action_complete(self) -> None:
        """Type the model under the cursor, or the folder."""
        chosen = self._rows.chosen
        if chosen is not None and chosen.name:
            self._input.value = chosen.name
            self._input.cursor_position = len(chosen.name)

    def action_choose(self) -> None:
        """Take the model under the cursor; look into a folder."""
        chosen = self._rows.chosen
        if chosen is None:
            return
        if chosen.is_step:
            self.action_complete()
        else:
            self.dismiss(chosen.name)

    def action_close(self) -> None:
        """Keep the model that there is."""
        self.dismiss(None)

    def _take(self, candidates: list[Candidate]) -> None:
        self._rows.is_reading = False
        self._all = [_NONE, *candidates] if self._letter == "B" else candidates
        if self.is_attached:
            self._narrow()

    def _take_paths(self, typed: int, paths: list[Candidate]) -> None:
        if typed == self._typed and self.is_attached and paths:
            self._paths = paths
            self._narrow()

    def _narrow(self) -> None:
        text = self._input.value
        # Paths fit by how they begin, and stand first: what is typed is one.
        left = narrowed(self._all, text)
        names = {path.name for path in self._paths}
        self._rows.show([*self._paths, *(one for one in left if one.name not in names)])
        self._explain()

    def _explain(self) -> None:
        """In full what the row had no room for."""
        chosen = self._rows.chosen
        words = inert(chosen.words) if chosen is not None and not chosen.is_usable else ""
        width = max(20, self._rows.size.width - 2)
        lines = hanging(words, width)[:_MOST_NOTE] if words else []
        self._note.show([(Piece(line, "warning"),) for line in lines])
