"""One line of a form: a mark, a label, a control, and a note: the help or, while the value is wrong, what is wrong."""

import unicodedata
from collections.abc import Iterator

from textual import events
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.signs import Signs
from screens.widgets.choice import Choice
from workbench.inert import inert
from workbench.parameters import Kind, Parameter

_OBEYED = ("Cc", "Cf", "Cs")
"""Categories of characters that do something instead of being seen, or that cannot be encoded."""


class TextField(Input):
    """A line to type into, without a frame, whose cursor stands still: a blinking one sends bytes for ever."""

    def __init__(self, value: str, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Keep out what a terminal would obey, wherever it comes from: a file, a column, an earlier run."""
        is_harmless = value.isprintable() or not any(unicodedata.category(letter) in _OBEYED for letter in value)
        return value if is_harmless else inert(value)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted, without escape sequences: they would reach the terminal."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(inert(next(iter(event.text.splitlines()), "")))


class FormField(Horizontal):
    """A mark, a label, a control and a note. ``name`` is what the form's problems call the field.

    The mark says that the value is not the one that the form began with; the note then tells that one.
    """

    def __init__(self, name: str, control: Choice | TextField, note: str, signs: Signs, bounds: str = "") -> None:
        super().__init__(id=f"field-{name}")
        self._bounds = bounds
        self.field_name = name
        self.control = control
        self._note = note
        self._signs = signs
        self._was: str | None = None
        self._problem: str | None = None
        self._shown = note

    def compose(self) -> Iterator[Widget]:
        """The parts in a row."""
        yield Static("", classes="mark", markup=False)
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

    def put(self, text: str) -> None:
        """Put a text into the control, as if it had always stood there."""
        if isinstance(self.control, Choice):
            self.control.choose(text)
        else:
            with self.control.prevent(Input.Changed):
                self.control.value = text
            self.control.cursor_position = len(text)

    @property
    def hint(self) -> str:
        """What is wrong, else the help in full, with the values that are accepted."""
        if self._problem is not None:
            return self._text()
        return f"{self._text()} Accepted: {self._bounds}." if self._bounds else self._text()

    def explain(self, note: str) -> None:
        """Put another help text beside the control, unless a problem stands there."""
        self._note = note
        self._say()

    def show_change(self, was: str | None) -> None:
        """Mark the field as changed from what it ``was``, or take the mark away."""
        if was != self._was:
            self.set_class(was is not None, "-changed")
            self.query_one(".mark", Static).update("" if was is None else self._signs.changed)
        self._was = was
        self._say()

    def show_problem(self, sentence: str | None) -> None:
        """Put a sentence in the place of the help, or the help back."""
        self._problem = sentence
        self.set_class(sentence is not None, "-wrong")
        self._say()

    def _text(self) -> str:
        if self._problem is not None:
            return f"{self._signs.problem} {self._problem}"
        if self._was is None:
            return self._note
        return self._signs.write(f"was {inert(self._was, 40) or 'empty'} · {self._note}")

    def _say(self) -> None:
        text = self._text()
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
