"""A chart of one or more series that is read by keys: a value cursor, zoom, smoothing, a log axis, and what runs across.

It repaints only the cells that changed. Where it is zoomed it says so (``WindowMoved``), so that finer stretches are
read; until they are there the coarse ones stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from screens.chart import ChartView, Line
from screens.page import Curve
from screens.signs import Signs
from screens.widgets.lines import LinesWidget

NO_CURVE = "no points"


class ChartPane(LinesWidget, can_focus=True):
    """Lines over an axis, and below them what each is and what it reads.

    A pane that only shows (``can_focus=False``) has no cursor. ``legend=False`` leaves away the rows below the axis.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"chart-pane--axis"}

    @dataclass
    class WindowMoved(Message):
        """Other steps are in sight; None: all of them."""

        pane: "ChartPane"
        first_step: int | None
        last_step: int | None

    def __init__(
        self,
        signs: Signs,
        *,
        can_focus: bool = True,
        legend: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.can_focus = can_focus
        self._signs = signs
        self._legend = legend
        self._lines: tuple[Line, ...] = ()
        self.view = ChartView()
        """How the lines are looked at now."""

    def show(self, lines: Sequence[Line], *, title: str | None = None) -> None:
        """Draw these lines. With ``title``, the border says it, and beside it the axis, the smoothing and the scale."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.draw()

    def show_curve(self, curve: Curve | None, *, is_live: bool = False) -> None:
        """Draw one series of the page, or say that there is none."""
        rows = curve.rows if curve is not None else ()
        self.show([Line("", "*", rows, metric=curve.metric, is_live=is_live)] if curve is not None else [])
