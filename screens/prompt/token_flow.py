"""A text laid out token by token: a column for each stretch, a line of figures below it for each model; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.pieces import Line, Piece, pad
from screens.prompt.token_reading import ReadPassage
from screens.prompt.token_signs import (
    RATHER,
    TokenFigure,
    kind_of,
    shade,
    short_number,
    short_percent,
    token_words,
)
from screens.signs import Signs
from workbench.cells import crop
from workbench.generation.alignment import Stretch

_LABEL = 2
"""Cells at the left for the letters of two models."""
RATHER_BITS = 1.0
"""A model that holds a token for twice as likely as the other does would rather have said it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The column of one stretch."""

    index: int
    x: int
    width: int
    text: str
    figures: tuple[str, ...]
    """For each model the shade, the figure and the sign of who would rather have said it."""
    kind: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    """The stretches that stand beside each other."""

    cells: tuple[Cell, ...]


def lay_out(read: ReadPassage, figure: TokenFigure, width: int, signs: Signs) -> list[FlowRow]:
    """The stretches in rows of ``width`` cells; a token that ends a line of the text ends its row."""
    rows: list[FlowRow] = []
    cells: list[Cell] = []
    left = _LABEL if len(read.views) > 1 else 0
    x = left
    for index, stretch in enumerate(read.stretches):
        text = crop(stretch_words(stretch, signs), max(1, width - left), signs.ellipsis)
        figures = _figures(stretch, figure, signs)
        size = max(map(cell_len, (text, *figures)))
        if cells and x + size > width:
            rows.append(FlowRow(tuple(cells)))
            cells, x = [], left
        cells.append(Cell(index, x, size, text, figures, kind_of(_lowest(stretch))))
        x += size + 1
        if stretch.text.endswith("\n"):
            rows.append(FlowRow(tuple(cells)))
            cells, x = [], left
    return [*rows, FlowRow(tuple(cells))] if cells else rows


def row_lines(row: FlowRow, cursor: int, letters: Sequence[str], signs: Signs) -> list[Line]:
    """The lines of a row: the text, and the figures of each model; the stretch at the ``cursor`` stands out."""
    is_alone = len(letters) < 2
    label = () if is_alone else (Piece(" " * _LABEL),)
    text: list[Piece] = [*label]
    for cell in row.cells:
        on_cursor = cell.index == cursor
        shown = pad(cell.text, cell.width)
        text.append(Piece(shown, "chosen" if on_cursor else cell.kind))
        text.append(Piece(" "))
    lines: list[Line] = [tuple(text)]
    for place, letter in enumerate(letters):
        figures: list[Piece] = [] if is_alone else [Piece(pad(letter, _LABEL), letter.lower())]
        for cell in row.cells:
            words = cell.figures[place]
            rather = words.endswith(RATHER)
            kind = "strong" if cell.index == cursor else letter.lower() if rather else "secondary"
            figures += [Piece(pad(words, cell.width), kind), Piece(" ")]
        lines.append(tuple(figures))
    return lines


def row_of(rows: Sequence[FlowRow], index: int) -> int:
    """The row in which a stretch stands."""
    return next((place for place, row in enumerate(rows) if row.cells[-1].index >= index), max(0, len(rows) - 1))


def nearest(row: FlowRow, x: int) -> int:
    """The stretch of a row whose column is nearest to a place."""
    return min(row.cells, key=lambda cell: 0 if cell.x <= x < cell.x + cell.width else abs(cell.x - x)).index


def stretch_words(stretch: Stretch, signs: Signs) -> str:
    """The text of a stretch by signs."""
    tokens = next(tokens for tokens in stretch.tokens if tokens)
    return "".join(token_words(token, signs) for token in tokens if token.text) or "".join(
        token_words(token, signs) for token in tokens
    )


def _lowest(stretch: Stretch) -> float | None:
    found = [stretch.probability(model) for model in range(len(stretch.tokens))]
    known = [probability for probability in found if probability is not None]
    return min(known) if known else None


def _figures(stretch: Stretch, figure: TokenFigure, signs: Signs) -> tuple[str, ...]:
    models = range(len(stretch.tokens))
    bits = [stretch.bits(model) for model in models]
    words = []
    for model in models:
        text = shade(stretch.probability(model), signs) + _number(stretch, model, figure)
        mine, others = bits[model], [other for place, other in enumerate(bits) if place != model]
        if mine is not None and any(other is not None and other - mine >= RATHER_BITS for other in others):
            text += RATHER
        words.append(text)
    return tuple(words)


def _number(stretch: Stretch, model: int, figure: TokenFigure) -> str:
    tokens = stretch.tokens[model]
    if figure is TokenFigure.PROBABILITY:
        return short_percent(stretch.probability(model))
    if figure is TokenFigure.BITS:
        return short_number(stretch.bits(model))
    if not tokens:
        return short_number(None)
    # Of several tokens the one that was furthest from the model's mind, and the largest doubt.
    return short_number(
        max(token.rank for token in tokens)
        if figure is TokenFigure.RANK
        else round(max(token.entropy_bits for token in tokens), 1)
    )
