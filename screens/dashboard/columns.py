"""The columns of the run table: what each shows, how wide it is, and which ones a given width has room for.

Without a choice of the user's, columns are taken by priority until the width is used up; what is left over goes to the
name, up to a point, so that the table neither cuts what fits nor tears its columns apart on a wide screen. Columns that
the user chose are all there, in his order: those that do not fit are reached by moving the table sideways.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from screens.dashboard.cell_values import figure_cell
from screens.dashboard.cells import Cell, Context
from screens.dashboard.progress import with_progress
from screens.formatting import (
    Align,
    Cut,
    bar,
    dataset_name,
    fit,
    progress_text,
    share_done,
    status_sign,
    status_word,
    time_text,
)
from screens.page import RunRow
from store.records import RunStatus
from workbench.cells import shorten
from workbench.formatting import format_moment
from workbench.inert import inert
from workbench.run_words import title_of

GUTTER = 3
"""Cells before the first column: the cursor, the letter of a mark, and one empty one."""


_NARROW, _NARROW_NAME = 44, 12
"""Below so many cells names give way to the first figure, down to so many."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``priority`` 0 is always there, higher ones come as the width allows.

    ``best`` is how wide it grows where there is room, ``width`` how wide it is at least. The key of a column of figures
    is the full path of the value in a run's document.
    """

    key: str
    title: str
    width: int
    align: Align
    priority: int
    cell: Callable[[RunRow, Context], Cell]
    best: int = 0
    cut: Cut = "middle"

    @property
    def path(self) -> str | None:
        """What has to be read of each run; None where the run itself says it."""
        return self.key if "." in self.key else None


def _status(row: RunRow, context: Context) -> Cell:
    return Cell(f"{status_sign(row, context.signs)} {status_word(row)}", row.status.value)


def _name(row: RunRow, context: Context) -> Cell:
    if row.fold is None:
        return Cell(inert(row.run.name) if not row.is_member else f"  {inert(row.run.name)}", "name")
    sign = context.signs.unfolded if row.fold.is_open else context.signs.folded
    count = f"{sign} {len(row.fold.member_ids)} {context.signs.times} "
    room = max(1, context.width - len(count))
    return Cell(count + shorten(inert(row.fold.name), room, context.signs.ellipsis), "name")


def _model(row: RunRow, context: Context) -> Cell:
    return Cell(inert(row.run.model))


def _data(row: RunRow, context: Context) -> Cell:
    return Cell(dataset_name(row.run.dataset))


def _device(row: RunRow, context: Context) -> Cell:
    return Cell(inert(row.run.device), "secondary")


def _seed(row: RunRow, context: Context) -> Cell:
    return Cell("" if row.fold is not None else str(row.run.seed), "secondary")


def _time(row: RunRow, context: Context) -> Cell:
    return Cell(time_text(row, context.now))


def _created(row: RunRow, context: Context) -> Cell:
    return Cell(format_moment(row.run.created_at), "secondary")


def _id(row: RunRow, context: Context) -> Cell:
    return Cell(str(row.run.id), "secondary")


def _tags(row: RunRow, context: Context) -> Cell:
    return Cell(inert(" ".join(row.run.tags)), "secondary")


def _notes(row: RunRow, context: Context) -> Cell:
    return Cell(inert(" ".join(row.run.notes.split())), "secondary")


def _progress(row: RunRow, context: Context) -> Cell:
    if row.run.error and row.status is not RunStatus.DONE:
        return Cell(inert(row.run.error), "secondary")
    share = share_done(row.run)
    words = progress_text(row)
    if not words or share is None:
        return Cell(words, "secondary")
    filled, empty = bar(share, 8, context.signs)
    return Cell(f"{filled}{empty} {words}", "running")


def _figures(path: str, title: str, width: int, priority: int) -> Column:
    return Column(path, title, width, "right", priority, lambda row, context: figure_cell(row, path, context))


COLUMNS: tuple[Column, ...] = (
    Column("status", "status", 10, "left", 0, _status),
    Column("name", "run", 18, "left", 0, _name, best=44),
    Column("model", "model", 11, "left", 5, _model, best=20, cut="end"),
    Column("data", "data", 8, "left", 4, _data, best=18),
    _figures("metrics.accuracy", "acc", 6, 1),
    _figures("metrics.macro_f1", "F1", 6, 8),
    _figures("metrics.log_loss", "loss", 6, 2),
    _figures("latency.p50_ms", "p50 ms", 7, 3),
    _figures("latency.p95_ms", "p95 ms", 7, 9),
    _figures("cost.train_usd", "USD", 7, 11),
    _figures("size.parameters", "params", 9, 12),
    Column("time", "time", 7, "right", 1, _time),
    Column("device", "device", 7, "left", 10, _device),
    Column("seed", "seed", 4, "right", 13, _seed),
    Column("created", "created", 16, "left", 14, _created),
    Column("progress", "progress", 26, "left", 7, _progress, best=60, cut="end"),
)
"""What is shown unless the user chose otherwise."""

_MORE: tuple[Column, ...] = (
    Column("id", "id", 5, "right", 0, _id),
    Column("tags", "tags", 12, "left", 0, _tags, best=24, cut="end"),
    Column("notes", "notes", 20, "left", 0, _notes, best=48, cut="end"),
)
BUILT_IN = {column.key: column for column in (*COLUMNS, *_MORE)}
_KINDS_OF_SERIES = ("last", "best", "min", "max", "last_step", "best_step", "min_step", "max_step")


def column_of(key: str) -> Column:
    """The column of a key; of any path of a run's document one is made."""
    if key in BUILT_IN:
        return BUILT_IN[key]
    title = path_title(key)
    is_word = key.startswith(("parameters.", "environment.", "data."))
    width = max(8, min(16, len(title)))
    return replace(_figures(key, title, width, 0), best=width if not is_word else 16)


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
    width: int, chosen: Sequence[str] | None = None, *, shift: int = 0, wider: int = 0, start: int = GUTTER
) -> tuple[Placed, ...]:
    """The columns that are seen in ``width`` cells, each with its place; ``start`` cells before them are the gutter.

    ``chosen`` are the user's columns; ``shift`` of them after the name have been moved out of sight to the left.
    Columns of figures get ``wider`` cells more than usual, for differences and spreads.
    """
    room = width - start
    if chosen is None:
        taken = _columns_that_fit(room, wider)
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


def _columns_that_fit(room: int, wider: int) -> list[Column]:
    """By priority, until one does not fit; a wide screen keeps some room for long names before it adds columns."""
    columns = [_widened(column, wider) for column in COLUMNS]
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
    """Who grows to what, in turn: names to a fair width, then the words, then names to their full length."""
    growing = {column.key: column.best for column in taken if column.best}
    order = [("name", 30), *((key, best) for key, best in growing.items() if key not in ("name", "progress"))]
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
