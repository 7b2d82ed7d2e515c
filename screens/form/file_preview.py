"""What the file under the cursor holds: the columns of a table or the beginning of a text, and what to be wary of."""

from textual.app import ComposeResult
from textual.containers import Vertical

from screens.form.file_panes import ColumnRows, about_lines
from screens.form.text_rows import TextRows, about_text
from screens.pieces import Line
from screens.signs import Signs
from screens.widgets.painted import PaintedText
from workbench.data.glimpse import Preview
from workbench.data.text_glimpse import TextPreview


class FilePreview(Vertical):
    """One of two lists, and sentences below it; the cursor of the list stands on what a model is to learn from."""

    def __init__(self, target: str | None, text: str | None, signs: Signs) -> None:
        super().__init__(id="file-preview")
        self._signs = signs
        self._target = target
        self._text = text
        self.columns = ColumnRows(signs)
        self.texts = TextRows(signs)
        self._about = PaintedText(id="file-about")

    def compose(self) -> ComposeResult:
        """The two lists, of which one is in sight, and the sentences."""
        self.texts.display = False
        yield self.columns
        yield self.texts
        yield self._about

    @property
    def content(self) -> ColumnRows | TextRows:
        """The list that is in sight."""
        return self.texts if self.texts.display else self.columns

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been read."""
        return self.content.preview is None

    def say(self, words: str) -> None:
        """Show these words instead of what a file holds."""
        self._turn_to(is_text=False)
        self.texts.clear()
        self.columns.say(words)
        self.warn()

    def show(self, seen: Preview | TextPreview) -> None:
        """Show what was read."""
        self._turn_to(is_text=isinstance(seen, TextPreview))
        if isinstance(seen, TextPreview):
            self.columns.say("")
            self.texts.show(seen, self._text)
        else:
            self.texts.clear()
            self.columns.show(seen, self._target)
        self.warn()

    def warn(self) -> None:
        """Say what to be wary of, with the column under the cursor as the target."""
        text, table, column, width = (
            self.texts.preview,
            self.columns.preview,
            self.columns.current,
            self._about.size.width,
        )
        lines: list[Line] = []
        if width and text is not None:
            lines = about_text(text, width, self._signs)
        elif width and table is not None and column is not None:
            lines = about_lines(table, column, width, self._signs)
        self._about.show(lines)

    def _turn_to(self, *, is_text: bool) -> None:
        """Have one of the lists in sight; the other one's focus goes to it."""
        had_focus = self.screen.focused is self.content
        self.texts.display, self.columns.display = is_text, not is_text
        if had_focus:
            self.screen.set_focus(self.content)
