"""A text file, a folder of them, or a field of a file of JSON lines as documents, read once by the standard library.

What is decided here: the encoding (UTF-8, with or without a byte order mark, or UTF-16 with one), the ends of lines
(all become a line feed) and what to do with stray bytes: a few that are no UTF-8 are read as U+FFFD and counted, many
mean that the text is in another encoding, and it is refused.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workbench.data.encodings import UTF8, encoding_of
from workbench.data.files import JSON_LINES, TEXT, locate, suffixes_of
from workbench.errors import UnusableData
from workbench.formatting import format_bytes, format_count, format_percent, format_some
from workbench.inert import inert

MAX_TEXT_BYTES: Final = 2**29
"""A text is held in memory while it is split and encoded, as characters of one to four bytes."""
MAX_FILES: Final = 100_000
TEXT_FIELD: Final = "text"
"""The usual name of the field that holds the text of a line of JSON."""

_STRAY: Final = 0.002
"""Of a text in another encoding a larger share of the bytes is no UTF-8."""
_REPLACEMENT: Final = "\ufffd"
_SAMPLE_BYTES: Final = 8192
_LISTED: Final = 5
_LONGEST_NAME: Final = 60

Progress = Callable[[int, int], None]
"""Told how much is done, and how much there is to do, in one unit (files or bytes)."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadText:
    """Documents as they were read, blank ones too, and how many of their bytes stood for nothing."""

    documents: list[str]
    invalid_bytes: int
    field: str | None = None
    """The field of a file of JSON lines that they come from."""


def read_texts(ref: str, field: str | None = None, progress: Progress | None = None) -> ReadText:
    """The documents of a text file (one), of a folder (one a file) or of a file of JSON lines (one a line).

    ``field`` names the field of JSON lines; None takes the one that is called ``text``, or the only one that holds
    text. Raises UnusableData with a sentence.
    """
    path = Path(os.path.expanduser(ref))
    if not path.is_dir():
        path = locate(ref, TEXT)
    if path.suffix.lower() == JSON_LINES and path.is_file():
        return _read_json_lines(path, field)
    if field is not None:
        raise UnusableData(
            f"{_name(path)} is text without fields, so --text {inert(field, _LONGEST_NAME)!r} means nothing there: "
            f"leave it out, or name a {JSON_LINES} file."
        )
    files = find_texts(path) if path.is_dir() else [path]
    documents, invalid = [], 0
    for place, file in enumerate(files):
        text, strays = decode(read_bytes(file), _name(file))
        documents.append(text)
        invalid += strays
        if progress is not None:
            progress(place + 1, len(files))
    return ReadText(documents, invalid)


def find_texts(folder: Path) -> list[Path]:
    """The text files in a folder and below it, in the order of their paths; hidden ones are passed over.

    Raises UnusableData where there is none, or more than can be held.
    """
    found: list[Path] = []
    suffixes = {suffix for suffix in suffixes_of(TEXT) if suffix != JSON_LINES}
    size = looked_at = 0
    for place, folders, files in os.walk(folder, onerror=_refuse):
        looked_at += len(files)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(place, name)
            if not name.startswith(".") and file.suffix.lower() in suffixes and file.is_file():
                found.append(file)
                size += file.stat().st_size
        if looked_at > MAX_FILES or size > MAX_TEXT_BYTES:
            raise UnusableData(
                f"The folder {_name(folder)} holds more than is read at once ({format_count(MAX_FILES)} files of any "
                f"kind, {format_bytes(MAX_TEXT_BYTES)} of text): name a folder within it, or take a sample of its "
                f"files."
            )
    if not found:
        raise UnusableData(
            f"There are no text files in the folder {_name(folder)} or below it: they are known by "
            f"{', '.join(sorted(suffixes))}."
        )
    return found


def read_bytes(path: Path) -> bytes:
    """What stands in a file of at most ``MAX_TEXT_BYTES``; raises UnusableData."""
    try:
        size = path.stat().st_size
        if size > MAX_TEXT_BYTES:
            raise UnusableData(
                f"{_name(path)} has {format_bytes(size)}, and at most {format_bytes(MAX_TEXT_BYTES)} of text are read "
                f"at once: take a part of it, for example with head -c."
            )
        return path.read_bytes()
    except OSError as error:
        raise UnusableData(f"{_name(path)} cannot be read ({error.strerror}): check its permissions.") from None


