"""Two groups of runs as lines: means with spread, every member on one axis, what is missing for a verdict; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.diff.interval_bar import draw_bar
from screens.diff.row_foot import why_lines, words_of_test
from screens.diff.rows import bar_heading, board, is_different, kind_of
from screens.diff.words import shorten_end, verdict_lines
from screens.pieces import Line, Piece, hanging, listing, pad
from screens.signs import ASCII, Signs
from workbench.cells import crop, shorten
from workbench.comparison.group_members import GroupSide
from workbench.comparison.group_result import GroupCompared
from workbench.comparison.group_words import group_headline, group_name, group_size, mean_words, strips
from workbench.comparison.reaches import Reach, reaches
from workbench.comparison.result import GROUPS, Row
from workbench.comparison.wording import HEADINGS, cell_words, words_of
from workbench.evaluation.metrics import METRICS
from workbench.formatting import NOT_KNOWN, format_some, format_value
from workbench.inert import inert

_LEFT = ("name", "verdict", "mark", "strip", "bar")
_SPACIOUS = 110
_CHOICES: tuple[tuple[tuple[str, ...], int, int], ...] = (
    (("name", "a", "b", "delta", "interval", "bar", "verdict", "strip"), 25, 31),
    (("name", "a", "b", "delta", "interval", "verdict", "strip"), 0, 21),
    (("name", "a", "b", "delta", "verdict", "strip"), 0, 15),
    (("name", "a", "b", "delta", "mark", "strip"), 0, 11),
    (("name", "a", "b", "mark", "strip"), 0, 9),
    (("name", "a", "b", "mark"), 0, 0),
    (("name", "delta", "mark"), 0, 0),
)
"""Columns from the fullest choice to the barest, each with the cells that bar and strip are worth having in."""
_WIDEST_STRIP = 41
_MOST_RUNS = 12
_BOTH = "*"
"""On a strip: members of both sides at one place."""


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A line of the table: a row, or the heading of its group where there is none."""

    row: Row | None
    line: Line


def group_head_lines(compared: GroupCompared, width: int, room: int, signs: Signs) -> list[Line]:
    """Who the groups are, the verdict over them, and the warnings."""
    lines: list[Line] = []
    sides = (("A", compared.comparison.a, compared.a), ("B", compared.comparison.b, compared.b))
    widest = max(cell_len(group_name(run, side)) for _, run, side in sides)
    for letter, run, side in sides:
        name, size = group_name(run, side), group_size(compared.kind, side)
        runs = f"runs {format_some([str(number) for number in side.ids], _MOST_RUNS)}" if side.ids else ""
        where = f"{inert(str(run.get('model')))} on {inert(str(run.get('dataset')).rpartition('/')[2])}"
        dot = f" {signs.dot} "
        tails = (dot.join((where, size, runs)), dot.join((size, runs)), size)
        tail = next((words for words in tails if widest + cell_len(words) + 5 <= width), size)
        most = max(4, width - 5 - cell_len(tail))
        name = shorten(name, most, signs.ellipsis)
        gap = max(0, min(widest, most) - cell_len(name)) + 2
        lines.append(
            (Piece(f"{letter}  ", letter.lower()), Piece(name, "strong"), Piece(f"{'':{gap}}{tail}", "secondary"))
        )
    comparison = compared.comparison
    lead = board(comparison, width, signs)
    # What is missing stands above the rows, with the commands that would train it.
    cautions = [caution for caution in comparison.warnings if caution.code != "few-members"]
    return [*lines, *verdict_lines(group_headline(compared), cautions, lead, width, room, signs)]


def lay_out_groups(
    compared: GroupCompared, width: int, signs: Signs, *, only_differing: bool = False
) -> tuple[Line, tuple[GroupLine, ...]]:
    """The headings, and the rows under those of their groups."""
    rows = [row for row in compared.comparison.rows if not only_differing or is_different(row)]
    cells = {row.metric: _cells(compared, row, signs) for row in rows}
    gap = 2 if width >= _SPACIOUS else 1
    columns = _choose(list(cells.values()), width, gap, signs)
    bars = reaches(compared.comparison.rows)
    lines: list[GroupLine] = []
    for group in GROUPS:
        members = [row for row in rows if row.group == group]
        if members:
            lines.append(GroupLine(None, (Piece(HEADINGS[group], "heading"),)))
        for row in members:
            line = _row_line(compared, row, cells[row.metric], columns, gap, bars.get(row.metric), signs)
            lines.append(GroupLine(row, line))
    head: list[Piece] = []
    for key, heading, room in columns:
        kind = key if key in ("a", "b") else "heading"
        head += bar_heading(room, signs) if key == "bar" else [Piece(pad(heading, room, right=key not in _LEFT), kind)]
        head.append(Piece(" " * gap))
    return tuple(head[:-1]), tuple(lines)


