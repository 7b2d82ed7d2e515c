"""Titled blocks of labelled values, laid out in one column or in two; pure, what a run's screen is mostly made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.signs import Signs
from workbench.cells import crop, shorten
from workbench.inert import inert

_LABEL_WIDTH = 26
"""What labels may take even where it is more than a third."""
_GAP = 4
_LEAST_NOTE = 40
_MOST_LINES = 8
_LONG_NOTE = 40
"""A note longer than this is said once where it stands in neighbouring entries."""


class Entry(NamedTuple):
    """A label, its value, and a note on the value; ``kind`` is the value's."""

    label: str
    value: str
    note: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Some entries under a title; of ``numeric`` ones the values stand to the right of their column.

    A block without entries says ``instead``, and without that it is left away.
    """

    title: str
    entries: tuple[Entry, ...] = ()
    numeric: bool = False
    instead: str = ""


def entries(pairs: Iterable[tuple[str, str]]) -> tuple[Entry, ...]:
    """Pairs of label and value as entries; those without a value are left away."""
    return tuple(Entry(label, value) for label, value in pairs if value)


def lay_out(blocks: Iterable[Block], width: int, signs: Signs) -> list[Line]:
    """The blocks below each other, a blank line between them, their columns in line; none is wider than ``width``."""
    shown = [block for block in blocks if block.entries or block.instead]
    labels = [cell_len(inert(entry.label)) for block in shown for entry in block.entries]
    values = [cell_len(entry.value) for block in shown if block.numeric for entry in block.entries]
    label = min(max(labels, default=0), max(_LABEL_WIDTH, width // 3), max(8, width // 2 - 4)) + 2
    lines: list[Line] = []
    for block in shown:
        lines += [()] if lines else []
        lines += _block_lines(block, label, max(values, default=0), width, signs)
    return lines


def side_by_side(left: Sequence[Block], right: Sequence[Block], width: int, signs: Signs) -> list[Line]:
    """Two columns of blocks, the left one a little wider."""
    first = (width - _GAP) * 11 // 20
    a, b = lay_out(left, first, signs), lay_out(right, width - _GAP - first, signs)
    lines: list[Line] = []
    for place in range(max(len(a), len(b))):
        start = a[place] if place < len(a) else ()
        end = b[place] if place < len(b) else ()
        filling = (Piece(" " * (first + _GAP - width_of(start))),) if end else ()
        lines.append((*start, *filling, *end))
    return lines


def _block_lines(block: Block, label: int, widest: int, width: int, signs: Signs) -> list[Line]:
    """The title, and below it the entries, or what is said instead of them."""
    lines: list[Line] = [(Piece(crop(block.title, width, signs.ellipsis), "heading"),)]
    if not block.entries:
        return lines + [(Piece(f"  {text}", "secondary"),) for text in hanging(signs.write(block.instead), width - 2)]
    before = ""
    for entry in block.entries:
        is_said = len(entry.note) > _LONG_NOTE and entry.note == before
        said = entry._replace(note="as above") if is_said else entry
        before = entry.note
        lines += _entry_lines(said, label, widest if block.numeric else 0, width, signs)
    return lines


def _entry_lines(entry: Entry, label: int, widest: int, width: int, signs: Signs) -> list[Line]:
    name = shorten(inert(entry.label), label - 2, signs.ellipsis)
    head = Piece("  " + pad(name, label), "secondary")
    room = max(1, width - label - 2)
    value = signs.write(inert(entry.value))
    if not widest:
        texts = hanging(value, room)
        shown = texts[:_MOST_LINES]
        if len(texts) > _MOST_LINES:
            shown[-1] = crop(f"{shown[-1]} {signs.ellipsis}", room, signs.ellipsis)
        return _hang(head, [Piece(text, entry.kind) for text in shown], label)
    number = Piece(pad(crop(value, room, signs.ellipsis), min(widest, room), right=True), entry.kind)
    if not entry.note:
        return [(head, number)]
    beside = room - widest - 2
    note = signs.write(inert(entry.note))
    if cell_len(note) <= beside or beside >= _LEAST_NOTE:
        notes = hanging(note, beside)
        first: Line = (head, number, Piece(f"  {notes[0]}", "secondary"))
        return [first, *((Piece(" " * (label + widest + 4) + text, "secondary"),) for text in notes[1:])]
    below = hanging(note, max(8, width - 4))
    return [(head, number), *((Piece(f"    {text}", "secondary"),) for text in below)]


def _hang(head: Piece, pieces: Sequence[Piece], label: int) -> list[Line]:
    first: Line = (head, pieces[0])
    return [first, *((Piece(" " * (label + 2)), piece) for piece in pieces[1:])]
