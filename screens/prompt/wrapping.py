"""Texts of models in lines of a given width, blanks as they were made, marked stretches in kinds of their own; pure.

A text is cut into stretches of one kind, made inert, and wrapped paragraph by paragraph; paragraphs that were wrapped
before are remembered, so that a text that grows by a token costs the wrapping of its last one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from rich.cells import cell_len, get_character_cell_size

from screens.pieces import Line, Piece
from workbench.inert import inert_lines

_REMEMBERED = 4096
_JOINER = "\u200d"


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
    """Where each line begins and ends: at the last blank that fits, which is dropped, else as far as there is room.

    As far as there is room also where a word follows that no line has room for, as in writing without blanks.
    """
    begins, cells = _columns(text)

    def room_from(start: int) -> int:
        here = bisect_left(begins, start)
        return begins[min(len(begins) - 1, max(here + 1, bisect_right(cells, cells[here] + width) - 1))]

    start = 0
    while start < len(text) and (room := room_from(start)) < len(text):
        blank = text.rfind(" ", start + 1, room + 1)
        after = room_from(blank + 1)
        if blank > start and (blank == room or after == len(text) or text.find(" ", blank + 1, after + 1) >= 0):
            yield start, blank
            start = blank + 1
        else:
            yield start, room
            start = room
    yield start, len(text)


def _columns(text: str) -> tuple[Sequence[int], Sequence[int]]:
    """Where each sign begins, and how many cells stand before it; both with the end of the text.

    A sign is a character with all that is drawn on it: accents, and what a joiner joins to it.
    """
    if text.isascii():
        return range(len(text) + 1), range(len(text) + 1)
    begins = [0, *(place for place in range(1, len(text)) if _is_sign(text, place)), len(text)]
    sizes = (cell_len(text[start:end]) for start, end in pairwise(begins))
    return begins, list(accumulate(sizes, initial=0))


def _is_sign(text: str, place: int) -> bool:
    """Whether the character there begins a sign; two joiners in a row join nothing."""
    is_joined = text[place - 1] == _JOINER and text[place - 2 : place - 1] != _JOINER
    return not is_joined and get_character_cell_size(text[place]) > 0


def _cut(paragraph: Line, start: int, end: int) -> Line:
    """The pieces of a paragraph between two characters."""
    pieces, at = [], 0
    for text, kind in paragraph:
        part = text[max(0, start - at) : max(0, end - at)]
        pieces += [Piece(part, kind)] if part else []
        at += len(text)
    return tuple(pieces)
