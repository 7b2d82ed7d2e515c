"""The line in which a filter is typed: checked with each key, completed with tab, taken with enter."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from screens.dashboard.filters import (
    candidates,
    completion,
    every_form,
    expression_of,
    problem_lines,
    typed_of_filter,
)
from screens.widgets.field import TextField
from workbench.errors import ReportedError
from workbench.inert import inert

_MOST_CANDIDATES = 6
EXAMPLE = "accuracy >= 0.9 and model == mlp"
HINT = "A word is searched for in names, models, data and tags. Empty: all runs."


class FilterLine(Vertical):
    """A line with an expression, and below it what is wrong with it or how it may go on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Filter", priority=True, id="filter.take"),
        Binding("tab", "complete", "Complete", priority=True, id="filter.complete"),
        Binding("up", "older", "Earlier", show=False, priority=True, id="filter.older"),
        Binding("down", "newer", "Later", show=False, priority=True, id="filter.newer"),
        Binding("escape", "leave", "Cancel", priority=True, id="filter.leave"),
    ]

    class Taken(Message):
        """A filter was chosen; empty: all runs."""

        def __init__(self, where: str, typed: str) -> None:
            super().__init__()
            self.where = where
            self.typed = typed

    class Left(Message):
        """The line was left without a new filter."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._paths: tuple[str, ...] = ()
        self._earlier: tuple[str, ...] = ()
        self._place = -1

    def compose(self) -> ComposeResult:
        """A sign and the text, and below it a note."""
        with Horizontal(classes="typed"):
            yield Static("/", classes="sign", markup=False)
            yield TextField("", placeholder=EXAMPLE)
        yield Static("", classes="note", markup=False)

    def open(self, where: str, earlier: tuple[str, ...]) -> None:
        """Show the line with the filter that holds now, and take the keys."""
        self._earlier, self._place = earlier, -1
        field = self.query_one(TextField)
        field.value = typed_of_filter(where)
        field.cursor_position = len(field.value)
        self.display = True
        # At once: of keys that arrive together those behind the slash are letters already.
        self.screen.set_focus(field)
        self._check()

    def close(self) -> None:
        """Go out of sight."""
        self.display = False

    def know(self, paths: tuple[str, ...]) -> None:
        """Learn which paths there are."""
        if paths and paths != self._paths:
            self._paths = paths
            if self.display:
                self._check()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check while typing."""
        event.stop()
        self._check()

    def action_take(self) -> None:
        """Filter, unless what is typed cannot be read."""
        self._after_typing(lambda: self.call_next(self._take))

    def action_complete(self) -> None:
        """Complete the last word."""
        self._after_typing(lambda: self._put(completion(self.query_one(TextField).value, self._paths)))

    def action_older(self) -> None:
        """The filter used before."""
        self._after_typing(lambda: self._recall(self._place + 1))

    def action_newer(self) -> None:
        """The filter used after it."""
        self._after_typing(lambda: self._recall(self._place - 1))

    def action_leave(self) -> None:
        """Leave the filter as it was."""
        self.post_message(self.Left())

    def _after_typing(self, call: Callable[[], object]) -> None:
        """Call in the field's own turn: after the keys that are still on their way to it, before those behind."""
        self.query_one(TextField).call_later(call)

    def _take(self) -> None:
        if self._check():
            typed = self.query_one(TextField).value.strip()
            self.post_message(self.Taken(expression_of(typed, self._paths), typed))

    def _recall(self, place: int) -> None:
        if not -1 <= place < len(self._earlier):
            return
        self._place = place
        self._put(self._earlier[place] if place >= 0 else "")

    def _put(self, text: str) -> None:
        field = self.query_one(TextField)
        field.value = text
        field.cursor_position = len(text)

    def _check(self) -> bool:
        from workbench.expressions import check_paths, parse

        text = self.query_one(TextField).value
        problem = None
        where = expression_of(text, self._paths)
        if where:
            try:
                expression = parse(where)
                if self._paths:
                    check_paths(expression, every_form(self._paths))
            except ReportedError as error:
                problem = error.message
        hint = "  ".join(candidates(text, self._paths, _MOST_CANDIDATES))
        self.set_class(problem is not None and not hint, "-wrong")
        note = [hint or HINT]
        if problem is not None and not hint:
            note = problem_lines(problem, text, self.query_one(TextField).size.width)
        self.query_one(".note", Static).update("\n".join(map(inert, note)))
        return problem is None
