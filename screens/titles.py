"""The titles of the dashboard's panes: what is shown, of how much, and in which way. Pure."""

from screens.columns import path_title
from screens.filters import words_of_filter
from screens.page import Page, RunRow
from screens.signs import Signs
from workbench.cells import crop, shorten
from workbench.formatting import format_count
from workbench.inert import inert

_NAME = 18


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
    parts += [f"{letter} {_name(row, signs)}" for letter, row in (("A", page.a), ("B", page.b)) if row is not None]
    if page.baseline is not None:
        parts.append(f"{signs.baseline} vs {_name(page.baseline, signs)}")
    return _joined(parts, signs, room)


def log_title(name: str, signs: Signs, room: int, *, follows: bool) -> str:
    """The title of the log."""
    parts = [
        "Log",
        *([shorten(name, max(8, room - 15), signs.ellipsis)] if name else []),
        *([] if follows else ["paused"]),
    ]
    return _joined(parts, signs, room)


def _sort_words(sort: str) -> str:
    path, _, direction = sort.partition(":")
    return path_title(path) + (f" {direction}" if direction else "")


def _name(row: RunRow, signs: Signs) -> str:
    return shorten(inert(row.run.name), _NAME, signs.ellipsis)


def _joined(parts: list[str], signs: Signs, room: int) -> str:
    return crop(f" {signs.dot} ".join(parts), room, signs.ellipsis)
