"""The interval of a difference as a small picture around zero: to the left it speaks for A, to the right for B."""

from collections.abc import Iterator

from workbench.comparison.reaches import Reach
from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.result import Disagreements, Verdict
from workbench.formatting import format_count

_WIDTH, _HEIGHT = 200.0, 22.0
_MIDDLE, _LINE = _WIDTH / 2, _HEIGHT / 2
_REACH = _MIDDLE - 8
_CAP = 5.0


def interval_bar(reach: Reach | None, verdict: Verdict, words: str) -> Markup:
    """The bar of one row; ``words`` say the same to those who do not see it."""
    kind = {Verdict.A: "a", Verdict.B: "b"}.get(verdict, "open")
    parts = [tag("line", class_="zero", x1=_MIDDLE, x2=_MIDDLE, y1=1.0, y2=_HEIGHT - 1)]
    if reach is not None:
        parts.append(tag("g", *_span(reach), class_=f"reach {kind}"))
    size = f"0 0 {_WIDTH:g} {_HEIGHT:g}"
    return tag("svg", *parts, class_="interval", viewBox=size, role="img", aria_label=words)


def decisive_bar(counts: Disagreements) -> Markup:
    """The examples on which one run alone is right: A's to the left of zero, B's to the right."""
    most = max(counts.only_a, counts.only_b, 1)
    width, height, middle = 420.0, 46.0, 210.0
    reach = middle - 60
    parts = []
    for kind, count, side in (("a", counts.only_a, -1), ("b", counts.only_b, 1)):
        length = reach * count / most
        start = middle - length if side < 0 else middle
        anchor = "end" if side < 0 else "start"
        parts += [
            tag("rect", class_=f"fill {kind}", x=start, y=8.0, width=length, height=22.0),
            tag(
                "text",
                f"{kind.upper()} {format_count(count)}",
                class_=f"letter {kind}",
                x=middle + side * (length + 6),
                y=24.0,
                text_anchor=anchor,
            ),
        ]
    parts.append(tag("line", class_="zero", x1=middle, x2=middle, y1=2.0, y2=36.0))
    words = f"Only A is right on {format_count(counts.only_a)} examples, only B on {format_count(counts.only_b)}."
    size = f"0 0 {width:g} {height:g}"
    return tag("svg", *parts, class_="decisive", viewBox=size, role="img", aria_label=words)


def _span(reach: Reach) -> Iterator[Markup]:
    value = _place(reach.value)
    if reach.low is not None and reach.high is not None:
        low, high = _place(reach.low), _place(reach.high)
        yield tag("line", x1=low, x2=high, y1=_LINE, y2=_LINE)
        for end, place in ((reach.low, low), (reach.high, high)):
            yield _arrow(place) if abs(end) > 1 else _cap(place)
    elif reach.is_certain:
        yield tag("line", x1=_MIDDLE, x2=value, y1=_LINE, y2=_LINE)
    if abs(reach.value) > 1:
        yield _arrow(value)
    else:
        # What was measured once has a ring: nobody knows how far it may be off.
        kind = "dot" if reach.is_certain or reach.low is not None else "ring"
        yield tag("circle", class_=kind, cx=value, cy=_LINE, r=4.0)


def _place(position: float) -> float:
    return _MIDDLE + max(-1.0, min(1.0, position)) * _REACH


def _cap(place: float) -> Markup:
    return tag("line", x1=place, x2=place, y1=_LINE - _CAP, y2=_LINE + _CAP)


def _arrow(place: float) -> Markup:
    """The end lies beyond the scale."""
    tip = 7.0 if place > _MIDDLE else -7.0
    points = f"{place:g},{_LINE - _CAP:g} {place + tip:g},{_LINE:g} {place:g},{_LINE + _CAP:g}"
    return tag("polygon", points=points)
