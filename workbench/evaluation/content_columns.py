"""The columns that examples are made of: numbers, categories, texts and pictures, each with a value for every example.

Texts are as they came from the data, escape sequences included: whoever shows one makes it inert.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt


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
