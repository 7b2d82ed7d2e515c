"""One line of a form: a label, a control, and a note: the help or, while the value is wrong, what is wrong with it."""

from collections.abc import Iterator

from textual import events
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.signs import Signs
from screens.widgets.choice import Choice
from workbench.inert import inert
from workbench.parameters import Kind, Parameter


class TextField(Input):
    """A line to type into, without a frame, whose cursor stands still: a blinking one sends bytes for ever."""

    def __init__(self, value: str, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted, without escape sequences: they would reach the terminal."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(inert(next(iter(event.text.splitlines()), "")))


class FormField(Horizontal):
    """A label, a control and a note. ``name`` is what the form's problems call the field."""

    def __init__(self, name: str, control: Choice | TextField, note: str, signs: Signs, bounds: str = "") -> None:
        super().__init__(id=f"field-{name}")
        self._bounds = bounds
        self.field_name = name
        self.control = control
        self._note = note
        self._signs = signs
        self._shown = note

    def compose(self) -> Iterator[Widget]:
        """The three parts in a row."""
        yield Static(self.field_name.replace("_", " "), classes="label", markup=False)
        yield self.control
        yield Static(self._note, classes="note", markup=False)

    def on_descendant_focus(self) -> None:
        """Make the label stand out."""
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Make the label like the others."""
        self.remove_class("-focused")

    @property
    def value(self) -> str:
        """What stands in the control."""
        return self.control.value

    @property
    def hint(self) -> str:
        """What is wrong, else the help in full, with the values that are accepted."""
        if self.has_class("-wrong"):
            return self._shown
        return f"{self._note} Accepted: {self._bounds}." if self._bounds else self._note

    def explain(self, note: str) -> None:
        """Put another help text beside the control, unless a problem stands there."""
        self._note = note
        if not self.has_class("-wrong"):
            self._say(note)

    def show_problem(self, sentence: str | None) -> None:
        """Put a sentence in the place of the help, or the help back."""
        self.set_class(sentence is not None, "-wrong")
        self._say(self._note if sentence is None else f"{self._signs.problem} {sentence}")

    def _say(self, text: str) -> None:
        if text != self._shown:
            self._shown = text
            self.query_one(".note", Static).update(text)


def field_for(parameter: Parameter, text: str, signs: Signs) -> FormField:
    """The field that a typed parameter needs."""
    control: Choice | TextField
    if parameter.kind is Kind.CHOICE:
        control = Choice(parameter.choices, text, signs)
    elif parameter.kind is Kind.BOOL:
        control = Choice(("true", "false"), text, signs)
    else:
        control = TextField(text, placeholder=parameter.describe_bounds())
    return FormField(parameter.name, control, parameter.help, signs, parameter.describe_bounds())
