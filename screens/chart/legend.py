"""The rows below a chart: what each line is, and what it reads at the cursor or came to."""

import math
from collections.abc import Sequence

from rich.cells import cell_len

from screens.chart.lines import Reading
from screens.pieces import Line as Row
from screens.pieces import Piece, pad
from screens.signs import Signs
from store.records import SeriesRow
from workbench.cells import crop, shorten
from workbench.evaluation.metrics import direction_of
from workbench.formatting import format_count, format_duration, format_value

_LEAST_PLOT_ROWS = 4
"""The plot is never made smaller than this for the sake of a legend."""
_LEAST_HEAD = 6
LEFT_OUT = "above 0 only"


def legend_rows(readings: Sequence[Reading], width: int, room: int, signs: Signs) -> list[Row]:
    """A row for each line; where that leaves no ``room`` for the plot, one row for all, or none."""
    if len(readings) + _LEAST_PLOT_ROWS <= room:
        return _rows(readings, width, signs)
    return [_one_row(readings, width)] if room > _LEAST_PLOT_ROWS else []


def _rows(readings: Sequence[Reading], width: int, signs: Signs) -> list[Row]:
    values = [_value(reading) for reading in readings]
    value_width = min(max(len(value) for value in values), max(1, width - 4))
    heads = [_head(reading, min(width // 3, width - value_width - 2), signs) for reading in readings]
    head_width = max(cell_len(head) for head in heads)
    rows: list[Row] = []
    for reading, head, value in zip(readings, heads, values, strict=True):
        start = (pad(head, head_width) + "  ") if head_width else ""
        text = crop(value.rjust(value_width), value_width, signs.ellipsis)
        rest = _fitting(_parts(reading), width - cell_len(start) - value_width, signs)
        rows.append((Piece(start, reading.course.kind), Piece(text), Piece(rest, "axis")))
    return rows


def _one_row(readings: Sequence[Reading], width: int) -> Row:
    """Letters and values of as many lines as fit."""
    pieces: list[Piece] = []
    used = 0
    for reading in readings:
        head = f"{reading.line.letter} " if len(readings) > 1 else ""
        value = _value(reading)
        used += len(head) + len(value) + 2
        if used - 2 > width:
            break
        pieces += [Piece(head, reading.course.kind), Piece(value + "  ")]
    return tuple(pieces)


def _head(reading: Reading, most: int, signs: Signs) -> str:
    """The letter, and the label where there is room for a telling part of it."""
    line = reading.line
    if not line.label or most < 1:
        return ""
    return f"{line.letter} {shorten(line.label, most - 2, signs.ellipsis)}" if most >= _LEAST_HEAD else line.letter


def _value(reading: Reading) -> str:
    value = format_value(reading.line.metric, reading.value)
    return value if reading.at_cursor else f"last {_here(reading)}{value}"


def _here(reading: Reading) -> str:
    """Said of figures that hold for the steps in sight only."""
    return "here " if reading.window is not None else ""


def _parts(reading: Reading) -> list[str]:
    """What is said beside the value, the most telling first."""
    found = _at_cursor(reading) if reading.at_cursor else _in_the_end(reading)
    return [LEFT_OUT, *found] if reading.course.left_out else found


def _at_cursor(reading: Reading) -> list[str]:
    if reading.spot is None:
        return []
    row, line = reading.spot.row, reading.line
    found = [_steps(row)]
    if line.steps_per_epoch is not None and line.steps_per_epoch > 1:
        found.append(f"epoch {format_count(max(1, math.ceil(row.last_step / line.steps_per_epoch - 1e-9)))}")
    if line.started_at is not None and row.last_at is not None:
        found.append(format_duration(row.last_at - line.started_at))
    if reading.smoothing:
        found.append(f"as logged {format_value(line.metric, row.mean)}")
    if row.n > 1:
        low, high = format_value(line.metric, row.minimum), format_value(line.metric, row.maximum)
        found.append(f"mean of {format_count(row.n)}, {low} to {high}")
    return found


def _in_the_end(reading: Reading) -> list[str]:
    low, high, metric = reading.lowest(), reading.highest(), reading.line.metric
    if low is None or high is None:
        return []
    direction = direction_of(metric)
    if direction is None:
        return [f"lowest {format_value(metric, low.minimum)}", f"highest {format_value(metric, high.maximum)}"]
    best, value = (high, high.maximum) if direction else (low, low.minimum)
    return [f"best {_here(reading)}{format_value(metric, value)} at {_steps(best)}"]


def _steps(row: SeriesRow) -> str:
    if row.first_step == row.last_step:
        return f"step {format_count(row.last_step)}"
    return f"step {format_count(row.first_step)}-{format_count(row.last_step)}"


def _fitting(parts: Sequence[str], room: int, signs: Signs) -> str:
    """As many whole parts as there is room for, each after a dot."""
    text = ""
    for part in parts:
        longer = f"{text} {signs.dot} {part}"
        if cell_len(longer) > room:
            break
        text = longer
    return text
