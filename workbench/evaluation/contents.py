"""What test examples hold, as it stood in the data: the columns of a table, texts, or pixels, packed for the store.

They are kept once for all runs of a test part, so that a whole example can be shown and models can be compared by the
values of any column without the data set. Each column is a part of its own, read when it is first asked for: a glance
at one column of a million rows costs that column. Texts are as they came, escape sequences included: whoever shows one
makes it inert (``Field.text`` is).

The bytes: ``WBCX``, the format's version (1 byte), the length of the header (uint32), the header (zlib-compressed
JSON), and the parts as the header lists them, arrays laid out as in ``columns``. Numbers are stored as whole numbers of
the smallest width after a shift of the decimal point where that gives back every value to the bit, else as floats.
"""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from store.errors import StoreCorrupt
from store.records import Column
from workbench.evaluation.columns import pack, unpack
from workbench.inert import inert

MOST_BYTES: Final = 32 * 1024 * 1024
"""What the contents of one test part may take in the store, packed. Of tables the columns that take most are left out
beyond it; of texts and images the last examples are. ``Contents.left_out`` and ``Contents.n`` say so.
"""
TEXT_COLUMN: Final = "text"
IMAGE_COLUMN: Final = "image"

_MAGIC: Final = b"WBCX\x01"
_LENGTH: Final = struct.Struct("<I")
_MOST_DECIMALS = 6
_EXACT = 2.0**53
_CELL_LIMIT = 4000


