"""The scores of single classes as a table: one score at a time with its bars, the others beside it or below; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from rich.cells import cell_len

from screens.diff.interval_bar import draw_bar
from screens.diff.row_foot import why_lines
from screens.diff.rows import bar_heading, kind_of
from screens.pieces import Line, Piece, pad, width_of
from screens.signs import ASCII, Signs
from workbench.cells import crop, shorten
from workbench.comparison.reaches import Reach
from workbench.comparison.result import ClassRows, Row
from workbench.comparison.wording import RowWords, cell_words, words_of
from workbench.formatting import NOT_KNOWN, format_count
from workbench.inert import inert

SCORES = ("f1", "recall", "precision")
"""The scores that may be listed, the one that sums a class up first."""
_LEFT = ("label", "bar", "verdict", "mark", "other1", "other2")
_WIDEST_LABEL, _WIDEST_BAR, _SPACIOUS = 40, 61, 110
_ROOM_FOR_CLASSES = 2.5
"""A class that reaches further than this many times the middle one lies beyond the scale: the others are to be seen."""
_CHOICES: tuple[tuple[tuple[str, ...], int, int], ...] = (
    (("label", "n", "a", "b", "delta", "interval", "bar", "verdict", "other1", "other2"), 20, 21),
    (("label", "n", "a", "b", "delta", "interval", "bar", "verdict"), 16, 13),
    (("label", "n", "a", "b", "delta", "bar", "verdict"), 12, 11),
    (("label", "a", "b", "delta", "bar", "mark"), 10, 9),
    (("label", "a", "b", "delta", "mark"), 8, 0),
    (("label", "delta", "mark"), 1, 0),
)
"""Columns from the fullest choice to the barest, each with the cells that labels and bar are worth having in."""


class ClassOrder(StrEnum):
    """In which order the classes stand, in words."""

    GIVEN = "as given"
    B_WORST = "B worst first"
    B_BEST = "B best first"
    NAME = "by name"
    SUPPORT = "the largest first"


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The table for one width."""

    head: Line
    lines: tuple[Line, ...]


def arranged_classes(
    classes: Sequence[ClassRows], score: str, order: ClassOrder, *, only_differing: bool
) -> list[ClassRows]:
    """The classes in order; those without the score last. Only those of which any score differs, where asked for."""
    shown = [item for item in classes if not only_differing or any(row.verdict in ("a", "b") for row in item.rows)]
    match order:
        case ClassOrder.NAME:
            return sorted(shown, key=lambda item: item.label.casefold())
        case ClassOrder.SUPPORT:
            return sorted(shown, key=lambda item: -item.support_a)
        case ClassOrder.B_WORST | ClassOrder.B_BEST:
            sign = 1.0 if order is ClassOrder.B_WORST else -1.0

            def rank(item: ClassRows) -> tuple[bool, float]:
                delta = row_of_score(item, score).delta
                return delta is None, sign * (delta or 0.0)

            return sorted(shown, key=rank)
    return shown


def row_of_score(item: ClassRows, score: str) -> Row:
    """The row of one score of a class."""
    row: Row = getattr(item, score)
    return row


def lay_out_classes(classes: Sequence[ClassRows], score: str, width: int, signs: Signs) -> ClassTable:
    """The classes, one a line, in ``width`` cells."""
    cells = [_cells(item, score, signs) for item in classes]
    gap = 2 if width >= _SPACIOUS else 1
    columns = _choose(cells, score, width, gap, signs)
    bars = _reaches([row_of_score(item, score) for item in classes])
    head: list[Piece] = []
    for key, heading, room in columns:
        kind = key if key in ("a", "b") else "heading"
        head += bar_heading(room, signs) if key == "bar" else [Piece(pad(heading, room, right=key not in _LEFT), kind)]
        head.append(Piece(" " * gap))
    lines = []
    for item, words, bar in zip(classes, cells, bars, strict=True):
        pieces: list[Piece] = []
        row = row_of_score(item, score)
        for key, _, room in columns:
            pieces += (
                draw_bar(bar, kind_of(row), room, signs) if key == "bar" else [_cell(row, key, words, room, signs)]
            )
            pieces.append(Piece(" " * gap))
        lines.append(tuple(pieces[:-1]))
    return ClassTable(tuple(head[:-1]), tuple(lines))


def state_line(score: str, shown: int, order: ClassOrder, width: int, *, only_differing: bool, adjusted: int) -> Line:
    """The scores with the one that is listed marked, how many classes in which order, how many tests there are."""
    pieces: list[Piece] = []
    for name in SCORES:
        words = "F1" if name == "f1" else name
        pieces.append(Piece(f" {words} ", "chosen" if name == score else "secondary"))
    count = f"{format_count(shown)} class{'' if shown == 1 else 'es'}"
    parts = [f"{count}, {order.value}" if shown > 1 else count]
    if only_differing:
        parts[0] += ", only those that differ"
    parts.append(f"adjusted over {format_count(adjusted)} tests")
    for part in parts:
        if width_of(pieces) + cell_len(part) + 3 <= width:
            pieces.append(Piece(f"   {part}", "secondary"))
    return tuple(pieces)


def class_foot(item: ClassRows | None, score: str, width: int, height: int, signs: Signs) -> list[Line]:
    """All three scores of a class in at most ``height`` lines, and why the listed one stands as it does."""
    if item is None or height < 1:
        return []
    row = row_of_score(item, score)
    reason = why_lines(row, _verdict(row, signs), width, signs)
    scores = _score_lines(item, width, signs)
    support = f"{format_count(item.support_a)} examples"
    if item.support_a != item.support_b:
        support = f"{format_count(item.support_a)} examples in A, {format_count(item.support_b)} in B"
    label = shorten(signs.write(inert(item.label)), max(4, width - len(support) - 2), signs.ellipsis)
    title: Line = (Piece(label, "strong"), Piece(f"  {support}", "secondary"))
    if height < 4:
        return reason[:height]
    lines = [*scores, *reason]
    return [title, *lines][:height] if len(lines) < height else lines[:height]


