"""The fields of the new-run form, in groups that scroll: it is filled from a draft and read as one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from screens.form.checkpoint import A_CHECKPOINT, HELP, checkpoint_named, choice_of
from screens.form.describing import describe_data, describe_file, describe_model
from screens.form.draft import (
    A_FILE,
    RUN_FIELDS,
    SPLIT_FIELDS,
    Draft,
    changed_values,
    data_choices,
    devices_for,
    model_choices,
    takes_text,
    text_of,
)
from screens.signs import Signs
from screens.widgets.choice import Choice
from screens.widgets.field import FormField, TextField, field_for
from workbench.models import find_model

_FIXED = ("model", "name", "tags", "notes", "data", "file", "target", "text")


class FormPane(VerticalScroll):
    """Every field of a draft; those that depend on the model are exchanged when it changes."""

    def __init__(self, draft: Draft, signs: Signs, gpus: Sequence[str] = ()) -> None:
        super().__init__(can_focus=False)
        self._draft = draft
        self._signs = signs
        self._gpus = tuple(gpus)
        self._model = draft.model
        """Whose own fields stand in the form."""
        self._own = Vertical(id="own-fields")

    def compose(self) -> ComposeResult:
        """The fixed fields, and the model's own."""
        yield from self._fixed_fields()
        with self._own:
            yield from self._own_fields()

    def on_mount(self) -> None:
        """Hide what model and data do not need."""
        self._show_fields(self._draft)

    @property
    def fields(self) -> list[FormField]:
        """All fields, from the top. (A query would match every widget of the form with each key.)"""
        return [child for child in (*self.children, *self._own.children) if isinstance(child, FormField)]

    def on_resize(self) -> None:
        """Keep the field that has the focus in sight."""
        if self.focused is not None:
            self.call_after_refresh(self.focused.scroll_visible, animate=False)

    @property
    def focused(self) -> FormField | None:
        """The field with the focus."""
        return next((field for field in self.fields if field.control.has_focus), None)

    def field(self, name: str) -> FormField:
        """The field of this name."""
        return next(field for field in self.fields if field.field_name == name)

    def read(self) -> Draft:
        """What stands in the fields now."""
        values = {field.field_name: field.value for field in self.fields}
        fixed: dict[str, Any] = {name: values.pop(name) for name in _FIXED}
        checkpoint = values.pop("checkpoint")
        if fixed["model"] == A_CHECKPOINT:
            fixed["model"] = checkpoint_named(checkpoint)
        device = values.pop("device", self._draft.device)
        typed = changed_values(self._model, {**self._draft.values, **values})
        self._draft = replace(self._draft, **fixed, device=device, values=typed)
        self._show_fields(self._draft)
        return self._draft

    async def follow_model(self) -> None:
        """Exchange the fields of the model that was chosen before, if it is another; they keep what has their name."""
        draft = self.read()
        if draft.model_choice != choice_of(self._model):
            self._offer_data(draft.model)
            await self._exchange(self.read())

    async def fill(self, draft: Draft) -> None:
        """Show another draft in the place of what stands here."""
        self._offer_data(draft.model)
        for name in _FIXED:
            self.field(name).put(draft.model_choice if name == "model" else getattr(draft, name))
        self.field("checkpoint").put(draft.checkpoint)
        for parameter in SPLIT_FIELDS:
            self.field(parameter.name).put(text_of(draft, parameter))
        self._show_fields(draft)
        await self._exchange(draft)

    def put(self, texts: Mapping[str, str]) -> None:
        """Put texts into some fields."""
        for name, text in texts.items():
            self.field(name).put(text)

    def show(self, problems: Mapping[str, str], changed: Mapping[str, str]) -> None:
        """Put each sentence beside its field, and mark those that were changed."""
        self.field("model").explain(describe_model(self._draft.model))
        self.field("data").explain(describe_data(self._draft.data, self._draft.model))
        for field in self.fields:
            field.show_state(changed.get(field.field_name), problems.get(field.field_name))

    async def _exchange(self, draft: Draft) -> None:
        own = self._own
        self._model, self._draft = draft.model, draft
        async with own.batch():
            await own.remove_children()
            await own.mount_all(self._own_fields())

    def _show_fields(self, draft: Draft) -> None:
        self.field("checkpoint").display = draft.model_choice == A_CHECKPOINT
        of_file, of_text = draft.data == A_FILE, takes_text(draft.model)
        for name, is_shown in (("file", True), ("target", not of_text), ("text", of_text)):
            self.field(name).display = of_file and is_shown

    def _offer_data(self, model: str) -> None:
        """Offer the data sets that ask for what a model does."""
        control = self.field("data").control
        assert isinstance(control, Choice)
        control.offer(data_choices(model), Draft().data)

    def _fixed_fields(self) -> Iterator[Widget]:
        draft, signs = self._draft, self._signs
        yield _heading("What")
        model = Choice(model_choices(), draft.model_choice, signs)
        yield FormField("model", model, describe_model(draft.model), signs)
        checkpoint = TextField(draft.checkpoint, placeholder="hf:FOLDER, run:ID")
        yield FormField("checkpoint", checkpoint, HELP, signs)
        yield FormField("name", TextField(draft.name, placeholder="made from the model"), "What to call it.", signs)
        yield FormField("tags", TextField(draft.tags), "Words to find it by, with commas between.", signs)
        yield FormField("notes", TextField(draft.notes), "A line for yourself: why this run.", signs)
        yield _heading("Data", later=True)
        data = Choice(data_choices(draft.model), draft.data, signs)
        yield FormField("data", data, describe_data(draft.data, draft.model), signs)
        yield FormField("file", TextField(draft.file, placeholder="path"), describe_file(draft.model), signs)
        yield FormField("target", TextField(draft.target, placeholder="column"), "The column to predict.", signs)
        yield FormField(
            "text", TextField(draft.text, placeholder="found"), "The field of a .jsonl file that holds the text.", signs
        )
        for parameter in SPLIT_FIELDS:
            yield field_for(parameter, text_of(draft, parameter), signs)

    def _own_fields(self) -> Iterator[Widget]:
        draft, signs = self._draft, self._signs
        own = find_model(draft.model).parameters
        if own:
            of_what = "the fine-tuning" if draft.model_choice == A_CHECKPOINT else draft.model
            yield _heading(f"Parameters of {of_what}", later=True)
        for parameter in own:
            yield field_for(parameter, text_of(draft, parameter), signs)
        yield _heading("How it runs", later=True)
        devices = devices_for(draft.model, *self._gpus, draft.device)
        note = "auto takes a free GPU, else the CPU." if len(devices) > 2 else "This model runs on the CPU."
        yield FormField("device", Choice(devices, draft.device, signs), note, signs)
        for parameter in RUN_FIELDS:
            yield field_for(parameter, text_of(draft, parameter), signs)


def _heading(text: str, *, later: bool = False) -> Static:
    return Static(text, classes="form-heading -later" if later else "form-heading", markup=False)
