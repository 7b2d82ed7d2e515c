"""The live curve of the chosen run's main metric, repainted only in the cells that changed."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from screens.curve import Drawing, draw_curve
from screens.page import Curve
from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from workbench.formatting import format_count

_LABEL_WIDTH = 7
NO_CURVE = "no points"


class CurvePane(LinesWidget, can_focus=False):
    """A small plot: values up the side, steps along the bottom."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"curve-pane--axis", "curve-pane--line"}

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._curve: Curve | None = None

    def show(self, curve: Curve | None) -> None:
        """Draw a curve, or say that there is none."""
        if curve != self._curve:
            self._curve = curve
            self.draw()

    def draw(self) -> None:
        """The curve and its axes, or a word that there is none."""
        width, height = self.size
        if width <= _LABEL_WIDTH + 2 or height < 2:
            self.show_lines([])
            return
        axis = ink(self, "curve-pane--axis")
        rows = self._curve.rows if self._curve is not None else ()
        drawing = draw_curve(rows, width - _LABEL_WIDTH - 1, height - 1, braille=self._signs.braille)
        if drawing is None:
            self.show_lines([Strip([Segment(NO_CURVE, axis)])])
            return
        line = ink(self, "curve-pane--line")
        self.show_lines([*self._plot(drawing, axis, line), self._bottom(drawing, width, axis)])

    def _plot(self, drawing: Drawing, axis: Style, line: Style) -> list[Strip]:
        last = len(drawing.lines) - 1
        labels = {0: f"{drawing.scale.high:.3g}", last: f"{drawing.scale.low:.3g}"}
        return [
            Strip([Segment(f"{labels.get(y, ''):>{_LABEL_WIDTH}} ", axis), Segment(text, line)])
            for y, text in enumerate(drawing.lines)
        ]

    def _bottom(self, drawing: Drawing, width: int, axis: Style) -> Strip:
        end = f"step {format_count(drawing.scale.last_step, compact=True)}"
        text = f"{'':{_LABEL_WIDTH}} {format_count(drawing.scale.first_step)}{end:>{width - _LABEL_WIDTH - 2}}"
        return Strip([Segment(text, axis)])
