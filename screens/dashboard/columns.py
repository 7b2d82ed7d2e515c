"""The columns of the run table: what each shows, how wide it is, and which ones a given width has room for.

Without a choice of the user's, columns are taken by priority until the width is used up; what is left over goes to the
name, up to a point, so that the table neither cuts what fits nor tears its columns apart on a wide screen. Columns that
the user chose are all there, in his order: those that do not fit are reached by moving the table sideways.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from screens.dashboard.cells import Cell, Context
from screens.dashboard.progress import with_progress
from screens.dashboard.usual_columns import BUILT_IN, Column, figures_column, usual_columns
from screens.formatting import fit
from screens.page import RunRow
from workbench.run_words import title_of

GUTTER = 3
"""Cells before the first column: the cursor, the letter of a mark, and one empty one."""
_NARROW, _NARROW_NAME = 44, 12
"""Below so many cells names give way to the first figure, down to so many."""
_KINDS_OF_SERIES = ("last", "best", "min", "max", "last_step", "best_step", "min_step", "max_step")


def column_of(key: str) -> Column:
    """The column of a key; of any path of a run's document one is made."""
    if key in BUILT_IN:
        return BUILT_IN[key]
    title = path_title(key)
    is_word = key.startswith(("parameters.", "environment.", "data."))
    width = max(8, min(16, len(title)))
    return replace(figures_column(key, title, width, 0), best=width if not is_word else 16)


def path_title(path: str) -> str:
    """The heading of a column of figures: ``best val loss``, ``learning rate``."""
    group, _, name = path.partition(".")
    if group == "series":
        metric, _, kind = name.rpartition(".")
        if kind in _KINDS_OF_SERIES:
            return f"{kind.replace('_step', '')} {title_of(metric)}{' at step' if kind.endswith('_step') else ''}"
        return title_of(name)
    return title_of(name) if name else title_of(group)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column at its place: it starts at cell ``x`` and is ``width`` cells wide, with one empty cell after it."""

    column: Column
    x: int
    width: int
    inset: int = 0
    """Of its cells the first ones that stay empty: two columns whose texts would meet are set apart."""


def place_columns(
    width: int,
    chosen: Sequence[str] | None = None,
    *,
    tasks: Sequence[str] = (),
    shift: int = 0,
    wider: int = 0,
    start: int = GUTTER,
) -> tuple[Placed, ...]:
    """The columns that are seen in ``width`` cells, each with its place; ``start`` cells before them are the gutter.

    ``chosen`` are the user's columns; ``shift`` of them after the name have been moved out of sight to the left. Where
    he chose none they are those of the ``tasks`` of the runs that are shown. Columns of figures get ``wider`` cells
    more than usual, for differences and spreads.
    """
    room = width - start
    if chosen is None:
        taken = _columns_that_fit(usual_columns(tasks), room, wider)
    else:
        taken = _chosen_that_fit([_widened(column_of(key), wider) for key in chosen], room, shift)
    insets = _insets(taken)
    widths = {column.key: min(column.width, max(1, room)) for column in taken}
    spare = room - sum(widths.values()) - sum(insets) - len(taken) + 1
    for key, best in _growth(taken):
        more = max(0, min(spare, best - widths[key]))
        widths[key] += more
        spare -= more
    if spare < 0 and "name" in widths:
        widths["name"] = max(6, widths["name"] + spare)
    placed: list[Placed] = []
    x = start
    for inset, column in zip(insets, taken, strict=True):
        width = inset + widths[column.key]
        placed.append(Placed(column, x, width, inset))
        x += width + 1
    return tuple(placed)


def _insets(columns: Sequence[Column]) -> list[int]:
    """One cell more before a column that begins at its left where the one before it ends at its right."""
    sides = ["left", *(column.align for column in columns)]
    return [int(pair == ("right", "left")) for pair in pairwise(sides)]


def _widened(column: Column, by: int) -> Column:
    return replace(column, width=column.width + by) if by and column.path else column


def _columns_that_fit(usual: Sequence[Column], room: int, wider: int) -> list[Column]:
    """By priority, until one does not fit; a wide screen keeps some room for long names before it adds columns."""
    columns = [_widened(column, wider) for column in usual]
    if room < _NARROW:
        columns = [replace(column, width=_NARROW_NAME) if column.key == "name" else column for column in columns]
    kept_for_names = max(0, room - 80) // 4
    taken: list[Column] = []
    for column in sorted(columns, key=lambda item: item.priority):
        more = [item for item in columns if item in taken or item is column]
        needed = sum(item.width + 1 for item in more) - 1 + sum(_insets(more))
        if column.priority > 0 and kept_for_names + needed > room:
            break
        taken = more
    return taken


def _chosen_that_fit(columns: list[Column], room: int, shift: int) -> list[Column]:
    """The name, which stays, and of the columns round it those that fit once ``shift`` of them are out of sight."""
    fixed = [column for column in columns if column.key == "name"] or [BUILT_IN["name"]]
    others = [column for column in columns if column.key != "name"][shift:]
    used = fixed[0].width
    seen = []
    for column in others:
        if used + 1 + column.width > room:
            break
        used += 1 + column.width
        seen.append(column)
    place = columns.index(fixed[0]) if fixed[0] in columns and shift == 0 else 0
    return [*seen[:place], fixed[0], *seen[place:]]


def _growth(taken: list[Column]) -> list[tuple[str, int]]:
    """Who grows to what, in turn: data and names to a fair width, then the words, then names to their full length."""
    growing = {column.key: column.best for column in taken if column.best}
    fair = [("data", 10), ("name", 30)]
    order = [*fair, *((key, best) for key, best in growing.items() if key not in ("name", "progress"))]
    return [(key, best) for key, best in [*order, ("name", 44), ("progress", 60)] if key in growing]


def header_cells(placed: tuple[Placed, ...], context: Context) -> tuple[str, ...]:
    """The titles, each in its column's width; the one that the rows are sorted by has an arrow."""
    return tuple(_heading(item, context) for item in placed)


def _heading(item: Placed, context: Context) -> str:
    title, ellipsis, width = item.column.title, context.signs.ellipsis, item.width - item.inset
    if context.sorted_by == item.column.key:
        arrow = context.signs.down if context.descending else context.signs.up
        title = fit(title, min(width - 1, len(title)), "left", ellipsis, cut="end") + arrow
    return " " * item.inset + fit(title, width, item.column.align, ellipsis, cut="end")


def row_cells(row: RunRow, placed: tuple[Placed, ...], context: Context) -> tuple[Cell, ...]:
    """The cells of one row, each in its column's width."""
    cells = []
    for item in placed:
        width = item.width - item.inset
        cell = item.column.cell(row, replace(context, width=width))
        text = fit(cell.text, width, item.column.align, context.signs.ellipsis, cut=item.column.cut)
        cells.append(Cell(" " * item.inset + text, cell.kind))
    return tuple(with_progress(row, placed, cells, context))
