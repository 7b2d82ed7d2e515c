"""The first tab: the prompt, the settings, and what is made of it.

Where there is room for it the settings stand beside the prompt; else they take the place of prompt and outputs while
they are wanted, and the rule above the prompt says what is chosen.
"""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from screens.pieces import on_rule
from screens.prompt.editor import PromptEditor
from screens.prompt.outputs import BESIDE_FROM, Outputs
from screens.prompt.settings_panel import SettingsPanel
from screens.prompt.settings_texts import settings_words
from screens.prompt.shown import Shown
from screens.signs import Signs

_PANEL_FROM = 32
"""Lines of the screen from which on the settings stand beside the prompt."""


class TextsPane(Vertical):
    """Prompt, settings, outputs."""

    def __init__(self, prompt: str, texts: Mapping[str, str], devices: tuple[str, ...], signs: Signs) -> None:
        super().__init__(id="texts")
        self._signs = signs
        self._wants_settings = False
        self.editor = PromptEditor(prompt)
        self.settings = SettingsPanel(texts, devices, signs)
        self.outputs = Outputs(signs)

    def compose(self) -> ComposeResult:
        """The prompt beside its settings, above the outputs."""
        self._arrange()  # before they are there: all of them would be styled anew
        with Horizontal(id="prompt-top"):
            yield self.editor
            yield self.settings
        yield self.outputs

    def on_mount(self) -> None:
        """Say what is chosen; go on typing where it ended."""
        self.editor.move_cursor(self.editor.document.end)
        self.title_prompt()

    def on_resize(self) -> None:
        """Arrange for the new size; settings that no longer fit beside the prompt give up the focus."""
        had_focus = self.settings.has_focus_within
        self._arrange()
        if had_focus and not self.settings.display:
            self.outputs.focus_target.focus()

    def on_settings_panel_changed(self) -> None:
        """Say what is chosen."""
        self.title_prompt()

    def on_prompt_editor_left(self, event: PromptEditor.Left) -> None:
        """Go to what was made of the prompt."""
        event.stop()
        self.outputs.focus_target.focus()

    @property
    def focus_target(self) -> Widget:
        """What is made of the prompt: in the prompt itself the keys of the tabs would be text."""
        return self.settings.focus_target if self._wants_settings else self.outputs.focus_target

    def take(self, shown: Shown) -> None:
        """The outputs are shown as they grow; nothing is to be done when they are finished."""

    @property
    def has_panel(self) -> bool:
        """Whether the settings stand beside the prompt."""
        return self.app.size.width >= BESIDE_FROM and self.app.size.height >= _PANEL_FROM

    def show_settings(self) -> None:
        """Go to the settings; where they take the place of the rest, a second time back to the prompt."""
        if self.has_panel:
            self.settings.focus_target.focus()
            return
        self._wants_settings = not self._wants_settings
        self._arrange()
        self.call_after_refresh(self.focus_target.focus)

    def leave_settings(self) -> bool:
        """Back from the settings; whether they were open, or had the focus."""
        if not self.settings.has_focus_within:
            return False
        self._wants_settings = False
        self._arrange()
        self.call_after_refresh(self.outputs.focus_target.focus)
        return True

    def _arrange(self) -> None:
        alone = self._wants_settings and not self.has_panel
        self.set_class(self.has_panel, "-panel")
        self.set_class(alone, "-settings")
        self.settings.display = self.has_panel or alone
        self.editor.display = not alone
        self.outputs.display = not alone

    def title_prompt(self) -> None:
        """Write on the rule above the prompt what is chosen, or what is wrong with it."""
        chosen, dot = self.settings.chosen, f" {self._signs.dot} "
        words = [self.settings.problem] if chosen is None else settings_words(chosen.settings)
        self.editor.border_title = Content(on_rule(dot.join(["Prompt", *words])))
