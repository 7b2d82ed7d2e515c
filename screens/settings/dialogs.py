"""The dialogs of the settings screen: one asks for a value and checks it while it is typed, one waits for a key."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from screens.base import Dialog
from screens.settings.key_names import key_name, show_key
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar


class ValueDialog(Dialog[str | None]):
    """Asks for one value; returns the text, which has been found good, or None. An empty text is always good."""

    CSS_PATH = "settings_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save", "Save", priority=True, id="value.save"),
        Binding("escape", "close", "Cancel", id="value.cancel"),
        Binding("ctrl+c", "close", "Cancel", show=False, priority=True, id="value.interrupt"),
    ]

    def __init__(self, title: str, words: str, value: str, check: Callable[[str], object], signs: Signs) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._check = check
        self._signs = signs
        self._field = TextField(value)

    def compose(self) -> ComposeResult:
        """What it means, a line to type into, and what is wrong with it."""
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield Static(self._words, markup=False)
            yield self._field
            yield Static("", classes="verdict", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin to type at the end of what stands there."""
        self._field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong."""
        event.stop()
        problem = self._problem()
        verdict = self.query_one(".verdict", Static)
        verdict.set_class(problem is not None, "-wrong")
        if problem is not None:
            verdict.update(f"{self._signs.problem} {problem}")
        else:
            verdict.update("" if self._field.value.strip() else "Empty: the default, or no value, from now on.")

    def action_save(self) -> None:
        """Return what was typed, once all keys that came before have been taken in."""
        self._field.call_later(self.call_next, self._save)

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def _save(self) -> None:
        if self._problem() is None:
            self.dismiss(self._field.value.strip())

    def _problem(self) -> str | None:
        text = self._field.value.strip()
        try:
            if text:
                self._check(text)
        except ValueError as error:
            return str(error)
        return None


class KeyCatcher(Static, can_focus=True):
    """Takes whatever key is pressed, before any binding does."""

    def __init__(self, catch: Callable[[str], None]) -> None:
        super().__init__("", classes="verdict", markup=False)
        self._catch = catch

    def on_key(self, event: events.Key) -> None:
        """Hand the key over."""
        event.stop()
        event.prevent_default()
        self._catch(event.key)


class KeyDialog(Dialog[str | None]):
    """Waits for the key that something shall have; returns its name, or None. A key that is taken is refused."""

    CSS_PATH = "settings_screen.tcss"

    def __init__(self, title: str, words: str, refuse: Callable[[str], str | None], signs: Signs) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._refuse = refuse
        self._signs = signs
        self._catcher = KeyCatcher(self._take)

    def compose(self) -> ComposeResult:
        """What the key is for, and what became of the last one that was pressed."""
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield Static(self._words, markup=False)
            yield Static("Press the key; esc leaves things as they are.", classes="wish", markup=False)
            yield self._catcher

    def on_mount(self) -> None:
        """Wait."""
        self._catcher.focus()

    def _take(self, pressed: str) -> None:
        if pressed in ("escape", "ctrl+c"):
            self.dismiss(None)
            return
        problem = self._problem(pressed)
        if problem is None:
            self.dismiss(pressed)
            return
        self._catcher.set_class(True, "-wrong")
        self._catcher.update(f"{self._signs.problem} {problem}")

    def _problem(self, pressed: str) -> str | None:
        try:
            key_name(show_key(pressed))
        except ValueError as error:
            return str(error)
        return self._refuse(pressed)
