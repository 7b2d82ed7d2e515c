"""The widget in which a cursor goes through a text token by token; only the rows in sight are painted."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from screens.prompt.token_flow import FlowRow, lay_out, nearest, row_lines, row_of
from screens.prompt.token_reading import ReadPassage
from screens.prompt.token_signs import UNLIKELY, TokenFigure
from screens.signs import Signs
from screens.widgets.painted import PaintedLines
from screens.widgets.second_g import SecondG

_FIGURES = tuple(TokenFigure)


class TokenText(PaintedLines, SecondG, can_focus=True):
    """A text in tokens, with a figure for each model below each of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "move(1)", "Token", show=False, tooltip="The next token", id="tokens.next"),
        Binding("left,h", "move(-1)", "Token before", show=False, id="tokens.previous"),
        Binding("down,j", "move_row(1)", "Line", show=False, id="tokens.down"),
        Binding("up,k", "move_row(-1)", "Line before", show=False, id="tokens.up"),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False, id="tokens.page_down"),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False, id="tokens.page_up"),
        Binding("home", "top", "First", show=False, id="tokens.top"),
        Binding("g", "top_on_second", "First", show=False, id="tokens.top_vi"),
        Binding("end,G", "bottom", "Last", show=False, id="tokens.bottom"),
        Binding("n", "unlikely(1)", "Unlikely", tooltip="The next token below 10 %", id="tokens.unlikely"),
        Binding("N", "unlikely(-1)", "Unlikely before", show=False, id="tokens.unlikely_before"),
        Binding("f", "figure", "Figure", tooltip="Probability, bits, rank or entropy", id="tokens.figure"),
    ]

    class Moved(Message):
        """The cursor stands on another token, or other figures are shown."""

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._read: ReadPassage | None = None
        self._rows: list[FlowRow] = []
        self._laid_out: tuple[object, ...] = ()
        self._top = 0
        self.cursor = 0
        self.figure = TokenFigure.PROBABILITY

    def show(self, read: ReadPassage | None) -> None:
        """Show another text; of the same one the cursor stays where it is."""
        if read is None or self._read is None or read.passage != self._read.passage:
            self.cursor = self._top = 0
        self._read = read
        self.redraw()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is no token nothing can be done with it."""
        if action in ("unlikely", "figure"):
            return self._count > 0
        return super().check_action(action, parameters)

    def draw(self) -> None:
        """Paint the rows in sight."""
        if self._read is None or not self._count:
            self._rows = []
            self.show_lines([])
            return
        laid_out = (id(self._read), self.figure, self.size.width)
        if laid_out != self._laid_out:
            self._rows, self._laid_out = lay_out(self._read, self.figure, self.size.width, self._signs), laid_out
        self.cursor = min(self.cursor, self._count - 1)
        here, seen = row_of(self._rows, self.cursor), self._rows_in_sight
        self._top = max(0, min(self._top, here, len(self._rows) - seen), here - seen + 1)
        lines = []
        for row in self._rows[self._top : self._top + seen]:
            lines += row_lines(row, self.cursor, self._read.letters, self._signs)
        self.show_lines([self.paint(line) for line in lines[: self.size.height]])

    def go(self, index: int) -> None:
        """Put the cursor on a token."""
        index = max(0, min(index, self._count - 1))
        if index != self.cursor:
            self.cursor = index
            self.redraw()
            self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """Move by tokens."""
        self.go(self.cursor + by)

    def action_move_row(self, by: int) -> None:
        """Move by rows, to the token that stands above or below."""
        if not self._rows:
            return
        here = row_of(self._rows, self.cursor)
        there = max(0, min(here + by, len(self._rows) - 1))
        if there != here:
            x = next(cell.x for cell in self._rows[here].cells if cell.index == self.cursor)
            self.go(nearest(self._rows[there], x))

    def action_move_page(self, by: int) -> None:
        """Move by screens."""
        self.action_move_row(by * max(1, self._rows_in_sight - 1))

    def action_top(self) -> None:
        """Go to the first token."""
        self.go(0)

    def action_bottom(self) -> None:
        """Go to the last token."""
        self.go(self._count - 1)

    def action_unlikely(self, by: int) -> None:
        """Go to the next token that one of the models did not expect."""
        if self._read is None:
            return
        places = range(self.cursor + by, self._count if by > 0 else -1, by)
        self.go(next((place for place in places if self._is_unlikely(place)), self.cursor))

    def action_figure(self) -> None:
        """Show another figure below the tokens."""
        self.figure = _FIGURES[(_FIGURES.index(self.figure) + 1) % len(_FIGURES)]
        self.redraw()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """Go to the token that was clicked."""
        place = event.get_content_offset(self)
        row = self._top + place.y // self._height_of_row if place is not None else len(self._rows)
        if place is not None and row < len(self._rows):
            self.go(nearest(self._rows[row], place.x))

    def on_mouse_scroll_down(self) -> None:
        """Move with the wheel."""
        self.action_move_row(1)

    def on_mouse_scroll_up(self) -> None:
        """Move with the wheel."""
        self.action_move_row(-1)

    @property
    def _count(self) -> int:
        return len(self._read.stretches) if self._read is not None else 0

    @property
    def _height_of_row(self) -> int:
        return 1 + (len(self._read.views) if self._read is not None else 1)

    @property
    def _rows_in_sight(self) -> int:
        return max(1, self.size.height // self._height_of_row)

    def _is_unlikely(self, index: int) -> bool:
        assert self._read is not None
        stretch = self._read.stretches[index]
        found = [stretch.probability(model) for model in range(len(self._read.views))]
        return any(probability is not None and probability < UNLIKELY for probability in found)
