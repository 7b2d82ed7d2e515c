"""The settings: prices, margins, stopping, the interface and every key, in one list.

What is chosen is checked as it is typed and written to the user's file in a thread, with its comments kept; the screen
then shows what the file says. An interface that only reads the store changes settings all the same: they are the
user's own.
"""

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from screens.base import WorkbenchScreen
from screens.engine import Engine
from screens.pieces import on_rule
from screens.settings import keymap
from screens.settings.rows import (
    Kind,
    SettingRow,
    parse_number,
    problem_lines,
    setting_rows,
    split_price,
)
from screens.themes import THEMES, choose_theme
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText, RowsPane
from screens.widgets.settings_list import SettingsList
from workbench.cells import shorten
from workbench.inert import inert
from workbench.settings import Settings, settings_as_far_as_readable, settings_path

if TYPE_CHECKING:
    from workbench.settings_editing import Setting


LOOK_EVERY_S = 1.0
"""How often it is looked whether the meters have read a device for the first time."""


class SettingsScreen(WorkbenchScreen[None]):
    """Everything that can be set."""

    CSS_PATH = "settings_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "turn(1)", "Turn", tooltip="The next of several choices", id="settings.next"),
        Binding("left,h", "turn(-1)", "Turn", show=False, tooltip="The choice before", id="settings.previous"),
        Binding("a", "add_key", "Add", tooltip="Another key beside those that it has", id="settings.add"),
        Binding("x,delete", "reset", "Default", tooltip="Back to the default, or to no value", id="settings.reset"),
        Binding("e", "edit", "Editor", tooltip="Open the file in your editor", id="settings.edit"),
        Binding("question_mark", "app.help", "Help", tooltip="These keys", id="settings.help"),
        Binding("escape,q", "close", "Close", tooltip="Undo the turned choice, or close", id="settings.close"),
    ]

    def compose(self) -> ComposeResult:
        """What is wrong with the file, the list, and what the chosen row means."""
        self._problems: Sequence[str] = ()
        self._devices: list[str] = []
        self._listed_devices: set[str] = set()
        self._key_bindings: list[keymap.KeyBinding] = []
        self._list = SettingsList(self.workbench.signs)
        yield PaintedText(id="settings-problems")
        yield self._list
        yield Static("", id="settings-hint", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known at once; past devices and the keys of all screens are gathered in a thread."""
        self._list.focus()
        self._read_file()
        self.workbench.consult(_gather, self._show_gathered)
        self.set_interval(LOOK_EVERY_S, self._look_at_meters)

    def on_resize(self) -> None:
        """Wrap the problems anew."""
        self.call_after_refresh(self._show_problems)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing on this row are not offered."""
        row = self._list.row if self.is_mounted else None
        if action == "turn":
            return row is not None and row.kind is Kind.CHOICE
        if action == "add_key":
            return row is not None and row.kind is Kind.KEY
        if action == "reset":
            return row is not None and row.is_chosen
        return super().check_action(action, parameters)

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """A choice that was turned and left is as it was; say what the new row means."""
        event.stop()
        self._undo()
        self._show_hint()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Ask for the row's new value, or keep the choice as it was turned."""
        event.stop()
        row = self._list.row
        if row is None:
            return
        if row.kind is Kind.CHOICE:
            self._keep_choice(row)
        elif row.kind is Kind.KEY:
            self._ask_key(row, adds=False)
        else:
            self._ask_value(row)

    def action_turn(self, by: int) -> None:
        """Turn a choice, and show at once what it looks like."""
        row = self._list.row
        if row is None or row.kind is not Kind.CHOICE:
            return
        at = self._list.turning or row.value
        place = row.options.index(at) if at in row.options else 0
        self._list.turning = row.options[(place + by) % len(row.options)]
        self._list.redraw()
        if row.key == "interface.theme":
            self._show_theme(self._list.turning)

    def action_add_key(self) -> None:
        """Give something another key beside those that it has."""
        if self._list.row is not None:
            self._ask_key(self._list.row, adds=True)

    def action_reset(self) -> None:
        """Take the setting out of the file."""
        if self._list.row is not None:
            self._save(self._list.row.key, None)

    def action_close(self) -> None:
        """Undo a choice that was turned; else back to where we came from."""
        if self._list.turning is not None:
            self._undo()
        else:
            self.dismiss(None)

    def action_edit(self) -> None:
        """Open the file in the user's editor, and read it when they come back."""
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        try:
            with self.app.suspend():
                subprocess.run([*shlex.split(editor), str(self._path)], check=False)
        except (OSError, ValueError) as error:
            self.workbench.say(
                f"The editor {editor!r} did not start ({error}). EDITOR names another.", title="Settings"
            )
        except SuspendNotSupported:
            return
        self._read_file()
        self._apply()

    @property
    def _path(self) -> Path:
        return self.workbench.settings.path or settings_path()

    def _keep_choice(self, row: SettingRow) -> None:
        """Save the choice as it was turned; one that was not is turned."""
        if self._list.turning is None:
            self.action_turn(1)
        else:
            value, self._list.turning = self._list.turning, None
            self._save(row.key, value)

    def _ask_value(self, row: SettingRow) -> None:
        from screens.settings.dialogs import ValueDialog

        is_price = row.kind is Kind.PRICE

        def save(text: str | None) -> None:
            if text is None or (is_price and not text):
                return
            if is_price:
                name, number = split_price(text)
                self._save(f"{row.key}.{name}", number)
            else:
                self._save(row.key, parse_number(text) if text else None)

        value = "" if is_price else row.value
        check = split_price if is_price else parse_number
        self.app.push_screen(ValueDialog(row.label, row.help, value, check, self.workbench.signs), save)

    def _ask_key(self, row: SettingRow, *, adds: bool) -> None:
        from screens.settings.dialogs import KeyDialog

        name = row.key.removeprefix("keys.")
        binding = next(binding for binding in self._key_bindings if binding.id == name)
        held = keymap.effective_keys(self.workbench.settings.keys, binding) if adds else ()

        def refuse(key: str) -> str | None:
            return keymap.conflict(name, key, self.workbench.settings.keys)

        def save(key: str | None) -> None:
            if key is not None:
                self._save(row.key, [*held, key] if key not in held else [*held])

        self.app.push_screen(KeyDialog(name, f"{row.note}. Now: {row.value}", refuse, self.workbench.signs), save)

    def _save(self, key: str, value: "Setting") -> None:
        """Have a setting written; what the file then says is shown."""
        path = self._path

        def work(_: Engine) -> tuple[Settings, list[str]]:
            from workbench.settings_editing import change_settings

            change_settings(path, {key: value})
            return settings_as_far_as_readable(path)

        self._undo()
        self.workbench.consult(work, self._show_saved)

    def _show_saved(self, read: tuple[Settings, list[str]]) -> None:
        self.workbench.settings, self._problems = read
        self._apply()

    def _read_file(self) -> None:
        self.workbench.settings, self._problems = settings_as_far_as_readable(self._path)
        self._show()

    def _apply(self) -> None:
        """Let the whole interface follow what is set."""
        self._show_theme(self.workbench.settings.theme)
        keymap.apply(self.workbench, self.workbench.settings)
        if self.is_attached:
            self._show()

    def _look_at_meters(self) -> None:
        """Show a device that the meters have read for the first time."""
        if not self._live_devices <= self._listed_devices:
            self._show()

    @property
    def _live_devices(self) -> set[str]:
        return {sample.name for sample in self.workbench.samples if sample.name and sample.device != "host"}

    def _show_gathered(self, gathered: tuple[list[str], list[keymap.KeyBinding]]) -> None:
        self._devices, self._key_bindings = gathered
        if self.is_attached:
            self._show()

    def _show(self) -> None:
        devices = [*sorted(self._live_devices - set(self._devices)), *self._devices]
        self._listed_devices = set(devices)
        ours = [theme.name for theme in THEMES]
        themes = [*ours, *(name for name in self.app.available_themes if name not in ours)]
        settings = self.workbench.settings
        chosen = self._list.row
        rows = self._list.rows = setting_rows(settings, devices, themes, self.app.theme, self._key_bindings)
        # A device that is seen for the first time adds a row above: the cursor stays on its own.
        here = [place for place, row in enumerate(rows) if chosen is not None and row.key == chosen.key]
        self._list.go(here[0] if here else self._list.cursor)
        self._list.redraw()
        place = inert(str(settings.path)) if settings.path else "not kept: there is no place to write them"
        signs = self.workbench.signs
        room = max(10, self.app.size.width - 16)
        self._list.border_title = Content(on_rule(f"Settings {signs.dot} {shorten(place, room, signs.ellipsis)}"))
        self._show_problems()
        self._show_hint()

    def _show_problems(self) -> None:
        problems = self.query_one("#settings-problems", PaintedText)
        problems.display = bool(self._problems)
        problems.show(problem_lines(self._problems, max(20, self.size.width - 2), self.workbench.signs))

    def _show_hint(self) -> None:
        row = self._list.row
        self.query_one("#settings-hint", Static).update(row.help if row is not None else "")
        self.refresh_bindings()

    def _show_theme(self, wanted: str) -> None:
        theme = choose_theme(wanted)
        if theme in self.app.available_themes and theme != self.app.theme:
            self.app.theme = theme

    def _undo(self) -> None:
        if self._list.turning is not None:
            self._list.turning = None
            self._list.redraw()
            self._show_theme(self.workbench.settings.theme)


def _gather(engine: Engine) -> tuple[list[str], list[keymap.KeyBinding]]:
    """The boards that runs of the store have worked on, and every key."""
    from store.database import open_read_only
    from store.device_names import device_names

    with open_read_only(engine.path) as db:
        return device_names(db), keymap.all_bindings()