def decode(data: bytes, name: str, *, whole: bool = True) -> tuple[str, int]:
    """The text in the bytes of a file, and how many of them stood for nothing and were read as U+FFFD.

    ``whole`` says whether these are all bytes of the file; else its last character may be cut and is dropped. Raises
    UnusableData for what is no text, or text in an encoding that cannot be told.
    """
    encoding = encoding_of(data[:_SAMPLE_BYTES])
    if encoding is None:
        raise UnusableData(f"{name} does not hold text, whatever its name says: it has bytes of 0 in it.")
    try:
        text, strays = data.decode(encoding), 0
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        own = data.count(_REPLACEMENT.encode()) if encoding == UTF8 else 0
        strays = text.count(_REPLACEMENT) - own
        if not whole and error.end == len(data) and strays == 1:
            text, strays = text[:-1], 0
        elif strays > max(1, _STRAY * len(data)):
            line = data.count(b"\n", 0, error.start) + 1
            meant = "UTF-8 text" if encoding == UTF8 else f"the {encoding.upper()} text that it begins as"
            raise UnusableData(
                f"{name} is not {meant}: "
                f"{format_percent(strays / len(data))} of its bytes are not, the first on line {format_count(line)}. "
                f"Convert it, for example with iconv -f latin1 -t utf-8."
            ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n"), strays


# --- JSON lines -----------------------------------------------------------------------------------------------------


def _read_json_lines(path: Path, field: str | None) -> ReadText:
    text, invalid = decode(read_bytes(path), _name(path))
    records = list(parse_lines(text, _name(path)))
    if not records:
        raise UnusableData(f"{_name(path)} is empty: write a JSON object on each line, with the text in a field.")
    field = choose_field([record for _, record in records], field, _name(path))
    documents = []
    for number, record in records:
        found = record.get(field)
        if found is not None and not isinstance(found, str):
            raise UnusableData(
                f"Field {inert(field, _LONGEST_NAME)!r} on line {number} of {_name(path)} holds "
                f"{_kind_of(found)}, not text: name another field with --text, or write it as text."
            )
        clean, lone = _without_surrogates(found or "")
        documents.append(clean)
        invalid += lone
    return ReadText(documents, invalid, field)


def parse_lines(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON object on each line that is not blank, with the line's number; raises UnusableData."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnusableData(
                f"Line {number} of {name} cannot be read as JSON ({error}): write one object on each line."
            ) from None
        if not isinstance(record, dict):
            raise UnusableData(
                f"Line {number} of {name} holds {_kind_of(record)}, not a JSON object with fields: write it as "
                f'{{"{TEXT_FIELD}": "…"}}.'
            )
        yield number, record


def choose_field(records: list[dict[str, Any]], asked: str | None, name: str) -> str:
    """The field that holds the text: as asked, else ``text``, else the only one; raises UnusableData.

    ``text`` is meant where it holds text on any line, so that another field is not taken for a slip on one.
    """
    fields = list(dict.fromkeys(key for record in records for key in record))
    texts = text_fields(records)
    if asked is not None:
        if asked not in fields:
            raise UnusableData(
                f"There is no field {inert(asked, _LONGEST_NAME)!r} in {name}. It has {_list(fields) or 'none'}."
            )
        return asked
    if any(isinstance(record.get(TEXT_FIELD), str) for record in records):
        return TEXT_FIELD
    if len(texts) == 1:
        return texts[0]
    if texts:
        raise UnusableData(f"{name} has text in several fields: {_list(texts)}. Name one with --text.")
    raise UnusableData(f"No field of {name} holds text. It has {_list(fields) or 'none'}.")


def text_fields(records: list[dict[str, Any]]) -> list[str]:
    """The fields that hold texts, and nothing else, in the order in which they come up."""
    kinds: dict[str, set[type]] = {}
    for record in records:
        for key, value in record.items():
            if value is not None:
                kinds.setdefault(key, set()).add(type(value))
    return [key for key, found in kinds.items() if found == {str}]


def _without_surrogates(text: str) -> tuple[str, int]:
    """``text`` with U+FFFD for each half of a pair that stands alone, which JSON can write and UTF-8 cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        clean = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return clean, clean.count(_REPLACEMENT) - text.count(_REPLACEMENT)
    return text, 0


def _kind_of(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
    }
    return "null" if value is None else names[type(value)]


def _list(names: list[str]) -> str:
    return format_some([repr(inert(name, _LONGEST_NAME)) for name in names], _LISTED)


def _name(path: Path) -> str:
    return inert(path.name) or str(path)


def _refuse(error: OSError) -> None:
    raise UnusableData(f"{inert(str(error.filename))} cannot be read ({error.strerror}): check its permissions.")
