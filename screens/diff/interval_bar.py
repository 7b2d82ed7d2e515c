"""Differences as bars around zero: to the left they speak for A, to the right for B (``comparison.reaches``)."""

from screens.pieces import Line, Piece
from screens.signs import IntervalSigns, Signs
from workbench.comparison.reaches import Reach


def draw_bar(reach: Reach | None, kind: str, width: int, signs: Signs) -> Line:
    """A bar in ``width`` cells; without a difference to draw, the zero line alone."""
    marks = signs.interval
    cells = [" "] * width
    middle = width // 2
    cells[middle] = marks.zero
    if reach is None:
        return (Piece("".join(cells), "secondary"),)
    start, end = _draw_span(cells, reach, middle, marks)
    ends = [end for end in (reach.low, reach.high, reach.value) if end is not None]
    if min(ends) < -1:
        cells[0] = signs.previous
    if max(ends) > 1:
        cells[-1] = signs.following
    pieces = (
        Piece("".join(cells[:start]), "secondary"),
        Piece("".join(cells[start : end + 1]), kind),
        Piece("".join(cells[end + 1 :]), "secondary"),
    )
    return tuple(piece for piece in pieces if piece.text)


def _draw_span(cells: list[str], reach: Reach, middle: int, marks: IntervalSigns) -> tuple[int, int]:
    """Draw the interval, or a stem from zero, and the value; the first and the last cell that they take."""
    value = _place(reach.value, middle)
    if reach.low is None or reach.high is None:
        start, end = min(value, middle), max(value, middle)
        ends = (marks.line, marks.line)
        if not reach.is_certain:
            start = end = value
    else:
        start, end = _place(reach.low, middle), _place(reach.high, middle)
        ends = (marks.low, marks.high)
    for at in range(start, end + 1):
        cells[at] = marks.cross if at == middle else marks.line
    if reach.low is None:
        cells[middle] = marks.zero
    elif end > start:
        cells[start], cells[end] = ends
    cells[value] = marks.value if reach.is_certain or reach.low is not None else marks.guess
    return start, end


def _place(position: float, middle: int) -> int:
    return middle + round(max(-1.0, min(1.0, position)) * middle)
