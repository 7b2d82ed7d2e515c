"""The editor of the prompt: several lines, a still cursor, and nothing drawn that a terminal would obey."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from workbench.inert import inert

_STAND_IN = "\ufffd"


class PromptEditor(TextArea):
    """Takes the prompt as it is typed, pasted, or taken from the history; its text is that, to the character."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", tooltip="Out of the prompt: then letters are keys", id="editor.leave"),
        Binding("ctrl+l", "empty", "Clear", tooltip="Empty the prompt", id="editor.clear"),
        # The usual key goes to the shell, in all of the app.
        Binding("ctrl+underscore", "undo", "Undo", show=False, tooltip="The prompt as it was", id="editor.undo"),
    ]

    class Left(Message):
        """The prompt is left for what is made of it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text, id="prompt-editor", compact=True, highlight_cursor_line=False)
        self.cursor_blink = False  # a blinking one sends bytes for ever

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn: as many characters as it has, each of them harmless."""
        line = super().get_line(line_index)
        if line.plain.isprintable():
            return line
        return Text("".join(map(_harmless, line.plain)), end="", no_wrap=True)

    def put(self, text: str) -> None:
        """Hold another text, the cursor at its end."""
        if text != self.text:
            self.load_text(text)
        self.move_cursor(self.document.end)

    def action_empty(self) -> None:
        """Take all of the prompt away, which can be undone."""
        self.clear()

    def action_leave(self) -> None:
        """Let keys be keys again."""
        self.post_message(self.Left())


def _harmless(character: str) -> str:
    """A character, or one that stands for it: the cells of a line are counted by its characters."""
    if character == "\t":
        return character
    return inert(character) or _STAND_IN
