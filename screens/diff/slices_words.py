"""What is known of one slice, in words: why its verdict, what it adds to the whole, the test behind it; pure."""

from screens.diff.slices_reading import Sliced
from screens.diff.slices_table import TURNS, VERDICT_KINDS
from screens.pieces import Line, Piece, hanging, listing
from screens.signs import ASCII, Signs
from workbench.comparison.slice_rows import Slice
from workbench.comparison.wording import plain_verdict_words
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_delta, format_interval, format_p, format_percent


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


def _turned_words(item: Slice, found: Sliced) -> str:
    whole = format_delta(found.metric, found.whole.delta)
    ahead = "A" if bool(METRICS[found.metric].higher_is_better) == ((found.whole.delta or 0.0) < 0) else "B"
    here = "B" if ahead == "A" else "A"
    return f"{TURNS}: over all examples {ahead} is ahead (B - A {whole}), on this slice {here} is."


def _share_words(item: Slice, metric: str) -> str:
    share = f"{format_count(item.n)} examples, {format_percent(item.weight)} of all"
    if item.contribution is None:
        return share
    return f"{share}; adds {format_delta(metric, item.contribution)} to the difference of the whole"


def _test_words(item: Slice, found: Sliced) -> list[str]:
    contrast = item.contrast
    words = [f"test {contrast.test}"] if contrast.test else []
    if contrast.p_value is not None:
        words.append(f"p {format_p(contrast.p_value).replace('<', '< ')}")
    if item.p_adjusted is not None:
        over = f"{found.tested} slices" if found.tested else "the slices of all columns"
        words.append(f"adjusted over {over} {format_p(item.p_adjusted).replace('<', '< ')}")
    low, high = contrast.interval or (None, None)
    if low is not None:
        words.append(f"95% interval {format_interval(found.metric, low, high, signed=True)}")
    return words
