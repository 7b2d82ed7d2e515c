"""Slices as a table: which columns a width has room for, each slice as a line, and all that is known of one; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.cells import cell_len

from screens.diff.interval_bar import draw_bar
from screens.diff.rows import bar_heading
from screens.diff.slices_reading import Order, SliceChoice, Sliced
from screens.pieces import Line, Piece, pad, width_of
from screens.signs import ASCII, Signs
from workbench.cells import crop, shorten
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.reaches import Reach
from workbench.comparison.result import Verdict
from workbench.comparison.slice_rows import FEWEST, Slice
from workbench.comparison.wording import plain_verdict_words
from workbench.evaluation.metrics import METRICS
from workbench.formatting import (
    NOT_KNOWN,
    format_count,
    format_delta,
    format_interval,
    format_p,
    format_value,
)

TURNS = "~ sign turns"
ALL = "all examples"
_LEFT = ("mark", "label", "bar", "verdict", "short", "turns")
_HEADINGS = {"n": "n", "a": "A", "b": "B", "interval": "95% interval", "p": "adj. p", "verdict": "verdict"}
VERDICT_KINDS = {Verdict.A: "a", Verdict.B: "b", Verdict.EQUIVALENT: "good"}
_WIDEST_LABEL = 48
_WIDEST_BAR = 61
_SPACIOUS = 110
_ROOM_FOR_SLICES = 2.5
"""A slice that reaches further than this many times the middle one lies beyond the scale: the others are to be seen."""
_CHOICES: tuple[tuple[tuple[str, ...], int, int], ...] = (
    (("label", "n", "a", "b", "delta", "interval", "bar", "p", "verdict", "turns"), 28, 21),
    (("mark", "label", "n", "a", "b", "delta", "interval", "bar", "p", "verdict"), 22, 15),
    (("mark", "label", "n", "a", "b", "delta", "bar", "p", "verdict"), 20, 11),
    (("mark", "label", "n", "a", "b", "delta", "bar", "p", "short"), 16, 11),
    (("mark", "label", "n", "delta", "bar", "p", "short"), 12, 9),
    (("mark", "label", "n", "delta", "bar", "short"), 12, 7),
    (("mark", "label", "n", "delta", "short"), 8, 0),
    (("mark", "label", "delta", "short"), 1, 0),
)
"""Columns from the fullest choice to the barest, each with the cells that labels and bar are worth having in."""


@dataclass(frozen=True, slots=True)
class SliceTable:
    """The table for one width: headings, and the row of all examples, above the rows of the slices."""

    head: tuple[Line, ...]
    lines: tuple[Line, ...]


def lay_out_slices(found: Sliced, slices: Sequence[Slice], width: int, signs: Signs) -> SliceTable:
    """The slices, one a line, in ``width`` cells."""
    names_column = bool(found.choice.behind)
    rows = [_slice_cells(item, found.metric, signs, names_column=names_column) for item in slices]
    whole = _contrast_cells(found.whole, found.metric) | {"label": ALL}
    gap = 2 if width >= _SPACIOUS else 1
    columns = _choose_columns([whole, *rows], width, gap, signs)
    bars = _reaches([found.whole, *(item.contrast for item in slices)], found.metric)
    head = (
        _head_line(columns, gap, signs),
        _row_line(whole, columns, gap, bars[0], "secondary", signs),
    )
    lines = tuple(
        _row_line(
            cells, columns, gap, bar, VERDICT_KINDS.get(item.verdict, "secondary"), signs, better=item.verdict.value
        )
        for item, cells, bar in zip(slices, rows, bars[1:], strict=True)
    )
    return SliceTable(head, lines)


def choices_line(choices: Sequence[SliceChoice], chosen: SliceChoice, width: int, signs: Signs) -> Line:
    """What may be listed, the chosen one marked, from the one before it on; as many as fit."""
    place = choices.index(chosen)
    words = [f" {crop(choice.words, max(8, width // 3), signs.ellipsis)} " for choice in choices]
    before = max(0, place - 1)
    first = before if cell_len(words[before]) + cell_len(words[place]) <= width - 4 else place
    line = [Piece(f"{signs.previous} ", "secondary")] if first else []
    for number, text in enumerate(words[first:], start=first):
        if number > place and width_of(line) + cell_len(text) > width - 2:
            return (*line, Piece(f" {signs.following}", "secondary"))
        line.append(Piece(text, "chosen" if number == place else "secondary"))
    return tuple(line)


def state_line(found: Sliced, order: Order, shown: int, width: int, *, turned_first: bool, differing: bool) -> Line:
    """The score, how many slices there are in which order, and on how many the sign turns; as much as fits."""
    title = METRICS[found.metric].title
    count = f"{format_count(shown)} slice{'' if shown == 1 else 's'}"
    given = "the surest first" if found.choice.behind else "in their order"
    behind = found.choice.behind.upper() or "B"
    order_words = {Order.GIVEN: given, Order.DELTA: f"{behind} worst first", Order.N: "the largest first"}[order]
    parts = [f"{count}, {order_words}" if shown > 1 else count]
    if differing:
        parts[0] += ", only those that differ"
    if found.turned:
        parts.append(f"{TURNS} on {format_count(found.turned)}" + (", listed first" if turned_first else " (t)"))
    others = len(found.metrics) - 1
    pieces = [Piece(title, "strong"), *([Piece(" (m: another)", "secondary")] if others else [])]
    for part in parts:
        if width_of(pieces) + cell_len(part) + 3 <= width:
            pieces.append(Piece(f"   {part}", "warning" if part.startswith("~") else "secondary"))
    return tuple(pieces)


def _slice_cells(item: Slice, metric: str, signs: Signs, *, names_column: bool) -> dict[str, str]:
    sign, word = plain_verdict_words(item.verdict, ascii_only=signs is ASCII)
    is_small = item.n < FEWEST
    return _contrast_cells(item.contrast, metric) | {
        "label": f"{item.title}: {item.label}" if names_column else item.label,
        "mark": "~" if item.turned else "",
        "p": "" if item.p_adjusted is None else format_p(item.p_adjusted),
        "verdict": f"{sign} too few" if is_small else f"{sign} {word}",
        "short": item.verdict.value.upper() if item.verdict in (Verdict.A, Verdict.B) else sign,
        "turns": TURNS if item.turned else "",
    }


def _contrast_cells(contrast: Contrast, metric: str) -> dict[str, str]:
    low, high = contrast.interval or (None, None)
    half = None if low is None or high is None else (high - low) / 2
    return {
        "n": format_count(contrast.n),
        "a": _estimate(metric, contrast.a, half),
        "b": _estimate(metric, contrast.b, half),
        "delta": format_delta(metric, contrast.delta, half, unit=False),
        "interval": "" if low is None else format_interval(metric, low, high, signed=True),
        "mark": "",
        "p": "",
        "verdict": "",
        "short": "",
        "turns": "",
    }


def _estimate(metric: str, estimate: Estimate, half_width: float | None) -> str:
    return format_value(metric, estimate.value, half_width, unit=False)


def _reaches(contrasts: Sequence[Contrast], metric: str) -> list[Reach | None]:
    """Where the differences lie on one scale, positive for B; slices of few examples do not set it."""
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    ends = [_furthest(contrast) for contrast in contrasts if (contrast.n or 0) >= FEWEST and contrast.delta is not None]
    ends = [end for end in ends if end] or [_furthest(contrast) for contrast in contrasts if contrast.delta]
    scale = min(max(ends), _ROOM_FOR_SLICES * median(ends)) if ends else 1.0
    return [None if contrast.delta is None else _reach(contrast, sign / scale) for contrast in contrasts]


def _furthest(contrast: Contrast) -> float:
    ends: tuple[float, ...] = (contrast.delta or 0.0, *(contrast.interval or ()))
    return max(map(abs, ends))


def _reach(contrast: Contrast, factor: float) -> Reach:
    value = (contrast.delta or 0.0) * factor
    if contrast.interval is None:
        return Reach(value)
    low, high = sorted(end * factor for end in contrast.interval)
    return Reach(value, low, high)


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    heading: str
    width: int


def _choose_columns(rows: Sequence[Mapping[str, str]], width: int, gap: int, signs: Signs) -> tuple[_Column, ...]:
    """The fullest choice that fits; labels take what is left up to their own width, the bar the rest."""
    for keys, least_label, least_bar in _CHOICES:
        shown = [key for key in keys if key in ("label", "bar") or _needed(rows, key, signs)]
        widths = {key: _needed(rows, key, signs) for key in shown if key != "bar"}
        label = min(widths.pop("label"), _WIDEST_LABEL)
        room = width - sum(widths.values()) - gap * (len(shown) - 1)
        if room >= min(label, least_label) + least_bar:
            label = max(1, min(label, room - least_bar))
            bar = min(_WIDEST_BAR, room - label)
            widths |= {"label": label, "bar": bar if bar % 2 else bar - 1}
            return tuple(_Column(key, _heading(key, signs), widths[key]) for key in shown)
    return (_Column("label", "", max(1, width)),)


def _needed(rows: Iterable[Mapping[str, str]], key: str, signs: Signs) -> int:
    """The cells that a column needs; 0 where none of the rows has anything to say in it."""
    widest = max((cell_len(row[key]) for row in rows), default=0) if key != "bar" else 0
    return max(widest, cell_len(_heading(key, signs))) if widest else 0


def _heading(key: str, signs: Signs) -> str:
    return ("delta" if signs is ASCII else "Δ") if key == "delta" else _HEADINGS.get(key, "")


def _head_line(columns: Sequence[_Column], gap: int, signs: Signs) -> Line:
    pieces: list[Piece] = []
    for column in columns:
        if column.key == "bar":
            pieces += bar_heading(column.width, signs)
        else:
            kind = column.key if column.key in ("a", "b") else "heading"
            pieces.append(Piece(pad(column.heading, column.width, right=column.key not in _LEFT), kind))
        pieces.append(Piece(" " * gap))
    return tuple(pieces[:-1])


def _row_line(
    cells: Mapping[str, str],
    columns: Sequence[_Column],
    gap: int,
    bar: Reach | None,
    kind: str,
    signs: Signs,
    *,
    better: str = "",
) -> Line:
    pieces: list[Piece] = []
    for column in columns:
        if column.key == "bar":
            pieces += draw_bar(bar, kind, column.width, signs)
        else:
            text = shorten(cells[column.key], column.width, signs.ellipsis)
            of_key = {"verdict": kind, "short": kind, better: kind, "turns": "warning", "mark": "warning"}
            plain = "secondary" if column.key in ("interval", "n") or text == NOT_KNOWN else ""
            pieces.append(Piece(pad(text, column.width, right=column.key not in _LEFT), of_key.get(column.key, plain)))
        pieces.append(Piece(" " * gap))
    return tuple(pieces[:-1])
