"""The columns of the run table: what each shows, how wide it is, and which ones a given width has room for.

Columns are taken by priority until the width is used up; what is left over goes to the name, up to a point, so that
the table neither cuts what fits nor tears its columns apart on a wide screen.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
from screens.signs import Signs
from store.records import FigureGroup, RunStatus
from workbench.formatting import NOT_KNOWN, format_moment, format_value
from workbench.inert import inert

TABLE_FIGURES: tuple[tuple[FigureGroup, str], ...] = (
    (FigureGroup.METRICS, "accuracy"),
    (FigureGroup.METRICS, "macro_f1"),
    (FigureGroup.METRICS, "log_loss"),
    (FigureGroup.LATENCY, "p50_ms"),
    (FigureGroup.LATENCY, "p95_ms"),
    (FigureGroup.COST, "train_usd"),
    (FigureGroup.SIZE, "parameters"),
)
"""The figures that the table may show; the poller reads these for the visible rows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell and what kind of text it is: '' for plain, or the name of a style of the table."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a cell needs besides its row."""

    now: float
    signs: Signs


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``priority`` 0 is always there, higher ones come as the width allows.

    ``best`` is how wide it grows where there is room, ``width`` how wide it is at least.
    """

    key: str
    title: str
    width: int
    align: Align
    priority: int
    cell: Callable[[RunRow, Context], Cell]
    best: int = 0
    cut: Cut = "middle"


def _status(row: RunRow, context: Context) -> Cell:
    return Cell(f"{status_sign(row, context.signs)} {status_word(row)}", row.status.value)


def _name(row: RunRow, context: Context) -> Cell:
    return Cell(inert(row.run.name), "name")


def _model(row: RunRow, context: Context) -> Cell:
    return Cell(inert(row.run.model))


def _data(row: RunRow, context: Context) -> Cell:
    return Cell(dataset_name(row.run.dataset))


def _device(row: RunRow, context: Context) -> Cell:
    return Cell(inert(row.run.device), "secondary")


def _seed(row: RunRow, context: Context) -> Cell:
    return Cell(str(row.run.seed), "secondary")


def _time(row: RunRow, context: Context) -> Cell:
    return Cell(time_text(row, context.now))


def _created(row: RunRow, context: Context) -> Cell:
    return Cell(format_moment(row.run.created_at), "secondary")


def _progress(row: RunRow, context: Context) -> Cell:
    if row.run.error and row.status is not RunStatus.DONE:
        return Cell(inert(row.run.error), "secondary")
    share = share_done(row.run)
    words = progress_text(row)
    if not words or share is None:
        return Cell(words, "secondary")
    filled, empty = bar(share, 8, context.signs)
    return Cell(f"{filled}{empty} {words}", "running")


def _figure(name: str, width: int) -> Callable[[RunRow, Context], Cell]:
    def cell(row: RunRow, context: Context) -> Cell:
        value = row.figures.get(name)
        if value is None:
            return Cell("" if row.is_live else NOT_KNOWN, "secondary")
        # A figure without its end or its middle would be another figure: one that is too wide is rounded.
        texts = (format_value(name, value, unit=False), *(f"{value:.{digits}g}" for digits in range(width, 0, -1)))
        return Cell(next((text for text in texts if len(text) <= width), texts[-1]), "figure")

    return cell


COLUMNS: tuple[Column, ...] = (
    Column("status", "status", 10, "left", 0, _status),
    Column("name", "run", 16, "left", 0, _name, best=44),
    Column("model", "model", 11, "left", 5, _model, best=19, cut="end"),
    Column("data", "data", 8, "left", 4, _data, best=18),
    Column("accuracy", "acc", 6, "right", 1, _figure("accuracy", 6)),
    Column("macro_f1", "F1", 6, "right", 8, _figure("macro_f1", 6)),
    Column("log_loss", "loss", 6, "right", 2, _figure("log_loss", 6)),
    Column("p50_ms", "p50 ms", 7, "right", 3, _figure("p50_ms", 7)),
    Column("p95_ms", "p95 ms", 7, "right", 9, _figure("p95_ms", 7)),
    Column("train_usd", "USD", 7, "right", 11, _figure("train_usd", 7)),
    Column("parameters", "params", 9, "right", 12, _figure("parameters", 9)),
    Column("time", "time", 7, "right", 1, _time),
    Column("device", "device", 7, "left", 10, _device),
    Column("seed", "seed", 4, "right", 13, _seed),
    Column("created", "created", 16, "left", 14, _created),
    Column("progress", "progress", 26, "left", 7, _progress, best=60, cut="end"),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column at its place: it starts at cell ``x`` and is ``width`` cells wide, with one empty cell after it."""

    column: Column
    x: int
    width: int


def place_columns(width: int, start: int = 1) -> tuple[Placed, ...]:
    """The columns that fit into ``width`` cells, each with its place; ``start`` cells before them hold the cursor."""
    room = width - start
    taken = _columns_that_fit(room)
    widths = {column.key: column.width for column in taken}
    spare = room - sum(widths.values()) - len(taken) + 1
    for key, best in _growth(taken):
        more = max(0, min(spare, best - widths[key]))
        widths[key] += more
        spare -= more
    if spare < 0:
        widths["name"] = max(6, widths["name"] + spare)
    placed: list[Placed] = []
    x = start
    for column in (item for item in COLUMNS if item in taken):
        placed.append(Placed(column, x, widths[column.key]))
        x += widths[column.key] + 1
    return tuple(placed)


def _columns_that_fit(room: int) -> list[Column]:
    """By priority, until one does not fit; a wide screen keeps some room for long names before it adds columns."""
    taken: list[Column] = []
    used = max(0, room - 80) // 4
    for column in sorted(COLUMNS, key=lambda item: item.priority):
        if column.priority > 0 and used + column.width > room:
            break
        taken.append(column)
        used += column.width + 1
    return taken


def _growth(taken: list[Column]) -> list[tuple[str, int]]:
    """Who grows to what, in turn: names to a fair width, then the words, then names to their full length."""
    growing = {column.key: column.best for column in taken if column.best}
    order = [("name", 30), *((key, best) for key, best in growing.items() if key not in ("name", "progress"))]
    return [(key, best) for key, best in [*order, ("name", 44), ("progress", 60)] if key in growing]


def header_cells(placed: tuple[Placed, ...], signs: Signs) -> tuple[str, ...]:
    """The titles, each in its column's width."""
    return tuple(fit(item.column.title, item.width, item.column.align, signs.ellipsis) for item in placed)


def row_cells(row: RunRow, placed: tuple[Placed, ...], context: Context) -> tuple[Cell, ...]:
    """The cells of one row, each in its column's width."""
    cells = []
    for item in placed:
        cell = item.column.cell(row, context)
        cells.append(
            Cell(fit(cell.text, item.width, item.column.align, context.signs.ellipsis, cut=item.column.cut), cell.kind)
        )
    return tuple(cells)
