"""Which references are files, and of what kind: decided by looks, before anything is opened.

A further kind of file (lines of JSON, a folder of images) is one more entry of ``FILE_SUFFIXES`` and one more branch
where ``tables`` loads by kind.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from workbench.data.catalogue import DATASETS
from workbench.errors import UnusableData

FILE_SUFFIXES: Mapping[str, str] = {".csv": "table", ".tsv": "table"}
"""The kind of data that a file of this suffix holds."""


def is_file(ref: str) -> bool:
    """Whether ``ref`` means a file: a catalogue name never does, a path or a name with a suffix does, there or not."""
    if ref in DATASETS:
        return False
    return os.sep in ref or bool(Path(ref).suffix) or os.path.exists(ref)  # unlike Path.exists, never raises


def locate(ref: str) -> Path:
    """The file that ``ref`` means, if it can be read as data; raises UnusableData that says why it cannot."""
    path = Path(ref).expanduser()
    if not path.exists():
        raise UnusableData(f"There is no file {path}. Check the path; it is read from {Path.cwd()}.")
    if path.is_dir():
        raise UnusableData(f"{path} is a folder, and data is read from a single {_known()} file: name the file.")
    if not path.is_file():
        raise UnusableData(f"{path} is not an ordinary file: copy what it gives into a {_known()} file first.")
    if path.suffix.lower() not in FILE_SUFFIXES:
        raise UnusableData(
            f"{path.name} is not of a kind that can be read: save it as {_known()}, with a column for the target."
        )
    return path


def _known() -> str:
    return " or ".join(FILE_SUFFIXES)
