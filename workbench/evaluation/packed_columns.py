"""One column of contents as arrays for the store, and what the header must say of it to read it again.

Numbers become whole numbers of the smallest width after a shift of the decimal point where that gives back every value
to the bit, else floats.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from store.errors import StoreCorrupt
from store.packed_records import Column
from workbench.evaluation.columns import pack, unpack
from workbench.evaluation.content_columns import Categories, ContentColumn, Images, Numbers, Texts

_MOST_DECIMALS = 6
_EXACT = 2.0**53

_TYPES: Final[Mapping[str, type[ContentColumn]]] = {
    "numbers": Numbers,
    "categories": Categories,
    "texts": Texts,
    "images": Images,
}
"""The columns by what the header calls them."""


@dataclass(frozen=True, slots=True)
class PackedColumn:
    """One packed column: what the header says of it, and its arrays."""

    head: dict[str, Any]
    arrays: tuple[Column, ...]

    @classmethod
    def of(cls, column: ContentColumn) -> "PackedColumn":
        """The column, packed."""
        match column:
            case Numbers():
                whole, decimals = _shortened(column.values)
                return cls({"type": "numbers", "decimals": decimals}, (pack(whole),))
            case Categories():
                codes = column.codes.astype(np.min_scalar_type(-max(len(column.levels), 1)))
                levels = Texts.of(column.levels)
                return cls({"type": "categories"}, (pack(codes), *_pack_texts(levels)))
            case Texts():
                return cls({"type": "texts"}, _pack_texts(column))
            case Images():
                return cls({"type": "images", "full": column.full}, (pack(column.pixels),))

    @property
    def size(self) -> int:
        """How many bytes its arrays take."""
        return sum(len(array.data) for array in self.arrays)

    def describe(self, name: str) -> dict[str, Any]:
        """What the header says of it, as JSON types: also the dtype, the shape and the bytes of each array."""
        arrays = [[array.dtype, list(array.shape), len(array.data)] for array in self.arrays]
        return {"name": name, **self.head, "arrays": arrays}


def type_in(head: Mapping[str, Any]) -> type[ContentColumn]:
    """The kind of column that a header describes; raises StoreCorrupt for one that this version does not know."""
    if head["type"] not in _TYPES:
        raise StoreCorrupt(f"The contents of test examples hold a column of {head['type']!r}: upgrade workbench.")
    return _TYPES[head["type"]]


def unpack_column(head: Mapping[str, Any], packed: Sequence[Column]) -> ContentColumn:
    """The column that a header describes, from its arrays."""
    kind = type_in(head)
    arrays = [unpack(column) for column in packed]
    if kind is Numbers:
        return Numbers(_lengthened(arrays[0], head["decimals"]))
    if kind is Categories:
        return Categories(arrays[0], tuple(_unpack_texts(*arrays[1:])))
    return _unpack_texts(*arrays) if kind is Texts else Images(arrays[0], head["full"])


def _pack_texts(texts: Texts) -> tuple[Column, Column]:
    raw = Column("|u1", (len(texts.data),), zlib.compress(texts.data, 6))
    return pack(np.diff(texts.ends, prepend=0).astype("<u4")), raw


def _unpack_texts(lengths: npt.NDArray[Any], raw: npt.NDArray[np.uint8]) -> Texts:
    return Texts(raw.tobytes(), np.cumsum(lengths, dtype=np.int64))


def _shortened(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[Any], int | None]:
    """``values`` as whole numbers and how many decimals they had; as floats, and None, where that loses something.

    The lowest number of the integer type stands for a missing value.
    """
    missing = np.isnan(values)
    present = values[~missing]
    if np.signbit(present[present == 0]).any() or not np.isfinite(present).all():
        return _as_floats(values), None
    for decimals in range(_MOST_DECIMALS + 1):
        whole = np.rint(present * 10.0**decimals)
        if len(whole) and np.abs(whole).max() >= _EXACT:
            break
        if np.array_equal(whole / 10.0**decimals, present):
            return _as_integers(whole, missing), decimals
    return _as_floats(values), None


def _as_floats(values: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    return narrow if np.array_equal(narrow, values, equal_nan=True) else values


def _as_integers(whole: npt.NDArray[np.float64], missing: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    furthest = int(np.abs(whole).max()) + 1 if len(whole) else 1
    dtype = np.min_scalar_type(-furthest)
    integers = np.full(len(missing), np.iinfo(dtype).min, dtype=dtype)
    integers[~missing] = whole.astype(dtype)
    return integers


def _lengthened(whole: npt.NDArray[Any], decimals: int | None) -> npt.NDArray[np.float64]:
    if decimals is None:
        return whole.astype(np.float64)
    values: npt.NDArray[np.float64] = whole / 10.0**decimals
    values[whole == np.iinfo(whole.dtype).min] = np.nan
    return values
