"""Lines of A and B over each other: training curves, and how the times of single calls are distributed.

A is a whole line and B a broken one, each with its letter at its end, so that they differ without colour, too.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.svg_scale import Scale, tick_words

WIDTH, HEIGHT = 380.0, 216.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 22.0, 16.0, 36.0
ACROSS = (LEFT, WIDTH - RIGHT)
UP = (HEIGHT - BOTTOM, TOP)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trace:
    """One line: pieces that are not joined to each other, and where given, the band that each runs through."""

    letter: str
    pieces: tuple[tuple[Point, ...], ...]
    bands: tuple[tuple[tuple[float, float, float], ...], ...] = ()
    """For each piece its stretches as (x, lowest, highest)."""

    @property
    def points(self) -> Iterator[Point]:
        """The points of all pieces."""
        return (point for piece in self.pieces for point in piece)


def line_chart(
    traces: Sequence[Trace],
    across: Scale,
    up: Scale,
    *,
    x_title: str,
    words: str,
    marks: Sequence[Markup] = (),
) -> Markup:
    """The traces between their axes; ``words`` say what is to be seen."""
    parts = [
        *_grid(across, up),
        tag("text", x_title, class_="axis-title", x=WIDTH - RIGHT, y=HEIGHT - 4, text_anchor="end"),
        *(tag("g", *_bands(trace, across, up), class_=f"band {trace.letter.lower()}") for trace in traces),
        *(tag("path", class_=f"trace {trace.letter.lower()}", d=_path(trace, across, up)) for trace in traces),
        *marks,
    ]
    parts += _letters(traces, across, up)
    return tag("svg", *parts, class_="chart", viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", role="img", aria_label=words)


def _grid(across: Scale, up: Scale) -> Iterator[Markup]:
    for tick, word in zip(up.ticks, tick_words(up), strict=True):
        y = up.place(tick)
        yield tag("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y)
        yield tag("text", word, class_="tick", x=LEFT - 6, y=y + 4, text_anchor="end")
    for tick, word in zip(across.ticks, tick_words(across), strict=True):
        x = across.place(tick)
        yield tag("line", class_="grid", x1=x, x2=x, y1=HEIGHT - BOTTOM, y2=HEIGHT - BOTTOM + 4)
        yield tag("text", word, class_="tick", x=x, y=HEIGHT - BOTTOM + 16, text_anchor="middle")
    yield tag("line", class_="axis", x1=LEFT, x2=WIDTH - RIGHT, y1=HEIGHT - BOTTOM, y2=HEIGHT - BOTTOM)


def _path(trace: Trace, across: Scale, up: Scale) -> str:
    parts = []
    for piece in trace.pieces:
        places = [f"{across.place(x):.1f} {up.place(y):.1f}" for x, y in piece]
        # A single point is drawn as a dot: a line of no length with round ends.
        parts.append("M" + "L".join(places if len(places) > 1 else places * 2))
    return "".join(parts)


def _bands(trace: Trace, across: Scale, up: Scale) -> Iterator[Markup]:
    for band in trace.bands:
        if len(band) > 1:
            upper = [f"{across.place(x):.1f},{up.place(high):.1f}" for x, _, high in band]
            lower = [f"{across.place(x):.1f},{up.place(low):.1f}" for x, low, _ in reversed(band)]
            yield tag("polygon", points=" ".join(upper + lower))


def _letters(traces: Sequence[Trace], across: Scale, up: Scale) -> Iterator[Markup]:
    """The letter of each line at its end; where the ends meet, one above and one below."""
    ends = []
    for trace in traces:
        last = max(trace.points, key=lambda point: point[0], default=None)
        if last is not None:
            ends.append((trace.letter, across.place(last[0]), up.place(last[1])))
    near = len(ends) == 2 and math.dist(ends[0][1:], ends[1][1:]) < 14
    upper = min(ends, key=lambda end: end[2])[0] if ends else ""
    for letter, x, y in ends:
        shift = 4.0 if not near else -4.0 if letter == upper else 14.0
        yield tag("text", letter, class_=f"letter {letter.lower()}", x=x + 6, y=y + shift)
