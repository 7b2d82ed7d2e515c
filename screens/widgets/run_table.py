"""The run table: as instant at 100,000 runs as at ten, because it holds and formats only the rows that are seen.

It draws rows of the newest page that it was given and asks for another stretch (``WindowMoved``) when it is scrolled
out of it; rows that are not there yet are drawn as a dot. The cursor belongs to a run, not to a line: when runs come in
above it, it moves down with its run.
"""

import time
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.columns import Cell, Context, Placed, header_cells, place_columns, row_cells
from screens.page import Page, RunRow
from screens.signs import Signs
from screens.widgets.ink import ink

EMPTY = ("No runs yet. Press n to start the first one,", "or leave with q and try 'workbench demo'.")
EMPTY_TO_READ = ("No runs yet in this store, which is open for reading only.",)
_HEADER_HEIGHT = 1
_KINDS = ("secondary", "name", "figure", "queued", "running", "done", "failed", "stopped", "lost")
_GG_WITHIN_S = 1.0


class RunTable(ScrollView, can_focus=True):
    """A virtual table of runs, newest first, with a cursor that stays on its run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False),
        Binding("home", "top", "Newest run", show=False),
        Binding("g", "top_on_second", "Newest run", show=False),
        Binding("end,G", "bottom", "Oldest run", show=False),
        Binding("enter", "open", "Open", tooltip="Open the run: spec, figures, environment"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"run-table--header", "run-table--cursor"} | {
        f"run-table--{kind}" for kind in _KINDS
    }

    class Chosen(Message):
        """The cursor came to stand on a run."""

        def __init__(self, run_id: int) -> None:
            super().__init__()
            self.run_id = run_id

    class Opened(Message):
        """Enter was pressed on a run."""

        def __init__(self, run_id: int) -> None:
            super().__init__()
            self.run_id = run_id

    class WindowMoved(Message):
        """These rows are seen, or nearly: the page should hold them."""

        def __init__(self, offset: int, limit: int) -> None:
            super().__init__()
            self.offset = offset
            self.limit = limit

    page: var[Page] = var(Page, init=False)
    """The page to draw; set from above."""

    def __init__(self, signs: Signs, *, read_only: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._empty = EMPTY_TO_READ if read_only else EMPTY
        self._signs = signs
        self._placed: tuple[Placed, ...] = ()
        self._drawn: dict[int, tuple[Cell, ...]] = {}
        self._styles_of: dict[str, tuple[Style, Style]] = {}
        self._asked: tuple[int, int] | None = None
        self._first_g_at = 0.0
        self._awaited_id: int | None = None
        self.cursor_row = 0
        self.cursor_id: int | None = None

    @property
    def width(self) -> int:
        """The cells beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def visible_rows(self) -> int:
        """How many rows there is room for."""
        return max(1, self.size.height - _HEADER_HEIGHT)

    def watch_page(self, before: Page, page: Page) -> None:
        """Draw a newer page; only cells that differ are repainted."""
        grown = page.total - before.total
        self._move_cursor_with_its_run(grown)
        if grown:
            self.virtual_size = Size(self.width, page.total + _HEADER_HEIGHT)
            if self.scroll_offset.y > 0 and grown > 0:
                self.scroll_to(y=self.scroll_offset.y + grown, animate=False, force=True)
            self._keep_cursor_in_sight()
            self.refresh()
        else:
            self._refresh_changed()
        self._ask_for_window()

    def choose(self, run_id: int) -> None:
        """Put the cursor on a run now, or as soon as a page holds it."""
        self._awaited_id = run_id
        self._move_cursor_with_its_run(0)
        self._keep_cursor_in_sight()
        self.refresh()

    def choose_newest(self, run_id: int) -> None:
        """Put the cursor on a run that was just added, which stands first."""
        self.action_top()
        self.choose(run_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to open in an empty table."""
        return self.page.total > 0 if action == "open" else super().check_action(action, parameters)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._put_cursor(self.cursor_row + by)

    def action_move_page(self, by: int) -> None:
        """Move the cursor by screens."""
        self._put_cursor(self.cursor_row + by * max(1, self.visible_rows - 1))

    def action_top(self) -> None:
        """Go to the newest run."""
        self._put_cursor(0)

    def action_top_on_second(self) -> None:
        """Go to the newest run on the second g of a pair."""
        now = time.monotonic()
        if now - self._first_g_at < _GG_WITHIN_S:
            self._first_g_at = 0.0
            self.action_top()
        else:
            self._first_g_at = now

    def action_bottom(self) -> None:
        """Go to the oldest run."""
        self._put_cursor(self.page.total - 1)

    def action_open(self) -> None:
        """Open the run under the cursor."""
        if self.cursor_id is not None:
            self.post_message(self.Opened(self.cursor_id))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for the rows that came into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_window()

    def on_resize(self) -> None:
        """Choose the columns anew for the new width."""
        self._placed = place_columns(self.width)
        self._drawn.clear()
        self.virtual_size = Size(self.width, self.page.total + _HEADER_HEIGHT)
        self._keep_cursor_in_sight()
        self._ask_for_window()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        place = event.get_content_offset(self)
        if place is not None and place.y >= _HEADER_HEIGHT:
            self._put_cursor(self.scroll_offset.y + place.y - _HEADER_HEIGHT)

    def notify_style_update(self) -> None:
        """Forget the styles when the theme changes."""
        super().notify_style_update()
        self._styles_of.clear()

    def render_line(self, y: int) -> Strip:
        """One line of the table: the header, a run, or nothing."""
        width = self.width
        if y < _HEADER_HEIGHT:
            return self._header_strip(width)
        if self.page.total == 0 and 0 < y - _HEADER_HEIGHT <= len(self._empty):
            words = f" {self._empty[y - _HEADER_HEIGHT - 1]}"
            style = self._style("secondary", on_cursor=False)
            return Strip([Segment(words, style)]).crop_extend(0, width, self.rich_style)
        row = self.scroll_offset.y + y - _HEADER_HEIGHT
        if row >= self.page.total:
            return Strip.blank(width, self.rich_style)
        return self._row_strip(row, width)

    def _header_strip(self, width: int) -> Strip:
        style = self.get_component_rich_style("run-table--header")
        words = " ".join(header_cells(self._placed, self._signs))
        return Strip([Segment(f" {words}", style)]).crop_extend(0, width, style)

    def _row_strip(self, row: int, width: int) -> Strip:
        on_cursor = row == self.cursor_row
        plain = self._style("", on_cursor=on_cursor)
        gutter = Segment(self._signs.cursor if on_cursor else " ", self._style("name", on_cursor=on_cursor))
        cells = self._drawn[row] = self._cells_of(row)
        segments = [gutter]
        for cell in cells:
            segments += [Segment(cell.text, self._style(cell.kind, on_cursor=on_cursor)), Segment(" ", plain)]
        return Strip(segments).crop_extend(0, width, plain).simplify()

    def _cells_of(self, row: int) -> tuple[Cell, ...]:
        run_row = self._row_at(row)
        if run_row is None:
            return (Cell(self._signs.dot, "secondary"),)
        return row_cells(run_row, self._placed, Context(self.page.now, self._signs))

    def _row_at(self, row: int) -> RunRow | None:
        index = row - self.page.offset
        return self.page.rows[index] if 0 <= index < len(self.page.rows) else None

    def _style(self, kind: str, *, on_cursor: bool) -> Style:
        styles = self._styles_of.get(kind)
        if styles is None:
            own = ink(self, f"run-table--{kind}") if kind in _KINDS else Style.null()
            cursor = self.get_component_rich_style("run-table--cursor")
            styles = self._styles_of[kind] = (self.rich_style + own, cursor + own)
        return styles[on_cursor]

    def _refresh_changed(self) -> None:
        """Mark the cells of the visible rows that no longer are what stands on the screen."""
        top = self.scroll_offset.y
        regions: list[Region] = []
        for row in range(top, min(top + self.visible_rows, self.page.total)):
            before, now = self._drawn.get(row), self._cells_of(row)
            if before == now:
                continue
            y = row - top + _HEADER_HEIGHT
            if before is None or len(before) != len(now) or len(now) != len(self._placed):
                regions.append(Region(0, y, self.width, 1))
                continue
            # One stretch: a line is sent from its left edge in any case.
            last = max(index for index, pair in enumerate(zip(before, now, strict=True)) if pair[0] != pair[1])
            regions.append(Region(0, y, self._placed[last].x + self._placed[last].width, 1))
        if regions:
            self.refresh(*regions)

    def _put_cursor(self, row: int) -> None:
        row = max(0, min(row, self.page.total - 1))
        if self.page.total == 0 or row == self.cursor_row:
            return
        self._awaited_id = None
        before, self.cursor_row = self.cursor_row, row
        for changed in (before, row):
            self.refresh_line(changed + _HEADER_HEIGHT)
        self.cursor_id = None
        self._keep_cursor_in_sight()
        self._name_cursor()

    def _move_cursor_with_its_run(self, grown: int) -> None:
        before = self.cursor_row
        places = {row.run.id: self.page.offset + index for index, row in enumerate(self.page.rows)}
        if self._awaited_id in places:
            self.cursor_row = places[self._awaited_id]
            self._awaited_id = None
        elif self.cursor_id in places:
            self.cursor_row = places[self.cursor_id]
        elif grown > 0 and self.cursor_id is not None:
            self.cursor_row += grown
        self.cursor_row = max(0, min(self.cursor_row, self.page.total - 1))
        if before != self.cursor_row:
            self.refresh()
        self._name_cursor()

    def _name_cursor(self) -> None:
        """Learn which run the cursor stands on, once the page holds its row, and tell it."""
        row = self._row_at(self.cursor_row)
        if row is not None and row.run.id != self.cursor_id:
            self.cursor_id = row.run.id
            self.post_message(self.Chosen(row.run.id))

    def _keep_cursor_in_sight(self) -> None:
        top = self.scroll_offset.y
        if self.cursor_row < top:
            self.scroll_to(y=self.cursor_row, animate=False, force=True)
        elif self.cursor_row >= top + self.visible_rows:
            self.scroll_to(y=self.cursor_row - self.visible_rows + 1, animate=False, force=True)

    def _ask_for_window(self) -> None:
        """Ask for the rows in sight and a screen on either side, unless the page holds what is in sight."""
        if not self.size:
            return
        room = self.visible_rows
        offset = max(0, self.scroll_offset.y - room)
        wanted = (offset, self.scroll_offset.y + 2 * room - offset)
        top, end = self.scroll_offset.y, min(self.scroll_offset.y + room, self.page.total)
        held = self.page.offset <= top and end <= self.page.offset + len(self.page.rows)
        if (not held or self._asked is None) and wanted != self._asked:
            self._asked = wanted
            self.post_message(self.WindowMoved(*wanted))
