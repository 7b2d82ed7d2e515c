"""Who an example is: ids and fingerprints made from content, so that they mean the same in every run and on every
machine.

An example is the set of its named values. Its id does not depend on the order of the rows, nor of the columns, nor on
the target; equal examples are told apart by an ordinal, given in the order of their labels, so that what remains
interchangeable is really the same. Columns that only name the rows take no part: a file exported again with other row
numbers holds the same examples.
"""

from hashlib import blake2b, sha256

import numpy as np
import numpy.typing as npt

from workbench.data.tables import NAMING, Feature, Table

Ids = npt.NDArray[np.uint64]

_MISSING = np.uint64(0x7FF8_0000_0000_0000)
"""The bits of the one NaN that stands for all of them."""


def canonical_rows(table: Table) -> npt.NDArray[np.uint64]:
    """The examples as 64-bit words of shape (n, columns), columns by name: equal rows mean equal examples."""
    columns = [_canonical_column(feature) for feature in _identifying(table)]
    return np.ascontiguousarray(np.stack(columns, axis=1))


def repeats(rows: npt.NDArray[np.uint64], y: npt.NDArray[np.int64]) -> tuple[Ids, Ids]:
    """For each row the number of its group of equal rows, and its ordinal within that group by label."""
    width = rows.dtype.itemsize * rows.shape[1]
    _, groups = np.unique(rows.view(f"V{width}").reshape(-1), return_inverse=True)
    order = np.lexsort((y, groups))
    sorted_groups = groups[order]
    starts = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]])
    ordinals = np.empty(len(rows), dtype=np.uint64)
    ordinals[order] = np.arange(len(rows)) - np.repeat(starts, np.diff(np.r_[starts, len(rows)]))
    return groups.astype(np.uint64), ordinals


def example_ids(table: Table, rows: npt.NDArray[np.uint64], ordinals: Ids) -> Ids:
    """The id of each example, uint64 of shape (n,): the first 8 bytes of BLAKE2b over names, values and ordinal."""
    start = blake2b(_header(table), digest_size=8)
    ids = np.empty(len(rows), dtype=np.uint64)
    words = np.column_stack([rows, ordinals]).astype("<u8")
    for index, row in enumerate(words):
        digest = start.copy()
        digest.update(row.tobytes())
        ids[index] = int.from_bytes(digest.digest(), "little")
    return ids


def fingerprint(table: Table, ids: Ids) -> str:
    """The SHA-256 of names, examples, target and labels in hexadecimal, whatever their order."""
    digest = sha256(_header(table))
    digest.update("\0".join((table.target, *table.labels)).encode("utf-8", "surrogatepass"))
    order = np.argsort(ids, kind="stable")
    digest.update(ids[order].astype("<u8").tobytes())
    digest.update(table.y[order].astype("<i8").tobytes())
    return digest.hexdigest()


def _identifying(table: Table) -> list[Feature]:
    return sorted((f for f in table.features if f.kind not in NAMING), key=lambda feature: feature.name)


def _header(table: Table) -> bytes:
    return "\0".join(feature.name for feature in _identifying(table)).encode("utf-8", "surrogatepass") + b"\1"


def _canonical_column(feature: Feature) -> npt.NDArray[np.uint64]:
    missing = np.isnan(feature.values)
    if feature.levels is None:
        words = feature.values.astype(np.float64).view(np.uint64)
    else:
        digests = [blake2b(level.encode("utf-8", "surrogatepass"), digest_size=8).digest() for level in feature.levels]
        levels = np.array([int.from_bytes(digest, "little") for digest in digests] or [0], dtype=np.uint64)
        words = levels[np.where(missing, 0.0, feature.values).astype(np.int64)]
    return np.where(missing, _MISSING, words)
