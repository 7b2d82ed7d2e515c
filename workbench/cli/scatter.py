"""Points in a plane of characters, for a terminal of any kind: only ASCII, and meaning by sign, never by colour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.formatting import format_value

_LOGARITHMIC_FROM = 20.0
"""An axis whose largest value is so many times its smallest shows ratios."""
_LEAST_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: where it stands, its sign, and a short label beside it where there is room; later ones lie on top."""

    x: float
    y: float
    sign: str
    label: str


def draw_scatter(marks: Sequence[Mark], x: str, y: str, *, width: int, height: int) -> list[str]:
    """Lines of at most ``width`` characters; ``x`` and ``y`` are the figures on the axes. Empty without marks."""
    if not marks:
        return []
    across, up = _Axis.of([mark.x for mark in marks]), _Axis.of([mark.y for mark in marks])
    ticks = [format_value(y, up.value_at(share), unit=False) for share in (1.0, 0.5, 0.0)]
    margin = max(map(len, ticks))
    columns = max(_LEAST_WIDTH, width - margin - 3)
    canvas = [[" "] * columns for _ in range(height)]
    spots = [(_cell(across, mark.x, columns), height - 1 - _cell(up, mark.y, height), mark) for mark in marks]
    taken = {(column, row) for column, row, _ in spots}
    for column, row, mark in spots:
        canvas[row][column] = mark.sign
    for column, row, mark in spots:
        start = column + 1 if column + 1 + len(mark.label) <= columns else column - len(mark.label)
        places = [(start + offset, row) for offset in range(len(mark.label))]
        if start >= 0 and not taken & set(places):
            taken |= set(places)
            for (at, line), character in zip(places, mark.label, strict=True):
                canvas[line][at] = character
    named = {0: ticks[0], height // 2: ticks[1], height - 1: ticks[2]}
    lines = [f"{named.get(row, ''):>{margin}} |{''.join(cells).rstrip()}" for row, cells in enumerate(canvas)]
    left, right = (format_value(x, across.value_at(share), unit=False) for share in (0.0, 1.0))
    gap = max(1, columns - len(left) - len(right))
    return [*lines, f"{'':>{margin}} +{'-' * columns}", f"{'':>{margin}}  {left}{'':>{gap}}{right}"]


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    logarithmic: bool

    @classmethod
    def of(cls, values: Sequence[float]) -> "_Axis":
        low, high = min(values), max(values)
        return cls(low, high, low > 0 and high / low >= _LOGARITHMIC_FROM)

    def share_of(self, value: float) -> float:
        """How far along the axis a value lies, 0 to 1; the middle where all are the same."""
        if self.low == self.high:
            return 0.5
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value_at(self, share: float) -> float:
        if self.logarithmic:
            return self.low * math.exp(share * math.log(self.high / self.low))
        return self.low + share * (self.high - self.low)


def _cell(axis: _Axis, value: float, cells: int) -> int:
    return min(cells - 1, round(axis.share_of(value) * (cells - 1)))
