"""A line of a log as the rows that it takes on the screen: cropped, or wrapped; pure.

A line may be megabytes long; only what can come into sight is looked at.
"""

import time
from dataclasses import dataclass

from rich.cells import cell_len

from screens.formatting import log_level_sign
from screens.pieces import Line, Piece, hanging
from screens.run.highlight import marked
from screens.signs import Signs
from store.records import LogLine
from workbench.cells import crop
from workbench.inert import inert

KINDS = ("warning", "error", "alert", "output", "debug")
"""Levels that look different; a piece of the searched text has ``found`` behind its kind."""
_WORSE, _WORST = ("warning", "alert", "error"), ("alert", "error")
LEVELS: dict[tuple[str, ...], str] = {(): "", _WORSE: "warnings and worse", _WORST: "alerts and errors"}
"""Which levels may be shown alone, in turn; none: all."""
NOTHING = {
    (): "Nothing has been written yet.",
    _WORSE: "No line of this log is a warning or worse.",
    _WORST: "No line of this log is an alert or an error.",
}
_MOST_ROWS = 20
_INDENT = 2


@dataclass(frozen=True, slots=True)
class LogLook:
    """How lines are looked at."""

    wraps: bool = False
    has_times: bool = False
    shift: int = 0
    """Cells that long lines are moved to the left, where they are not wrapped."""
    needle: str = ""


def log_rows(line: LogLine, look: LogLook, width: int, signs: Signs, *, is_pointed: bool = False) -> list[Line]:
    """The rows of a line: its level or the pointer, its time if that is wanted, and its text."""
    sign = signs.cursor if is_pointed else log_level_sign(line)
    clock = time.strftime("%H:%M:%S ", time.localtime(line.at)) if look.has_times else ""
    room = max(1, width - 2 - len(clock))
    kind = line.level if line.level in KINDS else ""
    texts = _texts(line.text, look, room, signs)
    rows: list[Line] = []
    for place, text in enumerate(texts):
        head = f"{sign} " if not place else "  "
        rows.append(
            (
                Piece(head, kind),
                Piece(clock if not place else " " * len(clock), "time"),
                *(Piece(part, f"{kind} found" if is_found else kind) for part, is_found in marked(text, look.needle)),
            )
        )
    return rows


def _texts(text: str, look: LogLook, room: int, signs: Signs) -> list[str]:
    if not look.wraps:
        shown = inert(text[: look.shift + 4 * room])[look.shift :]
        return [crop(signs.write(shown), room, signs.ellipsis)]
    shown = signs.write(inert(text[: 4 * room * _MOST_ROWS]))
    if cell_len(shown) <= room:
        return [shown]
    rows = hanging(shown, room, indent=_INDENT) if room > 4 * _INDENT else [crop(shown, room, signs.ellipsis)]
    if len(rows) > _MOST_ROWS:
        rows[_MOST_ROWS - 1] = crop(f"{rows[_MOST_ROWS - 1]} {signs.ellipsis}", room, signs.ellipsis)
    return rows[:_MOST_ROWS]
