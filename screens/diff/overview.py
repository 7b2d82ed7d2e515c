"""The rest of a comparison at a glance, for terminals with room below the rows: agreement, settings, warnings; pure."""

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.signs import Signs
from workbench.cells import shorten
from workbench.comparison import Comparison, Difference, Disagreements
from workbench.comparison.wording import grouped_reasons, setting_words
from workbench.formatting import format_count
from workbench.inert import inert

_GAP = 4
_KEY = 24
_VALUE = 26
_NARROWEST_TEXT = 36
_WIDEST_TEXT = 70


def overview_lines(comparison: Comparison, width: int, height: int, signs: Signs) -> list[Line]:
    """Blocks side by side, as many as fit into ``width``; each says how much of it is left away."""
    blocks = []
    if comparison.disagreements is not None:
        blocks.append(agreement_lines(comparison.disagreements))
    for title, differences in (
        ("Settings that differ", comparison.parameters),
        ("Environment that differs", comparison.environment),
    ):
        if differences:
            blocks.append(_difference_block(title, differences, height, signs))
    for title, sign, sentences in (
        ("Warnings", "! ", [caution.message for caution in comparison.warnings]),
        ("Why the rows stand as they do", "", grouped_reasons(comparison.rows)),
    ):
        room = width - sum(_width(block) + _GAP for block in blocks)
        if sentences and room >= _NARROWEST_TEXT:
            blocks.append(_sentence_block(title, sign, sentences, min(_WIDEST_TEXT, room), height, signs))
    fitting: list[list[Line]] = []
    for block in blocks:
        if sum(_width(one) + _GAP for one in [*fitting, block]) - _GAP <= width:
            fitting.append(block)
    return _side_by_side(fitting)[:height]


def agreement_lines(counts: Disagreements) -> list[Line]:
    """Who is right where, as a table of four counts."""
    both, only_a, only_b, neither = (
        format_count(count) for count in (counts.both_right, counts.only_a, counts.only_b, counts.both_wrong)
    )
    widest = max(len("B wrong"), *map(len, (both, only_a, only_b, neither))) + 2

    def line(head: str, *cells: str) -> Line:
        return Piece(f"{head:<7}", "secondary"), *(Piece(f"  {pad(cell, widest, right=True)}") for cell in cells)

    examples = "example" if counts.n == 1 else "examples"
    return [
        (Piece(f"The same {format_count(counts.n)} test {examples}", "strong"),),
        tuple(Piece(piece.text, "secondary") for piece in line("", "B right", "B wrong")),
        line("A right", both, only_a),
        line("A wrong", only_b, neither),
    ]


def difference_cells(item: Difference, widths: tuple[int, int, int], signs: Signs) -> tuple[str, str, str]:
    """A setting and its two values, each in its width; names lose their middles."""
    words = (inert(item.key), setting_words(item.a), setting_words(item.b))
    return tuple(pad(shorten(text, width, signs.ellipsis), width) for text, width in zip(words, widths, strict=True))  # type: ignore[return-value]


def _difference_block(title: str, differences: Sequence[Difference], height: int, signs: Signs) -> list[Line]:
    shown = differences if len(differences) <= height - 2 else differences[: height - 3]
    words = [(inert(item.key), setting_words(item.a), setting_words(item.b)) for item in shown]
    widths = tuple(
        min(most, max(1, *(cell_len(row[place]) for row in words))) for place, most in enumerate((_KEY, _VALUE, _VALUE))
    )
    assert len(widths) == 3
    lines: list[Line] = [(Piece(title, "strong"),)]
    lines.append((Piece(f"{'':<{widths[0]}}  "), Piece(pad("A", widths[1]), "a"), Piece("  "), Piece("B", "b")))
    for item in shown:
        key, a, b = difference_cells(item, widths, signs)
        lines.append((Piece(f"{key}  ", "secondary"), Piece(f"{a}  "), Piece(b.rstrip())))
    if len(shown) < len(differences):
        lines.append((Piece(f"and {len(differences) - len(shown)} more: 9", "secondary"),))
    return lines


def _sentence_block(
    title: str, sign: str, sentences: Sequence[str], width: int, height: int, signs: Signs
) -> list[Line]:
    lines: list[Line] = [(Piece(title, "strong"),)]
    for sentence in sentences:
        texts = hanging(signs.write(sentence), width - 2)
        lines += [(Piece(sign if number == 0 else "  ", "warning"), Piece(text)) for number, text in enumerate(texts)]
    return lines[:height]


def _width(block: Sequence[Line]) -> int:
    return max((width_of(line) for line in block), default=0)


def _side_by_side(blocks: Sequence[Sequence[Line]]) -> list[Line]:
    lines = []
    for parts in zip_longest(*blocks, fillvalue=()):
        pieces: list[Piece] = []
        for part, block in zip(parts, blocks, strict=True):
            pieces += [*part, Piece(" " * (_width(block) - width_of(part) + _GAP))]
        lines.append(tuple(pieces[:-1]))
    return lines
