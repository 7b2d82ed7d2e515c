"""Which panes of the dashboard are seen: by the size of the terminal, by what the user hid or brought back, or zoomed.

Pure, so that every case can be looked at by itself.
"""

from collections.abc import Mapping

PANES = ("models", "runs", "log", "curve", "devices")
"""In the order of their digits, and in which tab goes through them."""
_FROM_WIDTH = {"models": 110}
"""Panes that are seen by themselves only on a terminal of so many columns."""
NARROW, SHORT = 60, 18
"""Below this many columns or lines one pane is seen at a time."""


def is_small(width: int, height: int) -> bool:
    """Whether there is room for one pane only."""
    return width < NARROW or height < SHORT


def seen_panes(width: int, height: int, chosen: Mapping[str, bool], zoomed: str, current: str) -> tuple[str, ...]:
    """The panes in sight, in order; ``chosen`` says of some that the user wants them or not. At least one is."""
    if zoomed in PANES:
        return (zoomed,)
    if is_small(width, height):
        return (current,)
    seen = tuple(pane for pane in PANES if chosen.get(pane, width >= _FROM_WIDTH.get(pane, 0)))
    return seen or (current,)


def next_pane(seen: tuple[str, ...], current: str, by: int) -> str:
    """The pane that is ``by`` after the current one, round the ends."""
    place = seen.index(current) if current in seen else -1 if by > 0 else 0
    return seen[(place + by) % len(seen)]
