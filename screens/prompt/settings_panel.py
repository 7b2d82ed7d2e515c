"""The settings of the generation screen: a field each, checked with each key, and a line that says what one means."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from screens.pieces import Piece, hanging, on_rule
from screens.prompt.settings_texts import DEFAULTS, STOP, Chosen, parameters_of, read_texts
from screens.signs import Signs
from screens.widgets.choice import Choice
from screens.widgets.field import FormField, TextField, field_for
from screens.widgets.painted import PaintedText
from workbench.inert import inert

_STOP_HELP = r"The text ends before these; commas between them, \n is a line break."


class SettingsPanel(Vertical):
    """The fields, in one column; ``texts`` is what stands in them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: where not all fields are seen, what scrolls them would take the key.
        Binding("down", "field(1)", "Next", show=False, priority=True, tooltip="The next field", id="generation.next"),
        Binding(
            "up",
            "field(-1)",
            "Previous",
            show=False,
            priority=True,
            tooltip="The field before",
            id="generation.previous",
        ),
        Binding("right,space", "turn(1)", "Change", tooltip="The next value of a choice", id="generation.turn"),
        Binding("left", "turn(-1)", "Back", show=False, tooltip="The value before", id="generation.turn_back"),
    ]

    class Changed(Message):
        """Other settings stand there."""

    def __init__(self, texts: Mapping[str, str], devices: tuple[str, ...], signs: Signs) -> None:
        super().__init__(id="prompt-settings")
        given = {**DEFAULTS, **texts}
        self._signs = signs
        stop = FormField(STOP, TextField(given[STOP]), _STOP_HELP, signs)
        typed = {item.name: field_for(item, given[item.name], signs) for item in parameters_of(devices)}
        self.fields = {name: stop if name == STOP else typed[name] for name in DEFAULTS}
        self._hint = PaintedText(id="settings-hint")
        self.chosen: Chosen | None = None
        """What the fields say; None while any of them is wrong."""
        self.problem = ""
        """The first thing that is wrong, as a sentence."""

    def compose(self) -> ComposeResult:
        """The fields, which scroll where there is no room, and what the one with the focus means."""
        with VerticalScroll(can_focus=False):
            yield from self.fields.values()
        yield self._hint

    def on_mount(self) -> None:
        """Check what it opens with."""
        self.border_title = on_rule("Settings")
        self._check()

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: field.value for name, field in self.fields.items()}

    def put(self, texts: Mapping[str, str]) -> None:
        """Put other texts into the fields; those that are not named stay."""
        for name, text in texts.items():
            if name in self.fields:
                self.fields[name].put(text)
        self._check()

    @property
    def focus_target(self) -> Widget:
        """The field that keys go to: a wrong one first."""
        wrong = next((field for field in self.fields.values() if field.is_wrong), None)
        return (wrong or next(iter(self.fields.values()))).control

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a choice can be turned; in a text the same keys are text."""
        return isinstance(self.screen.focused, Choice) if action == "turn" else super().check_action(action, parameters)

    def action_turn(self, by: int) -> None:
        """Turn the choice with the focus."""
        if isinstance(self.screen.focused, Choice):
            self.screen.focused.turn(by)
            self._check()

    def action_field(self, by: int) -> None:
        """Go to the next field, or the one before, round the ends."""
        controls = [field.control for field in self.fields.values()]
        here = next((place for place, control in enumerate(controls) if control.has_focus), -1)
        controls[(here + by) % len(controls)].focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check with each key."""
        event.stop()
        self._check()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Follow a choice that was made by typing."""
        event.stop()
        self._check()

    def on_descendant_focus(self) -> None:
        """Say what the field means."""
        self._explain()

    def on_resize(self) -> None:
        """Wrap the hint anew."""
        self._explain()

    def _check(self) -> None:
        self.chosen, problems = read_texts(self.texts)
        self.problem = next(iter(problems.values()), "")
        for name, field in self.fields.items():
            default = None if field.value.strip() in (DEFAULTS[name], "") else DEFAULTS[name]
            field.show_state(default, problems.get(name))
        self._explain()
        self.post_message(self.Changed())

    def _explain(self) -> None:
        """What is wrong with the field that has the focus, or what it means; else the first thing that is wrong."""
        field = next((field for field in self.fields.values() if field.control.has_focus), None)
        words = field.hint if field is not None else f"{self._signs.problem} {self.problem}" if self.problem else ""
        kind = "error" if (field is not None and field.is_wrong) or (field is None and self.problem) else "secondary"
        width = max(10, self._hint.size.width or 30)
        self._hint.show([(Piece(line, kind),) for line in hanging(inert(words), width)] if words else [])
