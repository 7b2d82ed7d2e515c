"""The signs that stand beside words, in two sets: for terminals that draw Unicode and for those that draw ASCII only.

A state is never told by colour alone: each has a sign and a word. Both sets have the same widths, so that a layout is
the same with either. Which set is used is decided once at start (``screens.terminal``) and passed down.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from store.records import RunStatus


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
    dot: str
    """Between the parts of a line."""
    celsius: str
    braille: bool
    """Whether curves may be drawn with braille dots, eight to a cell."""

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
    dot="·",
    celsius="°C",
    braille=True,
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
    dot="-",
    celsius="C",
    braille=False,
)
