"""What a trainer's libraries printed, cut into lines.

The trainer's standard output and error go to a file, not to a pipe: a supervisor that dies takes no line with it and
breaks no write. From that file whole lines are taken, verbatim but for three things: what a carriage return overwrote
(a progress bar's earlier states) is gone as it would be on a terminal, bytes that are no UTF-8 are replaced, and a line
has a greatest length.
"""

import io
import sys
from typing import Any, Final

FILE_NAME: Final = "output.log"
READ_BYTES: Final = 256 << 10
LONGEST_LINE: Final = 4096


class _Forgiving(io.FileIO):
    """Drops what finds no room."""

    def write(self, data: Any, /) -> int:
        """As a file writes, but it never fails."""
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


def print_without_failing() -> None:
    """Makes ``print`` and tracebacks of this process go on when the disk is full: no library expects them to fail."""
    for name in ("stdout", "stderr"):
        raw = _Forgiving(getattr(sys, name).fileno(), "w", closefd=False)
        text = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
        setattr(sys, name, text)


def split_output(chunk: bytes, *, last: bool, limit: int = READ_BYTES) -> tuple[list[str], int]:
    """The lines that ``chunk`` begins with, and how many of its bytes they take.

    An unfinished line is left for the next call, unless it is the ``last`` or fills the chunk (``limit`` bytes).
    """
    end = chunk.rfind(b"\n") + 1
    lines = [_line(raw) for raw in chunk[:end].split(b"\n")[:-1]]
    rest = chunk[end:]
    if rest and last and len(chunk) < limit:
        return [*lines, _line(rest)], len(chunk)
    if end == 0 and len(chunk) >= limit:
        overwritten = chunk.rfind(b"\r", 0, len(chunk) - 1) + 1
        return ([], overwritten) if overwritten else ([_line(chunk)], len(chunk))
    return lines, end


def _line(raw: bytes) -> str:
    shown = raw.rstrip(b"\r")
    text = shown[shown.rfind(b"\r") + 1 :].decode("utf-8", "replace")
    if len(text) > LONGEST_LINE:
        return f"{text[:LONGEST_LINE]}… [{len(text) - LONGEST_LINE:,} more characters in {FILE_NAME}]"
    return text
