"""The tab of what was asked before: search it, take a prompt up again, or set any two checks side by side."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from screens.asking import AskingPane
from screens.pieces import Piece, hanging
from screens.prompt.history_rows import HistoryRows, foot_lines
from screens.prompt.shown import Shown
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.painted import PaintedText, RowsPane
from store.generation_checks import StoredCheck
from workbench.formatting import format_count
from workbench.generation.checks import short_model
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

PAGE = 200
"""Checks that are read at once; more are read when the cursor comes to the last of them."""
_FOOT, _SHORT_FOOT, _HIGH = 5, 2, 18
_NAMED = 60
"""Characters of a prompt by which a check is named."""


def read_history(path: Path, search: str, count: int) -> list[StoredCheck]:
    """The newest checks that hold all words of ``search``, one more than ``count`` where there are more."""
    from store.database import open_read_only
    from store.generation_checks import list_checks

    with open_read_only(path) as db:
        return list_checks(db, search=search, limit=count + 1)


def read_pair(path: Path, a_id: int, b_id: int) -> tuple[StoredCheck, StoredCheck]:
    """Two checks by their ids; raises UnknownCheck."""
    from store.database import open_read_only
    from store.generation_checks import get_check

    with open_read_only(path) as db:
        return get_check(db, a_id), get_check(db, b_id)


def forget(path: Path, check_id: int) -> None:
    """Delete a check; raises UnknownCheck, or what keeps the store from being written."""
    from store.database import open_for_writing
    from store.generation_checks import delete_check

    with open_for_writing(path) as db:
        delete_check(db, check_id)


class HistoryPane(AskingPane):
    """The checks of the store."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", tooltip="Mark the check A, then another B", id="history.mark"),
        Binding("d", "compare", "Diff", tooltip="The marked checks side by side, or A and this", id="history.diff"),
        Binding("r", "again", "Again", tooltip="Take it up and ask at once", id="history.again"),
        Binding("x", "delete", "Delete", tooltip="Delete the check (asks first)", id="history.delete"),
        Binding("slash", "search", "Search", tooltip="In prompts, texts and names of models", id="history.search"),
        Binding("escape", "end_search", "All", tooltip="End the search", id="history.all"),
    ]

    class Recalled(Message):
        """A check shall be taken up, and perhaps asked again at once."""

        def __init__(self, stored: StoredCheck, *, again: bool) -> None:
            super().__init__()
            self.stored = stored
            self.again = again

    class Compared(Message):
        """Two checks shall be shown side by side."""

        def __init__(self, a: StoredCheck, b: StoredCheck) -> None:
            super().__init__()
            self.a = a
            self.b = b

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="history")
        self._signs = signs
        self._count = PAGE
        self._has_more = False
        self.rows = HistoryRows(signs)
        self._lead = PaintedText(classes="lead")
        self._foot = PaintedText(classes="foot")
        self._input = TextField("", placeholder="words of a prompt, a text or a model", id="history-search")

    def compose(self) -> ComposeResult:
        """How many there are, the search, the checks, and more of the one under the cursor."""
        yield self._lead
        yield self._input
        yield self.rows
        yield self._foot

    def on_mount(self) -> None:
        """Read what there is."""
        self._input.display = False
        self._read()

    def on_resize(self) -> None:
        """Fit what is told to the new size."""
        self._draw_words()

    @property
    def focus_target(self) -> Widget:
        """The checks."""
        return self.rows

    def take(self, shown: Shown) -> None:
        """Something may have been asked since: read anew."""
        self._read()

    def show_problem(self, sentence: str) -> None:
        """Say what went wrong, above the checks that there are, or in their place."""
        if self.rows.checks:
            self._say(sentence, "error")
        else:
            self.rows.show((), inert(sentence))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "end_search":
            return self._input.display
        if action == "delete" and cast("WorkbenchApp", self.app).read_only:
            return False
        if action in ("mark", "again", "compare", "delete"):
            return self.rows.row is not None and not self._input.has_focus
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the check under the cursor."""
        if self.rows.row is not None:
            self.rows.mark(self.rows.row.id)
            self._draw_words()

    def action_compare(self) -> None:
        """Show the marked checks side by side; with one mark, that check and the one under the cursor."""
        here = self.rows.row
        a_id, b_id = self.rows.marks
        if here is None:
            return
        marked = [check_id for check_id in (a_id, b_id) if check_id is not None]
        if len(marked) == 1 and here.id != marked[0]:
            a_id, b_id = marked[0], here.id
        if a_id is None or b_id is None:
            self._say("Mark a check with space: it becomes A. Then go to another, and here again.")
            return
        self.ask(lambda path: read_pair(path, a_id, b_id), self._compare)

    def _compare(self, pair: tuple[StoredCheck, StoredCheck]) -> None:
        self.post_message(self.Compared(*pair))

    def action_again(self) -> None:
        """Take the check up, and ask at once."""
        if self.rows.row is not None:
            self.post_message(self.Recalled(self.rows.row, again=True))

    def action_delete(self) -> None:
        """Ask whether the check under the cursor shall be deleted."""
        from screens.edit_dialogs import DeleteDialog

        stored = self.rows.row
        if stored is None:
            return
        model, prompt = inert(short_model(stored.check.source)), inert(stored.check.prompt, _NAMED) or "(empty)"
        question = f"Delete check {stored.id}, what {model} made of: {prompt}? It cannot be brought back."
        self.app.push_screen(
            DeleteDialog("Delete the check", question), lambda agreed: self._delete(stored.id) if agreed else None
        )

    def _delete(self, check_id: int) -> None:
        self.rows.leave(check_id)
        self.ask(lambda path: forget(path, check_id), lambda _: self._read())

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Take the check up."""
        event.stop()
        if self.rows.row is not None:
            self.post_message(self.Recalled(self.rows.row, again=False))

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Tell of the check under the cursor; at the last one, read more."""
        event.stop()
        self._draw_words()
        if self._has_more and event.index >= len(self.rows.checks) - 1:
            self._count += PAGE
            self._read()

    def action_search(self) -> None:
        """Type what shall stand in the checks."""
        self._input.display = True
        self._input.focus()
        self.screen.refresh_bindings()

    def action_end_search(self) -> None:
        """Show all again."""
        self._input.value = ""
        self._input.display = False
        self.rows.focus()
        self.screen.refresh_bindings()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what is typed so far."""
        event.stop()
        self._count = PAGE
        self._read()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to what was found; an empty search is none."""
        event.stop()
        if self._input.value.strip():
            self.rows.focus()
        else:
            self.action_end_search()

    def _say(self, sentence: str, kind: str = "") -> None:
        width = max(20, self.size.width - 2)
        self._lead.show([(Piece(line, kind),) for line in hanging(inert(sentence), width)])

    def _read(self) -> None:
        search, count = self._input.value.strip(), self._count
        self.ask(lambda path: read_history(path, search, count), partial(self._show, search, count))

    def _show(self, search: str, count: int, checks: list[StoredCheck]) -> None:
        self._has_more = len(checks) > count
        nothing = "Nothing like it was asked." if search else "Nothing was asked yet: what models make is kept here."
        self.rows.show(checks[:count], nothing)
        self._draw_words()
        self.screen.refresh_bindings()

    def _draw_words(self) -> None:
        if not self.is_attached or not self.size.width:
            return
        count = len(self.rows.checks)
        many = f"{format_count(count)}{' or more' if self._has_more else ''} check{'' if count == 1 else 's'}"
        search = self._input.value.strip()
        self._lead.show([(Piece(f"{many}{f' with {inert(search)}' if search else ', newest first'}", "secondary"),)])
        row = self.rows.row
        most = _FOOT if self.app.size.height >= _HIGH else _SHORT_FOOT
        self._foot.show(foot_lines(row, max(20, self.size.width - 2), most, self._signs) if row is not None else [])
