"""Texts to learn a language from: where each kind of them is read, as documents.

A text file is one document, a folder has one for each of its text files, a file of JSON lines one for each line's
field, and the bundled ``docstrings`` one for each docstring of the installed libraries. A document without anything but
white space is no document.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workbench.spec import DataSpec

Progress = Callable[[int, int], None]
"""Told how much is done, and how much there is to do, in one unit (files or bytes)."""


@dataclass(frozen=True, slots=True, eq=False)
class TextCorpus:
    """Documents as they were read, none of them blank, in the order of the file (of a folder: of the files' paths)."""

    name: str
    """What a sentence calls it: a file's or a folder's name, or that of the data set."""
    documents: tuple[str, ...]
    origin: str
    """Where the text comes from and what of it was left out, a sentence."""
    blank: int = 0
    """Documents that were left out because there is nothing but white space in them."""
    invalid_bytes: int = 0
    """Bytes that are no UTF-8 and were read as U+FFFD."""


def load_corpus(data: DataSpec, progress: Progress | None = None) -> TextCorpus:
    """The text that ``data`` names; raises UnknownName, UnusableData or BadValue with a sentence."""
    raise NotImplementedError
