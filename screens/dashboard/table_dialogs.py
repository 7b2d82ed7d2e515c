"""The dialogs of the run table: what it is sorted by, and which columns it has in which order.

Both are lists of paths that are narrowed by typing; each returns its choice and does nothing else.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from screens.base import Dialog
from screens.dashboard.columns import path_title
from screens.dashboard.table_rows import is_descending
from screens.dashboard.usual_columns import BUILT_IN
from screens.page import Page
from screens.pieces import Line, Piece, pad
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import RowsPane
from workbench.cells import shorten
from workbench.inert import inert

T = TypeVar("T")
NEWEST = ""
_TITLE_WIDTH, _WIDEST_TITLE = 22, 34


class ChoiceList(RowsPane):
    """Options with a sign before those that hold, and a note."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="options")
        self.can_focus = False
        self.lines: Sequence[Line] = ()

    def row_count(self) -> int:
        """The options."""
        return len(self.lines)

    def line_at(self, index: int) -> Line:
        """One option."""
        return self.lines[index]


class PathsDialog(Dialog[T]):
    """A list of paths below a line to type in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take", priority=True, id="choice.take"),
        Binding("down,ctrl+n", "move(1)", "Down", show=False, priority=True, id="choice.down"),
        Binding("up,ctrl+p", "move(-1)", "Up", show=False, priority=True, id="choice.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, priority=True, id="choice.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, priority=True, id="choice.page_up"),
        Binding("escape", "close", "Cancel", id="choice.close"),
        Binding("ctrl+c", "close", "Cancel", show=False, priority=True, id="choice.interrupt"),
    ]
    TITLE_WORDS = ""
    HINT = "type to narrow"

    def __init__(self, signs: Signs) -> None:
        super().__init__()
        self._signs = signs
        self._paths: tuple[str, ...] = ()
        self._shown: list[str] = []
        self._narrowed_by = ""
        self._width = _TITLE_WIDTH
        self.list = ChoiceList(signs)

    def compose(self) -> ComposeResult:
        """The line, the list, the keys."""
        with Vertical(classes="box list") as box:
            box.border_title = self.TITLE_WORDS
            yield TextField("", placeholder=self.HINT)
            yield self.list
            yield KeyBar()

    def on_mount(self) -> None:
        """Learn the paths, which may still be on their way."""
        self.set_focus(self.query_one(TextField))
        self.watch(self.app, "page", self._learn)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._narrow()

    def action_move(self, by: int) -> None:
        """Move in the list."""
        self.after_typing(lambda: self.list.action_move(by))

    def action_page(self, by: int) -> None:
        """Move in the list by screens."""
        self.after_typing(lambda: self.list.action_move_page(by))

    def action_take(self) -> None:
        """Take the choice."""
        self.after_typing(self.take)

    def action_close(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)

    def after_typing(self, call: Callable[[], object]) -> None:
        """Call once the line has taken in what was typed before, and the list has followed: keys come in bursts."""

        def narrowed() -> None:
            self._narrow()
            call()

        self.query_one(TextField).call_later(self.call_next, narrowed)

    def take(self) -> None:
        """Return the choice."""

    def options(self) -> list[str]:
        """Every key that may be chosen, in order."""
        raise NotImplementedError

    def title_of(self, key: str) -> str:
        """What an option is called."""
        raise NotImplementedError

    def line_of(self, key: str) -> Line:
        """An option as it is drawn."""
        raise NotImplementedError

    def titled(self, key: str) -> str:
        """What an option is called, as wide as the longest title that is shown."""
        return pad(shorten(self.title_of(key), self._width, self._signs.ellipsis), self._width)

    def refill(self) -> None:
        """Show the options that hold every typed word."""
        words = self.query_one(TextField).value.casefold().split()
        self._shown = [key for key in self.options() if self._holds(key, words)]
        self._width = min(_WIDEST_TITLE, max((_TITLE_WIDTH, *(cell_len(self.title_of(key)) for key in self._shown))))
        self.list.lines = [self.line_of(key) for key in self._shown]
        self.list.redraw()

    def _holds(self, key: str, words: Sequence[str]) -> bool:
        searched = f"{self.title_of(key)} {key}".casefold()
        return all(word in searched for word in words)

    def _narrow(self) -> None:
        typed = self.query_one(TextField).value
        if typed != self._narrowed_by:
            self._narrowed_by = typed
            self.list.cursor = 0
            self.refill()

    @property
    def under_cursor(self) -> str | None:
        """The key under the cursor."""
        return self._shown[self.list.cursor] if self.list.cursor < len(self._shown) else None

    def _learn(self, page: Page) -> None:
        if page.paths != self._paths or not self._shown:
            self._paths = page.paths
            self.refill()


class SortDialog(PathsDialog[str | None]):
    """Returns a sort key, '' for the newest first; chosen again, the present one turns round."""

    TITLE_WORDS = "Sort by"

    def __init__(self, current: str, columns: Sequence[str], signs: Signs) -> None:
        super().__init__(signs)
        self._current, _, self._direction = current.partition(":")
        self._columns = columns

    def options(self) -> list[str]:
        """The newest first, then the columns in sight, then everything else."""
        of_columns = [_SORT_KEYS.get(key, key) for key in self._columns if key in _SORT_KEYS or "." in key]
        return list(dict.fromkeys([NEWEST, *of_columns, *self._paths]))

    def title_of(self, key: str) -> str:
        """The path in words."""
        return "newest first" if key == NEWEST else path_title(key)

    def line_of(self, key: str) -> Line:
        """Its title, its path, and the direction of the present one."""
        is_current = key == self._current
        descends = is_descending(self._current, self._direction) if is_current and key else False
        arrow = (self._signs.down if descends else self._signs.up) if is_current and key else " "
        sign = self._signs.dot if is_current else " "
        return (
            Piece(f"{sign} {self.titled(key)} {arrow} ", "strong" if is_current else ""),
            _path(key, self.title_of(key)),
        )

    def take(self) -> None:
        """Return the key; the present one turned round."""
        key = self.under_cursor
        if key is None:
            return
        if key and key == self._current:
            turned = "asc" if is_descending(self._current, self._direction) else "desc"
            key = f"{key}:{turned}"
        self.dismiss(key)


class ColumnsDialog(PathsDialog[tuple[str, ...] | None]):
    """Returns the keys of the columns in their order; empty: by the width again."""

    TITLE_WORDS = "Columns"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take", priority=True, id="choice.take"),
        Binding("tab,ctrl+t", "toggle_column", "Show/hide", priority=True, id="columns.toggle"),
        Binding("shift+up,ctrl+k", "shift(-1)", "Earlier", priority=True, id="columns.earlier"),
        Binding("shift+down,ctrl+j", "shift(1)", "Later", priority=True, id="columns.later"),
        Binding("ctrl+r", "reset", "By width", priority=True, id="columns.reset"),
    ]

    def __init__(self, columns: Sequence[str], signs: Signs) -> None:
        super().__init__(signs)
        self._chosen = list(columns)

    def options(self) -> list[str]:
        """The columns in their order, then all others."""
        return list(dict.fromkeys([*self._chosen, *BUILT_IN, *self._paths]))

    def title_of(self, key: str) -> str:
        """The head of the column."""
        return BUILT_IN[key].title if key in BUILT_IN else path_title(key)

    def line_of(self, key: str) -> Line:
        """A box, its title and its path."""
        box = "[x]" if key in self._chosen else "[ ]"
        return (Piece(f"{box} ", "strong"), Piece(f"{self.titled(key)} "), _path(key, self.title_of(key)))

    def action_toggle_column(self) -> None:
        """Show a column, behind the others, or hide it."""
        self.after_typing(self._toggle)

    def action_shift(self, by: int) -> None:
        """Move a column in the order."""
        self.after_typing(lambda: self._shift(by))

    def action_reset(self) -> None:
        """Columns by the width again."""
        self.dismiss(())

    def take(self) -> None:
        """Return the columns."""
        self.dismiss(tuple(self._chosen))

    def _toggle(self) -> None:
        key = self.under_cursor
        if key is None:
            return
        if key in self._chosen:
            if key != "name":
                self._chosen.remove(key)
        else:
            self._chosen.append(key)
        self._refill_at(key)

    def _shift(self, by: int) -> None:
        key = self.under_cursor
        if key not in self._chosen or key is None:
            return
        place = self._chosen.index(key)
        to = max(0, min(place + by, len(self._chosen) - 1))
        self._chosen.insert(to, self._chosen.pop(place))
        self._refill_at(key)

    def _refill_at(self, key: str) -> None:
        self.refill()
        self.list.cursor = self._shown.index(key) if key in self._shown else 0
        self.list.redraw()


_SORT_KEYS = {
    "name": "name",
    "model": "model",
    "data": "dataset",
    "status": "status",
    "time": "duration_s",
    "device": "device",
    "seed": "seed",
    "created": "created_at",
    "id": "id",
    "tags": "tags",
    "notes": "notes",
}
"""The path behind each column that is none itself."""


def _path(key: str, title: str) -> Piece:
    """The path as it is typed in a filter, where its title does not say it already."""
    return Piece("" if title.replace(" ", "_") == key else inert(key), "secondary")
