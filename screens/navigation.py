"""The ways between screens: what opens which, what the palette offers, and coming back to where the user was."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from textual.app import App, SystemCommand
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from screens.page import Page
from screens.too_small import follow_size

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from screens.form.draft import Draft


class Navigation(App[None]):
    """The app's half that opens screens; each is imported when it opens, since none is needed for the first paint."""

    @property
    def _me(self) -> "WorkbenchApp":
        return cast("WorkbenchApp", self)

    def on_resize(self, event: Resize) -> None:
        """Say so where the window is too small for any screen."""
        follow_size(self, event.size.width, event.size.height)

    def on_command_palette_opened(self) -> None:
        """Give the palette its words, and let its cursor stand still: a blinking one sends bytes for ever."""
        self.screen.query_one(Vertical).border_title = "Commands"
        for field in self.screen.query(Input):
            field.cursor_blink = False
            field.placeholder = "type to narrow"

    def open_run(self, run_id: int) -> None:
        """Show all of a run."""
        from screens.run.screen import RunScreen

        self._me.choose(run_id)
        self._open(RunScreen(run_id, self._me.signs), "run")

    def open_diff(self, a_id: int, b_id: int) -> None:
        """Compare two runs."""
        from screens.diff.screen import DiffScreen

        self._me.ask(marks=(a_id, b_id))
        self._me.remember(a_id=a_id, b_id=b_id)
        self._open(DiffScreen(a_id, b_id), "diff")

    def open_prompt(self, *models: str) -> None:
        """Ask language models: the one or two that are named, else those that were asked last."""
        from screens.prompt.remembered import Remembered
        from screens.prompt.screen import PromptScreen

        remembered = Remembered.from_json(self._me.memory.place.generation)
        self._open(PromptScreen(remembered, models), "prompt")

    def open_devices(self) -> None:
        """Show the devices, the queue and the leases."""
        from screens.devices.screen import DevicesScreen

        self._open(DevicesScreen(), "devices")

    def open_settings(self) -> None:
        """Show the settings."""
        from screens.settings.screen import SettingsScreen

        self._open(SettingsScreen(), "")

    def open_form(self, draft: "Draft | None" = None) -> None:
        """Open the form of a new run, with a draft or with what was typed last."""
        from screens.form.dialog import NewRunDialog

        me = self._me
        if not me.read_only:
            self.push_screen(NewRunDialog(draft or me.last_draft, me.signs), me.launch)

    def return_to_place(self, page: Page) -> None:
        """Open the screen that was open when the interface was left, if what it showed is still there."""
        place = self._me.memory.place
        self._me.remember(screen="")  # below it is the dashboard, to which its closing leads
        if place.screen == "run" and page.chosen is not None and page.chosen.run.id == place.chosen_id:
            self.open_run(page.chosen.run.id)
        elif place.screen == "diff" and page.a is not None and page.b is not None:
            self.open_diff(page.a.run.id, page.b.run.id)
        elif place.screen == "devices":
            self.open_devices()
        elif place.screen == "prompt":
            self.open_prompt()

    def action_devices(self) -> None:
        """Show the devices."""
        self.open_devices()

    def action_prompt(self) -> None:
        """Ask language models: those of marked runs, or of the chosen one, else those that were asked last."""
        self.open_prompt(*self._me.language_models)

    def action_settings(self) -> None:
        """Show the settings."""
        self.open_settings()

    def action_demo(self) -> None:
        """Train two small models and compare them."""
        from screens.dashboard.demo import start_demo

        if not self._me.read_only:
            start_demo(self._me)

    def action_notices(self) -> None:
        """Show what was said since the interface opened."""
        from screens.notices_dialog import NoticesDialog

        self.clear_notifications()  # they would stand before what they are read in
        self.push_screen(NoticesDialog(self._me.notices.newest_first))

    def action_help(self) -> None:
        """Show every key of the open screen."""
        from screens.help.dialog import HelpDialog
        from screens.help.keys import key_groups

        self.push_screen(HelpDialog(key_groups(self.screen)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: what works on the open screen; under a dialog only what always works."""
        if not isinstance(screen, ModalScreen):
            yield from self._commands_of_runs()
            if self.check_action("prompt", ()):
                yield SystemCommand("Prompt", "What one or two language models make of it", self.action_prompt)
            yield SystemCommand("Devices", "GPUs, the host, the queue and the leases", self.open_devices)
            yield SystemCommand("Settings", "Prices, margins, theme, keys", self.open_settings)
            yield SystemCommand("Notices", "What was said since the interface opened", self.action_notices)
            yield SystemCommand("Keys", "Every key of this screen", self.action_help)
        themes = "Other colours until you leave; the settings keep them"
        yield SystemCommand("Theme", themes, self.search_themes)
        yield SystemCommand("Quit", "Leave; runs go on", self.exit)

    def _commands_of_runs(self) -> Iterable[SystemCommand]:
        me = self._me
        commands = (
            ("new_run", "New run", "Start a new run from a form", me.action_new_run),
            ("stop_run", "Stop the run", "Stop the chosen run; a second time, kill it", me.action_stop_run),
            ("clone_run", "Clone the run", "A form with the settings of the chosen run", me.action_clone_run),
            ("mark_run", "Mark the run", "A, then B: the two that are compared", me.action_mark_run),
            ("diff_runs", "Compare", "The marked runs, or A with the chosen one", me.action_diff_runs),
            ("baseline", "Baseline", "Show every run's difference to the chosen one", me.action_baseline),
            ("edit_tags", "Tags and notes", "Of the chosen run", me.action_edit_tags),
            ("delete_run", "Delete the run", "With its log and checkpoint; asks first", me.action_delete_run),
        )
        for action, title, words, call in commands:
            if self.check_action(action, ()):
                yield SystemCommand(title, words, call)

    def _open(self, screen: Screen[None], name: str) -> None:
        """Put a screen over the others, and remember which one is uppermost."""
        me = self._me
        below = me.memory.place.screen
        me.remember(screen=name)
        self.push_screen(screen, lambda _: me.remember(screen=below))
