"""The run table: as instant at 100,000 runs as at ten, because it holds and formats only the rows that are seen.

It draws rows of the newest page that it was given and wishes for another stretch (``Wished``) when it is scrolled out
of it; rows that are not there yet are drawn as a dot. The cursor belongs to a run, not to a line: when runs come in
above it, or another order puts its run elsewhere, it moves with its run.
"""

from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from screens.dashboard.columns import place_columns
from screens.dashboard.table_rows import is_nowhere, place_of_run, row_at, tasks_seen
from screens.page import Page, RunRow, TableWish
from screens.signs import Signs
from screens.widgets.run_lines import HEADER_HEIGHT, RunLines
from screens.widgets.second_g import SecondG

_WIDER_FOR_DIFFERENCES = 3
_WIDER_FOR_SPREADS = 5
"""Cells that these need more than figures."""


class RunTable(RunLines, SecondG, can_focus=True):
    """A virtual table of runs, newest first unless sorted, with a cursor that stays on its run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", tooltip="Open the run, or unfold the group", id="table.open"),
        Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
        Binding("pagedown,ctrl+f", "move_page(1)", "Page down", show=False, id="table.page_down"),
        Binding("pageup,ctrl+b", "move_page(-1)", "Page up", show=False, id="table.page_up"),
        Binding("home", "top", "First row", show=False, id="table.first"),
        Binding("g", "top_on_second", "First row", show=False, id="table.first_twice"),
        Binding("end,G", "bottom", "Last row", show=False, id="table.last"),
        Binding("right,l", "shift(1)", "Later columns", show=False, id="table.right"),
        Binding("escape", "all_runs", "All", show=False, tooltip="Take the filter away", id="table.all"),
        Binding("left,h", "shift(-1)", "Earlier columns", show=False, id="table.left"),
    ]

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

    class Wished(Message):
        """The page should hold other rows, other runs or other figures."""

        def __init__(self, table: TableWish) -> None:
            super().__init__()
            self.table = table

    class Resized(Message):
        """The table has another size: a title has other room."""

    def __init__(
        self,
        signs: Signs,
        *,
        columns: tuple[str, ...] | None = None,
        table: TableWish | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(signs, id=id)
        self._columns = columns
        self._tasks: tuple[str, ...] = ()
        """Of the runs that were seen in this arrangement, which decide what is shown of them."""
        self._shift = 0
        self._wish = table or TableWish()
        self._has_asked = False
        self._awaited_id: int | None = None
        self.cursor_id: int | None = None

    @property
    def table(self) -> TableWish:
        """What was asked for last."""
        return self._wish

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the columns that are chosen, or else in sight."""
        return self._columns or tuple(item.column.key for item in self._placed)

    @property
    def cursor_line(self) -> RunRow | None:
        """The row under the cursor, if the page holds it."""
        return row_at(self.page, self.cursor_row)

    def watch_page(self, before: Page, page: Page) -> None:
        """Draw a newer page; only cells that differ are repainted."""
        is_new = before.arrangement != page.arrangement
        tasks, self._tasks = self._tasks, tasks_seen(() if is_new else self._tasks, page)
        if is_new or tasks != self._tasks or (before.baseline is None) != (page.baseline is None):
            self._place()
        self._follow_run(before, page)
        if page.total != before.total or (page.total == 0 and page.runs != before.runs):
            self.virtual_size = Size(self.width, page.total + HEADER_HEIGHT)
            self._keep_cursor_in_sight()
            self.refresh()
        else:
            self.refresh_changed()
        self._ask_for_window()

    def rearrange(self, *, where: str | None = None, sort: str | None = None, folded: bool | None = None) -> None:
        """Show other runs, in another order, or folded; what is None stays."""
        wish = self._wish
        changed = replace(
            wish,
            where=wish.where if where is None else where,
            sort=wish.sort if sort is None else sort,
            folded=wish.folded if folded is None else folded,
            offset=0,
        )
        if changed != wish:
            self._wish = changed
            self._ask_for_window(anew=True)

    def show_columns(self, keys: tuple[str, ...] | None) -> None:
        """Show these columns; None: those that the width has room for."""
        self._columns, self._shift = keys, 0
        self._place()
        self.refresh()
        self._ask_for_window(anew=True)

    def choose(self, run_id: int) -> None:
        """Put the cursor on a run now, or as soon as a page says where it stands."""
        self._awaited_id = run_id
        self._follow_run(self.page, self.page)
        self.refresh()

    def choose_newest(self, run_id: int) -> None:
        """Put the cursor on a run that was just added."""
        self.post_message(self.Chosen(run_id))
        self.choose(run_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to open in an empty table, nor to take away where nothing is filtered."""
        needed = {"open": self.page.total > 0, "all_runs": bool(self._wish.where)}
        return needed[action] if action in needed else super().check_action(action, parameters)

    def action_all_runs(self) -> None:
        """Take the filter away."""
        self.rearrange(where="")

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._put_cursor(self.cursor_row + by)

    def action_move_page(self, by: int) -> None:
        """Move the cursor by screens."""
        self._put_cursor(self.cursor_row + by * max(1, self.visible_rows - 1))

    def action_top(self) -> None:
        """Go to the first row."""
        self._put_cursor(0)

    def action_bottom(self) -> None:
        """Go to the last row."""
        self._put_cursor(self.page.total - 1)

    def action_shift(self, by: int) -> None:
        """Move the columns that the user chose sideways."""
        if self._columns is None:
            return
        shift = max(0, min(self._shift + by, len(self._columns) - 2))
        if shift != self._shift and (by < 0 or self._placed[-1].column.key != self._columns[-1]):
            self._shift = shift
            self._place()
            self.refresh()
            self._ask_for_window(anew=True)

    def action_open(self) -> None:
        """Open the run under the cursor, or unfold its group, or fold it again."""
        row = self.cursor_line
        if row is not None and row.fold is not None:
            oldest = row.fold.member_ids[-1]
            self._wish = replace(self._wish, unfolded=self._wish.unfolded ^ {oldest})
            self._ask_for_window(anew=True)
        elif self.cursor_id is not None:
            self.post_message(self.Opened(self.cursor_id))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for the rows that came into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_window()

    def on_resize(self) -> None:
        """Choose the columns anew for the new width."""
        self._place()
        self.virtual_size = Size(self.width, self.page.total + HEADER_HEIGHT)
        self._keep_cursor_in_sight()
        self._ask_for_window()
        self.refresh()
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        place = event.get_content_offset(self)
        if place is not None and place.y >= HEADER_HEIGHT:
            self._put_cursor(self.scroll_offset.y + place.y - HEADER_HEIGHT)

    def _place(self) -> None:
        """Choose the columns for the width and for what their cells will say."""
        wider = _WIDER_FOR_SPREADS if self._wish.folded else 0
        wider = max(wider, _WIDER_FOR_DIFFERENCES if self.page.baseline is not None else 0)
        width = self.width - 1
        self.place(place_columns(width, self._columns, tasks=self._tasks, shift=self._shift, wider=wider))

    # The cursor.

    def _put_cursor(self, row: int) -> None:
        row = max(0, min(row, self.page.total - 1))
        if self.page.total == 0 or row == self.cursor_row:
            return
        self._awaited_id = None
        before, self.cursor_row = self.cursor_row, row
        for changed in (before, row):
            self.refresh_line(changed + HEADER_HEIGHT)
        self.cursor_id = None
        self._keep_cursor_in_sight()
        self._name_cursor()

    def _follow_run(self, before: Page, page: Page) -> None:
        """Put the cursor where its run stands now, keeping it at its height on the screen."""
        row, was = self._place_of_run(before, page), self.cursor_row
        self.cursor_row = max(0, min(row, page.total - 1))
        if was != self.cursor_row:
            if self.scroll_offset.y > 0:
                self.scroll_to(y=self.scroll_offset.y + self.cursor_row - was, animate=False, force=True)
            self._keep_cursor_in_sight()
            self.refresh()
        self._name_cursor()

    def _place_of_run(self, before: Page, page: Page) -> int:
        wanted = self._awaited_id if self._awaited_id is not None else self.cursor_id
        here = row_at(page, self.cursor_row)
        if wanted is None or (here is not None and here.run.id == wanted and self._awaited_id is None):
            return self.cursor_row
        at = place_of_run(page, wanted)
        was_awaited = self._awaited_id is not None
        if at is not None or is_nowhere(page, wanted):
            self._awaited_id = None
        if at is not None:
            return at
        if was_awaited:
            return self.cursor_row
        if before.arrangement != page.arrangement:
            # The run under the cursor is not among these.
            self.cursor_id = None
            return 0
        return self.cursor_row + max(0, page.total - before.total)

    def _name_cursor(self) -> None:
        """Learn which run the cursor stands on, once the page holds its row, and tell it."""
        row = row_at(self.page, self.cursor_row)
        if row is not None and row.run.id != self.cursor_id and self._awaited_id is None:
            self.cursor_id = row.run.id
            self.post_message(self.Chosen(row.run.id))

    def _keep_cursor_in_sight(self) -> None:
        if not self.size:
            return  # what is in sight is known once there is room; scrolled for less, the rows above would be hidden
        top = self.scroll_offset.y
        if self.cursor_row < top:
            self.scroll_to(y=self.cursor_row, animate=False, force=True)
        elif self.cursor_row >= top + self.visible_rows:
            self.scroll_to(y=self.cursor_row - self.visible_rows + 1, animate=False, force=True)

    def _ask_for_window(self, *, anew: bool = False) -> None:
        """Ask for the rows in sight and a screen on either side, unless the page holds what is in sight."""
        if not self.size:
            return
        room = self.visible_rows
        offset = max(0, self.scroll_offset.y - room)
        paths = tuple(item.column.path for item in self._placed if item.column.path is not None)
        wanted = replace(self._wish, offset=offset, limit=self.scroll_offset.y + 2 * room - offset, paths=paths)
        top, end = self.scroll_offset.y, min(self.scroll_offset.y + room, self.page.total)
        held = self.page.offset <= top and end <= self.page.offset + len(self.page.rows) and paths == self._wish.paths
        if anew or ((not held or not self._has_asked) and wanted != self._wish):
            self._has_asked = True
            self._wish = wanted
            # By ourselves: what a parent has a child post goes no further than that parent.
            self.call_next(self._tell_wish)

    def _tell_wish(self) -> None:
        self.post_message(self.Wished(self._wish))
