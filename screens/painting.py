"""Sending less to the terminal: of a line that changed, only the cells that did, and nothing of what is covered.

Textual marks a changed stretch of a line, and then sends the line from its widget's left edge to the end of the
stretch; here it is sent from where the stretch begins, which is half as much or less for meters, lists and logs. It
paints the whole terminal whenever something changes on a screen behind an opaque one, as our dashboard always does. For
a changed stretch it renders each widget in whose container that lies, and every container behind what covers it. And it
queues thirty frames for a line that is slower than the keys, of which only the last says what is: here a frame waits
until the line has taken the one before, and is then made of what there is by that time.
All four stand in parts of Textual that are not its public face; the tests read back what a terminal then shows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip


class StretchUpdate(ChopsUpdate):
    """Changed stretches of lines, each sent from its first cell to its last."""

    chops: Sequence[Mapping[int, Strip | None]]

    @classmethod
    def of(cls, update: ChopsUpdate) -> "StretchUpdate":
        """The same changes, sent in this way."""
        return cls(update.chops, update.spans, update.chop_ends)

    def render_segments(self, console: Console) -> str:
        """The text and the control sequences that make the changes."""
        sequences: list[str] = []
        for y, begin, end in self.spans:
            for stop, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= end or stop <= begin:
                    continue
                # A stretch may begin or end within a character of two cells; then the whole line is sent.
                first, last = (x, stop) if _has_wide(strip) else (max(x, begin), min(stop, end))
                part = strip.crop(first - x, last - x)
                sequences += [Control.move_to(first, y).segment.text, part.render(console)]
        return "".join(sequences)


def _has_wide(strip: Strip) -> bool:
    text = strip.text
    return not text.isascii() and cell_len(text) != len(text)


class SparingCompositor(Compositor):
    """A compositor that renders what is seen of the lines that changed, and nothing else."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Each widget's region, what is seen of it, and its lines there: from the front, until nothing is open."""
        lines = self.size.region if crop is None else Region(0, crop.y, self.size.width, crop.height)
        is_open = [lines if crop is None else crop]
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip).intersection(lines)
            if any(part.overlaps(seen) for part in is_open):
                is_open = [left for part in is_open for left in without(part, seen)]
                yield region, seen, widget.render_lines(seen.translate(-region.offset))
            if not is_open:
                return


def without(region: Region, covered: Region) -> Iterator[Region]:
    """What of a region another leaves open, as at most four regions that do not overlap."""
    hidden = region.intersection(covered)
    if not hidden:
        yield region
        return
    x, y, width, _ = region
    above, below = hidden.y - y, region.bottom - hidden.bottom
    left, right = hidden.x - x, region.right - hidden.right
    parts = (
        Region(x, y, width, above),
        Region(x, hidden.bottom, width, below),
        Region(x, hidden.y, left, hidden.height),
        Region(hidden.right, hidden.y, right, hidden.height),
    )
    yield from (part for part in parts if part)


class SparingApp(App[None]):
    """An app that sends only what changed and is seen."""

    @property
    def is_line_busy(self) -> bool:
        """Whether the terminal has not yet taken all that was written to it."""
        writer = getattr(self._driver, "_writer_thread", None)
        return writer is not None and not writer._queue.empty()  # noqa: SLF001 - it cannot be asked otherwise

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        return [] if self.screen.styles.background.a == 1 else super()._background_screens

    def refresh_css(self, animate: bool = True) -> None:
        """Style all anew in other colours; before there is a screen to style, the sheet needs only to know them."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, StretchUpdate.of(renderable) if type(renderable) is ChopsUpdate else renderable)
