"""Texts of models in lines of a given width, blanks as they were made, marked stretches in kinds of their own; pure.

A text is cut into stretches of one kind, made inert, and wrapped paragraph by paragraph; paragraphs that were wrapped
before are remembered, so that a text that grows by a token costs the wrapping of its last one.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

from screens.pieces import Line, Piece
from workbench.inert import inert_lines

_REMEMBERED = 4096


def wrapped(stretches: Iterable[Piece], width: int) -> list[Line]:
    """The lines of a text that is given as stretches, of which any may hold line breaks; never fewer than one."""
    lines: list[Line] = []
    for paragraph in _paragraphs(stretches):
        lines += _wrapped_paragraph(paragraph, max(1, width))
    return lines


def _paragraphs(stretches: Iterable[Piece]) -> Iterator[Line]:
    """The stretches between two line breaks, inert."""
    current: list[Piece] = []
    for text, kind in stretches:
        first, *others = inert_lines(text).split("\n")
        current += [Piece(first, kind)] if first else []
        for other in others:
            yield tuple(current)
            current = [Piece(other, kind)] if other else []
    yield tuple(current)


@lru_cache(maxsize=_REMEMBERED)
def _wrapped_paragraph(paragraph: Line, width: int) -> Sequence[Line]:
    text = "".join(piece.text for piece in paragraph)
    return [_cut(paragraph, start, end) for start, end in _places(text, width)]


def _places(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends: to the last blank that fits, which is dropped, else as far as there is room."""
    start = 0
    while cell_len(text[start : start + width + 1]) > width:
        room = _fitting(text, start, width)
        blank = text.rfind(" ", start + 1, room + 1)
        end = blank if blank > start else room
        yield start, end
        start = end + 1 if blank > start else end
    yield start, len(text)


def _fitting(text: str, start: int, width: int) -> int:
    """One past the last character from ``start`` on that fits; at least one, so that there is an end."""
    if text.isascii():
        return start + width
    place = start
    while place < len(text) and (width := width - get_character_cell_size(text[place])) >= 0:
        place += 1
    return max(place, start + 1)


def _cut(paragraph: Line, start: int, end: int) -> Line:
    """The pieces of a paragraph between two characters."""
    pieces, at = [], 0
    for text, kind in paragraph:
        part = text[max(0, start - at) : max(0, end - at)]
        pieces += [Piece(part, kind)] if part else []
        at += len(text)
    return tuple(pieces)
