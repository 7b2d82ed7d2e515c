"""Text made inert: what files, models and libraries say, fit to be drawn on a terminal.

A cell of a data file, a run's name or a line that a library printed may hold escape sequences that move the cursor, set
the window's title or turn the reading direction round. Everything that shows such text passes it through ``inert``
first, so that the rest of the program need not think of it. What was there stays visible where it can: a stray control
character becomes its picture (``␛``), a whole escape sequence disappears.

Square brackets are left alone: they are text. Whoever draws with a markup language must not read them as markup.
"""

import re
import unicodedata
from typing import Final

_ESCAPE_SEQUENCES = re.compile(
    r"""
      (?:\x1b\[|\x9b) [0-?]* [ -/]* [@-~]                                        # CSI: colours, cursor, erasing
    | (?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]) [^\x07\x1b\x9c]* (?:\x07|\x1b\\|\x9c)  # OSC, DCS, …: titles, links
    | \x1b [ -/]+ [0-~]                                                          # character sets
    | \x1b [0-OQ-WYZ\\`-~]                                                       # single functions, as reset
    """,
    re.VERBOSE,
)
_SUSPECTS = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u0600-\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u206f\u3000\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Ranges that hold every control, format, space and surrogate character of Unicode; other text is passed over."""
_REPLACEMENT: Final = "\ufffd"
_PICTURES: Final[dict[int, str]] = (
    {code: chr(0x2400 + code) for code in range(0x20)}
    | {0x7F: "␡"}
    | dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000)), _REPLACEMENT)
)
"""What stands for control characters, and for halves of characters."""
_IN_LINES: Final = {code: picture for code, picture in _PICTURES.items() if chr(code) not in "\t\n"}
_BEGINNINGS: Final = {0x1B: _PICTURES[0x1B]} | dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT)
"""What escape sequences begin with: where a text comes in pieces, none can be dropped as a whole."""
_JOINERS = "\u200c\u200d"
"""Zero width, but part of how Persian, Indic scripts and emoji are written."""
_TAB = "    "


def inert(text: str, limit: int | None = None) -> str:
    """``text`` on one line without anything that a terminal would obey, cut to ``limit`` characters with an ellipsis.

    Escape sequences and invisible format characters (bidirectional overrides, zero-width spaces) are dropped, tabs
    become spaces, other control characters their pictures, and what cannot be encoded U+FFFD. Idempotent.
    """
    if not text.isprintable():
        text = _SUSPECTS.sub(_stand_in, _ESCAPE_SEQUENCES.sub("", text))
    if limit is not None and len(text) > limit:
        return text[: max(limit - 1, 0)] + "…"[:limit]
    return text


def inert_lines(text: str) -> str:
    """``text`` with its line breaks, and nothing else that a terminal would obey; the same for its pieces as for it."""
    return "\n".join(inert(line.translate(_BEGINNINGS)) for line in text.split("\n"))


def without_control(text: str) -> str:
    """``text`` as it is, tabs and line breaks too, but for pictures in the place of what a terminal might obey."""
    return text.replace("\r\n", "\n").translate(_IN_LINES)


def _stand_in(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\t":
        return _TAB
    if ord(character) in _PICTURES:
        return _PICTURES[ord(character)]
    category = unicodedata.category(character)
    if category in {"Zl", "Zp", "Zs"}:
        return " "
    return "" if category == "Cf" and character not in _JOINERS else character
