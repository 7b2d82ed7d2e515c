"""A confusion matrix of many classes as a picture: a square for each cell that is not empty."""

from collections.abc import Iterator, Sequence

from workbench.comparison.report.markup import Markup, tag

_SIDE = 300.0
_MARGIN = 18.0


def heat_map(counts: Sequence[Sequence[int]], *, signed: bool, words: str) -> Markup:
    """The counts as shares of their rows; or ``signed``, differences as shares of the largest."""
    cell = _SIDE / max(1, len(counts))
    squares = (square for row, line in enumerate(counts) for square in _squares(line, row, cell, _most(counts, signed)))
    frame = tag("rect", class_="frame", x=_MARGIN, y=_MARGIN, width=_SIDE, height=_SIDE)
    whole = _MARGIN + _SIDE
    labels = (
        tag("text", "taken for", class_="axis-title", x=whole, y=_MARGIN - 6, text_anchor="end"),
        tag(
            "text",
            "true",
            class_="axis-title",
            x=_MARGIN - 6,
            y=whole,
            transform=f"rotate(-90 {_MARGIN - 6:g} {whole:g})",
        ),
    )
    size = f"0 0 {whole + 2:g} {whole + 2:g}"
    return tag("svg", frame, *squares, *labels, class_="heat-map", viewBox=size, role="img", aria_label=words)


def _most(counts: Sequence[Sequence[int]], signed: bool) -> int:
    """What a difference is a share of; 0: each count is one of its row."""
    return max((abs(count) for line in counts for count in line), default=1) if signed else 0


def _squares(line: Sequence[int], row: int, cell: float, most: int) -> Iterator[Markup]:
    total = most or sum(line)
    for column, count in enumerate(line):
        if count:
            right = row == column
            kind = ("good" if (count > 0) == right else "bad") if most else "right" if right else "wrong"
            yield tag(
                "rect",
                class_=kind,
                x=_MARGIN + column * cell,
                y=_MARGIN + row * cell,
                width=cell,
                height=cell,
                fill_opacity=0.15 + 0.85 * abs(count) / total,
            )
