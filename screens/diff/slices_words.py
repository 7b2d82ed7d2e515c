"""What is known of one slice, in words: why its verdict, what it adds to the whole, the test behind it; pure."""

from rich.cells import cell_len

from screens.diff.slices_reading import Sliced
from screens.diff.slices_table import TURNS, VERDICT_KINDS
from screens.pieces import Line, Piece, hanging, listing, pad, width_of
from screens.signs import ASCII, Signs
from workbench.cells import shorten
from workbench.comparison.slice_rows import Slice, SliceList
from workbench.comparison.wording import plain_verdict_words
from workbench.evaluation.metrics import LANGUAGE, METRICS
from workbench.formatting import format_count, format_delta, format_interval, format_p, format_percent

_WIDEST_CELL = 44


def foot_lines(item: Slice | None, found: Sliced, width: int, height: int, signs: Signs) -> list[Line]:
    """What is known of a slice in at most ``height`` lines: why its verdict first, then what it is, then the test."""
    if item is None or height < 1:
        return []
    sign, word = plain_verdict_words(item.verdict, ascii_only=signs is ASCII)
    verdict = f"{sign} {word}"
    why = hanging(signs.write(f"{verdict}: {item.reason}" if item.reason else verdict), width)
    kind = VERDICT_KINDS.get(item.verdict, "secondary")
    reason: list[Line] = [
        (Piece(verdict, kind), Piece(text.removeprefix(verdict))) if not number else (Piece(text),)
        for number, text in enumerate(why)
    ]
    turned: list[Line] = []
    if item.turned:
        turned = [(Piece(text, "warning"),) for text in hanging(_turned_words(item, found), width)]
    name = f"{item.title}: {item.label}  "
    about = hanging(name + _share_words(item, found.metric), width)
    what: list[Line] = [
        (Piece(name, "strong"), Piece(about[0].removeprefix(name), "secondary"))
        if about[0].startswith(name)
        else (Piece(about[0], "strong"),),
        *((Piece(text, "secondary"),) for text in about[1:]),
    ]
    test: list[Line] = [
        (Piece(text, "secondary"),) for text in listing(_test_words(item, found), width, f" {signs.dot} ")
    ]
    lines = reason[:height]
    for more, is_above in ((what, True), (turned, False), (test, False)):
        if len(lines) + len(more) <= height:
            lines = [*more, *lines] if is_above else [*lines, *more]
    return lines


def glance_lines(found: Sliced, width: int, height: int, signs: Signs) -> list[Line]:
    """Every column in a line, as many as ``height`` has room for: its slices furthest apart on either side."""
    rows = [_glance(column) for column in found.columns if len(column.slices) > 1]
    if not rows or height < 3:
        return []
    shown = rows[: height - 1]
    widths = [min(_WIDEST_CELL, max(cell_len(row[place]) for row in shown)) for place in range(4)]
    more = f", {len(rows) - len(shown)} more not shown" if len(shown) < len(rows) else ""
    lines: list[Line] = [
        (Piece("Every column", "strong"), Piece(f"  where B is worst, and where best{more}", "secondary"))
    ]
    for title, count, worst, best, turns in shown:
        cells = [
            pad(shorten(text, room, signs.ellipsis), room)
            for text, room in zip((title, count, worst, best), widths, strict=True)
        ]
        line = (Piece(f"{cells[0]}  "), Piece(f"{cells[1]}  ", "secondary"), Piece(f"{cells[2]}  {cells[3]}"))
        lines.append((*line, Piece(f"  {turns}", "warning")) if turns else line)
    return lines if all(width_of(line) <= width for line in lines) else []


def _glance(column: SliceList) -> tuple[str, str, str, str, str]:
    """A column's name, how many slices it has, the worst and the best of B, and on how many the sign turns."""
    known = [item for item in column.slices if item.delta is not None]
    sign = 1.0 if METRICS[column.metric].higher_is_better else -1.0
    ordered = sorted(known, key=lambda item: sign * (item.delta or 0.0))
    ends = [f"{item.label}: {format_delta(column.metric, item.delta)}" for item in (*ordered[:1], *ordered[-1:])]
    worst, best = ends or ("", "")
    turned = len(column.turned)
    count = f"{format_count(len(column.slices))} slices"
    return column.column.title, count, worst, best, f"{TURNS} on {format_count(turned)}" if turned else ""


def _turned_words(item: Slice, found: Sliced) -> str:
    whole = format_delta(found.metric, found.whole.delta)
    ahead = "A" if bool(METRICS[found.metric].higher_is_better) == ((found.whole.delta or 0.0) < 0) else "B"
    here = "B" if ahead == "A" else "A"
    return f"{TURNS}: over all examples {ahead} is ahead (B - A {whole}), on this slice {here} is."


def _share_words(item: Slice, metric: str) -> str:
    is_text = METRICS[metric].task == LANGUAGE
    what, whole = ("text units", "the bytes") if is_text else ("examples", "all")
    share = f"{format_count(item.n)} {what}, {format_percent(item.weight)} of {whole}"
    if item.contribution is None:
        return share
    return f"{share}; adds {format_delta(metric, item.contribution)} to the difference of the whole"


def _test_words(item: Slice, found: Sliced) -> list[str]:
    contrast = item.contrast
    words = [f"test {contrast.test}"] if contrast.test else []
    if contrast.p_value is not None:
        words.append(f"p {format_p(contrast.p_value)}")
    if item.p_adjusted is not None:
        over = f"{found.tested} slices" if found.tested else "the slices of all columns"
        words.append(f"adjusted over {over} {format_p(item.p_adjusted)}")
    low, high = contrast.interval or (None, None)
    if low is not None:
        words.append(f"95% interval {format_interval(found.metric, low, high, signed=True)}")
    return words
