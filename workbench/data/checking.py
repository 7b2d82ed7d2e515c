"""The light half of the data area: can a run start on this, and how much data is it?

Reads files with the standard library and NumPy only, so that the command line answers before it starts a process and
the interface's form answers while it is filled in. Every rule that ``prepare`` (of a text: ``prepare_text``) would
refuse a file by is applied here too.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from workbench.data.bundled import refuse_other_target
from workbench.data.catalogue import DatasetEntry, find_dataset
from workbench.data.columns import summarise
from workbench.data.files import TABLE, TEXT, is_file, is_text, refuse_text_field
from workbench.data.reading import RawTable, read_table
from workbench.data.splits import check_fractions, part_sizes
from workbench.data.tables import USED, encode
from workbench.data.targets import read_target
from workbench.formatting import format_bytes, format_count
from workbench.language.corpora import load_corpus, refuse_what_is_no_text
from workbench.language.spans import byte_length
from workbench.language.text_parts import TASK, count_units, plan_units
from workbench.spec import DataSpec


def check(data: DataSpec, tasks: Sequence[str] = ()) -> DatasetEntry:
    """What ``data`` names, if a run on it can start; raises UnknownName, UnusableData or BadValue with a sentence.

    ``tasks`` are those that the model does. A table is refused at once for one that only learns a language, which would
    not be helped by a target.
    """
    check_fractions(data)
    if is_text(data.dataset) or tuple(tasks) == (TASK,):
        refuse_what_is_no_text(data)
        return _text_entry(data) if is_file(data.dataset) else find_dataset(data.dataset)
    refuse_text_field(data)
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

    Without a target, a table's rows and possible features are counted and its classes are left open. Of a file of JSON
    lines ``target`` is the field that holds the text.
    """
    if not is_file(ref):
        return find_dataset(ref)
    if is_text(ref):
        return _text_entry(DataSpec(ref, text=target))
    raw = read_table(ref)
    if target is None:
        usable = sum(summarise(name, cells, raw.delimiter == ";").kind in USED for name, cells in _columns(raw))
        return _entry(ref, raw, usable, raw.rows, None, ())
    table = encode(raw, read_target(raw, target))
    return _entry(ref, raw, len(table.used), table.rows, target, table.labels)


def _text_entry(data: DataSpec) -> DatasetEntry:
    corpus = load_corpus(data)
    unit = plan_units(corpus.name, corpus.documents, data)
    size = format_bytes(sum(map(byte_length, corpus.documents)))
    count = len(corpus.documents)
    documents = f"{format_count(count)} document{'s' * (count != 1)}"
    return DatasetEntry(
        name=data.dataset,
        task=TASK,
        kind=TEXT,
        summary=f"{corpus.name}, {size} of text in {documents}",
        rows=count_units(corpus.documents, unit),
        features=1,
        classes=(),
        input_shape=None,
    )


def _columns(raw: RawTable) -> Iterator[tuple[str, list[str]]]:
    return zip(raw.names, raw.columns, strict=True)


def _entry(
    ref: str, raw: RawTable, features: int, rows: int, target: str | None, classes: Sequence[str]
) -> DatasetEntry:
    return DatasetEntry(
        name=ref,
        task="classification",
        kind=TABLE,
        summary=f"{raw.file_name}, a table of {len(raw.names)} columns",
        rows=rows,
        features=features,
        classes=tuple(classes),
        input_shape=None,
        target=target,
    )
