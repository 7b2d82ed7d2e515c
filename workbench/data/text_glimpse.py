"""The beginning of a text, for a form: its first lines, how much there is of it, and what to be wary of.

Judged by the first bytes alone, so that a large file answers as quickly as a small one; of a folder the files are
counted and the first of them is opened. Of a file of JSON lines the fields are offered that hold text.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workbench.data.files import JSON_LINES, TEXT, locate
from workbench.data.text_reading import TEXT_FIELD, decode, find_texts, parse_lines, text_fields
from workbench.errors import UnusableData
from workbench.formatting import format_bytes, format_count, format_percent
from workbench.inert import inert
from workbench.language.text_parts import FEWEST_BYTES, FEWEST_DOCUMENTS

_SAMPLE_BYTES: Final = 2**18
_LINES: Final = 60
_LINE_LIMIT: Final = 400
_LONG_LINE: Final = 10_000
_COMMON_LINE: Final = 0.2
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class TextField:
    """A field of a file of JSON lines by its exact name, and what the lines that were read have in it, inert."""

    name: str
    missing: int
    first: str


@dataclass(frozen=True, slots=True)
class TextPreview:
    """The beginning of a text: lines are inert, at most 400 characters each."""

    size_bytes: int
    files: int
    """How many files it is made of."""
    lines: tuple[str, ...]
    """The first of the file, of the first file of a folder, or of the texts in the likely field."""
    complete: bool
    """Whether everything was read; the cautions are otherwise judged by the beginning."""
    cautions: tuple[str, ...] = ()
    """What a person should know before a run on it, a sentence each."""
    fields: tuple[TextField, ...] = ()
    """The fields that hold text, of a file of JSON lines."""
    suggested_field: str | None = None
    """The likely one; None where several are as likely."""

    def describe(self) -> str:
        """How much there is, in a few words."""
        count = f"{format_count(self.files)} text files, " if self.files > 1 else ""
        fields = f" · {format_count(len(self.fields))} field{'s' * (len(self.fields) != 1)} of text"
        return f"{count}{format_bytes(self.size_bytes)}{fields if self.fields else ''}"


def preview_text(path: str) -> TextPreview:
    """The beginning of a text file, of a file of JSON lines or of a folder; raises UnusableData with a sentence."""
    folder = Path(os.path.expanduser(path))
    if folder.is_dir():
        files = find_texts(folder)
        return _of_text(files[0], sum(file.stat().st_size for file in files), len(files))
    file = locate(path, TEXT)
    size = file.stat().st_size
    return _of_fields(file, size) if file.suffix.lower() == JSON_LINES else _of_text(file, size, 1)


def _of_text(file: Path, size: int, files: int) -> TextPreview:
    text, complete = _beginning(file)
    if files == 1 and complete and not text.strip():
        raise UnusableData(f"{inert(file.name)} is empty: there is no text in it.")
    lines = text.split("\n")
    cautions = (*_on_size(size, files), *_on_lines(text, lines))
    return TextPreview(size, files, _show(lines), complete and files == 1, cautions)


def _of_fields(file: Path, size: int) -> TextPreview:
    text, complete = _beginning(file)
    if not complete:
        text = text[: text.rfind("\n") + 1]
        if not text:
            raise UnusableData(
                f"The first line of {inert(file.name)} is longer than {format_bytes(_SAMPLE_BYTES)}: it cannot be "
                f"shown, but a run may read it."
            )
    records = [record for _, record in parse_lines(text, inert(file.name))]
    names = text_fields(records)
    if not names:
        raise UnusableData(f"No field of {inert(file.name)} holds text: write a JSON object with one on each line.")
    likely = TEXT_FIELD if TEXT_FIELD in names else names[0] if len(names) == 1 else None
    shown = likely or names[0]
    documents = [str(record.get(shown) or "") for record in records]
    cautions = (*(_on_size(size, len(records)) if complete else ()), *_on_blank(documents, shown))
    fields = tuple(_field(records, name) for name in names)
    lines = _show([line for document in documents[:_LINES] for line in document.split("\n")])
    return TextPreview(size, 1, lines, complete, cautions, fields, likely)


def _field(records: list[dict[str, Any]], name: str) -> TextField:
    values = [record.get(name) for record in records]
    first = next((str(value) for value in values if value), "")
    return TextField(name, sum(not value for value in values), inert(" ".join(first.split()), _LINE_LIMIT))


def _beginning(file: Path) -> tuple[str, bool]:
    """The text at the beginning of a file, and whether it is all."""
    try:
        with file.open("rb") as opened:
            data = opened.read(_SAMPLE_BYTES + 1)
    except OSError as error:
        raise UnusableData(f"{inert(file.name)} cannot be read ({error.strerror}): check its permissions.") from None
    complete = len(data) <= _SAMPLE_BYTES
    text, _ = decode(data[:_SAMPLE_BYTES], inert(file.name), whole=complete)
    return text, complete


def _show(lines: list[str]) -> tuple[str, ...]:
    return tuple(inert(line, _LINE_LIMIT) for line in lines[:_LINES])


def _on_size(size: int, documents: int) -> Iterator[str]:
    if size < FEWEST_BYTES and documents < FEWEST_DOCUMENTS:
        yield (
            f"{format_bytes(size)} of text is too little: {format_bytes(FEWEST_BYTES)} are needed, or "
            f"{FEWEST_DOCUMENTS} documents."
        )


def _on_lines(text: str, lines: list[str]) -> Iterator[str]:
    if controls := len(_CONTROLS.findall(text)):
        yield f"{format_count(controls)} control character{'s' * (controls != 1)}: models learn to write them."
    if any(len(line) > _LONG_LINE for line in lines):
        yield f"There are lines of more than {format_count(_LONG_LINE)} characters: that is seldom text."
    counts = Counter(stripped for line in lines if (stripped := line.strip()))
    for line, times in counts.most_common(1):
        if times > 1 and times >= _COMMON_LINE * counts.total():
            yield f"{format_percent(times / counts.total())} of the lines read {inert(line, 40)!r}."


def _on_blank(documents: list[str], field: str) -> Iterator[str]:
    if blank := sum(not document.strip() for document in documents):
        lines = f"{format_count(blank)} line{'s' * (blank != 1)}"
        yield f"{lines} without text in {inert(field, 40)!r} {'is' if blank == 1 else 'are'} left out."
