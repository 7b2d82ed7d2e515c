"""From a data spec to what a model trains on, in one pass: load, identify, split, encode, report."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from store.packed_records import ExampleSet
from workbench.data.bundled import load_bundled
from workbench.data.catalogue import find_dataset
from workbench.data.contents import contents_of, left_out_caveats
from workbench.data.files import is_file, is_text, refuse_text_field
from workbench.data.identity import Ids, canonical_rows, example_ids, fingerprint, repeats
from workbench.data.preprocessing import encode_parts
from workbench.data.previews import previews
from workbench.data.quality import report_quality
from workbench.data.splits import check_fractions, part_sizes, split
from workbench.data.tables import Table, load_file
from workbench.errors import UnusableData
from workbench.evaluation.columns import pack
from workbench.evaluation.contents import pack_contents, unpack_contents
from workbench.spec import DataSpec

Matrix = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A data set ready to train on and to be measured on.

    ``x_…``: float32 of shape (n, d), C-contiguous; ``y_…``: int64 of shape (n,), indices into ``labels``. The
    examples of each part stand in the order of their ids, so that nothing depends on the order of a file.
    ``input_shape`` is one example's shape: (d,) of a table, (channels, height, width) of an image, whose product is
    d.
    """

    task: str
    target: str
    labels: tuple[str, ...]
    feature_names: tuple[str, ...]
    input_shape: tuple[int, ...]
    x_train: Matrix
    y_train: Labels
    x_val: Matrix
    y_val: Labels
    x_test: Matrix
    y_test: Labels
    fingerprint: str
    example_set: ExampleSet
    report: dict[str, Any]
    split: dict[str, float]

    def describe(self) -> dict[str, Any]:
        """What a run keeps of its data (the values of a DataDescribed event), as JSON types."""
        return {
            "fingerprint": self.fingerprint,
            "train": len(self.y_train),
            "val": len(self.y_val),
            "test": len(self.y_test),
            "labels": list(self.labels),
            "target": self.target,
            "columns": len(self.feature_names),
            "split": self.split,
            "report": self.report,
        }


def prepare(data: DataSpec) -> Prepared:
    """The parts of ``data``, split and encoded; raises UnknownName, UnusableData or BadValue with a sentence."""
    check_fractions(data)
    table = load(data)
    rows = canonical_rows(table)
    groups, ordinals = repeats(rows, table.y)
    ids = example_ids(table, rows, ordinals)
    sizes = part_sizes(table.name, np.bincount(table.y, minlength=len(table.labels)).tolist(), data)
    parts = split(ids, table.y, sizes, data.split_seed)
    contents = pack_contents(contents_of(table, parts.test))
    report = report_quality(table, parts, groups, ids)
    report["warnings"] += left_out_caveats(unpack_contents(contents), len(parts.test))
    encoded = encode_parts(table, parts.train, (parts.val, parts.test))
    x_train, x_val, x_test = encoded.parts
    return Prepared(
        task="classification",
        target=table.target,
        labels=table.labels,
        feature_names=encoded.names,
        input_shape=table.image_shape or (len(encoded.names),),
        x_train=x_train,
        y_train=table.y[parts.train],
        x_val=x_val,
        y_val=table.y[parts.val],
        x_test=x_test,
        y_test=table.y[parts.test],
        fingerprint=fingerprint(table, ids),
        example_set=make_example_set(ids[parts.test], previews(table, parts.test), contents),
        report=report,
        split={"seed": data.split_seed, "test_fraction": data.test_fraction, "val_fraction": data.val_fraction},
    )


def load(data: DataSpec) -> Table:
    """The whole table that ``data`` names, before any split; raises UnusableData for a text, which is none."""
    if is_text(data.dataset):
        raise UnusableData(f"{data.dataset} is a text, not a table: only language models learn from it.")
    refuse_text_field(data)
    if is_file(data.dataset):
        return load_file(data.dataset, data.target)
    return load_bundled(find_dataset(data.dataset), data.target)


def make_example_set(ids: Ids, lines: Sequence[str], contents: bytes | None) -> ExampleSet:
    """The test part as the store keeps it: ids, previews and contents, packed, and a key made from the ids."""
    key = blake2b(ids.astype("<u8").tobytes(), digest_size=16).hexdigest()
    document = json.dumps(list(lines), ensure_ascii=False)
    packed = zlib.compress(document.encode("utf-8"), 6)
    return ExampleSet(key=key, n=len(ids), ids=pack(ids), previews=packed, contents=contents)
