"""Who an example of a file is: its id as the 64 bits by which runs are paired.

An id of 16 hexadecimal digits is one that ``workbench outcomes`` has written, and means itself, so that what a program
makes of exported examples pairs with the run that they come from. Any other text is hashed: two files with the same ids
hold the same examples, whatever the order of their rows. Without ids only the place of a row can tell who it is. It
then counts together with the whole column of truths: files whose rows stand in another order, or are others, share
nothing, instead of being compared example by example with strangers.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from workbench.importing.findings import Findings, lines_of, marked, rows_with
from workbench.importing.table import SourceTable
from workbench.inert import inert

Ids = npt.NDArray[np.uint64]

_EXPORTED = re.compile(r"[0-9a-f]{16}")


def is_exported(text: str) -> bool:
    """Whether an id is one of the store's own, as ``workbench outcomes`` writes them."""
    return _EXPORTED.fullmatch(text) is not None


def ids_of(texts: Sequence[str]) -> Ids:
    """The id of each text, of shape (n,): itself where it is an exported one, else 8 bytes of its BLAKE2b hash."""
    return np.fromiter(map(_id_of, texts), dtype=np.uint64, count=len(texts))


def check_ids(table: SourceTable, texts: Sequence[str], ids: Ids, findings: Findings) -> None:
    """Finds ids that are missing or come up more than once."""
    missing = ids == np.uint64(_id_of(""))
    if missing.any():
        findings.refuse(f"{rows_with(table, marked(missing), 'no id')}: give each row one.")
    order = np.argsort(ids, kind="stable")
    again = np.zeros(len(ids), dtype=bool)
    again[order[1:]] = ids[order[1:]] == ids[order[:-1]]
    rows = marked(again & ~missing)
    if len(rows):
        first = int(rows[0])
        before = int(np.flatnonzero(ids == ids[first])[0])
        findings.refuse(
            f"{rows_with(table, rows, 'an id that an earlier row has')} (first: {inert(texts[first], 60)!r} on "
            f"{lines_of(table, [before, first])}): an id stands for one example."
        )


def place_ids(texts: Sequence[str], rows: int) -> Ids:
    """Ids of rows that have none, of shape (n,), made from their places and from ``texts``, their truths, together.

    Row i is SplitMix64's i-th output from a seed that is the hash of the truths (Steele, Lea and Flood 2014): a
    bijection of the place, so that no two rows share an id.
    """
    digest = blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8)
    state = np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state += np.uint64(int.from_bytes(digest.digest(), "little"))
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Ids = state ^ (state >> np.uint64(31))
    return mixed


def _id_of(text: str) -> int:
    if len(text) == 16 and is_exported(text):
        return int(text, 16)
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
