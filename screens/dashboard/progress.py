"""How far a live run is, drawn over the columns of figures that it does not have yet: it needs no other room."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from screens.dashboard.cells import Cell, Context
from screens.formatting import bar, fit, progress_text, share_done
from screens.page import RunRow
from screens.signs import Signs
from workbench.formatting import format_progress

if TYPE_CHECKING:
    from screens.dashboard.columns import Placed

_LEAST_BAR, _WIDEST_BAR = 5, 24


def with_progress(row: RunRow, placed: Sequence["Placed"], cells: list[Cell], context: Context) -> list[Cell]:
    """A live run's progress over the columns of figures that it does not have yet, unless a column shows it."""
    words = progress_text(row)
    first, end = _free_figures(placed, cells)
    if not words or first == end or any(item.column.key == "progress" for item in placed):
        return cells
    start = placed[first].x
    width = placed[end - 1].x + placed[end - 1].width - start
    text = _progress_line(row, words, width, context.signs)
    for at in range(first, end):
        goes_on = at + 1 < end
        till = placed[at + 1].x if goes_on else start + width
        cells[at] = Cell(text[placed[at].x - start : till - start], "running", goes_on)
    return cells


def _free_figures(placed: Sequence["Placed"], cells: Sequence[Cell]) -> tuple[int, int]:
    """The first stretch of columns of figures whose cells are empty."""
    is_free = [item.column.path is not None and not cell.text.strip() for item, cell in zip(placed, cells, strict=True)]
    if True not in is_free:
        return 0, 0
    first = is_free.index(True)
    return first, next((at for at in range(first, len(is_free)) if not is_free[at]), len(is_free))


def _progress_line(row: RunRow, words: str, width: int, signs: Signs) -> str:
    """A bar and how far the run is, in exactly ``width`` cells; with little room the words or the share alone."""
    share, total = share_done(row.run), row.run.progress_total
    # As wide as it will become, so that the bar keeps its length.
    widest = format_progress(total, total) if total else ""
    for_words = max(len(words), len(words.partition(" ")[0]) + 1 + len(widest))
    for_bar = min(_WIDEST_BAR, width - for_words - 1)
    if share is None or for_bar < _LEAST_BAR:
        short = (words, words.rpartition(" ")[2], *(() if share is None else (f"{share:.0%}",)))
        return fit(next((text for text in short if len(text) <= width), ""), width, "right", signs.ellipsis)
    filled, empty = bar(share, for_bar, signs)
    return fit(f"{filled}{empty} {words:>{for_words}}", width, "right", signs.ellipsis)