def missing_lines(compared: GroupCompared, width: int, most: int, signs: Signs) -> list[Line]:
    """What each side lacks for a verdict, with the commands that train it, in at most ``most`` lines."""
    lines: list[Line] = []
    for letter, side in (("A", compared.a), ("B", compared.b)):
        if side.missing:
            lines += _missing(letter, compared, side, width, max(1, most // 2), signs)
    return lines[:most]


def group_foot(compared: GroupCompared, row: Row | None, width: int, height: int, signs: Signs) -> list[Line]:
    """Every member of both sides on one axis, why the row stands as it does, and the test behind it."""
    if row is None or height < 1:
        return []
    why = why_lines(row, _verdict(row, signs), width, signs)
    points = _point_lines(compared, row, width, signs)
    test: list[Line] = [(Piece(text, "secondary"),) for text in listing(_test_words(row), width, f" {signs.dot} ")]
    lines = why[:height]
    for more, is_above in ((points, True), (test, False), (_member_lines(compared, row, width, signs), False)):
        if len(lines) + len(more) <= height:
            lines = [*more, *lines] if is_above else [*lines, *more]
    return lines


def strip_pieces(compared: GroupCompared, metric: str, width: int, signs: Signs) -> Line:
    """Every member's point on one axis, by the letter of its side; a star where both have one."""
    spreads = compared.spreads[metric]
    points = {
        letter: [point for point in spread.points if point is not None]
        for letter, spread in (("A", spreads.a), ("B", spreads.b))
    }
    known = [*points["A"], *points["B"]]
    if not known or min(known) == max(known):
        return (Piece(" " * width),)
    low, high = min(known), max(known)
    cells = [signs.interval.axis] * width
    for letter, values in points.items():
        for value in values:
            at = round((value - low) / (high - low) * (width - 1))
            cells[at] = letter if cells[at] in (signs.interval.axis, letter) else _BOTH
    pieces: list[Piece] = []
    for cell in cells:
        kind = {"A": "a", "B": "b", _BOTH: "strong"}.get(cell, "secondary")
        if pieces and pieces[-1].kind == kind:
            pieces[-1] = Piece(pieces[-1].text + cell, kind)
        else:
            pieces.append(Piece(cell, kind))
    return tuple(pieces)


def _missing(letter: str, compared: GroupCompared, side: GroupSide, width: int, most: int, signs: Signs) -> list[Line]:
    of = compared.kind.value if side.missing > 1 else compared.kind.value.removesuffix("s")
    words = f"{letter} lacks {side.missing} {of} for a verdict"
    if not side.commands:
        return [(Piece("! ", "warning"), Piece(shorten_end(words, width - 2, signs)))]
    lines = hanging(f"{words}: {'; '.join(side.commands)}", width - 2)
    if len(lines) > most:
        rest = len(side.commands) - 1
        more = f" and {rest} more (0)" if rest else ""
        lines = [crop(f"{words}: {side.commands[0]}", width - 2 - len(more), signs.ellipsis) + more]
    return [(Piece("  " if number else "! ", "warning"), Piece(text)) for number, text in enumerate(lines)]


def _point_lines(compared: GroupCompared, row: Row, width: int, signs: Signs) -> list[Line]:
    ascii_only = signs is ASCII
    tails = {}
    for letter, spread in (("A", compared.spreads[row.metric].a), ("B", compared.spreads[row.metric].b)):
        ends = " to ".join(format_value(row.metric, end, spread.sd, unit=False) for end in (spread.low, spread.high))
        tails[letter] = f"  {mean_words(row.metric, spread, ascii_only=ascii_only)}  {ends}  n {spread.n}"
    room = min(_WIDEST_STRIP, width - 3 - max(map(cell_len, tails.values())))
    drawn = strips(compared, row.metric, room, ascii_only=ascii_only) if room >= 9 else None
    texts = ("", "") if drawn is None else drawn[:2]
    return [
        (
            Piece(f"{letter}  ", letter.lower()),
            Piece(str(text), letter.lower()),
            Piece(tails[letter].removeprefix("" if text else "  ")),
        )
        for letter, text in zip("AB", texts, strict=True)
    ]


def _member_lines(compared: GroupCompared, row: Row, width: int, signs: Signs) -> list[Line]:
    """The value of each run, by its number."""
    spreads = compared.spreads[row.metric]
    lines: list[Line] = []
    for letter, side, spread in (("A", compared.a, spreads.a), ("B", compared.b, spreads.b)):
        words = [
            f"run {number} {format_value(row.metric, point, spread.sd, unit=False)}"
            for number, point in zip(side.ids, spread.points, strict=False)
        ]
        texts = listing(words, width - 3, f" {signs.dot} ")
        lines += [
            (Piece("   " if place else f"{letter}  ", letter.lower()), Piece(text, "secondary"))
            for place, text in enumerate(texts)
        ]
    return lines


def _test_words(row: Row) -> list[str]:
    words = [] if row.delta is None else [f"B - A {words_of(row).delta or '0'}"]
    return words + words_of_test(row)


def _verdict(row: Row, signs: Signs) -> str:
    words = words_of(row, ascii_only=signs is ASCII)
    # A single run's figure is measured once; here it is as many times as there are runs.
    return f"{words.sign} spread only" if METRICS[row.metric].measured_once else cell_words(words, "verdict")


def _cells(compared: GroupCompared, row: Row, signs: Signs) -> dict[str, str]:
    ascii_only = signs is ASCII
    words, spreads = words_of(row, ascii_only=ascii_only), compared.spreads[row.metric]
    cells = {key: cell_words(words, key) for key in ("name", "delta", "interval", "mark")}
    a, b = (mean_words(row.metric, spread, ascii_only=ascii_only) for spread in (spreads.a, spreads.b))
    return cells | {"a": a, "b": b, "verdict": _verdict(row, signs)}


def _choose(rows: Sequence[Mapping[str, str]], width: int, gap: int, signs: Signs) -> tuple[tuple[str, str, int], ...]:
    """Key, heading and width of each column: the fullest choice that fits; strip and bar take what is left."""
    headings = {
        "a": "A, mean",
        "b": "B, mean",
        "delta": "delta" if signs is ASCII else "Δ",
        "interval": "95% interval",
        "verdict": "verdict",
        "strip": "every run",
    }
    for choice, least_bar, least_strip in _CHOICES:
        keys = tuple(key for key in choice if key in ("bar", "strip") or any(row[key] for row in rows))
        widths = {
            key: max([cell_len(headings.get(key, "")), *(cell_len(row[key]) for row in rows)])
            for key in keys
            if key not in ("bar", "strip")
        }
        room = width - sum(widths.values()) - gap * (len(keys) - 1)
        if room < least_bar + least_strip:
            continue
        if "strip" in keys:
            widths["strip"] = min(_WIDEST_STRIP, room - (room // 2 if "bar" in keys else 0))
            room -= widths["strip"]
        if "bar" in keys:
            widths["bar"] = min(61, room) - (1 - min(61, room) % 2)
        return tuple((key, headings.get(key, ""), widths[key]) for key in keys)
    return (("name", "", max(1, width - 2)), ("mark", "", 1))


def _row_line(
    compared: GroupCompared,
    row: Row,
    words: Mapping[str, str],
    columns: Sequence[tuple[str, str, int]],
    gap: int,
    bar: Reach | None,
    signs: Signs,
) -> Line:
    pieces: list[Piece] = []
    for key, _, room in columns:
        if key == "bar":
            pieces += draw_bar(bar, kind_of(row), room, signs)
        elif key == "strip":
            pieces += strip_pieces(compared, row.metric, room, signs)
        else:
            text = crop(words[key], room, signs.ellipsis)
            kind = kind_of(row) if key in ("verdict", "mark", row.verdict.value) else ""
            if text.strip() == NOT_KNOWN or key == "interval":
                kind = "secondary"
            pieces.append(Piece(pad(text, room, right=key not in _LEFT), kind))
        pieces.append(Piece(" " * gap))
    return tuple(pieces[:-1])
