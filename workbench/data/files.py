"""Which references are files, and of what kind: decided by looks, before anything is opened.

A table is one file. A text is a file, or a folder of such files; a file of JSON lines holds texts in one of its fields.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from workbench.data.catalogue import DATASETS
from workbench.errors import BadValue, UnusableData
from workbench.inert import inert
from workbench.spec import DataSpec

TABLE: str = "table"
TEXT: str = "text"
JSON_LINES = ".jsonl"
FILE_SUFFIXES: Mapping[str, str] = {
    ".csv": TABLE,
    ".tsv": TABLE,
    ".txt": TEXT,
    ".text": TEXT,
    ".md": TEXT,
    ".rst": TEXT,
    JSON_LINES: TEXT,
}
"""The kind of data that a file of this suffix holds."""


def is_file(ref: str) -> bool:
    """Whether ``ref`` means a file: a catalogue name never does, a path or a name with a suffix does, there or not."""
    if ref in DATASETS:
        return False
    return os.sep in ref or bool(Path(ref).suffix) or os.path.exists(ref)  # unlike Path.exists, never raises


def is_text(ref: str) -> bool:
    """Whether ``ref`` means text: so does a folder, since text is all that folders are read for."""
    if ref in DATASETS:
        return DATASETS[ref].kind == TEXT
    path = os.path.expanduser(ref)
    return FILE_SUFFIXES.get(Path(path).suffix.lower()) == TEXT or os.path.isdir(path)


def suffixes_of(kind: str) -> tuple[str, ...]:
    """The suffixes of files that hold data of this kind."""
    return tuple(suffix for suffix, held in FILE_SUFFIXES.items() if held == kind)


def write_suffixes(kind: str | None = None) -> str:
    """The suffixes of all files of data, or of one kind, as a sentence names them: ``.csv or .tsv``."""
    *others, last = suffixes_of(kind) if kind is not None else tuple(FILE_SUFFIXES)
    return f"{', '.join(others)} or {last}" if others else last


def refuse_text_field(data: DataSpec) -> None:
    """Raise BadValue where ``data`` names a field of text in a table."""
    if data.text is not None:
        raise BadValue(
            f"{inert(Path(data.dataset).name)} is a table, and no column of one can be learned as text, so "
            f"--text {inert(data.text, 60)!r} means nothing there. Save the column as .txt or .jsonl."
        )


def locate(ref: str, kind: str = TABLE) -> Path:
    """The file of this kind that ``ref`` means, if it can be read; raises UnusableData that says why it cannot."""
    path, known = Path(os.path.expanduser(ref)), write_suffixes(kind)
    if not path.exists():
        raise UnusableData(f"There is no file {path}. Check the path; it is read from {Path.cwd()}.")
    if path.is_dir():
        raise UnusableData(f"{path} is a folder, and data is read from a single {known} file: name the file.")
    if not path.is_file():
        raise UnusableData(f"{path} is not an ordinary file: copy what it gives into a {known} file first.")
    if FILE_SUFFIXES.get(path.suffix.lower()) != kind:
        how = ", with a column for the target" if kind == TABLE else ""
        raise UnusableData(f"{path.name} is not of a kind that can be read: save it as {known}{how}.")
    return path
