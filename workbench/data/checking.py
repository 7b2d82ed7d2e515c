"""The light half of the data area: can a run start on this, and how much data is it?

Reads files with the standard library and NumPy only, so that the command line answers before it starts a process and
the interface's form answers while it is filled in. Every rule that ``prepare`` would refuse a file by is applied here
too.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from workbench.data.bundled import refuse_other_target
from workbench.data.catalogue import DatasetEntry, find_dataset
from workbench.data.columns import summarise
from workbench.data.files import is_file
from workbench.data.reading import RawTable, read_table
from workbench.data.splits import check_fractions, part_sizes
from workbench.data.tables import USED, encode
from workbench.data.targets import read_target
from workbench.spec import DataSpec


def check(data: DataSpec) -> DatasetEntry:
    """What ``data`` names, if a run on it can start; raises UnknownName, UnusableData or BadValue with a sentence."""
    check_fractions(data)
    if not is_file(data.dataset):
        entry = find_dataset(data.dataset)
        refuse_other_target(entry, data.target)
        return entry
    raw = read_table(data.dataset)
    target = read_target(raw, data.target)
    table = encode(raw, target)
    part_sizes(table.name, np.bincount(table.y, minlength=len(table.labels)).tolist(), data)
    return _entry(data.dataset, raw, len(table.used), table.rows, table.target, table.labels)


def describe(ref: str, target: str | None = None) -> DatasetEntry:
    """The entry of a catalogue name, or a file in the same terms; raises UnknownName or UnusableData.

    Without a target, a file's rows and possible features are counted and its classes are left open.
    """
    if not is_file(ref):
        return find_dataset(ref)
    raw = read_table(ref)
    if target is None:
        usable = sum(summarise(name, cells, raw.delimiter == ";").kind in USED for name, cells in _columns(raw))
        return _entry(ref, raw, usable, raw.rows, None, ())
    table = encode(raw, read_target(raw, target))
    return _entry(ref, raw, len(table.used), table.rows, target, table.labels)


def _columns(raw: RawTable) -> Iterator[tuple[str, list[str]]]:
    return zip(raw.names, raw.columns, strict=True)


def _entry(
    ref: str, raw: RawTable, features: int, rows: int, target: str | None, classes: Sequence[str]
) -> DatasetEntry:
    return DatasetEntry(
        name=ref,
        task="classification",
        kind="table",
        summary=f"{raw.file_name}, a table of {len(raw.names)} columns",
        rows=rows,
        features=features,
        classes=tuple(classes),
        input_shape=None,
        target=target,
    )
