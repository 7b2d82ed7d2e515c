"""What must be known of the terminal before the interface opens: whether it can draw at all, and with which signs.

Textual draws on stderr and asks the terminal nothing; a terminal that cannot move its cursor, or one that takes bytes
that it has no letters for, would show a ruin. So the command line asks here first.
"""

import select
import sys
from collections.abc import Mapping, MutableMapping
from typing import IO

from screens.signs import ASCII, UNICODE, Signs

_CANNOT_DRAW = {"dumb", "unknown", "emacs"}
_WITHOUT_BRAILLE = {"linux", "vt100", "vt220"}
"""Terminals whose fonts hold neither braille nor check marks."""
_TRUE_COLOUR = ("kitty", "ghostty", "alacritty", "wezterm", "foot", "contour", "direct", "truecolor")
"""Parts of TERM that stand for sixteen million colours; over SSH, COLORTERM, which would say so, is mostly lost."""


def refuse_terminal(environ: Mapping[str, str]) -> str | None:
    """Why the interface cannot open in this terminal, as a sentence that says what to do instead; None where it can."""
    kind = environ.get("TERM", "")
    if kind in _CANNOT_DRAW:
        return (
            f"This terminal cannot draw screens (TERM={kind}). "
            "Use the command line, as in 'workbench runs' and 'workbench show last', or set TERM to what it really is."
        )
    return None


def choose_signs(environ: Mapping[str, str], encoding: str | None, wanted: str = "auto") -> Signs:
    """The signs that the settings want: ``always`` ASCII, ``never``, or ``auto``: where others cannot be shown.

    That is where the terminal's kind has no such letters, where ``WORKBENCH_ASCII=1`` says so, and, whatever is wanted,
    where the encoding cannot send them.
    """
    if wanted == "always" or (encoding or "").lower().replace("-", "").replace("_", "") != "utf8":
        return ASCII
    asked = environ.get("WORKBENCH_ASCII", "") not in ("", "0")
    if wanted == "auto" and (asked or environ.get("TERM", "") in _WITHOUT_BRAILLE):
        return ASCII
    return UNICODE


def settle_colours(environ: MutableMapping[str, str]) -> None:
    """Correct COLORTERM, by which it is decided how many colours are sent, where it is lost or is another terminal's.

    The Linux console and GNU screen, which has TERM=screen… and STY, inherit it from the terminal that they were
    started in, and show sixteen million colours as something else.
    """
    kind = environ.get("TERM", "").lower()
    if kind == "linux" or (kind.startswith("screen") and "STY" in environ):
        environ.pop("COLORTERM", None)
    elif any(name in kind for name in _TRUE_COLOUR):
        environ.setdefault("COLORTERM", "truecolor")


def prepare_streams(streams: tuple[IO[str] | None, ...] | None = None) -> None:
    """Make the terminal's streams write every character as one that is there.

    In an ASCII locale Python writes what it cannot encode as an escape of six characters, which shifts every column;
    with ``replace`` it writes one ``?``.
    """
    for stream in (sys.__stdout__, sys.__stderr__) if streams is None else streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def has_hung_up(fileno: int) -> bool:
    """Whether there is no terminal any more behind a file that was one."""
    poll = select.poll()
    poll.register(fileno, 0)  # a hang-up is told of without being asked for
    return bool(poll.poll(0))
