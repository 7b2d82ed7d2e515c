"""The runs of a trade-off as points of a chart, as rows of a table, and one of them in full; pure.

Each kind of point has a sign of its own, the same in the chart and in the table; A and B keep their letters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.chart.scatter import Mark, Plane, draw_scatter
from screens.diff.tradeoff_view import Weighing
from screens.pieces import Line, Piece, hanging, listing, pad
from screens.signs import Signs
from workbench.cells import shorten
from workbench.comparison.tradeoff import TradePoint
from workbench.evaluation.metrics import METRICS
from workbench.formatting import NOT_KNOWN, format_some, format_value

_CHOICES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("letter", "name", "figures", "score", "words"), 28),
    (("letter", "name", "axes", "score", "words"), 18),
    (("letter", "name", "axes", "words"), 14),
    (("letter", "name", "axes"), 8),
    (("letter", "name", "y"), 4),
)
"""Columns from the fullest choice to the barest, each with the cells that names are worth having in."""
_WIDEST_NAME = 40
_WIDEST_WORDS = 46
_LEAST_WORDS = 16
_ROOMY = 50
"""Cells from which on the runs of the front have their names in the chart."""


@dataclass(frozen=True, slots=True)
class PointTable:
    """The table for one width: its heading, and a line for each run."""

    head: Line
    lines: tuple[Line, ...]


def draw_points(
    weighing: Weighing, letters: Mapping[int, str], current: int | None, width: int, height: int, signs: Signs
) -> tuple[Line, ...]:
    """The chart, with the current point's name beside it; a sentence where there is nothing to draw."""
    found = weighing.found
    ordered = sorted(
        weighing.seen, key=lambda point: (point.run.id == current, point.run.id in letters, _rank(point, weighing))
    )
    names_front = width >= _ROOMY
    marks = [_mark(point, weighing, letters, current, signs, names_front=names_front) for point in ordered]
    plane = Plane(
        front=[(point.x or 0.0, point.y or 0.0) for point in found.front],
        x_bound=found.choice.needs.get(found.x),
        y_bound=found.choice.needs.get(found.y),
        log=weighing.log,
    )
    rows = draw_scatter(marks, plane, width, height, signs)
    if rows is not None:
        return rows
    why = "No room for a chart."
    if not marks:
        others = ": press x or y for others" if weighing.xs and weighing.ys else ""
        why = f"No run has both figures of the axes{others}."
    return tuple((Piece(text, "secondary"),) for text in hanging(why, max(10, width)))


def title_line(weighing: Weighing, width: int, signs: Signs) -> Line:
    """What is held against what, and on which axis."""
    found = weighing.found
    y, x = (METRICS[name].title for name in (found.y, found.x))
    unit = METRICS[found.x].unit
    parts = [f" against {x}", f" in {unit}" if unit in ("ms", "USD") else "", ", log axis" if weighing.log else ""]
    pieces = [Piece(shorten(y, width, signs.ellipsis), "strong")]
    room = width - cell_len(pieces[0].text)
    for part in parts:
        if cell_len(part) > room:
            break
        pieces.append(Piece(part, "strong" if part == parts[0] else "secondary"))
        room -= cell_len(part)
    return tuple(pieces)


def legend_line(weighing: Weighing, letters: Mapping[int, str], width: int, signs: Signs) -> Line:
    """How A and B stand, whose letters take the place of a sign, and what the signs that occur mean; as many as fit."""
    words = {
        signs.better: "wins",
        signs.baseline: "front",
        signs.interval.guess: "behind another",
        signs.times: "fails a need",
        "?": "other conditions",
    }
    lettered = sorted((letters[point.run.id], point) for point in weighing.seen if letters.get(point.run.id))
    entries = [(letter, words[point_sign(point, weighing, signs)], letter[:1].lower()) for letter, point in lettered]
    occurring = {point_sign(point, weighing, signs) for point in weighing.seen if not letters.get(point.run.id)}
    entries += [(sign, text, "secondary") for sign, text in words.items() if sign in occurring]
    pieces: list[Piece] = []
    room = width
    for sign, text, kind in entries:
        gap = "  " if pieces else ""
        if cell_len(f"{gap}{sign} {text}") <= room:
            pieces += [Piece(f"{gap}{sign}", kind), Piece(f" {text}", "secondary")]
            room -= cell_len(f"{gap}{sign} {text}")
    return tuple(pieces)


