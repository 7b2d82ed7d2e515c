"""What is sent to the terminal of a line that changed, read back by a terminal."""

from io import StringIO

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from screens.painting import StretchUpdate

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
