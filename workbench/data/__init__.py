"""Data sets: the catalogue, files, and what becomes of them before a model sees them.

``DATASETS``, ``find_dataset`` and ``is_file`` cost nothing to import. ``check``, ``describe`` and ``preview`` read
files with the standard library and NumPy only, so that a form can call them. ``prepare`` is for the trainer: it
imports scikit-learn, splits, fits the preprocessing on the training part and reports on the quality of the data. Of a
text that is ``workbench.language.text_preparation.prepare_text``.

Where things are: ``reading`` (files to columns of text), ``columns`` (what kind of column this is), ``targets``
(labels and the rules for a target), ``tables`` and ``bundled`` (text or scikit-learn to numbers), ``identity`` (ids
and fingerprint), ``splits``, ``preprocessing``, ``quality`` and ``leaks`` (the report), ``previews``, ``preparation``
(all of it in order), ``checking`` (the light half), ``glimpse`` and ``text_glimpse`` (the beginning of a file),
``text_reading`` (files of text to documents).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.data.catalogue import DATASETS, DatasetEntry, find_dataset
from workbench.data.files import FILE_SUFFIXES, is_file, is_text
from workbench.spec import DataSpec

if TYPE_CHECKING:
    from workbench.data.glimpse import Preview
    from workbench.data.preparation import Prepared
    from workbench.data.text_glimpse import TextPreview

__all__ = [
    "DATASETS",
    "FILE_SUFFIXES",
    "DatasetEntry",
    "check",
    "describe",
    "find_dataset",
    "is_file",
    "is_text",
    "prepare",
    "preview",
]


def check(data: DataSpec, tasks: Sequence[str] = ()) -> DatasetEntry:
    """What ``data`` names, if a run on it can start; raises UnknownName, UnusableData or BadValue with a sentence.

    ``tasks`` are those that the model does, if it is known.
    """
    from workbench.data import checking  # reads files with NumPy, which listing the catalogue does not need

    return checking.check(data, tasks)


def describe(ref: str, target: str | None = None) -> DatasetEntry:
    """The entry of a catalogue name, or a file in the same terms; raises UnknownName or UnusableData."""
    from workbench.data import checking

    return checking.describe(ref, target)


def preview(path: str, rows: int = 20) -> "Preview | TextPreview":
    """The beginning of a table (columns, first rows, a likely target) or of a text; raises UnusableData."""
    from workbench.data import glimpse, text_glimpse

    if is_text(path):
        return text_glimpse.preview_text(path)
    return glimpse.preview(path, rows)


def prepare(data: DataSpec) -> "Prepared":
    """The parts that a model trains and is measured on; imports scikit-learn. Raises what ``check`` raises."""
    from workbench.data import preparation

    return preparation.prepare(data)