def lay_out_points(weighing: Weighing, letters: Mapping[int, str], width: int, signs: Signs) -> PointTable:
    """The runs, best quality first, in ``width`` cells."""
    found = weighing.found
    rows = [_cells(point, weighing, letters, signs) for point in found.points]
    headings = {name: _heading(name) for name in weighing.figures} | {"name": "run", "score": "score", "words": ""}
    keys, widths = _choose_columns(rows, headings, weighing, width)
    right = {*weighing.figures, "score"}
    head = [Piece("  ")]
    head += [Piece(pad(headings.get(key, ""), widths[key] + 1, right=key in right) + " ", "heading") for key in keys]
    lines = []
    for point, cells in zip(found.points, rows, strict=True):
        sign = point_sign(point, weighing, signs)
        pieces = [Piece(f"{sign} ", _kind(point, weighing))]
        for key in keys:
            text = shorten(cells[key], widths[key], signs.ellipsis)
            kind = _cell_kind(key, text, point, weighing, letters)
            pieces.append(Piece(pad(text, widths[key] + 1, right=key in right) + " ", kind))
        lines.append(tuple(pieces))
    return PointTable(tuple(head), tuple(lines))


def point_lines(point: TradePoint | None, weighing: Weighing, width: int, height: int, signs: Signs) -> list[Line]:
    """One run in at most ``height`` lines: its figures, how it stands, what it misses and what is other with it."""
    if point is None:
        return []
    dot = f" {signs.dot} "
    figures = [f"{_heading(name)} {format_value(name, point.run.figures.get(name))}" for name in weighing.figures]
    score = [] if point.score is None else [f"score {point.score:.3f}"]
    first = listing([point.run.name, point.run.model, f"run {point.run.id}", *figures, *score], width, dot)
    name = point.run.name
    lines: list[Line] = [
        (Piece(name, "strong"), Piece(text.removeprefix(name), "secondary"))
        if not number and text.startswith(name)
        else (Piece(text, "secondary"),)
        for number, text in enumerate(first)
    ]
    sentences = [_standing(point, weighing)]
    sentences += [f"{miss.sentence[0].upper()}{miss.sentence[1:]}." for miss in point.misses]
    sentences += [f"{flag.message[0].upper()}{flag.message[1:]}." for flag in point.flags]
    told = [(Piece(text),) for sentence in sentences for text in hanging(sentence, width)]
    # How it stands is what one asks for first; its figures are in the table, too.
    return [*lines[: max(1, height - len(told))], *told][:height]


def point_sign(point: TradePoint, weighing: Weighing, signs: Signs) -> str:
    """The sign of a run in the chart and in the table."""
    if point.run.id in weighing.found.winners:
        return signs.better
    if point.misses:
        return signs.times
    if not point.placed:
        return "?"
    return signs.baseline if point.on_front else signs.interval.guess


def point_words(point: TradePoint, weighing: Weighing) -> str:
    """How a run stands, in a few words."""
    parts = ["wins"] if point.run.id in weighing.found.winners else []
    if point.misses:
        parts.append(f"fails {format_some([_heading(miss.figure) for miss in point.misses], 2)}")
    if not point.placed:
        parts.append("other conditions" if _is_flagged(point) else "not known")
    elif point.on_front:
        parts.append("front")
    else:
        other = weighing.found.point(point.dominated_by or 0)
        parts.append(f"behind {other.run.name}" if other is not None else "behind")
    return ", ".join(parts)


