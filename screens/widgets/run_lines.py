"""How the run table is drawn: its heading and of its rows those in sight, repainted only where a cell differs."""

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.dashboard.cells import Cell
from screens.dashboard.columns import GUTTER, Placed, header_cells
from screens.dashboard.table_rows import context_of, empty_words
from screens.page import Page
from screens.pieces import hanging
from screens.signs import Signs
from screens.widgets.ink import ink, laid_over
from screens.widgets.row_cells import RowCells

HEADER_HEIGHT = 1
_KINDS = (
    *("secondary", "name", "figure", "better", "worse", "a", "b"),
    *("queued", "running", "done", "failed", "stopped", "lost"),
)


class RunLines(ScrollView):
    """The lines of a page's rows, the one under the cursor on its ground."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"run-table--header", "run-table--cursor"} | {
        f"run-table--{kind}" for kind in _KINDS
    }

    page: var[Page] = var(Page, init=False)
    """The page to draw; set from above."""

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._placed: tuple[Placed, ...] = ()
        self._cells = RowCells(signs)
        self._drawn: dict[int, tuple[Cell, ...]] = {}
        """By line of the widget."""
        self._styles_of: dict[str, tuple[Style, Style]] = {}
        self.cursor_row = 0
        self.trouble = ""
        """What stands in the place of rows where none could be read."""

    @property
    def width(self) -> int:
        """The cells beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def visible_rows(self) -> int:
        """How many rows there is room for."""
        return max(1, self.size.height - HEADER_HEIGHT)

    def notify_style_update(self) -> None:
        """Forget the styles when the theme changes."""
        super().notify_style_update()
        self._styles_of.clear()

    def place(self, placed: tuple[Placed, ...]) -> None:
        """Draw these columns."""
        self._placed = placed
        self._cells.place(placed)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the table: the header, a run, or nothing."""
        width = self.width
        if y < HEADER_HEIGHT:
            return self._header_strip(width)
        row = self.scroll_offset.y + y - HEADER_HEIGHT
        if row >= self.page.total:
            words = self._words_of_nothing(width)
            text = f"{'':{GUTTER}}{words[row]}" if row < len(words) else ""
            return Strip([Segment(text, self._style("secondary", on_cursor=False))]).crop_extend(
                0, width, self.rich_style
            )
        cells = self._drawn[y] = self._cells.at(self.page, row)
        return self._row_strip(cells, width, on_cursor=row == self.cursor_row)

    def refresh_changed(self) -> None:
        """Mark the cells of the rows in sight that no longer are what stands on the screen."""
        top = self.scroll_offset.y
        regions: list[Region] = []
        for row in range(top, min(top + self.visible_rows, self.page.total)):
            y = row - top + HEADER_HEIGHT
            before, now = self._drawn.get(y), self._cells.at(self.page, row)
            if before is now or before == now:
                continue
            if before is None or len(before) != len(now) or len(now) != len(self._placed) + 1:
                regions.append(Region(0, y, self.width, 1))
                continue
            # One stretch: a line is sent from its left edge in any case.
            last = max(index for index, pair in enumerate(zip(before, now, strict=True)) if pair[0] != pair[1])
            end = GUTTER if last == 0 else self._placed[last - 1].x + cell_len(now[last].text)
            regions.append(Region(0, y, end, 1))
        if regions:
            self.refresh(*regions)

    def _header_strip(self, width: int) -> Strip:
        style = self.get_component_rich_style("run-table--header")
        words = " ".join(header_cells(self._placed, context_of(self.page, self._signs)))
        return Strip([Segment(f"{'':{GUTTER}}{words}", style)]).crop_extend(0, width, style)

    def _row_strip(self, cells: tuple[Cell, ...], width: int, *, on_cursor: bool) -> Strip:
        plain = self._style("", on_cursor=on_cursor)
        mark, *others = cells
        segments = [
            Segment(self._signs.cursor if on_cursor else " ", self._style("name", on_cursor=on_cursor)),
            Segment(mark.text, self._style(mark.kind, on_cursor=on_cursor)),
            Segment(" ", plain),
        ]
        for cell in others:
            segments.append(Segment(cell.text, self._style(cell.kind, on_cursor=on_cursor)))
            if not cell.goes_on:
                segments.append(Segment(" ", plain))
        return Strip(segments).crop_extend(0, width, plain).simplify()

    def _words_of_nothing(self, width: int) -> list[str]:
        """What stands in a table without runs: what is the matter, or by which key the filter is taken away."""
        if self.trouble and self.page.total == 0:
            return hanging(self.trouble, max(1, width - GUTTER))
        if self.page.total > 0 or self.page.runs == 0:
            return []
        bindings = (binding for _, binding in self._bindings)
        key = next((self.app.get_key_display(binding) for binding in bindings if binding.id == "table.all"), "")
        return empty_words(self.page.runs, key, width - GUTTER)

    def _style(self, kind: str, *, on_cursor: bool) -> Style:
        styles = self._styles_of.get(kind)
        if styles is None:
            own = ink(self, f"run-table--{kind}") if kind in _KINDS else Style.null()
            cursor = self.get_component_rich_style("run-table--cursor")
            styles = self._styles_of[kind] = (self.rich_style + own, laid_over(cursor, own))
        return styles[on_cursor]