class ContentKind(StrEnum):
    """What an example is made of."""

    TABLE = "table"
    TEXT = "text"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers: float64 of shape (n,), NaN where a value is missing."""

    values: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def at(self, position: int) -> float | None:
        """The number of one example; None where it is missing."""
        value = float(self.values[position])
        return None if np.isnan(value) else value


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """A column of few different texts: ``codes`` (signed integers of shape (n,)) index into ``levels``, -1: missing."""

    codes: npt.NDArray[Any]
    levels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def at(self, position: int) -> str | None:
        """The text of one example; None where it is missing."""
        code = int(self.codes[position])
        return None if code < 0 else self.levels[code]


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """A column of texts of any length, decoded one by one: ``data`` is UTF-8, ``ends`` (int64 of shape (n,)) where each
    ends.
    """

    data: bytes
    ends: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Texts":
        """The column that holds ``texts``."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        return cls(b"".join(encoded), np.cumsum(lengths))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return tuple(self[place] for place in range(*position.indices(len(self))))
        place = range(len(self))[position]
        start = int(self.ends[place - 1]) if place else 0
        return self.data[start : int(self.ends[place])].decode("utf-8", "surrogatepass")

    def at(self, position: int) -> str:
        """The text of one example."""
        text: str = self[position]
        return text

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """How many characters each text has, of shape (n,)."""
        starts_character = (np.frombuffer(self.data, dtype=np.uint8) & 0xC0) != 0x80
        counted = np.concatenate([[0], np.cumsum(starts_character, dtype=np.int64)])
        lengths: npt.NDArray[np.int64] = np.diff(counted[self.ends], prepend=0)
        return lengths


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Pictures: uint8 of shape (n, height, width) or (n, height, width, 3); a pixel of ``full`` is at full scale."""

    pixels: npt.NDArray[np.uint8]
    full: int = 255

    def __len__(self) -> int:
        return len(self.pixels)

    def at(self, position: int) -> npt.NDArray[np.uint8]:
        """The picture of one example, of shape (height, width) or (height, width, 3)."""
        picture: npt.NDArray[np.uint8] = self.pixels[position]
        return picture


ContentColumn: TypeAlias = Numbers | Categories | Texts | Images


@dataclass(frozen=True, slots=True)
class Field:
    """One value of one example under its column's name; None where it is missing."""

    name: str
    value: float | str | None

    @property
    def text(self) -> str:
        """The value as inert text, a number with all of its digits; '' where it is missing."""
        if self.value is None:
            return ""
        if isinstance(self.value, str):
            return inert(self.value, _CELL_LIMIT)
        return str(int(self.value)) if self.value.is_integer() and abs(self.value) < _EXACT else repr(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What the first ``n`` examples of a test part hold, in the order of the example set.

    ``columns`` are those of a table in the order of the data; of texts and images there is one, called ``text`` or
    ``image``. ``left_out`` names columns that were too large to keep.
    """

    kind: ContentKind
    n: int
    columns: Mapping[str, ContentColumn]
    left_out: tuple[str, ...] = ()

    @property
    def texts(self) -> Texts | None:
        """The texts of examples that are texts."""
        found = self.columns.get(TEXT_COLUMN) if self.kind is ContentKind.TEXT else None
        return found if isinstance(found, Texts) else None

    @property
    def images(self) -> Images | None:
        """The pictures of examples that are pictures."""
        found = self.columns.get(IMAGE_COLUMN) if self.kind is ContentKind.IMAGE else None
        return found if isinstance(found, Images) else None

    def fields(self, position: int) -> tuple[Field, ...]:
        """The values of one example with their names; () of an image, and of an example that was not kept."""
        if not 0 <= position < self.n:
            return ()
        return tuple(
            Field(name, column.at(position)) for name, column in self.columns.items() if not isinstance(column, Images)
        )


def table_contents(columns: Mapping[str, Numbers | Categories | Texts], n: int) -> Contents:
    """The contents of examples that are rows of a table."""
    return Contents(ContentKind.TABLE, n, columns)


def text_contents(texts: Sequence[str]) -> Contents:
    """The contents of examples that are texts."""
    return Contents(ContentKind.TEXT, len(texts), {TEXT_COLUMN: Texts.of(texts)})


def image_contents(images: Images) -> Contents:
    """The contents of examples that are pictures."""
    return Contents(ContentKind.IMAGE, len(images), {IMAGE_COLUMN: images})


# --- packing --------------------------------------------------------------------------------------------------------


def pack_contents(contents: Contents, limit: int = MOST_BYTES) -> bytes:
    """``contents`` as bytes for the store, at most ``limit`` of them but for the header; see ``MOST_BYTES``."""
    parts = {name: _Part.of(column) for name, column in contents.columns.items()}
    if contents.kind is ContentKind.TABLE:
        kept = _cheapest(parts, limit)
        left_out = (*contents.left_out, *(name for name in parts if name not in kept))
        return _assemble(contents.kind, contents.n, {name: parts[name] for name in kept}, left_out)
    (name, part), *_ = parts.items()
    n = contents.n
    while part.size > limit and n:
        n = min(n - 1, int(n * 0.95 * limit / part.size))
        part = _Part.of(_first(contents.columns[name], n))
    return _assemble(contents.kind, n, {name: part}, contents.left_out)


def unpack_contents(data: bytes) -> Contents:
    """The contents that were packed, their columns read when first asked for; raises StoreCorrupt with a sentence."""
    start = len(_MAGIC) + _LENGTH.size
    if data[:4] != _MAGIC[:4] or len(data) < start:
        raise StoreCorrupt(
            "The contents of test examples cannot be read: they begin with other bytes. Restore a backup."
        )
    if data[4] > _MAGIC[4]:
        raise StoreCorrupt(
            f"The contents of test examples are of format {data[4]}, and this version reads {_MAGIC[4]}: "
            f"upgrade workbench."
        )
    (length,) = _LENGTH.unpack_from(data, len(_MAGIC))
    try:
        header = json.loads(zlib.decompress(data[start : start + length]))
    except (zlib.error, ValueError) as error:
        raise StoreCorrupt(f"The contents of test examples cannot be read ({error}). Restore a backup.") from None
    columns = _PackedColumns(data, start + length, header["columns"])
    return Contents(ContentKind(header["kind"]), header["n"], columns, tuple(header["left_out"]))


@dataclass(frozen=True, slots=True)
class _Part:
    """One packed column: what the header says of it, and its arrays."""

    head: dict[str, Any]
    arrays: tuple[Column, ...]

    @classmethod
    def of(cls, column: ContentColumn) -> "_Part":
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
        return sum(len(array.data) for array in self.arrays)

    def describe(self, name: str) -> dict[str, Any]:
        arrays = [[array.dtype, list(array.shape), len(array.data)] for array in self.arrays]
        return {"name": name, **self.head, "arrays": arrays}


class _PackedColumns(Mapping[str, ContentColumn]):
    """The columns of packed contents by name, each unpacked once."""

    def __init__(self, data: bytes, start: int, heads: Sequence[Mapping[str, Any]]) -> None:
        self._data = data
        self._heads: dict[str, tuple[Mapping[str, Any], int]] = {}
        self._read: dict[str, ContentColumn] = {}
        for head in heads:
            self._heads[head["name"]] = head, start
            start += sum(size for _, _, size in head["arrays"])

    def __getitem__(self, name: str) -> ContentColumn:
        if name not in self._read:
            self._read[name] = self._unpack(*self._heads[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._heads)

    def __len__(self) -> int:
        return len(self._heads)

    def _unpack(self, head: Mapping[str, Any], start: int) -> ContentColumn:
        arrays = []
        for dtype, shape, size in head["arrays"]:
            arrays.append(unpack(Column(dtype, tuple(shape), self._data[start : start + size])))
            start += size
        match head["type"]:
            case "numbers":
                return Numbers(_lengthened(arrays[0], head["decimals"]))
            case "categories":
                return Categories(arrays[0], tuple(_unpack_texts(*arrays[1:])))
            case "texts":
                return _unpack_texts(*arrays)
            case "images":
                return Images(arrays[0], head["full"])
            case other:
                raise StoreCorrupt(f"The contents of test examples hold a column of {other!r}: upgrade workbench.")


def _assemble(kind: ContentKind, n: int, parts: Mapping[str, _Part], left_out: Sequence[str]) -> bytes:
    heads = [part.describe(name) for name, part in parts.items()]
    document = json.dumps({"kind": kind, "n": n, "left_out": list(left_out), "columns": heads}, ensure_ascii=True)
    header = zlib.compress(document.encode("ascii"), 6)
    arrays = (array.data for part in parts.values() for array in part.arrays)
    return b"".join([_MAGIC, _LENGTH.pack(len(header)), header, *arrays])


def _cheapest(parts: Mapping[str, _Part], limit: int) -> list[str]:
    """The names of as many columns as fit into ``limit`` bytes together, in their order."""
    kept: set[str] = set()
    total = 0
    for name in sorted(parts, key=lambda name: parts[name].size):
        total += parts[name].size
        if total > limit:
            break
        kept.add(name)
    return [name for name in parts if name in kept]


def _first(column: ContentColumn, n: int) -> ContentColumn:
    match column:
        case Texts():
            end = int(column.ends[n - 1]) if n else 0
            return Texts(column.data[:end], column.ends[:n])
        case Images():
            return Images(column.pixels[:n], column.full)
        case _:
            raise AssertionError("columns of a table are kept whole or not at all")


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
