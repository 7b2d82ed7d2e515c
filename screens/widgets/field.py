"""One line of a form: a mark, a label, a control, and a note: the help or, while the value is wrong, what is wrong."""

import re
import unicodedata
from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.signs import Signs
from screens.widgets.choice import Choice
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from workbench.cells import crop
from workbench.inert import inert
from workbench.parameters import Kind, Parameter

_OBEYED = ("Cc", "Cf", "Cs")
"""Categories of characters that do something instead of being seen, or that cannot be encoded."""

_END_OF_A_PART = re.compile(r"[.;:](?= )|,(?= (?!or ))| \(| · ")
"""Where a help may end; not before the last of several possibilities, without which the others mislead."""

_CLASSES = "-textual-compact -valid"
"""The classes that Textual gives an input as it is made: given one by one, each would style it anew."""

_MARK_WIDTH = 2
_NOTE_GAP = 2
_LEAST_NOTE = 12
"""With less room than this beside the control, the help is left to the line below the form."""


class TextField(Input):
    """A line to type into, without a frame, whose cursor stands still: a blinking one sends bytes for ever."""

    def __init__(self, value: str, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own
        super().__init__(
            value,
            placeholder=placeholder,
            compact=True,
            select_on_focus=False,
            id=id,
            classes=_CLASSES,
        )
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Keep out what a terminal would obey, wherever it comes from: a file, a column, an earlier run."""
        is_harmless = value.isprintable() or not any(unicodedata.category(letter) in _OBEYED for letter in value)
        return value if is_harmless else inert(value)

    async def on_key(self, event: events.Key) -> None:
        """Obey an editing key here and now.

        Textual hands such a key up to the app first, where it is obeyed after the letters that arrived behind it: what
        is typed fast, as over a slow line, would be deleted by the backspace before it.
        """
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.prevent_default()
                event.stop()
                return

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted, without escape sequences: they would reach the terminal."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(inert(next(iter(event.text.splitlines()), "")))


class FormField(LinesWidget):
    """A mark, a label, a control and a note. ``name`` is what the form's problems call the field.

    The mark says that the value is not the one that the form began with; the note then tells that one. Only the control
    is a widget of its own: a form of many fields would otherwise take long to open.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"field--{kind}" for kind in ("heading", "strong", "secondary", "error")}

    def __init__(self, name: str, control: Choice | TextField, note: str, signs: Signs, bounds: str = "") -> None:
        super().__init__(id=f"field-{name}")
        self._bounds = bounds
        self.field_name = name
        self.control = control
        self._note = note
        self._signs = signs
        self._was: str | None = None
        self._problem: str | None = None

    def compose(self) -> Iterator[Widget]:
        """The control; what stands round it is painted."""
        yield self.control

    def on_descendant_focus(self) -> None:
        """Make the label stand out."""
        self.add_class("-focused")
        self.redraw()

    def on_descendant_blur(self) -> None:
        """Make the label like the others."""
        self.remove_class("-focused")
        self.redraw()

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
        if self._problem is not None or not self._bounds:
            return self._words()
        return f"{self._words()} Accepted: {self._bounds}."

    def explain(self, note: str) -> None:
        """Put another help text beside the control, unless a problem stands there."""
        self._tell(note=note, was=self._was, problem=self._problem)

    def show_state(self, was: str | None, problem: str | None) -> None:
        """Mark the field as changed from what it ``was``, and put a sentence in the place of the help; or neither."""
        self._tell(note=self._note, was=was, problem=problem)

    def draw(self) -> None:
        """Paint the label, and beside the control the note: the beginning of the help, or a whole sentence wrapped."""
        label_width = max(1, self.control.styles.margin.left - _MARK_WIDTH)
        is_wrong, is_focused = self._problem is not None, self.has_class("-focused")
        mark = self._signs.changed if self._was is not None else ""
        label = crop(self.field_name.replace("_", " "), label_width - 1, self._signs.ellipsis)
        kind = "error" if is_wrong else "heading" if is_focused else "strong" if mark else ""
        start: Line = (Piece(pad(mark, _MARK_WIDTH), "heading"), Piece(pad(label, label_width), kind))
        gap = self.control.outer_size.width + _NOTE_GAP
        room = self.size.width - width_of(start) - gap
        if room < _LEAST_NOTE:
            self.show_lines([self._paint(start)])
            return
        words = self._words()
        notes = hanging(words, room) if is_wrong else [_beginning(words, room, self._signs.ellipsis)]
        lines = [(*start, Piece(" " * gap), Piece(notes[0], "error" if is_wrong else "secondary"))]
        indent = Piece(" " * (width_of(start) + gap))
        lines += [(indent, Piece(note, "error")) for note in notes[1:]]
        self.show_lines([self._paint(line) for line in lines])

    def _paint(self, line: Line) -> Strip:
        return Strip([Segment(text, ink(self, f"field--{kind}") if kind else None) for text, kind in line])

    def _tell(self, *, note: str, was: str | None, problem: str | None) -> None:
        if (note, was, problem) == (self._note, self._was, self._problem):
            return
        self._note, self._was, self._problem = note, was, problem
        self.redraw()

    @property
    def is_wrong(self) -> bool:
        """Whether what stands in the control is wrong."""
        return self._problem is not None

    @property
    def is_changed(self) -> bool:
        """Whether it is marked as changed."""
        return self._was is not None

    def _words(self) -> str:
        if self._problem is not None:
            return f"{self._signs.problem} {self._problem}"
        if self._was is None:
            return self._note
        return self._signs.write(f"was {inert(self._was, 40) or 'empty'} · {self._note}")


def _beginning(words: str, room: int, ellipsis: str) -> str:
    """What of a help fits: its first part where that says something by itself, else its first words."""
    if cell_len(words) <= room:
        return words
    parts = [words[: found.start()] for found in _END_OF_A_PART.finditer(words)]
    fitting = [part for part in parts if cell_len(part) <= room]
    return fitting[-1] if fitting else crop(words, room, ellipsis)


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
