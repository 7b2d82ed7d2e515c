"""A scored text in lines: each model's figures, B beside A with its interval, the units, and how it was done; pure."""

from collections.abc import Sequence
from enum import StrEnum

from rich.cells import cell_len

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.prompt.perplexity_reading import ScoredByModels, UnitRow
from screens.prompt.token_signs import visible
from screens.signs import ASCII, Signs
from workbench.cells import crop, shorten
from workbench.comparison.wording import words_of
from workbench.formatting import NOT_KNOWN, format_bytes, format_count, format_percent, format_significant
from workbench.inert import inert
from workbench.language.scored_text import ScoredText

_FIGURES = 9
"""Cells of a column of figures."""
_DIFFERENCE = _FIGURES + 2
"""The same with the letter of who is better."""
_NAME, _LEAST_NAME = 28, 10
_LETTER = 3
_LEAST_REASON = 24
_KINDS = {"A better": "a", "B better": "b"}


class UnitOrder(StrEnum):
    """How the units are sorted."""

    TEXT = "in the order of the text"
    DIFFERENCE = "those that differ most first"
    HARDEST = "the hardest first"


def sorted_units(units: Sequence[UnitRow], order: UnitOrder) -> list[UnitRow]:
    """The units in an order; those that differ most by the size of the difference, whoever is better."""
    if order is UnitOrder.DIFFERENCE:
        return sorted(units, key=lambda unit: -abs(unit.difference or 0.0))
    if order is UnitOrder.HARDEST:
        return sorted(units, key=lambda unit: -sum(unit.bits_per_byte))
    return list(units)


def title_words(
    text: ScoredText | None,
    scored: ScoredByModels | None,
    order: UnitOrder,
    width: int,
    signs: Signs,
    *,
    is_at_work: bool,
) -> str:
    """What is or would be scored, and in which order its units stand; of a path the beginning and the end."""
    text = scored.text if scored is not None else text
    if text is None:
        return crop("The prompt is empty: o opens a file; a text that is pasted is scored.", width, signs.ellipsis)
    rest = f", {format_bytes(text.n_bytes)}"
    if scored is not None:
        units = len(scored.units)
        rest += f" · {format_count(units)} {text.unit_of(units)}" + (f", {order.value}" if units > 1 else "")
    elif not is_at_work:
        rest += ": enter scores it; o opens a file; or paste a text."
    name = shorten(inert(text.words), max(_LEAST_NAME, width - cell_len(rest)), signs.ellipsis)
    return crop(signs.write(name + rest), width, signs.ellipsis)


def figure_lines(scored: ScoredByModels, width: int, signs: Signs) -> list[Line]:
    """A table of the figures of each model, with as many columns as there is room for."""
    titles = ("bits/byte", "perplexity", "token right", "tokens", "bytes")
    cells = [
        (
            _number(score.figures["bits_per_byte"]),
            _number(score.figures["perplexity"]),
            format_percent(score.figures["next_token_accuracy"]),
            format_count(score.figures["tokens"]),
            format_count(score.figures["bytes"]),
        )
        for score in scored.scores
    ]
    widths = (
        [max(len(title), *(len(row[place]) for row in cells)) + 2 for place, title in enumerate(titles)]
        if cells
        else []
    )
    count = len(widths)
    while count > 1 and _LETTER + _LEAST_NAME + sum(widths[:count]) > width:
        count -= 1
    name = min(_NAME, width - _LETTER - sum(widths[:count])) if cells else 0
    lines: list[Line] = []
    if cells:
        head = "".join(pad(title, size, right=True) for title, size in zip(titles, widths[:count], strict=False))
        lines.append((Piece(" " * (_LETTER + name) + head, "secondary"),))
    for letter, score, row in zip(scored.letters, scored.scores, cells, strict=True):
        label = pad(shorten(inert(score.source), max(1, name), signs.ellipsis), name)
        figures = "".join(pad(cell, size, right=True) for cell, size in zip(row, widths[:count], strict=False))
        lines.append((Piece(pad(letter, _LETTER), letter.lower()), Piece(label), Piece(figures)))
    for letter, sentence in scored.problems:
        lines += [(Piece(text, "error"),) for text in hanging(f"{letter}  {inert(sentence)}", width, indent=_LETTER)]
    return lines


