"""The new-run form: a dialog that is built from a model's typed parameters and returns a launch request, nothing else.

What is typed is checked with each key, without reading files; a file is checked in a thread once typing has paused. The
launch itself is the app's: the form returns what to launch, and is shown again with the same draft if it fails.
"""

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from screens.form import (
    A_FILE,
    Checked,
    Draft,
    LaunchRequest,
    changed_values,
    check_draft,
    data_spec,
    describe_data,
    describe_model,
    devices_for,
    parameters_of,
    text_of,
)
from screens.signs import Signs
from screens.widgets.choice import Choice
from screens.widgets.field import FormField, TextField, field_for
from screens.widgets.key_bar import KeyBar
from workbench.data import DATASETS
from workbench.errors import ReportedError
from workbench.models import MODELS

_TYPING_PAUSE_S = 0.3


class NewRunDialog(ModalScreen[LaunchRequest | None]):
    """A form for one run; returns what to launch, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "start", "Start", priority=True),
        # With priority: of keys that arrive together, as over a slow line, those after a tab belong to the next field.
        Binding("tab", "field(1)", "Next field", priority=True),
        Binding("down", "field(1)", "Next field", show=False, priority=True),
        Binding("up,shift+tab", "field(-1)", "Previous field", show=False, priority=True),
        Binding("right,l,space", "turn(1)", "Change", priority=True),
        Binding("left,h", "turn(-1)", "Change", show=False, priority=True),
        Binding("escape", "close", "Cancel"),
        Binding("ctrl+c", "close", "Cancel", show=False, priority=True),
    ]

    class FileChecked(Message):
        """A data file was looked at: what it is, or what is wrong with it."""

        def __init__(self, draft: Draft, found: str | None, problem: str | None) -> None:
            super().__init__()
            self.draft = draft
            self.found = found
            self.problem = problem

    def __init__(self, draft: Draft, signs: Signs) -> None:
        super().__init__()
        self._draft = draft
        self._signs = signs
        self._fields_of = draft.model
        self._file_problem: str | None = None
        self._pause: Timer | None = None
        self._exchanging = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """The fixed fields, the model's own, and the keys."""
        with Vertical(id="form") as form:
            form.border_title = "New run"
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._fixed_fields()
                with Vertical(id="own-fields"):
                    yield from self._own_fields()
            yield Static("", id="hint", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """Check what the form opens with."""
        self._await_file_check(self._draft)
        self._check()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a choice can be turned; in a text the same keys are text."""
        return isinstance(self.focused, Choice) if action == "turn" else super().check_action(action, parameters)

    async def action_turn(self, by: int) -> None:
        """Turn the choice with the focus, and show what follows from it before the next key is taken."""
        if isinstance(self.focused, Choice):
            self.focused.turn(by)
            await self._follow_choice()

    async def on_choice_changed(self, event: Choice.Changed) -> None:
        """Follow a choice that was made by letter."""
        event.stop()
        await self._follow_choice()

    async def _follow_choice(self) -> None:
        """Another model has other fields, exchanged one model after another; anything else is only checked."""
        async with self._exchanging:
            draft = self._read()
            if draft.model != self._fields_of:
                await self._show_model_fields(draft)
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
        controls = [field.control for field in self.query(FormField) if field.display]
        here = next((place for place, control in enumerate(controls) if control is self.focused), -by)
        self.set_focus(controls[(here + by) % len(controls)])

    def action_start(self) -> None:
        """Start, once the field with the focus has taken in what was typed: keys may arrive several at a time."""
        control = self.focused or self
        control.call_next(self.call_next, self._start)

    def _start(self) -> None:
        """Return the request, or go to the first field that is wrong."""
        checked = self._check()
        if checked.request is not None:
            self.dismiss(checked.request)
            return
        wrong = next(field for field in self.query(FormField) if field.field_name in checked.problems)
        wrong.control.focus()

    def action_close(self) -> None:
        """Leave without a run."""
        self.dismiss(None)

    def on_new_run_dialog_file_checked(self, event: FileChecked) -> None:
        """Show what the file is, unless something else has been typed since."""
        event.stop()
        if (event.draft.file, event.draft.target) != (self._draft.file, self._draft.target):
            return
        self._file_problem = event.problem
        self._field("file").explain(event.found or describe_data(A_FILE))
        self._show(check_draft(self._draft))

    @work(thread=True, exclusive=True, exit_on_error=False, group="file-check")
    def _check_file(self, draft: Draft) -> None:
        """Read the file; whatever is wrong with it is a sentence beside its field."""
        from workbench.data import check  # reads with NumPy, which the form does not need until a file is named

        try:
            entry = check(data_spec(draft))
        except ReportedError as error:
            self.post_message(self.FileChecked(draft, None, error.message))
            return
        found = f"{entry.rows:,} rows, {entry.features} features, {len(entry.classes)} classes."
        self.post_message(self.FileChecked(draft, found, None))

    def _check(self) -> Checked:
        before, self._draft = self._draft, self._read()
        self._show_choices_of_data()
        draft = self._draft
        if (draft.data, draft.file, draft.target) != (before.data, before.file, before.target):
            self._await_file_check(draft)
        checked = check_draft(draft)
        return self._show(checked)

    def _await_file_check(self, draft: Draft) -> None:
        """Have the file looked at once typing has paused."""
        self._file_problem = None
        if self._pause is not None:
            self._pause.stop()
        if draft.data == A_FILE and draft.file.strip() and draft.target.strip():
            self._pause = self.set_timer(_TYPING_PAUSE_S, lambda: self._check_file(draft))

    def _show(self, checked: Checked) -> Checked:
        """Put each sentence beside its field, and one line of verdict below."""
        problems = dict(checked.problems)
        if self._file_problem is not None:
            problems.setdefault("file", self._file_problem)
        for field in self.query(FormField):
            field.show_problem(problems.get(field.field_name))
        self._show_hint()
        n = len(problems)
        verdict = "ready to start" if n == 0 else f"{n} field{'s' if n > 1 else ''} to mend"
        self.query_one("#form", Vertical).border_subtitle = verdict
        return checked if not problems else Checked(None, problems)

    def _show_hint(self) -> None:
        field = next((field for field in self.query(FormField) if field.control.has_focus), None)
        if field is not None:
            self.query_one("#hint", Static).update(field.hint)

    def _show_choices_of_data(self) -> None:
        draft = self._draft
        self._field("model").explain(describe_model(draft.model))
        self._field("data").explain(describe_data(draft.data))
        for name in ("file", "target"):
            self._field(name).display = draft.data == A_FILE

    async def _show_model_fields(self, draft: Draft) -> None:
        """Exchange the model's own fields for those of another, which take over what was typed for the same name."""
        own = self.query_one("#own-fields", Vertical)
        self._fields_of, self._draft = draft.model, draft
        async with own.batch():
            await own.remove_children()
            await own.mount_all(self._own_fields())

    def _read(self) -> Draft:
        values = {field.field_name: field.value for field in self.query(FormField)}
        return Draft(
            model=values.pop("model"),
            data=values.pop("data"),
            file=values.pop("file"),
            target=values.pop("target"),
            name=values.pop("name"),
            device=values.pop("device", self._draft.device),
            values=changed_values(self._fields_of, {**self._draft.values, **values}),
        )

    def _field(self, name: str) -> FormField:
        return self.query_one(f"#field-{name}", FormField)

    def _fixed_fields(self) -> Iterator[FormField]:
        draft, signs = self._draft, self._signs
        yield FormField("model", Choice(tuple(MODELS), draft.model, signs), describe_model(draft.model), signs)
        yield FormField("data", Choice((*DATASETS, A_FILE), draft.data, signs), describe_data(draft.data), signs)
        yield FormField("file", TextField(draft.file, placeholder="path"), describe_data(A_FILE), signs)
        yield FormField("target", TextField(draft.target, placeholder="column"), "The column to predict.", signs)
        yield FormField("name", TextField(draft.name, placeholder="made from the model"), "What to call it.", signs)

    def _own_fields(self) -> Iterator[FormField]:
        draft, signs = self._draft, self._signs
        for parameter in parameters_of(draft.model):
            yield field_for(parameter, text_of(draft, parameter), signs)
        devices = Choice(devices_for(draft.model), draft.device, signs)
        yield FormField("device", devices, "auto takes a free GPU, else the CPU.", signs)
