"""The tabs of a screen, written on a rule: the open one stands out, each has the digit that opens it; pure."""

from collections.abc import Sequence

from screens.pieces import Line, Piece, width_of
from screens.signs import Signs


def tab_line(titles: Sequence[str], current: int, width: int, signs: Signs) -> Line:
    """The tabs with their digits on a rule; where they do not fit, only the open one has its name."""
    for gap, is_short in ((1, False), (0, False), (0, True)):
        line: list[Piece] = []
        for place, title in enumerate(titles):
            text = f"{place + 1}" if is_short and place != current else f"{place + 1} {title}"
            line += [Piece(" " * gap)] if line else []
            line.append(Piece(f" {text} ", "chosen" if place == current else "secondary"))
        if width_of(line) <= width:
            break
    room = width - width_of(line) - 1
    return (*line, Piece(" " + signs.empty * room, "empty")) if room > 0 else tuple(line)
