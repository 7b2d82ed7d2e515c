"""What stands round a text in tokens: what the whole is worth to each model, and what is known of one place; pure."""

from collections.abc import Sequence
from itertools import zip_longest

from screens.formatting import bar
from screens.pieces import Line, Piece, hanging, listing, pad, width_of
from screens.prompt.token_reading import Passage, ReadPassage
from screens.prompt.token_signs import (
    RATHER,
    TokenFigure,
    long_percent,
    shade_words,
    short_number,
    short_percent,
    token_words,
)
from screens.signs import Signs
from workbench.cells import crop
from workbench.formatting import NOT_KNOWN, format_count, format_significant
from workbench.generation.alignment import Stretch
from workbench.generation.token_views import TextView, TokenView
from workbench.inert import inert

_EVEN_BITS = 1.0
"""Two codes whose lengths differ by less are of the same length for all that one can say."""
_WIDEST_COLUMN = 44
_BAR = 10
_BAR_FROM = 34
"""Cells of a column of alternatives from which on it has bars."""


def choice_line(passages: Sequence[Passage], current: int, width: int) -> Line:
    """The texts there are, the one that is read standing out; only that one where they do not all fit."""
    line: list[Piece] = []
    for place, passage in enumerate(passages):
        words = f" {passage.words} "
        line.append(Piece(words, "chosen" if place == current else "secondary"))
    if width_of(line) > width:
        line = [line[current], Piece(f" {current + 1}/{len(passages)}", "secondary")]
    return tuple(line)


def summary_lines(read: ReadPassage, width: int, most: int, signs: Signs) -> list[Line]:
    """What the whole text is worth to each model, who would rather have said it, and who could not read it."""
    lines: list[Line] = []
    for letter, sentence in read.problems:
        texts = hanging(f"{letter}  {inert(sentence)}", width, indent=3)
        lines += [(Piece(text, "error"),) for text in texts[: max(1, most - len(read.letters) - len(lines))]]
    verdict = _verdict(read)
    for letter, view in zip(read.letters, read.views, strict=True):
        parts = _figures(view)
        words = listing(parts, max(1, width - 3), f" {signs.dot} ")[0]
        lines.append((Piece(f"{letter}  ", letter.lower()), Piece(words)))
    if verdict and len(lines) < most:
        lines += [(Piece(crop(signs.write(verdict), width, signs.ellipsis), "strong"),)]
    return lines[:most]


