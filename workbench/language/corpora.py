"""Texts to learn a language from: where each kind of them is read, as documents.

A text file is one document, a folder has one for each of its text files, a file of JSON lines one for each line's
field, and the bundled ``docstrings`` one for each source file of the installed libraries. A document without anything
but white space is no document.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.data.catalogue import find_dataset
from workbench.data.files import TEXT, is_file, is_text, write_suffixes
from workbench.data.text_reading import Progress, ReadText, read_texts
from workbench.errors import BadValue, UnusableData
from workbench.formatting import format_count
from workbench.inert import inert
from workbench.language.docstrings import load_docstrings
from workbench.spec import DataSpec

__all__ = ["Progress", "TextCorpus", "load_corpus", "refuse_what_is_no_text"]


@dataclass(frozen=True, slots=True, eq=False)
class TextCorpus:
    """Documents as they were read, none of them blank, in the order of the file (of a folder: of the files' paths)."""

    name: str
    """What a sentence calls it: a file's or a folder's name, or that of the data set."""
    documents: tuple[str, ...]
    origin: str
    """Where the text comes from and what of it was left out, a sentence."""
    field: str | None = None
    """The field of a file of JSON lines that the documents come from."""
    blank: int = 0
    """Documents that were left out because there is nothing but white space in them."""
    invalid_bytes: int = 0
    """Bytes that are no UTF-8 and were read as U+FFFD."""


def load_corpus(data: DataSpec, progress: Progress | None = None) -> TextCorpus:
    """The text that ``data`` names; raises UnknownName, UnusableData or BadValue with a sentence.

    ``progress`` is told how far the reading is, in files or bytes.
    """
    refuse_what_is_no_text(data)
    if not is_file(data.dataset):
        found = load_docstrings(progress)
        return TextCorpus(data.dataset, found.documents, found.describe())
    read = read_texts(data.dataset, data.text, progress)
    name = inert(Path(data.dataset).name) or data.dataset
    documents = tuple(text for text in read.documents if text and not text.isspace())
    if not documents:
        raise UnusableData(f"There is no text in {name}: {_what_is_blank(read)}.")
    blank = len(read.documents) - len(documents)
    return TextCorpus(name, documents, _origin(name, read, documents), read.field, blank, read.invalid_bytes)


def refuse_what_is_no_text(data: DataSpec) -> None:
    """Raise UnusableData or BadValue where ``data`` names a table, or a target, which a text has none of."""
    if not is_file(data.dataset):
        if find_dataset(data.dataset).kind != TEXT:
            raise UnusableData(
                f"{data.dataset} holds no text to learn a language from. Name docstrings, or a {write_suffixes(TEXT)} "
                f"file."
            )
        if data.text is not None:
            raise BadValue(f"{data.dataset} has no fields: leave --text out.")
    elif not is_text(data.dataset) and Path(os.path.expanduser(data.dataset)).exists():
        raise UnusableData(
            f"{inert(Path(data.dataset).name)} is no text to learn a language from: save what is to be learned as "
            f"{write_suffixes(TEXT)}, or name a folder of text files."
        )
    if data.target is not None:
        raise BadValue(f"A text has no target: every token of it is predicted. Leave {data.target!r} out.")


def _origin(name: str, read: ReadText, documents: Sequence[str]) -> str:
    blank = len(read.documents) - len(documents)
    where = f"field {inert(read.field, 60)!r} of {name}" if read.field is not None else name
    count = f"{format_count(len(documents))} document{'s' * (len(documents) != 1)}"
    left_out = f"; {format_count(blank)} without text {'is' if blank == 1 else 'are'} left out" if blank else ""
    return f"{count} from {where}{left_out}."


def _what_is_blank(read: ReadText) -> str:
    if read.field is not None:
        return f"field {inert(read.field, 60)!r} is blank on every line"
    return "it is blank" if len(read.documents) == 1 else f"all {format_count(len(read.documents))} files are blank"