def comparison_lines(scored: ScoredByModels, width: int, most: int, signs: Signs) -> list[Line]:
    """B beside A: the difference, its interval and its verdict for each figure, the first ``most``; with room, why.

    A reason that they have in common stands below them.
    """
    told = [(row, words_of(row, ascii_only=signs is ASCII)) for row in scored.rows[:most]]
    common = told[0][0].reason if len(told) > 1 and len({row.reason for row, _ in told}) == 1 else None
    names = [f"B - A  {words.name.strip()}" for _, words in told]
    room = max((len(name) for name in names), default=0)
    intervals = max((len(words.interval) for _, words in told), default=0)
    deltas = max((len(words.delta) for _, words in told), default=0)
    lines: list[Line] = []
    for name, (row, words) in zip(names, told, strict=True):
        verdict = Piece(f"  {words.sign} {words.verdict}", _KINDS.get(words.verdict, "secondary"))
        delta = Piece(f"  {pad(words.delta, deltas, right=True)}")
        interval = Piece(f"  {pad(words.interval, intervals)}" if intervals else "", "secondary")
        if room + width_of((delta, interval, verdict)) > width:
            interval = Piece("")
        fits = max(1, min(room, width - width_of((delta, interval, verdict))))
        line: Line = (Piece(pad(crop(name, fits, signs.ellipsis), fits), "secondary"), delta, interval, verdict)
        left = width - width_of(line) - 2
        if row.reason and not common and left >= _LEAST_REASON:
            line = (*line, Piece(f"  {crop(signs.write(row.reason), left, signs.ellipsis)}", "secondary"))
        lines.append(line)
    shared = hanging(signs.write(common), width) if common else []
    return [*lines, *((Piece(text, "secondary"),) for text in shared)]


def unit_head(letters: Sequence[str], width: int) -> Line:
    """The headings of the units."""
    columns = "".join(pad(letter, _FIGURES, right=True) for letter in letters)
    difference = pad("B - A  ", _DIFFERENCE, right=True) if len(letters) > 1 else ""
    return (
        Piece(
            crop(f"{pad('unit', 6, right=True)}{columns}{difference}  bits/byte of the text", width, ""), "secondary"
        ),
    )


def unit_line(unit: UnitRow, letters: Sequence[str], width: int, signs: Signs) -> Line:
    """One unit: its place, bits per byte of each model, the difference and the letter of who is better, its text."""
    figures = "".join(pad(_number(value), _FIGURES, right=True) for value in unit.bits_per_byte)
    line: list[Piece] = [Piece(pad(format_count(unit.place + 1), 6, right=True), "secondary"), Piece(figures)]
    if unit.difference is not None:
        better = "" if not unit.difference else letters[0] if unit.difference > 0 else letters[1]
        words = f"{unit.difference:+.3f} {better or ' '}"
        line.append(Piece(pad(words, _DIFFERENCE, right=True), better.lower() or "secondary"))
    room = width - width_of(line) - 2
    if room > 0:
        line.append(Piece(f"  {crop(visible(unit.text[: 2 * room], signs), room, signs.ellipsis)}", "secondary"))
    return tuple(line)


def recipe_lines(scored: ScoredByModels, width: int, most: int, signs: Signs) -> list[Line]:
    """How the figures came about, for each model that did it otherwise, and what speaks against them."""
    sentences = {
        letter: score.recipe(scored.text.unit_of(len(scored.units)))
        for letter, score in zip(scored.letters, scored.scores, strict=True)
    }
    words = []
    for letter, sentence in sentences.items():
        if len(set(sentences.values())) > 1:
            words.append(f"{letter}: {sentence}")
        elif letter == scored.letters[0]:
            words.append(f"{sentence[0].upper()}{sentence[1:]}")
    words += [
        f"{letter}: {score.caution}"
        for letter, score in zip(scored.letters, scored.scores, strict=True)
        if score.caution is not None
    ]
    lines = [text for sentence in words for text in hanging(signs.write(sentence), width)]
    if len(lines) > most:
        lines = [*lines[: most - 1], crop(" ".join(lines[most - 1 :]), width, signs.ellipsis)]
    return [(Piece(text, "secondary"),) for text in lines]


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else format_significant(value, 4)
