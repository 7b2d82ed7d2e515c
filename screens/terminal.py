"""What must be known of the terminal before the interface opens: whether it can draw at all, and with which signs.

Textual draws on stderr and asks the terminal nothing; a terminal that cannot move its cursor, or one that takes bytes
that it has no letters for, would show a ruin. So the command line asks here first.
"""

import sys
from collections.abc import Mapping
from typing import IO

from screens.signs import ASCII, UNICODE, Signs

_CANNOT_DRAW = {"dumb", "unknown", "emacs"}
_WITHOUT_BRAILLE = {"linux", "vt100", "vt220"}
"""Terminals whose fonts hold neither braille nor check marks."""


def refuse_terminal(environ: Mapping[str, str]) -> str | None:
    """Why the interface cannot open in this terminal, as a sentence that says what to do instead; None where it can."""
    kind = environ.get("TERM", "")
    if kind in _CANNOT_DRAW:
        return (
            f"This terminal cannot draw screens (TERM={kind}). "
            "Use the command line, as in 'workbench runs' and 'workbench show last', or set TERM to what it really is."
        )
    return None


def choose_signs(environ: Mapping[str, str], encoding: str | None, wish: str = "auto") -> Signs:
    """ASCII signs where the terminal's encoding or kind cannot show others, or the user asks for them.

    ``wish`` is the setting ``ascii``: auto, always or never; ``WORKBENCH_ASCII=1`` asks for this one time.
    """
    if wish != "auto":
        return ASCII if wish == "always" else UNICODE
    if environ.get("WORKBENCH_ASCII", "") not in ("", "0") or environ.get("TERM", "") in _WITHOUT_BRAILLE:
        return ASCII
    return UNICODE if (encoding or "").lower().replace("-", "").replace("_", "") == "utf8" else ASCII


def prepare_streams(streams: tuple[IO[str] | None, ...] | None = None) -> None:
    """Make the terminal's streams write every character as one that is there.

    In an ASCII locale Python writes what it cannot encode as an escape of six characters, which shifts every column;
    with ``replace`` it writes one ``?``.
    """
    for stream in (sys.__stdout__, sys.__stderr__) if streams is None else streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
