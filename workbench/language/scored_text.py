"""A text that language models are to predict, as it was given: whole, to be cut into spans, or as documents.

Read strictly, unlike a text to train on: each byte is scored, so none may stand for another. Only a byte order mark is
no part of the text.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.data.files import JSON_LINES
from workbench.data.text_reading import MAX_TEXT_BYTES
from workbench.errors import UnusableData
from workbench.formatting import format_bytes, format_count
from workbench.language.spans import SPAN_BYTES, byte_length, is_encodable, split_text

TEXT_FIELD: Final = "text"


@dataclass(frozen=True, slots=True)
class ScoredText:
    """A text, or several documents that are each read from their own beginning."""

    words: str
    """Where it comes from."""
    text: str | tuple[str, ...]

    @property
    def unit(self) -> str:
        """What the figures are taken of, one value each."""
        return f"spans of {SPAN_BYTES} bytes" if isinstance(self.text, str) else "documents"

    def unit_of(self, count: int) -> str:
        """The same for a number of them."""
        if count != 1:
            return self.unit
        return f"span of {format_count(self.n_bytes)} bytes" if isinstance(self.text, str) else "document"

    @property
    def units(self) -> list[str]:
        """The text of each unit, in the order of the columns of a score."""
        return split_text(self.text) if isinstance(self.text, str) else list(self.text)

    @property
    def n_bytes(self) -> int:
        """Of UTF-8."""
        return byte_length(self.text) if isinstance(self.text, str) else sum(map(byte_length, self.text))


def read_file(name: str, field: str = TEXT_FIELD) -> ScoredText:
    """The text of a file; of a ``.jsonl`` file a document for each line, from ``field``. Raises UnusableData."""
    place = Path(os.path.expanduser(name))
    try:
        size = place.stat().st_size
        if size > MAX_TEXT_BYTES:
            raise UnusableData(
                f"{name} has {format_bytes(size)}, and at most {format_bytes(MAX_TEXT_BYTES)} of text are scored at "
                f"once: take a part of it, for example with head -c."
            )
        data = place.read_bytes()
    except OSError as error:
        raise UnusableData(f"{name} cannot be read: {error.strerror}. Give the path of a text file.") from None
    return decode(name, data, field)


def decode(name: str, data: bytes, field: str = TEXT_FIELD) -> ScoredText:
    """What the bytes of a file are, by its name; raises UnusableData where there is no text to read."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableData(f"{name} is not UTF-8 text. Convert it first.") from None
    found = _documents(name, text, field) if name.lower().endswith(JSON_LINES) else text
    if not found:
        raise UnusableData(f"{name} holds no text.")
    return ScoredText(name, found)


def _documents(name: str, text: str, field: str) -> tuple[str, ...]:
    documents = []
    for number, line in enumerate(text.split("\n"), start=1):  # JSON may hold the other ends of lines as they are
        if not line.strip():
            continue
        try:
            document = json.loads(line)[field]
        except (ValueError, LookupError, TypeError, RecursionError):
            document = None
        if not isinstance(document, str) or not document:
            raise UnusableData(
                f"{name}, line {number}: there is no text in a field {field!r}. On the command line --field names "
                f"another one."
            )
        if not is_encodable(document):
            raise UnusableData(
                f"{name}, line {number}: the text holds half a surrogate pair, which is no character. Write it whole, "
                f"or leave it out."
            )
        documents.append(document)
    return tuple(documents)
