"""The tab of figures while groups are compared: means over seeds or splits, every member's point, what is missing."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from screens.diff.group_rows import GroupLine, group_foot, lay_out_groups, missing_lines
from screens.pieces import Line, Piece
from screens.signs import Signs
from screens.widgets.painted import PaintedText, RowsPane, pane_size

if TYPE_CHECKING:
    from workbench.comparison.groups import GroupCompared
    from workbench.comparison.result import Row

_NOTHING_DIFFERS = "No row is shown to differ. Press i for all of them."


class GroupRows(RowsPane):
    """The rows under the headings of their groups; the cursor stands on a metric, whatever else is shown."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._compared: GroupCompared | None = None
        self._head: Line = ()
        self._lines: tuple[GroupLine, ...] = ()
        self.only_differing = False

    def show(self, compared: "GroupCompared") -> None:
        """Show another comparison; the cursor stays on its metric."""
        chosen = self.chosen
        self._compared = compared
        self._lay_out()
        places = [place for place, line in enumerate(self._lines) if _is_of(line, chosen)]
        self.cursor = places[0] if places else 0
        self.redraw()
        self.post_message(self.Moved(self, self.cursor))

    @property
    def chosen(self) -> "Row | None":
        """The row under the cursor."""
        return self._lines[self.cursor].row if self.cursor < len(self._lines) else None

    def row_count(self) -> int:
        """Rows and headings."""
        return max(1, len(self._lines))

    def is_choosable(self, index: int) -> bool:
        """Headings are passed over."""
        return index < len(self._lines) and self._lines[index].row is not None

    def head(self) -> tuple[Line, ...]:
        """The headings of the columns."""
        return (self._head,) if self._lines else ()

    def line_at(self, index: int) -> Line:
        """A row as a line, or why there is none."""
        return self._lines[index].line if self._lines else (Piece(_NOTHING_DIFFERS, "secondary"),)

    def draw(self) -> None:
        """Lay the table out for the width, then paint what is seen."""
        self._lay_out()
        super().draw()

    def _lay_out(self) -> None:
        if self._compared is not None:
            # A cell for the cursor's sign, one for the scroll bar.
            width = max(10, pane_size(self).width - 2)
            self._head, self._lines = lay_out_groups(
                self._compared, width, self._signs, only_differing=self.only_differing
            )


def _is_of(line: GroupLine, row: "Row | None") -> bool:
    return row is not None and line.row is not None and line.row.metric == row.metric


class GroupsPane(Vertical):
    """What is missing, the rows, and every member of the chosen one."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-groups")
        self._signs = signs
        self._compared: GroupCompared | None = None
        self._lead = PaintedText(id="groups-lead", classes="lead")
        self.rows = GroupRows(signs, id="group-rows", classes="rows")
        self._foot = PaintedText(id="groups-foot", classes="foot")

    def compose(self) -> ComposeResult:
        """What is missing, rows, foot."""
        yield self._lead
        yield self.rows
        yield self._foot

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.rows

    def take_groups(self, compared: "GroupCompared") -> None:
        """Show another comparison of groups."""
        self._compared = compared
        self.rows.show(compared)
        self._draw()

    def toggle_differing(self) -> None:
        """Only rows that are shown to differ, or all."""
        self.rows.only_differing = not self.rows.only_differing
        if self._compared is not None:
            self.rows.show(self._compared)

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Show every member of the row under the cursor."""
        event.stop()
        self._draw()

    def on_rows_pane_opened(self, event: RowsPane.Opened) -> None:
        """Nothing is behind a mean but its members, which stand below."""
        event.stop()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    def _draw(self) -> None:
        compared = self._compared
        if compared is None:
            return
        width, height = pane_size(self)
        lines = missing_lines(compared, width - 2, 2 if height < 24 else 6, self._signs) if height >= 8 else []
        self._lead.display = bool(lines)
        self._lead.show(lines)
        room = 1 if height < 8 else 2 if height < 12 else 5 if height < 24 else 8
        needed = self.rows.row_count() + len(self.rows.head())
        self.rows.styles.height = needed if needed + room + len(lines) + 3 < height else "1fr"
        foot = group_foot(compared, self.rows.chosen, max(10, width - 2), room, self._signs)
        self._foot.show([*foot, *[()] * (room - len(foot))])