def _standing(point: TradePoint, weighing: Weighing) -> str:
    found = weighing.found
    y, x = METRICS[found.y].title, METRICS[found.x].title
    if not point.placed:
        why = "its latency was measured under other conditions" if _is_flagged(point) else f"{y} or {x} is not known"
        return f"Not held against the others: {why}."
    if point.on_front:
        won = " It wins by your weights." if point.run.id in found.winners else ""
        return f"On the front: no other run is as good in both and better in one.{won}"
    other = found.point(point.dominated_by or 0)
    return f"{other.run.name if other is not None else 'Another run'} is as good in both and better in one."


def _is_flagged(point: TradePoint) -> bool:
    return any(flag.code == "other-conditions" for flag in point.flags)


def _rank(point: TradePoint, weighing: Weighing) -> int:
    """What lies above what in the chart."""
    return 2 if point.run.id in weighing.found.winners else 1 if point.on_front else 0


def _mark(
    point: TradePoint,
    weighing: Weighing,
    letters: Mapping[int, str],
    current: int | None,
    signs: Signs,
    *,
    names_front: bool,
) -> Mark:
    letter = letters.get(point.run.id, "")
    is_current = point.run.id == current
    named = is_current or letter or (names_front and point.on_front)
    return Mark(
        x=point.x or 0.0,
        y=point.y or 0.0,
        sign=letter[:1] or point_sign(point, weighing, signs),
        kind="chosen" if is_current else letter[:1].lower() or _kind(point, weighing),
        name=point.run.name if named else "",
    )


def _kind(point: TradePoint, weighing: Weighing) -> str:
    if point.run.id in weighing.found.winners:
        return "good"
    return "warning" if point.misses or not point.placed else "filled" if point.on_front else "secondary"


def _cells(point: TradePoint, weighing: Weighing, letters: Mapping[int, str], signs: Signs) -> dict[str, str]:
    figures = {name: format_value(name, point.run.figures.get(name), unit=False) for name in weighing.figures}
    return figures | {
        "letter": letters.get(point.run.id, ""),
        "name": point.run.name,
        "score": NOT_KNOWN if point.score is None else f"{point.score:.3f}",
        "words": point_words(point, weighing),
    }


def _heading(name: str) -> str:
    """A figure's title, short: it stands above a column, or in a list."""
    title = METRICS[name].title.removeprefix("latency ").removeprefix("cost per ")
    return (
        title.replace("1,000 predictions", "$/1k").replace("1,000 correct", "$/1k correct").replace("million", "$/1M")
    )


def _choose_columns(
    rows: Sequence[Mapping[str, str]], headings: Mapping[str, str], weighing: Weighing, width: int
) -> tuple[list[str], dict[str, int]]:
    """The fullest choice that fits; names take what they need, words what is left."""
    found = weighing.found
    groups = {"figures": weighing.figures, "axes": (found.y, found.x), "y": (found.y,)}
    needed: Callable[[str], int] = lambda key: max(  # noqa: E731
        cell_len(headings.get(key, "")), *(cell_len(row[key]) for row in rows), 1 if key == "letter" else 0
    )
    for choice, least_name in _CHOICES:
        keys = [key for part in choice for key in groups.get(part, (part,))]
        if "letter" in keys and not any(row["letter"] for row in rows):
            keys.remove("letter")
        widths = {key: needed(key) for key in keys if key not in ("name", "words")}
        words = min(needed("words"), _WIDEST_WORDS) if "words" in keys else 0
        name = min(needed("name"), _WIDEST_NAME)
        room = width - 2 - sum(widths.values()) - 2 * len(keys)
        if room >= min(name, least_name) + min(words, _LEAST_WORDS):
            name = min(name, room - min(words, _LEAST_WORDS))
            widths |= {"name": name} | ({"words": max(1, min(words, room - name))} if "words" in keys else {})
            return keys, widths
    return ["name"], {"name": max(1, width - 4)}


def _cell_kind(key: str, text: str, point: TradePoint, weighing: Weighing, letters: Mapping[int, str]) -> str:
    if key == "letter":
        return text[:1].lower()
    if key == "words":
        return _kind(point, weighing)
    return "secondary" if text == NOT_KNOWN else ""