def place_lines(read: ReadPassage, index: int, width: int, height: int, signs: Signs) -> list[Line]:
    """What is known of the stretch at ``index``, in at most ``height`` lines: each model's figures and alternatives."""
    if not read.stretches or height < 1:
        return []
    stretch = read.stretches[index]
    lines = [_title(read, index, width, signs)]
    for place, letter in enumerate(read.letters):
        lines += _of_model(stretch, place, letter, width, signs)
    room = height - len(lines)
    if room < 1:
        # The figures of the models are asked for before where in the text the place is.
        return lines[1 : 1 + height] if height < len(lines) else lines
    columns = [
        _alternatives(stretch.tokens[place], width // len(read.letters), room, signs)
        for place in range(len(read.letters))
    ]
    return [*lines, *_beside(columns, width // len(read.letters))]


def legend(figure: TokenFigure, models: int, width: int, signs: Signs) -> str:
    """What stands below each token, what the sign behind it and the shade before it mean, as far as there is room."""
    parts = [f"below each token: {figure.value}"]
    if models > 1:
        parts.append(f"{RATHER} twice as likely, or more")
    return listing([*parts, shade_words(signs)], width, f" {signs.dot} ")[0]


def _figures(view: TextView) -> list[str]:
    size = view.bits_per_byte
    perplexity = view.perplexity
    return [
        f"{NOT_KNOWN if size is None else format_significant(size)} bits/byte",
        f"perplexity {NOT_KNOWN if perplexity is None else format_significant(perplexity)}",
        f"{format_significant(view.bits)} bits",
        f"{format_count(len(view.tokens))} token{'' if len(view.tokens) == 1 else 's'}",
        f"{format_count(view.n_bytes)} byte{'' if view.n_bytes == 1 else 's'}",
    ]


def _verdict(read: ReadPassage) -> str:
    """Who would rather have said this, by the length of the codes of what both read."""
    if len(read.views) < 2:
        return ""
    a, b = read.bits_in_common
    if abs(a - b) < _EVEN_BITS:
        return "Who would have said this: either, their codes are of the same length."
    letter, other = read.letters if a < b else reversed(read.letters)
    return f"Who would have said this: {letter}, in {format_significant(abs(a - b))} bits less than {other}."


def _title(read: ReadPassage, index: int, width: int, signs: Signs) -> Line:
    stretch = read.stretches[index]
    place = f"{format_count(index + 1)} of {format_count(len(read.stretches))}"
    words = "".join(token_words(token, signs) for token in next(tokens for tokens in stretch.tokens if tokens))
    room = max(1, width - len(place) - 2)
    return (Piece(crop(words, room, signs.ellipsis), "strong"), Piece(f"  {place}", "secondary"))


def _of_model(stretch: Stretch, place: int, letter: str, width: int, signs: Signs) -> list[Line]:
    """The figures of one model's token; of several the product, and in a line of their own each of them."""
    tokens = stretch.tokens[place]
    head = Piece(f"{letter}  ", letter.lower())
    room = max(1, width - 3)
    if not tokens:
        return [(head, Piece(crop("has no token here", room, signs.ellipsis), "secondary"))]
    probability, bits = stretch.probability(place), stretch.bits(place)
    assert probability is not None
    assert bits is not None
    parts = [long_percent(probability), f"{short_number(bits)} bits"]
    if len(tokens) > 1:
        each = " ".join(
            f"{token_words(token, signs, alone=True)} {short_percent(token.probability)}" for token in tokens
        )
        words = listing([*parts, f"{len(tokens)} tokens: {each}"], room, f" {signs.dot} ")
        return [
            (head, Piece(words[0])),
            *(((Piece("   "), Piece(crop(words[1], room, signs.ellipsis))),) if words[1:] else ()),
        ]
    parts += [f"rank {format_count(tokens[0].rank)}", f"entropy {tokens[0].entropy_bits:.1f} bits"]
    return [(head, Piece(listing(parts, room, f" {signs.dot} ")[0]))]


def _alternatives(tokens: Sequence[TokenView], width: int, most: int, signs: Signs) -> list[Line]:
    """What else the model might have said for the first of some tokens, the token itself marked."""
    if not tokens:
        return []
    width = min(width - 1, _WIDEST_COLUMN)
    with_bar = width >= _BAR_FROM
    lines: list[Line] = []
    for rank, other in enumerate(tokens[0].alternatives[:most], start=1):
        is_it = other.token == tokens[0].token
        percent = pad(long_percent(other.probability), 7, right=True)
        room = width - 5 - len(percent) - (_BAR + 1 if with_bar else 0)
        name = pad(crop(token_words(other, signs), room, signs.ellipsis), room)
        mark = signs.following if is_it else " "
        kind = "strong" if is_it else "secondary"
        line = [Piece(f"{mark}{rank:>2} ", kind), Piece(name, kind), Piece(f" {percent}", kind)]
        if with_bar:
            filled, rest = bar(other.probability, _BAR, signs)
            line += [Piece(" "), Piece(filled, "filled"), Piece(rest, "empty")]
        lines.append(tuple(line))
    return lines


def _beside(columns: Sequence[Sequence[Line]], width: int) -> list[Line]:
    """Columns of lines beside each other, each ``width`` cells wide."""
    lines: list[Line] = []
    for row in zip_longest(*columns, fillvalue=()):
        pieces: list[Piece] = []
        for place, line in enumerate(row):
            pieces += line
            if place < len(row) - 1:
                pieces.append(Piece(" " * max(0, width - width_of(line))))
        lines.append(tuple(pieces))
    return lines
