"""The encoding of a text file, as its first bytes tell it."""

from typing import Final

UTF8: Final = "utf-8-sig"
"""With a mark at the beginning, which is no part of the text, or without."""
_MARKS: Final = (
    (b"\xff\xfe\0\0", "utf-32"),  # before the one that it begins with
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def encoding_of(beginning: bytes) -> str | None:
    """What a text that begins so is decoded by; None where bytes of 0 say that it is no text."""
    marked = next((encoding for mark, encoding in _MARKS if beginning.startswith(mark)), None)
    return marked or (None if b"\0" in beginning else UTF8)
