"""A value in a cell of the run table: a figure, a mean with its spread, or a difference to the baseline.

A figure without its end or its middle would be another figure: one that is too wide for its cell is rounded, never cut.
"""

from collections.abc import Iterable

from screens.dashboard.cells import Cell, Context
from screens.page import RunRow, Value
from workbench.evaluation.metrics import METRICS
from workbench.formatting import NOT_KNOWN, format_delta, format_moment, format_significant, format_value
from workbench.inert import inert
from workbench.parameters import show_value

_JUDGED = ("metrics", "latency", "cost", "size", "series")
"""Groups whose figures are shown as differences once a baseline is set; parameters and facts stay as they are."""
_OF_THE_DATA = ("metrics", "latency", "cost", "series")
"""Groups whose figures mean nothing beside those of other data."""


def figure_cell(row: RunRow, path: str, context: Context) -> Cell:
    """The value at ``path`` of a row, as it is shown beside the baseline, if there is one."""
    if path not in row.figures:
        return Cell("")  # it has not been read yet
    value = row.figures[path]
    name = figure_name(path)
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return _words(row, value)
    baseline = context.baseline
    if baseline is not None and path.partition(".")[0] in _JUDGED and baseline.run.id != row.run.id:
        return _difference(row, path, name, float(value), baseline, context)
    spread = None if row.fold is None else row.fold.spreads.get(path)
    if spread is not None:
        return Cell(_fitting(_with_spread(name, float(value), spread, context), context.width), "figure")
    return Cell(_fitting(_writings(name, float(value), context.width), context.width), "figure")


def figure_name(path: str) -> str:
    """The name of the figure at a path, which decides how it is written; of a series its metric's."""
    group, _, rest = path.partition(".")
    if group == "series":
        return rest.rpartition(".")[0]
    return rest or group


def _words(row: RunRow, value: Value) -> Cell:
    if value is None:
        return Cell("" if row.is_live else NOT_KNOWN, "secondary")
    return Cell(inert(show_value(value)))


def _difference(row: RunRow, path: str, name: str, value: float, baseline: RunRow, context: Context) -> Cell:
    base = baseline.figures.get(path)
    is_other_data = (row.run.dataset, row.run.task) != (baseline.run.dataset, baseline.run.task)
    if not isinstance(base, int | float) or (is_other_data and path.partition(".")[0] in _OF_THE_DATA):
        return Cell(context.signs.dot, "secondary")
    delta = value - float(base)
    metric = METRICS.get(name)
    better_high = metric.higher_is_better if metric is not None else None
    if delta == 0 or better_high is None:
        kind, sign = "secondary", " "
    elif (delta > 0) is better_high:
        kind, sign = "better", context.signs.better
    else:
        kind, sign = "worse", context.signs.worse
    room = context.width - 1
    texts = (format_delta(name, delta, unit=False), *(f"{delta:+.{digits}g}" for digits in range(room, 0, -1)))
    return Cell(_fitting(texts, room) + sign, kind)


def _writings(name: str, value: float, width: int) -> Iterable[str]:
    """A value ever shorter."""
    if name.endswith("_at"):
        yield format_moment(value)
    yield format_value(name, value, unit=False)
    yield from (f"{value:.{digits}g}" for digits in range(width, 0, -1))


def _with_spread(name: str, mean: float, spread: float, context: Context) -> Iterable[str]:
    """Mean and standard deviation ever shorter; the mean alone where there is no room for both."""
    sign = context.signs.plus_minus
    written = format_value(name, mean, spread or None, unit=False)
    yield f"{written}{sign}{format_value(name, spread, spread or None, unit=False)}"
    for digits in (2, 1):
        yield f"{written}{sign}{format_significant(spread, digits)}"
        yield f"{mean:.3g}{sign}{spread:.{digits}g}"
    yield from _writings(name, mean, context.width)


def _fitting(texts: Iterable[str], width: int) -> str:
    """The first text that fits, else the last."""
    last = ""
    for text in texts:
        last = text
        if len(text) <= width:
            break
    return last
