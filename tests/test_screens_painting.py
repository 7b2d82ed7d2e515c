"""What is sent to the terminal of a line that changed, read back by a terminal."""

import asyncio
from io import StringIO
from typing import Any

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from screens.opening import OpenedOnce
from screens.painting import SparingApp, StretchUpdate, without

BOLD = Style(bold=True)


def sent(strip: Strip, begin: int, end: int, *, at: int = 2) -> str:
    """The bytes that change cells ``begin`` to ``end`` of the second line, whose widget begins at cell ``at``."""
    update = ChopsUpdate([{}, {0: None, at: strip}], [(1, begin, end)], [[], [at, at + strip.cell_length]])
    return StretchUpdate.of(update).render_segments(
        Console(file=StringIO(), force_terminal=True, color_system="truecolor")
    )


def shown(before: str, text: str) -> str:
    screen = pyte.Screen(20, 3)
    stream = pyte.Stream(screen)
    stream.feed(f"\x1b[2;1H{before}")
    stream.feed(text)
    return screen.display[1].rstrip()


def test_only_the_cells_of_the_stretch_are_sent() -> None:
    strip = Strip([Segment("use "), Segment("97", BOLD), Segment(" % of cuda:0")])
    text = sent(strip, 6, 8)
    assert "use" not in text
    assert "cuda" not in text
    assert shown("::use 12 % of cuda:0", text) == "::use 97 % of cuda:0"


@pytest.mark.parametrize(("begin", "end"), [(0, 20), (2, 3), (5, 9), (17, 20)])
def test_the_line_is_whole_wherever_the_stretch_lies(begin: int, end: int) -> None:
    strip = Strip([Segment("use "), Segment("97", BOLD), Segment(" % of cuda:0")])
    after = "::use 97 % of cuda:0"
    before = after[:begin] + "x" * (end - begin) + after[end:]
    before = "::" + before[2:]
    assert shown(before, sent(strip, begin, end)) == after


def test_a_line_with_wide_characters_is_sent_whole() -> None:
    strip = Strip([Segment("名前 97 %")])
    assert shown("::国国 12 %", sent(strip, 3, 6)) == "::名前 97 %"


def test_what_lies_beside_the_stretch_is_not_sent() -> None:
    assert sent(Strip([Segment("abc")]), 5, 9) == ""
    assert sent(Strip([Segment("abc")]), 0, 2) == ""


@given(st.lists(st.builds(Region, *[st.integers(0, 9)] * 4), min_size=1, max_size=5))
def test_what_is_left_open_are_the_cells_that_nothing_covers_each_once(regions: list[Region]) -> None:
    parts = [Region(1, 1, 8, 6)]
    for region in regions:
        parts = [left for part in parts for left in without(part, region)]
    uncovered = {
        (x, y) for x in range(1, 9) for y in range(1, 7) if not any(region.contains(x, y) for region in regions)
    }
    cells = [(x, y) for part in parts for x in range(part.x, part.right) for y in range(part.y, part.bottom)]
    assert sorted(cells) == sorted(uncovered)


async def test_of_what_changed_only_the_widgets_in_front_are_rendered_and_only_their_lines() -> None:
    class Beside(OpenedOnce):
        def compose(self) -> ComposeResult:
            with Horizontal():
                yield Static("left", id="left")
                yield Static("right\nagain", id="right")
            yield Static("below", id="below")

    class BesideEachOther(App[None]):
        CSS = "Horizontal { height: 2; } #left, #right { width: 1fr; }"

        def get_default_screen(self) -> Screen[Any]:
            return Beside()

    app = BesideEachOther()
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        assert [strip.text.rstrip() for strip in compositor.render_strips()] == [
            "left      right",
            f"{'':10}again",
            "below",
            "",
        ]
        (render,) = compositor._get_renders(Region(12, 1, 3, 1))
        region, seen, lines = render
        assert (region, seen) == (Region(10, 0, 10, 2), Region(10, 1, 10, 1))
        assert [strip.text.rstrip() for strip in lines] == ["again"]


async def test_a_frame_waits_for_a_slow_line_and_then_shows_what_is_by_that_time() -> None:
    frames: list[str] = []

    class OnASlowLine(SparingApp):
        CSS = "Static { width: 20; height: 1; }"
        is_waiting = False

        @property
        def is_line_busy(self) -> bool:
            return self.is_waiting

        def get_default_screen(self) -> Screen[Any]:
            return OneLine()

        def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
            if isinstance(renderable, ChopsUpdate):
                frames.append(str(screen.query_one(Static).render()))
            super()._display(screen, renderable)

    class OneLine(OpenedOnce):
        def compose(self) -> ComposeResult:
            yield Static("nothing yet")

    app = OnASlowLine()
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        frames.clear()
        app.is_waiting = True
        for word in ("one", "two", "three"):
            app.screen.query_one(Static).update(word, layout=False)
            await pilot.pause(0.02)
        assert frames == []
        app.is_waiting = False
        async with asyncio.timeout(10):
            while not frames:
                await pilot.pause()
        assert frames == ["three"]
