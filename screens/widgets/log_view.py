"""A log pane with all of the log behind it: lines beyond those held are read, and a text is searched for in all.

It is given the way to the store (the app's ``consult``), which runs in a thread; what comes back late, for a run that
is no longer shown, is dropped.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from screens.run.log_reading import FindAsked, find_text, read_lines
from screens.run.log_window import LinesRead
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.log_pane import LogPane
from store.log_search import MOST_COUNTED, Found
from workbench.formatting import format_count

if TYPE_CHECKING:
    from screens.engine import Engine

Consult = Callable[[Callable[["Engine"], Any], Callable[[Any], None]], object]


class SearchField(TextField):
    """Where the text to find is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False, priority=True, id="log.search_close"),
    ]

    class Left(Message):
        """Escape was pressed: nothing shall be searched for."""

    def action_leave(self) -> None:
        """Go back to the log."""
        self.post_message(self.Left())


class LogView(Vertical):
    """The log, and below it a line to search by while somebody types."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", tooltip="Search the whole log", id="log.search"),
        Binding("n", "find(False)", "Next", show=False, tooltip="The next line that was searched", id="log.next"),
        Binding("N", "find(True)", "Previous", show=False, tooltip="And the one before", id="log.previous"),
    ]
    DEFAULT_CSS = """
    LogView {
        height: 1fr;
        & > SearchField { width: 1fr; display: none; }
        & > SearchField.-open { display: block; }
    }
    """

    class Searched(Message):
        """What is said of the search has changed: the title says it."""

    def __init__(
        self,
        signs: Signs,
        consult: Consult,
        *,
        wraps: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._consult = consult
        self._needle = ""
        self._found = ""
        self.pane = LogPane(signs, wraps=wraps)
        self._field = SearchField("", placeholder=signs.write("search the whole log · enter finds, n and N go on"))

    def compose(self) -> ComposeResult:
        """The pane and the line."""
        yield self.pane
        yield self._field

    @property
    def words(self) -> list[str]:
        """What is special about what is shown, for a title."""
        return [*self.pane.words, *([self._found] if self._found else [])]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a next line once something was searched for, and no searching while one types."""
        if action == "find":
            return bool(self._needle) and not self._field.has_focus
        return not self._field.has_focus if action == "search" else True

    def action_search(self) -> None:
        """Open the line to search by."""
        self._field.add_class("-open")
        self._field.value = self._needle
        self._field.action_select_all()
        self._field.focus()

    def action_find(self, backwards: bool) -> None:
        """Go to the next line that holds the text."""
        run_id = self.pane.run_id
        if run_id is not None and self._needle:
            place = self.pane.place
            self._find(FindAsked(run_id, self._needle, place, backwards or place is None, self.pane.levels))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Mark what is in sight while one types."""
        event.stop()
        if self._field.has_focus:
            self.pane.mark(event.value, None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search."""
        event.stop()
        self._needle = event.value
        self._close()
        self._say("")
        self.action_find(backwards=False)

    def on_search_field_left(self, event: SearchField.Left) -> None:
        """Search for nothing any more."""
        event.stop()
        self._needle = ""
        self._close()
        self.pane.mark("", None)
        self._say("")

    def on_log_pane_lines_wanted(self, event: LogPane.LinesWanted) -> None:
        """Have lines read."""
        event.stop()
        asked = event.asked
        self._consult(lambda engine: read_lines(engine.path, asked), self._take)

    def _take(self, read: LinesRead) -> None:
        if self.is_attached:
            self.pane.take(read)

    def _find(self, asked: FindAsked) -> None:
        self._consult(lambda engine: find_text(engine.path, asked), lambda found: self._point(asked, found))

    def _point(self, asked: FindAsked, found: Found) -> None:
        if not self.is_attached or asked.run_id != self.pane.run_id or asked.text != self._needle:
            return
        self.pane.mark(self._needle, found.line.id if found.line is not None else None)
        if found.line is None:
            self._say(f"no '{asked.text}'")
            return
        more = "+" if found.count >= MOST_COUNTED else ""
        place = f"{format_count(found.place)} of {format_count(found.count)}{more}"
        self._say(f"'{asked.text}' {place}" + (", begun anew" if found.wrapped else ""))

    def _close(self) -> None:
        self._field.remove_class("-open")
        self.pane.focus()

    def _say(self, words: str) -> None:
        if words != self._found:
            self._found = words
            self.post_message(self.Searched())
