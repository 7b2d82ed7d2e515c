"""The device pane: the host and every GPU, a meter each; without NVML a line that says so, as a normal thing."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from screens.devices.pane_lines import DeviceLine, device_lines, settle
from screens.signs import Signs
from screens.widgets.ink import ink
from screens.widgets.lines import LinesWidget
from store.records import Sample

_KINDS = ("secondary", "problem", "filled", "empty")


class DevicePane(LinesWidget, can_focus=True):
    """Meters of the host and its GPUs, repainted only where a reading moved by more than its dead band."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"device-pane--{kind}" for kind in _KINDS}

    def __init__(self, signs: Signs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._signs = signs
        self._samples: tuple[Sample, ...] = ()

    def show(self, samples: tuple[Sample, ...]) -> None:
        """Show these readings."""
        settled = settle(self._samples, samples)
        if settled != self._samples:
            self._samples = settled
            self.draw()

    def draw(self) -> None:
        """A meter for each device."""
        width = self.size.width
        if width:
            self.show_lines([self._strip(line) for line in device_lines(self._samples, width, self._signs)])

    def _strip(self, line: DeviceLine) -> Strip:
        if not line.filled + line.empty:
            return Strip([Segment(line.text, self._kind(line.kind))])
        after_filled = line.bar_at + line.filled
        after_bar = after_filled + line.empty
        return Strip(
            [
                Segment(line.text[: line.bar_at], self._kind("")),
                Segment(line.text[line.bar_at : after_filled], self._kind("filled")),
                Segment(line.text[after_filled:after_bar], self._kind("empty")),
                Segment(line.text[after_bar : line.rest_at], self._kind("")),
                Segment("" if line.rest_at is None else line.text[line.rest_at :], self._kind("secondary")),
            ]
        )

    def _kind(self, kind: str) -> Style:
        return ink(self, f"device-pane--{kind}") if kind else Style.null()
