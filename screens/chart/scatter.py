"""Points in a plane as rows of pieces: a sign each, the line of a front, bounds, names beside those that have one.

Pure, on the canvas and the scales of the curves. A point is a sign in one cell, never a dot of a colour, so that kinds
of points differ without colour, too; what is drawn later lies on top. A name stands where it hides no point.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.chart.canvas import Canvas, Dot
from screens.chart.scale import Scale, value_scale, value_ticks, value_words
from screens.pieces import Line as Row
from screens.pieces import Piece
from screens.signs import Signs
from workbench.cells import crop, shorten

_LABEL_MOST = 12
_LEAST_ACROSS = 6
_TICK_ROWS = 4
_TICK_CELLS = 14
_NAME_MOST = 24


@dataclass(frozen=True, slots=True)
class Mark:
    """One point. ``name`` is written beside it where there is room; inert text."""

    x: float
    y: float
    sign: str
    kind: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plane:
    """What lies under the points."""

    front: Sequence[tuple[float, float]] = ()
    """Corners of a stair: from each, across to the next one's x, then up or down to its y."""
    x_bound: float | None = None
    y_bound: float | None = None
    log: bool = False
    """Whether x is on a logarithmic axis; all of it must be above 0 then."""


def draw_scatter(marks: Sequence[Mark], plane: Plane, width: int, height: int, signs: Signs) -> tuple[Row, ...] | None:
    """The points in ``height`` rows of at most ``width`` cells; None where there is no point or no room."""
    across = value_scale([mark.x for mark in marks], log=plane.log, tight=True)
    up = value_scale([mark.y for mark in marks], tight=True)
    if across is None or up is None or height < 3:
        return None
    rows = height - 2
    ticks = value_ticks(up, max(2, rows // _TICK_ROWS + 1, min(5, rows // 2 + 1)))
    words = [crop(word, _LABEL_MOST, signs.ellipsis) for word in value_words(ticks, up)]
    left = max(len(word) for word in words)
    if width - left - 1 < _LEAST_ACROSS:
        return None
    canvas = Canvas(width - left - 1, rows, braille=signs.braille)
    _draw(canvas, marks, plane, across, up, signs)
    labels = {canvas.cell_row(up.share(tick)): word for tick, word in zip(ticks, words, strict=True)}
    plot = [
        (
            Piece(f"{labels.get(y, ''):>{left}}{signs.chart.tick if y in labels else signs.chart.side}", "secondary"),
            *row,
        )
        for y, row in enumerate(canvas.rows("secondary", signs.shades[1]))
    ]
    return (*plot, *_bottom(across, left, canvas, signs))


def _draw(canvas: Canvas, marks: Sequence[Mark], plane: Plane, across: Scale, up: Scale, signs: Signs) -> None:
    def place(x: float, y: float) -> Dot:
        column = round(across.share(x) * (canvas.across - 1))
        return column, canvas.up - 1 - round(up.share(y) * (canvas.up - 1))

    if plane.x_bound is not None and across.low <= plane.x_bound <= across.high:
        canvas.upright(place(plane.x_bound, up.low)[0], signs.chart.side, "warning")
    if plane.y_bound is not None and up.low <= plane.y_bound <= up.high:
        canvas.level(place(across.low, plane.y_bound)[1], signs.chart.floor, "warning")
    canvas.path(_stair([place(x, y) for x, y in plane.front]), "filled", signs.interval.axis)
    for mark in marks:
        canvas.mark(*place(mark.x, mark.y), mark.sign, mark.kind)
    # The last is the one that is looked at: its name has the first choice.
    for mark in reversed(marks):
        if mark.name:
            canvas.name(*place(mark.x, mark.y), shorten(mark.name, _NAME_MOST, signs.ellipsis), mark.kind)


def _stair(corners: Sequence[Dot]) -> list[Dot]:
    """The corners with a step between each and the next."""
    dots: list[Dot] = []
    for x, y in corners:
        if dots:
            dots.append((x, dots[-1][1]))
        dots.append((x, y))
    return dots


def _bottom(across: Scale, left: int, canvas: Canvas, signs: Signs) -> list[Row]:
    """The floor with its ticks, and the words below it."""
    ticks = value_ticks(across, max(2, canvas.width // _TICK_CELLS + 1))
    marks = [signs.chart.floor] * canvas.width
    words = [" "] * canvas.width
    placed = list(zip(ticks, value_words(ticks, across), strict=True))
    free = 0
    # The ends first: what does not fit between them is left away.
    for tick, word in [placed[0], placed[-1], *placed[1:-1]]:
        column = round(across.share(tick) * (canvas.width - 1))
        start = max(0, min(column - cell_len(word) // 2, canvas.width - cell_len(word)))
        around = words[max(0, start - 1) : start + cell_len(word) + 1]
        if free and any(cell != " " for cell in around):
            continue
        free += 1
        words[start : start + cell_len(word)] = list(word)
        marks[column] = signs.chart.mark
    return [
        (Piece(" " * left + signs.chart.corner + "".join(marks), "secondary"),),
        (Piece(" " * (left + 1) + "".join(words).rstrip(), "secondary"),),
    ]
