"""A text cut into spans of bytes: units that depend on the text alone, so that models with any tokenizer share them."""

from typing import Final

SPAN_BYTES: Final = 512

_CONTINUES: Final = 0b10
"""The first two bits of a byte that is no character's first one."""


def split_text(text: str, span_bytes: int = SPAN_BYTES) -> list[str]:
    """``text`` in consecutive spans: each ends with the character in which its multiple of ``span_bytes`` lies."""
    data = encode(text)
    spans, begin, due = [], 0, span_bytes
    while begin < len(data):
        end = character_end(data, due)
        spans.append(data[begin:end].decode("utf-8", "surrogatepass"))
        begin, due = end, (end // span_bytes + 1) * span_bytes
    return spans


def encode(text: str) -> bytes:
    """The bytes of a text by which it is measured: its UTF-8, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def byte_length(text: str) -> int:
    """The bytes of a text's UTF-8."""
    return len(text) if text.isascii() else len(encode(text))


def is_encodable(text: str) -> bool:
    """Whether a text can be written as UTF-8: half a surrogate pair cannot, nor what stands for a byte that is none."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def character_end(data: bytes, place: int) -> int:
    """The first border between two characters at ``place`` or behind it; the end of ``data`` at the latest."""
    while place < len(data) and data[place] >> 6 == _CONTINUES:
        place += 1
    return min(place, len(data))
