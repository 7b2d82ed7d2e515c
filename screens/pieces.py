"""Lines made of pieces: what pure layout hands to a widget that paints, text and the kind of text it is.

A kind is the name of a style (``a``, ``b``, ``strong``, ``secondary``, …), never a colour, so that a layout is the same
in every theme and without colour; but for pictures (``screens.picture``), whose kinds are colours, as ``#ffffff on
#000000``. Widths are terminal cells.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len

_GLUED = re.compile(
    r"\bp [<=] |\[[^\[\]]{1,40}, |\bn (?=[=\d])|\btest (?=[a-z-]+$)|(?<=\d) (?=ms\b|nats\b|[kMGT]?i?B\b|s\b)"
)
"""What is not torn apart at the end of a line: a p-value, an interval, a number and its unit."""
_GLUE = "\ue000"


class Piece(NamedTuple):
    """Some text of one kind; '' is plain."""

    text: str
    kind: str = ""


Line = tuple[Piece, ...]


def width_of(line: Iterable[Piece]) -> int:
    """The cells that a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def plain(line: Iterable[Piece]) -> str:
    """A line's text without its kinds."""
    return "".join(piece.text for piece in line)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """``text`` filled with spaces to ``width`` cells, at its left where it stands to the ``right``."""
    space = " " * max(0, width - cell_len(text))
    return space + text if right else text + space


def hanging(text: str, width: int, *, indent: int = 0) -> list[str]:
    """``text`` wrapped to ``width`` cells, the lines after the first set in by ``indent``; words longer are broken.

    Never fewer than one line.
    """
    lines: list[str] = []
    current = ""
    for word in _GLUED.sub(lambda match: match.group().replace(" ", _GLUE), text).split(" "):
        for part in _broken(word, max(1, width - indent)):
            candidate = f"{current} {part}" if current else part
            room = width if not lines else width - indent
            if current and cell_len(candidate) > room:
                lines.append(current)
                current = part
            else:
                current = candidate
    lines.append(current)
    lines = [line.replace(_GLUE, " ") for line in lines]
    return [lines[0], *(" " * indent + line for line in lines[1:])]


def listing(parts: Iterable[str], width: int, separator: str) -> list[str]:
    """Parts in lines of ``width`` cells with ``separator`` between those of one line; a part too long is wrapped."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(lines[-1] + separator + part) <= width:
            lines[-1] += separator + part
        else:
            lines += hanging(part, width)
    return lines


def _broken(word: str, width: int) -> list[str]:
    """A word as it is, or in parts of ``width`` cells where it is longer."""
    if cell_len(word) <= width:
        return [word]
    parts, part = [], ""
    for character in word:
        if part and cell_len(part + character) > width:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]


def on_rule(title: str) -> str:
    """A title as it stands on a rule: with a blank at either end, as a box sets its own."""
    return f" {title} " if title else ""
