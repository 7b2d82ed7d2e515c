"""The figures of a comparison as a table: which columns a width has room for, and each row as a line of pieces; pure.

The words are those of ``workbench diff`` (``comparison.wording``), so a screen and its text agree to the digit. What
repeats what others say gives way first; the bar of the interval stays down to narrow terminals, since one sees it
before one has read a figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.diff.interval_bar import draw_bar
from screens.pieces import Line, Piece, pad, width_of
from screens.signs import ASCII, Signs
from workbench.cells import crop
from workbench.comparison.reaches import Reach, reaches
from workbench.comparison.result import GROUPS, Comparison, Row, Verdict
from workbench.comparison.wording import (
    HEADINGS,
    RowWords,
    cell_words,
    leading_rows,
    side_signs,
    verdict_words,
    words_of,
)
from workbench.formatting import NOT_KNOWN

_LEFT = ("name", "verdict", "mark", "reason", "bar")
_BAR = "bar"
_WIDEST_BAR = 61
_FEWEST_OF_REASON = 60
_WIDEST_REASON = 90
_SPACIOUS, _NARROW = 110, 60
_FEWEST_OF_NAME = 14
_CHOICES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("name", "a", "a_interval", "b", "b_interval", "delta", "relative", "interval", "bar", "verdict", "reason"), 31),
    (("name", "a", "a_interval", "b", "b_interval", "delta", "relative", "interval", "bar", "verdict"), 25),
    (("name", "a", "b", "delta", "relative", "interval", "bar", "verdict", "reason"), 21),
    (("name", "a", "b", "delta", "relative", "interval", "bar", "verdict"), 17),
    (("name", "a", "b", "delta", "interval", "bar", "verdict"), 17),
    (("name", "a", "b", "delta", "short_interval", "bar", "verdict"), 17),
    (("name", "a", "b", "delta", "bar", "verdict"), 13),
    (("name", "a", "b", "delta", "bar", "mark"), 11),
    (("name", "a", "b", "bar", "mark"), 7),
    (("name", "a", "b", "mark"), 0),
    (("name", "mark"), 0),
)
"""Columns from the fullest choice to the barest, each with the fewest cells that its bar is worth drawing in."""
REPEATING = frozenset({"macro_recall", "weighted_f1", "weighted_precision", "weighted_recall"})
"""Scores that are another's under a second name, or close to accuracy wherever the classes are even."""
_KINDS = {Verdict.A: "a", Verdict.B: "b", Verdict.EQUIVALENT: "good"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    key: str
    heading: str
    width: int


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line of the table: a row of the comparison, or the heading of a group where there is none."""

    row: Row | None
    line: Line


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The table for one width."""

    head: Line
    lines: tuple[FigureLine, ...]


def lay_out_figures(
    comparison: Comparison,
    width: int,
    signs: Signs,
    *,
    only_differing: bool = False,
    all_scores: bool = True,
    height: int = 0,
) -> FigureTable:
    """The rows under the headings of their groups, in ``width`` cells; set apart where ``height`` has room for it.

    With ``only_differing``, the rows of which a run is shown to be better, and counted ones that differ. Without
    ``all_scores``, scores that nearly repeat another are left out.
    """
    ascii_only = signs is ASCII
    rows = [
        row
        for row in comparison.rows
        if (not only_differing or is_different(row)) and (all_scores or row.metric not in REPEATING)
    ]
    words = {row.metric: words_of(row, ascii_only=ascii_only) for row in rows}
    bars = reaches(comparison.rows)
    gap = 2 if width >= _SPACIOUS else 1
    columns = choose_columns(list(words.values()), width, gap, signs, has_bars=bool(bars))
    lines: list[FigureLine] = []
    groups = {row.group for row in rows}
    is_spaced = len(rows) + 2 * len(groups) - 1 <= height
    for group in GROUPS:
        members = [row for row in rows if row.group == group]
        if members and lines and is_spaced:
            lines.append(FigureLine(None, _group_line("", columns, gap, signs)))
        if members:
            lines.append(FigureLine(None, _group_line(HEADINGS[group], columns, gap, signs)))
        for row in members:
            bar = bars.get(row.metric)
            lines.append(FigureLine(row, _row_line(row, words[row.metric], columns, gap, bar, signs)))
    return FigureTable(_head_line(columns, gap, signs), tuple(lines))


def is_different(row: Row) -> bool:
    """Whether the row's difference is more than chance may have made."""
    return row.verdict in (Verdict.A, Verdict.B)


def kind_of(row: Row) -> str:
    """The kind of the words that tell a row's verdict."""
    return _KINDS.get(row.verdict, "secondary")


def choose_columns(
    words: Sequence[RowWords], width: int, gap: int, signs: Signs, *, has_bars: bool = True
) -> tuple[Column, ...]:
    """The fullest choice of columns that fits; a bar, where any row has one, and the reasons take what is left."""
    for keys, least_bar in _CHOICES:
        widths = {key: _needed(words, key, signs) for key in keys if key not in (_BAR, "reason")}
        widths = {key: needed for key, needed in widths.items() if needed}
        shown = [key for key in keys if key in widths or key == "reason" or (key == _BAR and has_bars)]
        room = width - sum(widths.values()) - gap * (len(shown) - 1)
        least = (least_bar if _BAR in shown else 0) + (_FEWEST_OF_REASON if "reason" in shown else 0)
        if width < _NARROW and room < least:
            # A name that has lost its end beside both values says more than a whole one without them.
            cut = min(least - room, max(0, widths["name"] - _FEWEST_OF_NAME))
            widths["name"] -= cut
            room += cut
        if room >= least:
            return _filled(shown, widths, room, signs)
    return (Column("name", "", max(1, width - 2)), Column("mark", "", 1))


def board(comparison: Comparison, width: int, signs: Signs) -> Line:
    """The verdict of each group in one line, who is better in what: in words, else by sign and letter."""
    rows = leading_rows(comparison)
    marks = [verdict_words(row, ascii_only=signs is ASCII) for row in rows]
    words = [f"{sign} {word}" for sign, word in marks]
    letters = [row.verdict.value.upper() if is_different(row) else "" for row in rows]
    short = [f"{sign}{letter}" for (sign, _), letter in zip(marks, letters, strict=True)]
    line: Line = ()
    for verdicts, gap in ((words, "   "), (short, "   "), (short, " ")):
        pieces: list[Piece] = []
        for row, verdict in zip(rows, verdicts, strict=True):
            pieces += [Piece(f"{gap if pieces else ''}{row.group} ", "secondary"), Piece(verdict, kind_of(row))]
        line = tuple(pieces)
        if width_of(line) <= width:
            break
    return line


def _needed(words: Sequence[RowWords], key: str, signs: Signs) -> int:
    """The cells that a column needs; 0 where none of the rows has anything to say in it."""
    widest = max((cell_len(cell_words(word, key)) for word in words), default=0)
    return max(widest, cell_len(_heading(key, signs))) if widest else 0


def _heading(key: str, signs: Signs) -> str:
    delta = "delta" if signs is ASCII else "Δ"
    interval = "95% interval"
    return {
        "name": "",
        "a": "A",
        "b": "B",
        "delta": delta,
        "relative": "relative",
        "a_interval": interval,
        "b_interval": interval,
        "interval": interval,
        "short_interval": interval,
        "verdict": "verdict",
        "reason": "why",
    }.get(key, "")


def _filled(keys: Sequence[str], widths: Mapping[str, int], room: int, signs: Signs) -> tuple[Column, ...]:
    """The columns with their widths; the bar's is odd, so that zero has a middle to stand in."""
    widths = dict(widths)
    if "reason" in keys:
        widths["reason"] = min(_WIDEST_REASON, max(_FEWEST_OF_REASON, room - 41))
        room -= widths["reason"]
    if _BAR in keys:
        bar = min(_WIDEST_BAR, room)
        widths[_BAR] = bar if bar % 2 else bar - 1
    return tuple(Column(key, _heading(key, signs), widths[key]) for key in keys)


def _head_line(columns: Sequence[Column], gap: int, signs: Signs) -> Line:
    pieces: list[Piece] = []
    for column in columns:
        if column.key == _BAR:
            pieces += bar_heading(column.width, signs)
        else:
            kind = column.key if column.key in ("a", "b") else "heading"
            pieces.append(Piece(pad(column.heading, column.width, right=column.key not in _LEFT), kind))
        pieces.append(Piece(" " * gap))
    return tuple(pieces[:-1])


def bar_heading(width: int, signs: Signs) -> list[Piece]:
    """Which side of the line speaks for whom."""
    left, right = side_signs(ascii_only=signs is ASCII)
    side = width // 2
    words = ("A better", "B better") if side >= len("A better") + 4 else ("A", "B")
    a, b = f"{left} {words[0]}", f"{words[1]} {right}"
    if side < cell_len(a):
        a, b = "A", "B"
    return [Piece(pad(a, side), "a"), Piece("0", "heading"), Piece(pad(b, width - side - 1, right=True), "b")]


def _group_line(heading: str, columns: Sequence[Column], gap: int, signs: Signs) -> Line:
    """The heading of a group; the line of zero runs through it."""
    before = 0
    for column in columns:
        if column.key == _BAR:
            zero = before + column.width // 2
            return (Piece(pad(heading, zero), "heading"), Piece(signs.interval.zero, "secondary"))
        before += column.width + gap
    return (Piece(heading, "heading"),)


def _row_line(row: Row, words: RowWords, columns: Sequence[Column], gap: int, bar: Reach | None, signs: Signs) -> Line:
    pieces: list[Piece] = []
    for column in columns:
        if column.key == _BAR:
            pieces += draw_bar(bar, kind_of(row), column.width, signs)
        else:
            text = crop(signs.write(cell_words(words, column.key)), column.width, signs.ellipsis)
            kind = _cell_kind(row, column.key, text)
            pieces.append(Piece(pad(text, column.width, right=column.key not in _LEFT), kind))
        pieces.append(Piece(" " * gap))
    return tuple(pieces[:-1])


def _cell_kind(row: Row, key: str, text: str) -> str:
    """The better side's own value stands out like the verdict: both are keyed by the letter of the run."""
    if key in ("verdict", "mark", row.verdict.value):
        return kind_of(row)
    return "secondary" if key in ("reason", "a_interval", "b_interval") or text.strip() == NOT_KNOWN else ""
