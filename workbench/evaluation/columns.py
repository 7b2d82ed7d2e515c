"""Arrays as packed columns: what the store keeps of outcomes, trials and example ids.

The bytes of multi-byte items are laid out plane by plane (all first bytes, then all second bytes, …) before zlib sees
them: signs and exponents of floats repeat and shrink, mantissas do not, and in planes one does not disturb the other.
Level 1, because mantissas are incompressible at any level and reading a million outcomes must take a moment only.
"""

import math
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from store.errors import StoreCorrupt
from store.packed_records import Column

_LEVEL = 1


def pack(array: npt.NDArray[Any]) -> Column:
    """``array`` (numbers, any shape) as a column of little-endian, C-ordered, byte-shuffled, compressed items."""
    dtype = array.dtype.newbyteorder("<")
    items = np.ascontiguousarray(array, dtype=dtype)
    raw = items.reshape(-1).view(np.uint8)
    planes = np.ascontiguousarray(raw.reshape(-1, dtype.itemsize).T)
    return Column(dtype=dtype.str, shape=tuple(array.shape), data=zlib.compress(planes.tobytes(), _LEVEL))


def unpack(column: Column) -> npt.NDArray[Any]:
    """The array that ``pack`` was given; raises StoreCorrupt where the bytes do not make up its shape."""
    dtype = np.dtype(column.dtype)
    try:
        raw = np.frombuffer(zlib.decompress(column.data), dtype=np.uint8)
    except zlib.error as error:
        raise StoreCorrupt(f"A packed column of {column.dtype} cannot be read ({error}). Restore a backup.") from None
    if raw.size != math.prod(column.shape) * dtype.itemsize:
        raise StoreCorrupt(
            f"A packed column of {column.dtype} holds {raw.size:,} bytes, which do not fill its shape {column.shape}. "
            f"Restore a backup."
        )
    items = np.array(raw.reshape(dtype.itemsize, -1).T, order="C")  # a copy: what frombuffer gives is read-only
    return items.reshape(-1).view(dtype).reshape(column.shape)
