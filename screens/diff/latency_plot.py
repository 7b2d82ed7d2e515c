"""How the times of single calls of two models are spread, overlaid in one chart: as shares or as a histogram; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from screens.chart.canvas import Canvas, Dot
from screens.chart.scale import Scale, value_scale, value_ticks, value_words
from screens.pieces import Line, Piece, pad
from screens.signs import Signs
from workbench.cells import crop
from workbench.formatting import format_percent, format_significant

Times = npt.NDArray[np.floating]
"""Milliseconds, (n,), ascending."""

_LABEL = 5
_SHARES = ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.0, "0"), (1.0, "100%"), (0.95, "p95"))
"""What stands at the side, the most telling first."""
_TAIL = 0.995
"""A plain axis ends where so many of the slower model's calls do: one slow call would press the others together."""
_WIDE = 12
_TICK_CELLS = 12
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class TimesView:
    """How the times are looked at."""

    as_histogram: bool = False
    log: bool | None = None
    """None: logarithmic where a plain axis would press one of them into its first cells."""

    def is_log(self, sides: Sequence[Times]) -> bool:
        """Whether these times are drawn on a logarithmic axis."""
        if self.log is not None:
            return self.log
        medians = [float(np.median(times)) for times in sides]
        return _end(sides) > _WIDE * min(medians) > 0


def draw_times(a: Times | None, b: Times | None, view: TimesView, width: int, height: int, signs: Signs) -> list[Line]:
    """The times of both in ``height`` lines of ``width`` cells: what is drawn, the plot, and the axis below."""
    sides = [(letter, times) for letter, times in (("A", a), ("B", b)) if times is not None and len(times)]
    rows = height - 3
    if not sides or rows < _LEAST_ROWS or width < 2 * _LABEL + 10:
        return []
    is_log = view.is_log([times for _, times in sides])
    scale = _scale([times for _, times in sides], log=is_log)
    if scale is None:
        return []
    canvas = Canvas(width - _LABEL - 1, rows, braille=signs.braille)
    if view.as_histogram:
        title, labels = _histogram(canvas, sides, scale)
    else:
        title, labels = _shares(canvas, sides, scale)
    if is_log:
        title += f" {signs.dot} log axis"
    beyond = _beyond(sides, scale)
    if beyond and len(title) + len(beyond) + 3 <= width:
        title += f" {signs.dot} {beyond}"
    marks = signs.chart
    plot = [
        (Piece(f"{labels.get(y, ''):>{_LABEL}}{marks.tick if y in labels else marks.side}", "secondary"), *row)
        for y, row in enumerate(canvas.rows("secondary", " "))
    ]
    return [(Piece(crop(title, width, signs.ellipsis), "secondary"),), *plot, *_bottom(scale, canvas.width, signs)]


def _scale(sides: Sequence[Times], *, log: bool) -> Scale | None:
    low = min(float(times[0]) for times in sides)
    high = max(float(times[-1]) for times in sides) if log else _end(sides)
    return value_scale([low, max(low, high)], log=log, tight=True)


def _end(sides: Sequence[Times]) -> float:
    """Where a plain axis ends."""
    return max(float(np.quantile(times, _TAIL)) for times in sides)


def _shares(canvas: Canvas, sides: Sequence[tuple[str, Times]], scale: Scale) -> tuple[str, dict[int, str]]:
    """The share of calls that take no longer than a time."""
    at = _values(scale, canvas.across)
    for letter, times in sides:
        counts = np.searchsorted(times, at, side="right")
        # Before its first call and after its last one a line would only lie over the other.
        first, last = np.searchsorted(counts, (1, len(times)))
        seen = range(max(0, int(first) - 1), min(len(at), int(last) + 1))
        canvas.path([(x, _up(canvas, float(counts[x]) / len(times))) for x in seen], letter.lower(), letter)
    for letter, times in sides:
        middle = int(np.searchsorted(at, np.median(times)))
        canvas.letter(min(middle, canvas.across - 1), _up(canvas, 0.5), letter, letter.lower())
    labels: dict[int, str] = {}
    for share, words in _SHARES:
        labels.setdefault(canvas.cell_row(share), words)
    return "share of calls that take no longer", labels


def _histogram(canvas: Canvas, sides: Sequence[tuple[str, Times]], scale: Scale) -> tuple[str, dict[int, str]]:
    """How many of a hundred calls fall into each of as many stretches of time as there are cells."""
    edges = _values(scale, canvas.width + 1)
    counted = [(letter, np.histogram(times, edges)[0] / len(times)) for letter, times in sides]
    highest = max(float(shares.max()) for _, shares in counted) or 1.0
    dots_a_cell = canvas.across // canvas.width
    peaks: list[tuple[Dot, str]] = []
    for letter, shares in counted:
        filled = np.flatnonzero(shares)
        seen = range(max(0, int(filled[0]) - 1), min(len(shares), int(filled[-1]) + 2)) if len(filled) else range(0)
        dots = [
            (place * dots_a_cell + part, _up(canvas, float(shares[place]) / highest))
            for place in seen
            for part in range(dots_a_cell)
        ]
        if dots:
            canvas.path(dots, letter.lower(), letter)
            peaks.append((min(dots, key=lambda dot: dot[1]), letter))
    for (x, y), letter in peaks:
        canvas.letter(x, y, letter, letter.lower())
    labels = {canvas.cell_row(0.0): "0", canvas.cell_row(1.0): format_percent(highest, 0)}
    words = "share of calls in each stretch"
    if not scale.log:
        words += f" of {format_significant(float(edges[1] - edges[0]), 2)} ms"
    return words, labels


def _values(scale: Scale, n: int) -> npt.NDArray[np.float64]:
    """``n`` times from one end of the scale to the other."""
    if scale.log:
        return np.geomspace(scale.low, scale.high, n)
    return np.linspace(scale.low, scale.high, n)


def _up(canvas: Canvas, share: float) -> int:
    return canvas.up - 1 - round(share * (canvas.up - 1))


def _beyond(sides: Sequence[tuple[str, Times]], scale: Scale) -> str:
    """How many calls lie beyond the end."""
    shares = [(letter, float(np.mean(times > scale.high))) for letter, times in sides]
    found = [f"{letter} {format_percent(share)}" for letter, share in shares if share > 0]
    return f"beyond the axis {', '.join(found)}" if found else ""


def _bottom(scale: Scale, width: int, signs: Signs) -> list[Line]:
    """The floor with its marks, and the times below it."""
    ticks = value_ticks(scale, max(2, width // _TICK_CELLS))
    words = value_words(ticks, scale)
    first, last = words[0], f"{words[-1]} ms"
    text = pad(first, max(0, width - len(last))) + last
    floor = [signs.chart.floor] * width
    free, end = len(first) + 2, width - len(last) - 2
    for tick, word in zip(ticks[1:-1], words[1:-1], strict=True):
        column = round(scale.share(tick) * (width - 1))
        start = column - len(word) // 2
        if start >= free and start + len(word) <= end:
            text = text[:start] + word + text[start + len(word) :]
            floor[column] = signs.chart.mark
            free = start + len(word) + 2
    left = " " * _LABEL
    return [
        (Piece(f"{left}{signs.chart.corner}{''.join(floor)}", "secondary"),),
        (Piece(f"{left} {crop(text, width, signs.ellipsis)}", "secondary"),),
    ]
