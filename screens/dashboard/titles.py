"""The titles of the dashboard's panes: what is shown, of how much, and in which way. Pure."""

from collections.abc import Sequence

from rich.cells import cell_len

from screens.dashboard.columns import path_title
from screens.dashboard.filters import words_of_filter
from screens.page import Page, RunRow
from screens.signs import Signs
from workbench.cells import crop, shorten
from workbench.formatting import format_count
from workbench.inert import inert

_NAMES = (44, 26, 18, 12)
"""Cells that the name of a marked run gets: the most that leaves room for everything."""


def runs_title(page: Page, signs: Signs, room: int, *, readable: bool = True) -> str:
    """The title of the run table, in at most ``room`` cells: what matters least is left away first."""
    where, sort, folded = page.arrangement
    count = format_count(page.total) + (f" of {format_count(page.runs)}" if where or folded else "")
    parts = [f"Runs {count}"]
    if not readable:
        parts.append("the store cannot be read")
    if page.live:
        parts.append(f"{page.live} live")
    if page.problem is not None:
        parts.append(f"{signs.problem} {inert(page.problem)}")
    if where:
        parts.append(f"where {inert(words_of_filter(where))}")
    if sort:
        parts.append(f"by {_sort_words(sort)}")
    if folded:
        parts.append("seeds folded")
    for width in _NAMES:
        whole = f" {signs.dot} ".join([*parts, *_marks(page, signs, width)])
        if cell_len(whole) <= room:
            break
    return crop(whole, room, signs.ellipsis)


def log_title(name: str, words: Sequence[str], signs: Signs, room: int) -> str:
    """The title of the log: whose it is, and what is special about what is shown."""
    said = [inert(word) for word in words]
    for_name = room - cell_len(f" {signs.dot} ".join(["Log", "", *said]))
    return _joined(["Log", *([shorten(name, max(8, for_name), signs.ellipsis)] if name else []), *said], signs, room)


def _sort_words(sort: str) -> str:
    path, _, direction = sort.partition(":")
    return path_title(path) + (f" {direction}" if direction else "")


def _marks(page: Page, signs: Signs, width: int) -> list[str]:
    """Who is A, B and the baseline."""
    marked = (("A", page.a), ("B", page.b), (f"{signs.baseline} vs", page.baseline))
    return [f"{sign} {_name(row, signs, width)}" for sign, row in marked if row is not None]


def _name(row: RunRow, signs: Signs, width: int) -> str:
    return shorten(inert(row.run.name), width, signs.ellipsis)


def _joined(parts: list[str], signs: Signs, room: int) -> str:
    return crop(f" {signs.dot} ".join(parts), room, signs.ellipsis)
