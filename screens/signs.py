"""The signs that stand beside words, in two sets: for terminals that draw Unicode and for those that draw ASCII only.

A state is never told by colour alone: each has a sign and a word. Both sets have the same widths, so that a layout is
the same with either. Which set is used is decided once at start (``screens.terminal``) and passed down.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from store.records import RunStatus


@dataclass(frozen=True, slots=True)
class IntervalSigns:
    """What an interval round a difference is drawn with, beside the line of no difference."""

    zero: str
    low: str
    line: str
    high: str
    cross: str
    """Where the interval's line runs over zero."""
    value: str
    guess: str
    """A value of which no interval is known."""
    axis: str
    """The rest of a scale, on which nothing lies."""


@dataclass(frozen=True, slots=True)
class ChartSigns:
    """The axes of a chart, and the marks on them."""

    side: str
    tick: str
    """On the side, where a value is written."""
    corner: str
    floor: str
    mark: str
    """On the floor, where a place is written."""
    point: str
    """A line where there are no braille dots and no other line."""


@dataclass(frozen=True, slots=True)
class Signs:
    """One set of signs; every sign is one cell wide."""

    statuses: Mapping[RunStatus, str]
    silent: str
    """A run of another host that has not written for a while."""
    cursor: str
    ellipsis: str
    full: str
    """The filled part of a bar."""
    empty: str
    """The rest of a bar."""
    previous: str
    following: str
    """Round a choice: there is another one on this side."""
    problem: str
    changed: str
    """Before a value that is not the one that a form began with."""
    dot: str
    """Between the parts of a line."""
    plus_minus: str
    times: str
    better: str
    """After a difference that is good, by the direction of its metric."""
    worse: str
    up: str
    """Beside the column that rows are sorted by, smallest first."""
    down: str
    folded: str
    """Before a row that stands for several runs."""
    unfolded: str
    baseline: str
    has: str
    """Beside what there is something of: a checkpoint, a cache."""
    celsius: str
    braille: bool
    """Whether curves may be drawn with braille dots, eight to a cell."""
    shades: str
    """Five glyphs from empty to full."""
    levels: str
    """Seven heights of a column, none of them blank (nothing read is not nought) or as high as the line."""
    thumb: str
    """The part of a scroll bar that is in sight."""
    interval: IntervalSigns
    chart: ChartSigns

    def write(self, text: str) -> str:
        """``text`` with the dots between its parts as this set has them."""
        return text.replace(UNICODE.dot, self.dot)


UNICODE = Signs(
    statuses={
        RunStatus.QUEUED: "○",
        RunStatus.RUNNING: "●",
        RunStatus.DONE: "✓",
        RunStatus.FAILED: "✗",
        RunStatus.STOPPED: "■",
        RunStatus.LOST: "?",
    },
    silent="~",
    cursor="▌",
    ellipsis="…",
    full="━",
    empty="─",
    previous="‹",
    following="›",
    problem="✗",
    changed="•",
    dot="·",
    plus_minus="±",
    times="×",
    better="▲",
    worse="▼",
    up="↑",
    down="↓",
    folded="▸",
    unfolded="▾",
    baseline="◆",
    has="■",
    celsius="°C",
    braille=True,
    shades=" ░▒▓█",
    levels="▁▂▃▄▅▆▇",
    thumb="▐",
    interval=IntervalSigns(zero="│", low="├", line="─", high="┤", cross="┼", value="●", guess="○", axis="·"),
    chart=ChartSigns(side="│", tick="┤", corner="└", floor="─", mark="┬", point="•"),
)

ASCII = Signs(
    statuses={
        RunStatus.QUEUED: "o",
        RunStatus.RUNNING: "*",
        RunStatus.DONE: "+",
        RunStatus.FAILED: "x",
        RunStatus.STOPPED: "#",
        RunStatus.LOST: "?",
    },
    silent="~",
    cursor=">",
    ellipsis="~",
    full="#",
    empty="-",
    previous="<",
    following=">",
    problem="!",
    changed="*",
    dot="-",
    plus_minus="~",
    times="x",
    better="^",
    worse="v",
    up="^",
    down="v",
    folded=">",
    unfolded="v",
    baseline="*",
    has="#",
    celsius="C",
    braille=False,
    shades=" .:*#",
    levels="_.-:=*#",
    thumb="#",
    interval=IntervalSigns(zero="|", low="[", line="-", high="]", cross="+", value="*", guess="o", axis="."),
    chart=ChartSigns(side="|", tick="+", corner="+", floor="-", mark="+", point="*"),
)
