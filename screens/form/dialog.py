"""The new-run form: a dialog that is built from a model's typed parameters and returns a launch request, nothing else.

What is typed is checked with each key, without reading files; a file is checked in a thread once typing has paused. The
launch itself is the app's: the form returns what to launch, and is shown again with the same draft if it fails.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from screens.base import Dialog
from screens.form.changes import apply_preset, base_texts, changes, preset_of, title_of
from screens.form.checkpoint import CheckpointCheck, read_checkpoints
from screens.form.draft import A_FILE, Checked, Draft, LaunchRequest, check_draft, smoke, takes_text
from screens.form.estimate import gpus_of
from screens.form.file_check import FileCheck, FileChecked
from screens.form.pane import FormPane
from screens.signs import Signs
from screens.widgets.choice import Choice
from screens.widgets.estimate import EstimateText
from screens.widgets.key_bar import KeyBar
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from screens.form.file_answers import FileChoice
    from screens.form.preset_dialogs import PresetPick
    from workbench.presets import Preset


class NewRunDialog(Dialog[LaunchRequest | None]):
    """A form for one run; returns what to launch, or None."""

    CSS_PATH = "new_run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start", priority=True, id="form.start"),
        # With priority: of keys that arrive together, as over a slow line, those after a tab belong to the next field.
        Binding("tab", "field(1)", "Next", priority=True, id="form.next", tooltip="The next field"),
        Binding("down", "field(1)", "Next", show=False, priority=True, id="form.down", tooltip="The next field"),
        Binding(
            "up,shift+tab",
            "field(-1)",
            "Previous",
            show=False,
            priority=True,
            id="form.previous",
            tooltip="The field before",
        ),
        Binding(
            "right,space", "turn(1)", "Change", priority=True, id="form.turn", tooltip="The next value of a choice"
        ),
        Binding("left", "turn(-1)", "Back", show=False, priority=True, id="form.turn_back", tooltip="The value before"),
        Binding("ctrl+t", "try", "Try", priority=True, id="form.try", tooltip="A smoke run: the same for one epoch"),
        Binding(
            "ctrl+o", "browse", "File", priority=True, id="form.file", tooltip="Look for a data file, or a checkpoint"
        ),
        Binding("ctrl+l", "presets", "Presets", priority=True, id="form.presets", tooltip="Begin with a preset"),
        Binding("ctrl+s", "save", "Save", priority=True, id="form.save", tooltip="Keep this as a preset"),
        Binding(
            "ctrl+r", "reset", "Reset", priority=True, id="form.reset", tooltip="The value that a field began with"
        ),
        Binding("f1", "app.help", "Help", show=False, id="form.help", tooltip="These keys"),
        Binding("escape", "close", "Cancel", id="form.cancel"),
        Binding("ctrl+c", "close", "Cancel", show=False, priority=True, id="form.interrupt"),
    ]

    def __init__(self, draft: Draft, signs: Signs) -> None:
        super().__init__()
        self._draft = draft
        self._signs = signs
        self._file = FileCheck(self)
        self._checkpoint = CheckpointCheck(self, self._show_checkpoint)
        self._exchanging = asyncio.Lock()
        self._estimate = EstimateText(signs)

    @property
    def workbench(self) -> "WorkbenchApp":
        """The app, by its own type."""
        return cast("WorkbenchApp", self.app)

    def compose(self) -> ComposeResult:
        """The fields, the estimate, the hint and the keys."""
        gpus = [device for device, _ in gpus_of(self.workbench.samples)]
        with Vertical(id="form") as form:
            form.border_title = Content(self._signs.write(inert(title_of(self._draft), 70)))
            yield FormPane(self._draft, self._signs, gpus)
            yield self._estimate
            yield Static("", id="hint", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """Check what the form opens with."""
        self.pane.fields[0].control.focus()
        self._check()

    @property
    def pane(self) -> FormPane:
        """The fields."""
        return self.query_one(FormPane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a choice can be turned; in a text the same keys are text."""
        return isinstance(self.focused, Choice) if action == "turn" else super().check_action(action, parameters)

    async def action_turn(self, by: int) -> None:
        """Turn the choice with the focus, and show what follows from it before the next key is taken."""
        if isinstance(self.focused, Choice):
            self.focused.turn(by)
            await self._follow_choice()

    async def on_choice_changed(self, event: Choice.Changed) -> None:
        """Follow a choice that was made by typing."""
        event.stop()
        await self._follow_choice()

    async def _follow_choice(self) -> None:
        """Another model has other fields, exchanged one model after another; anything else is only checked."""
        async with self._exchanging:
            await self.pane.follow_model()
        self._check()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check while typing."""
        event.stop()
        self._check()

    def on_descendant_focus(self) -> None:
        """Say in full what the field with the focus means, or what is wrong with it."""
        self._show_hint()

    def action_field(self, by: int) -> None:
        """Go to the next field in sight. (Textual's own chain learns late which fields have come into sight.)"""
        controls = [field.control for field in self.pane.fields if field.display]
        here = next((place for place, control in enumerate(controls) if control is self.focused), -by)
        self.set_focus(controls[(here + by) % len(controls)])

    def action_start(self) -> None:
        """Start, once the field with the focus has taken in what was typed: keys may arrive several at a time."""
        self._after_typing(lambda: self._start(lambda request: request))

    def action_try(self) -> None:
        """Start a smoke run of the same."""
        self._after_typing(lambda: self._start(smoke))

    def _after_typing(self, call: Callable[[], object]) -> None:
        control = self.focused or self
        control.call_later(self.call_next, call)

    def _start(self, how: Callable[[LaunchRequest], LaunchRequest]) -> None:
        """Return the request, or go to the first field that is wrong."""
        checked = self._check()
        if checked.request is not None:
            self.dismiss(how(checked.request))
            return
        wrong = next(field for field in self.pane.fields if field.field_name in checked.problems)
        wrong.control.focus()

    def action_close(self) -> None:
        """Leave without a run."""
        self.dismiss(None)

    def action_reset(self) -> None:
        """Put back what the field with the focus began with."""
        self._after_typing(self._reset)

    async def _reset(self) -> None:
        field = self.pane.focused
        before = base_texts(self.pane.read())
        if field is not None and field.field_name in before:
            field.put(before[field.field_name])
            await self._follow_choice()

    def action_browse(self) -> None:
        """Look for a checkpoint where one is asked for, else for a data file."""
        if self.pane.focused is self.pane.field("checkpoint"):
            self._browse_checkpoints()
            return
        from screens.form.file_browser import FileBrowserDialog

        draft = self.pane.read()
        is_text = takes_text(draft.model)
        browser = FileBrowserDialog(draft.file, draft.target, self._signs, text=draft.text, takes_text=is_text)
        self.app.push_screen(browser, self._take_file)

    def _browse_checkpoints(self) -> None:
        from screens.prompt.model_dialog import ModelDialog

        value = self.pane.field("checkpoint").value or "gpt2, hf:FOLDER, run:ID"
        consult = self.workbench.consult
        dialog = ModelDialog(
            "", value, lambda engine: read_checkpoints(engine.path), consult, self._signs, title="Checkpoint"
        )
        self.app.push_screen(dialog, self._take_checkpoint)

    def _take_checkpoint(self, name: str | None) -> None:
        if name:
            self.pane.put({"checkpoint": name})
            self._check()

    def _show_checkpoint(self) -> None:
        self._show(check_draft(self._draft))

    async def _take_file(self, chosen: "FileChoice | None") -> None:
        if chosen is not None:
            self.pane.put({"data": A_FILE, "file": chosen.path, "target": chosen.target, "text": chosen.text})
            await self._follow_choice()

    def action_presets(self) -> None:
        """Choose a preset to begin with."""
        from workbench.presets import list_presets

        self.workbench.consult(lambda _: list_presets(), self._offer_presets)

    def _offer_presets(self, presets: "tuple[Preset, ...]") -> None:
        from screens.form.preset_dialogs import PresetsDialog

        if self.is_current:
            self.app.push_screen(PresetsDialog(presets, self._signs), self._take_preset)

    async def _take_preset(self, pick: "PresetPick | None") -> None:
        from workbench.presets import delete_preset

        if pick is None:
            return
        if pick.delete:
            self.workbench.consult(lambda _: delete_preset(pick.preset.name), lambda _: self.action_presets())
            return
        async with self._exchanging:
            await self.pane.fill(apply_preset(self.pane.read(), pick.preset))
        self._check()

    def action_save(self) -> None:
        """Keep what stands here as a preset."""
        from screens.form.preset_dialogs import SavePresetDialog

        draft = self.pane.read()
        self.app.push_screen(SavePresetDialog(draft.model, self._signs), lambda name: self._save(draft, name))

    def _save(self, draft: Draft, name: str | None) -> None:
        from workbench.presets import save_preset

        if name is not None:
            preset = preset_of(draft, name)
            said = f"{inert(preset.name)} is a preset now: ctrl+l loads it, here and later."
            self.workbench.consult(lambda _: save_preset(preset), lambda _: self.workbench.say(said))

    def on_file_checked(self, event: FileChecked) -> None:
        """Show what the file is, unless something else has been typed since."""
        event.stop()
        if self._file.take(event):
            self._show(check_draft(self._draft))

    def _check(self) -> Checked:
        self._draft = self.pane.read()
        self._file.follow(self._draft)
        self._checkpoint.follow(self._draft.model, self.workbench.consult)
        return self._show(check_draft(self._draft))

    def _show(self, checked: Checked) -> Checked:
        """Put each sentence beside its field, one line of verdict below, and what the run is going to take."""
        problems = dict(checked.problems)
        for name, problem in (("file", self._file.problem), ("checkpoint", self._checkpoint.problem)):
            if problem is not None:
                problems.setdefault(name, problem)
        self.pane.field("file").explain(self._file.describe(self._draft.model))
        self.pane.field("checkpoint").explain(self._checkpoint.words)
        changed = changes(self._draft)
        self.pane.show(problems, changed)
        self._show_hint()
        verdict = _verdict(len(problems), len(changed), is_clone=self._draft.origin is not None)
        self.query_one("#form", Vertical).border_subtitle = self._signs.write(verdict)
        checked = checked if not problems else Checked(None, problems)
        self._estimate.judge(self._draft.model, checked.request.spec if checked.request else None, self._file.found)
        return checked

    def _show_hint(self) -> None:
        field = self.pane.focused
        if field is not None:
            self.query_one("#hint", Static).update(field.hint)


def _verdict(wrong: int, changed: int, *, is_clone: bool) -> str:
    """One line on the whole form."""
    verdict = "ready to start" if wrong == 0 else f"{wrong} field{'s' * (wrong != 1)} to mend"
    if changed:
        return f"{changed} change{'s' * (changed != 1)} · {verdict}"
    return f"no changes yet · {verdict}" if is_clone else verdict