def _score_lines(item: ClassRows, width: int, signs: Signs) -> list[Line]:
    """The three scores below each other, in as many columns as fit: values, difference, intervals, verdict."""
    rows = (item.f1, item.recall, item.precision)
    words = [words_of(row, ascii_only=signs is ASCII) for row in rows]
    verdicts = [_verdict(row, signs) for row in rows]
    texts = [row.title for row in rows]
    verdict = max(map(cell_len, verdicts))
    for title, cells in (
        ("A ", [one.a for one in words]),
        ("B ", [one.b for one in words]),
        ("", [one.delta for one in words]),
        ("", [one.interval for one in words]),
        ("A ", [one.a_interval for one in words]),
        ("B ", [one.b_interval for one in words]),
    ):
        before, room = max(map(cell_len, texts)), max(map(cell_len, cells))
        if room and before + len(title) + room + verdict + 4 <= width:
            texts = [
                f"{pad(text, before)}  {title if cell else ' ' * len(title)}{pad(cell, room, right=True)}"
                for text, cell in zip(texts, cells, strict=True)
            ]
    before = max(map(cell_len, texts))
    return [
        (Piece(f"{pad(text, before)}  ", "secondary"), Piece(verdict, kind_of(row)))
        for text, verdict, row in zip(texts, verdicts, rows, strict=True)
    ]


def _verdict(row: Row, signs: Signs) -> str:
    return cell_words(words_of(row, ascii_only=signs is ASCII), "verdict")


def _cells(item: ClassRows, score: str, signs: Signs) -> dict[str, str]:
    words = words_of(row_of_score(item, score), ascii_only=signs is ASCII)
    cells = {key: cell_words(words, key) for key in ("a", "b", "delta", "interval", "verdict", "mark")}
    support = format_count(item.support_a)
    if item.support_a != item.support_b:
        support += f"/{format_count(item.support_b)}"
    others = [words_of(row_of_score(item, name), ascii_only=signs is ASCII) for name in _others(score)]
    return cells | {
        "label": signs.write(inert(item.label)),
        "n": support,
        "other1": _beside(others[0]),
        "other2": _beside(others[1]),
    }


def _beside(words: RowWords) -> str:
    """Another score of the class in one cell: both values, and who is better."""
    return f"{words.a:>6} {words.b:>6} {cell_words(words, 'mark')}"


def _others(score: str) -> tuple[str, str]:
    first, second = (name for name in SCORES if name != score)
    return first, second


def _choose(
    rows: Sequence[Mapping[str, str]], score: str, width: int, gap: int, signs: Signs
) -> tuple[tuple[str, str, int], ...]:
    """Key, heading and width of each column: the fullest choice that fits; the bar takes what the labels leave."""
    headings = _headings(score, signs)
    for keys, least_label, least_bar in _CHOICES:
        widths = {key: _needed(rows, key, headings) for key in keys if key != "bar"}
        label = min(widths.pop("label"), _WIDEST_LABEL)
        room = width - sum(widths.values()) - gap * (len(keys) - 1)
        if room >= min(label, least_label) + least_bar:
            label = max(1, min(label, room - least_bar))
            bar = min(_WIDEST_BAR, room - label)
            widths |= {"label": label, "bar": bar if bar % 2 else bar - 1}
            return tuple((key, headings.get(key, ""), widths[key]) for key in keys)
    return (("label", "class", max(1, width)),)


def _headings(score: str, signs: Signs) -> dict[str, str]:
    others = [f"{'F1' if name == 'f1' else name}: A, B" for name in _others(score)]
    return {
        "label": "class",
        "n": "n",
        "a": "A",
        "b": "B",
        "delta": "delta" if signs is ASCII else "Δ",
        "interval": "95% interval",
        "verdict": "verdict",
        "other1": others[0],
        "other2": others[1],
    }


def _needed(rows: Iterable[Mapping[str, str]], key: str, headings: Mapping[str, str]) -> int:
    return max([cell_len(headings.get(key, "")), *(cell_len(row[key]) for row in rows)])


def _cell(row: Row, key: str, words: Mapping[str, str], room: int, signs: Signs) -> Piece:
    text = (shorten if key == "label" else crop)(words[key], room, signs.ellipsis)
    kind = ""
    if key in ("verdict", "mark", row.verdict.value):
        kind = kind_of(row)
    elif key in ("n", "interval", "other1", "other2") or text.strip() == NOT_KNOWN:
        kind = "secondary"
    return Piece(pad(text, room, right=key not in _LEFT), kind)


def _reaches(rows: Sequence[Row]) -> list[Reach | None]:
    """Where the differences lie on the scale that all classes share, positive for B."""
    furthest = [end for row in rows if (end := _furthest(row))]
    scale = min(max(furthest), _ROOM_FOR_CLASSES * median(furthest)) if furthest else 1.0
    return [_reach(row, scale) for row in rows]


def _furthest(row: Row) -> float:
    return max(abs(end) for end in (row.delta, row.delta_low, row.delta_high, 0.0) if end is not None)


def _reach(row: Row, scale: float) -> Reach | None:
    if row.delta is None:
        return None
    if row.delta_low is None or row.delta_high is None:
        return Reach(row.delta / scale)
    return Reach(row.delta / scale, row.delta_low / scale, row.delta_high / scale)
