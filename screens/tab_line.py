"""The tabs of a screen, written on a rule: the open one stands out, each has the digit that opens it; pure."""

from collections.abc import Collection, Sequence

from screens.pieces import Line, Piece, width_of
from screens.signs import Signs


def tab_line(
    titles: Sequence[str], current: int, width: int, signs: Signs, digits: Sequence[str] | None = None
) -> Line:
    """The tabs with their digits (by default from 1 on) on a rule.

    Where they do not all fit, only the open one has its name, and as many beside it as there is room for.
    """
    digits = digits or [str(place + 1) for place in range(len(titles))]
    named: Collection[int] = range(len(titles))
    line = _drawn(titles, digits, current, named, gap=1)
    if width_of(line) > width:
        line = _drawn(titles, digits, current, named, gap=0)
    if width_of(line) > width:
        line = _drawn(titles, digits, current, _nearest(titles, digits, current, width), gap=0)
    room = width - width_of(line) - 1
    return (*line, Piece(" " + signs.empty * room, "empty")) if room > 0 else line


def _nearest(titles: Sequence[str], digits: Sequence[str], current: int, width: int) -> set[int]:
    """The open tab, and then those beside it, right and left in turn, whose names fit as well."""
    named = {current}
    for place in sorted(range(len(titles)), key=lambda place: (abs(place - current), place < current)):
        if width_of(_drawn(titles, digits, current, named | {place}, gap=0)) > width:
            break
        named.add(place)
    return named


def _drawn(titles: Sequence[str], digits: Sequence[str], current: int, named: Collection[int], *, gap: int) -> Line:
    """The tabs; a digit without a name has a blank before it only, so that many of them fit."""
    line: list[Piece] = []
    for place, (digit, title) in enumerate(zip(digits, titles, strict=True)):
        line += [Piece(" " * gap)] if line and gap else []
        text = f" {digit} {title} " if place in named else f" {digit}"
        line.append(Piece(text, "chosen" if place == current else "secondary"))
    return tuple(line)
