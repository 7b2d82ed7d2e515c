"""The generation screen: a prompt, one or two language models, and what they make of it as they make it.

Who is asked stands above the tabs (``tabs``); the first has prompt, settings and outputs, the pane of another is made
when it is first looked at and told of the texts when it is looked at again. What asks is ``asking``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from screens.asking import AskingPane
from screens.prompt.answering import Question
from screens.prompt.asking import AskingScreen
from screens.prompt.editor import PromptEditor
from screens.prompt.head import head_lines
from screens.prompt.history import HistoryPane
from screens.prompt.models import read_candidates
from screens.prompt.remembered import Remembered
from screens.prompt.shown import Shown
from screens.prompt.tabs import DIGITS, TABS, TITLES
from screens.prompt.texts import TextsPane
from screens.tab_line import tab_line
from screens.tabs import tab_bindings
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import PaintedText

_TEXTS = 0
_HIGH = 18
_ONLY_TEXTS = {"settings", "swap", "words", "sample", "copy"}
"""What is of use on the first tab only."""
_LETTERS = {"prompt", "tab", "model", "unload", "export", "turn_tab", *_ONLY_TEXTS}
"""What is done by keys that are letters while something is typed."""


class PromptScreen(AskingScreen):
    """Ask one or two language models."""

    CSS_PATH = "prompt.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        # First, where there is room for few: it is offered only while there is something to stop.
        Binding("ctrl+s", "stop", "Stop", priority=True, tooltip="End the texts where they are", id="prompt.stop"),
        Binding("ctrl+r,f5", "send", "Ask", priority=True, tooltip="Ask, or ask again", id="prompt.send"),
        Binding("enter", "send", "Ask", show=False, tooltip="The same, outside the prompt", id="prompt.send_enter"),
        Binding("p", "prompt", "Prompt", tooltip="Type the prompt", id="prompt.edit"),
        Binding("s", "settings", "Settings", tooltip="How the texts are made", id="prompt.settings"),
        Binding(
            "w", "words", "Words", tooltip="Mark the words that differ, or where the texts part", id="prompt.words"
        ),
        Binding("left_square_bracket", "sample(-1)", "Sample before", show=False, id="prompt.sample_before"),
        Binding("right_square_bracket", "sample(1)", "Sample", tooltip="The next sample", id="prompt.sample_next"),
        Binding("A", "model('A')", "Model", tooltip="Choose model A", id="prompt.model_a"),
        Binding("B", "model('B')", "Against", tooltip="Choose a second model, or none", id="prompt.model_b"),
        Binding("S", "swap", "Swap", show=False, tooltip="Make B A, and A B", id="prompt.swap"),
        Binding("y", "copy", "Copy", tooltip="The text with the focus, to the clipboard", id="prompt.copy"),
        Binding("e", "export", "Export", tooltip="Prompt and texts: to a file or copied", id="prompt.export"),
        Binding("u", "unload", "Unload", tooltip="Have the models leave the memory", id="prompt.unload"),
        *tab_bindings(TABS, "prompt"),
        Binding("question_mark", "app.help", "Help", tooltip="These keys", id="prompt.help"),
        Binding("f1", "app.help", "Help", tooltip="The same, also in the prompt", id="prompt.help_typing"),
        Binding("escape,q", "close", "Back", tooltip="Back to where you came from", id="prompt.close"),
    ]

    def __init__(self, remembered: Remembered, models: Sequence[str] = ()) -> None:
        a, b = (*models, "", "")[:2]
        super().__init__(replace(remembered, a=a, b=b, tab=_TEXTS) if a else remembered)
        self._tab = self._remembered.tab
        self._panes: dict[int, Any] = {}
        self._stale: set[int] = set()
        self._fed: Shown | None = None
        """What the panes were told last."""

    def compose(self) -> ComposeResult:
        """Who is asked, the tabs, the pane, the keys."""
        app = self.workbench
        gpus = [sample.device for sample in app.samples if sample.device.startswith("cuda")]
        self.texts = TextsPane(self._remembered.prompt, self._remembered.texts, ("auto", "cpu", *gpus), app.signs)
        self._panes[_TEXTS] = self.texts
        yield PaintedText(id="prompt-head")
        yield PaintedText(id="prompt-tabs")
        with Vertical(id="prompt-body"):
            yield self.texts
        yield KeyBar()

    def on_mount(self) -> None:
        """Open the tab that was open; on the first one type at once."""
        self.show_head()
        self._show_tab()
        if self._tab == _TEXTS:
            self.texts.editor.focus()

    def on_resize(self) -> None:
        """Fit head and tabs to the new size."""
        self.show_head()
        self._draw_tabs()

    @property
    def is_typing(self) -> bool:
        """Whether letters are text."""
        return isinstance(self.focused, PromptEditor | Input)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if not self.is_mounted:
            return False
        if (action in _LETTERS and self.is_typing) or (action in _ONLY_TEXTS and self._tab != _TEXTS):
            return False
        if action == "close":
            return not isinstance(self.focused, PromptEditor)
        if action == "stop":
            return self.is_at_work
        if action == "send":
            return self._tab == _TEXTS
        if action == "swap":
            return bool(self.models["B"]) and not self.is_at_work
        return super().check_action(action, parameters)

    # What keys do.

    def action_send(self) -> None:
        """Ask, or ask again; where something is missing, go to it."""
        panel = self.texts.settings
        if not self.models["A"]:
            self.action_model("A")
        elif panel.chosen is None:
            # What is wrong with the field that gets the focus stands below the fields.
            self.workbench.say(panel.problem, title="Settings", severity="warning", stands=True)
            if panel.has_focus_within:
                panel.focus_target.focus()
            else:
                self.texts.show_settings()
        else:
            names = tuple(name for name in (self.models["A"], self.models["B"]) if name)
            self.ask(Question(self.texts.editor.text, panel.chosen, names))
            if not self.texts.has_panel:
                self.texts.leave_settings()  # which stand where the texts are about to be

    def action_stop(self) -> None:
        """Have the texts end where they are."""
        self.stop_answers()

    def action_prompt(self) -> None:
        """Type the prompt."""
        self.texts.leave_settings()
        self.action_tab(_TEXTS)
        self.texts.call_after_refresh(self.texts.editor.focus)

    def action_settings(self) -> None:
        """Go to the settings."""
        self.texts.show_settings()

    def action_model(self, letter: str) -> None:
        """Ask for a model."""
        from screens.prompt.model_dialog import ModelDialog

        recent = self._remembered.recent
        app = self.workbench
        dialog = ModelDialog(
            letter,
            self.models[letter],
            lambda engine: read_candidates(engine.path, recent),
            app.consult,
            app.signs,
        )
        app.push_screen(dialog, lambda name: self.take_model(letter, name) if name is not None else None)

    def action_swap(self) -> None:
        """Make B A, and A B."""
        self.swap_models()

    def show_sample(self) -> None:
        """The other tabs are about the sample that is looked at."""
        self.show_finished()

    def action_unload(self) -> None:
        """Have the models leave the memory."""
        self.unload_models()

    def action_tab(self, number: int) -> None:
        """Show another tab."""
        self._tab = number
        self._remembered = replace(self._remembered, tab=number)
        self._show_tab()

    def action_close(self) -> None:
        """Out of the settings, or back to where we came from."""
        if not self.texts.leave_settings():
            self.dismiss(None)

    # What the panes ask for.

    def on_asking_pane_wanted(self, event: AskingPane.Wanted) -> None:
        """Have something made in a thread."""
        self.workbench.consult(lambda engine: event.make(engine.path), event.then)

    def on_history_pane_recalled(self, event: HistoryPane.Recalled) -> None:
        """Take an earlier check up, and perhaps ask again."""
        self.recall(event.stored)
        self.show_head()
        self.action_tab(_TEXTS)
        if event.again:
            self.action_send()

    def on_history_pane_compared(self, event: HistoryPane.Compared) -> None:
        """Show two checks side by side."""
        from screens.prompt.checks_screen import ChecksScreen

        self.app.push_screen(ChecksScreen(event.a, event.b, self.workbench.signs))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a setting asks, too."""
        event.stop()
        self.action_send()

    def on_descendant_focus(self) -> None:
        """Offer the keys that work there."""
        self.refresh_bindings()

    # What is drawn.

    def show_head(self) -> None:
        """Say who is asked."""
        width = self.size.width - 2
        if width >= 1:
            lines = head_lines(
                self.head_models(), width, self.workbench.signs, most=2 if self.size.height >= _HIGH else 1
            )
            self.query_one("#prompt-head", PaintedText).show(lines)

    def show_finished(self) -> None:
        """Tell the other tabs, the one that is seen at once."""
        self._stale = set(self._panes) - {_TEXTS}
        self.refresh_bindings()
        if self._tab != _TEXTS:
            self._feed(self._tab)

    def _draw_tabs(self) -> None:
        if self.size.width:
            line = tab_line(TITLES, self._tab, self.size.width - 2, self.workbench.signs, DIGITS)
            self.query_one("#prompt-tabs", PaintedText).show([line])

    def _show_tab(self) -> None:
        """Show the pane of the tab, made when it is first looked at and fed when it is looked at again."""
        number = self._tab
        self._draw_tabs()
        if number not in self._panes:
            self._panes[number] = TABS[number].load()(self.workbench.signs)
            self._stale.add(number)
            self.query_one("#prompt-body").mount(self._panes[number])
        for other, pane in self._panes.items():
            pane.display = other == number
        if self._fed is None or self._fed.at_hand != self.texts.editor.text:
            self._stale |= set(self._panes) - {_TEXTS}  # they are about the prompt as it stands there
        if number in self._stale:
            # Fed before it is laid out, new or hidden so far, a part of it would get no size to draw itself for.
            self._panes[number].call_after_refresh(self._feed, number, go=True)
        else:
            self._feed(number, go=True)
        self.refresh_bindings()

    def _feed(self, number: int, *, go: bool = False) -> None:
        pane = self._panes[number]
        if not self.is_attached or not pane.is_attached:
            return
        if number in self._stale:
            self._stale.discard(number)
            self._fed = self.shown()
            pane.take(self._fed)
        if go and number == self._tab and self.is_current:
            target: Widget = pane.focus_target
            target.focus()
