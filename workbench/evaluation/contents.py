"""What test examples hold, as it stood in the data: the columns of a table, texts, or pixels, packed for the store.

They are kept once for all runs of a test part, so that a whole example can be shown and models can be compared by the
values of any column without the data set. Each column is a part of its own, read when it is first asked for: a glance
at one column of a million rows costs that column. Texts are as they came, escape sequences included: whoever shows one
makes it inert (``Field.text`` is).

The bytes: ``WBCX``, the format's version (1 byte), the length of the header (uint32), the header (zlib-compressed
JSON), and the arrays of each column as the header lists them, laid out as in ``columns`` (``packed_columns``).
"""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from store.errors import StoreCorrupt
from store.packed_records import Column
from workbench.evaluation.content_columns import Categories, ContentColumn, Images, Numbers, Texts
from workbench.evaluation.packed_columns import PackedColumn, type_in, unpack_column
from workbench.inert import inert

__all__ = [
    "IMAGE_COLUMN",
    "MOST_BYTES",
    "TEXT_COLUMN",
    "Categories",
    "ContentColumn",
    "ContentKind",
    "Contents",
    "Field",
    "Images",
    "Numbers",
    "Texts",
    "image_contents",
    "pack_contents",
    "table_contents",
    "text_contents",
    "unpack_contents",
]

MOST_BYTES: Final = 32 * 1024 * 1024
"""What the contents of one test part may take in the store, packed. Of tables the columns that take most are left out
beyond it; of texts and images the last examples are. ``Contents.left_out`` and ``Contents.n`` say so.
"""
TEXT_COLUMN: Final = "text"
IMAGE_COLUMN: Final = "image"

_MAGIC: Final = b"WBCX\x01"
_LENGTH: Final = struct.Struct("<I")
_EXACT = 2.0**53
_CELL_LIMIT = 4000


class ContentKind(StrEnum):
    """What an example is made of."""

    TABLE = "table"
    TEXT = "text"
    IMAGE = "image"


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

    def type_of(self, name: str) -> type[ContentColumn]:
        """What kind of column is called ``name``, without reading its values."""
        if isinstance(self.columns, _PackedColumns):
            return self.columns.type_of(name)
        return type(self.columns[name])

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
    parts = {name: PackedColumn.of(column) for name, column in contents.columns.items()}
    if contents.kind is ContentKind.TABLE:
        kept = _cheapest(parts, limit)
        left_out = (*contents.left_out, *(name for name in parts if name not in kept))
        return _assemble(contents.kind, contents.n, {name: parts[name] for name in kept}, left_out)
    (name, part), *_ = parts.items()
    n = contents.n
    while part.size > limit and n:
        n = min(n - 1, int(n * 0.95 * limit / part.size))
        part = PackedColumn.of(_first(contents.columns[name], n))
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

    def type_of(self, name: str) -> type[ContentColumn]:
        head, _ = self._heads[name]
        return type_in(head)

    def _unpack(self, head: Mapping[str, Any], start: int) -> ContentColumn:
        arrays = []
        for dtype, shape, size in head["arrays"]:
            arrays.append(Column(dtype, tuple(shape), self._data[start : start + size]))
            start += size
        return unpack_column(head, arrays)


def _assemble(kind: ContentKind, n: int, parts: Mapping[str, PackedColumn], left_out: Sequence[str]) -> bytes:
    heads = [part.describe(name) for name, part in parts.items()]
    document = json.dumps({"kind": kind, "n": n, "left_out": list(left_out), "columns": heads}, ensure_ascii=True)
    header = zlib.compress(document.encode("ascii"), 6)
    arrays = (array.data for part in parts.values() for array in part.arrays)
    return b"".join([_MAGIC, _LENGTH.pack(len(header)), header, *arrays])


def _cheapest(parts: Mapping[str, PackedColumn], limit: int) -> list[str]:
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
