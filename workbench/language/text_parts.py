"""How a text is shared out among training, validation and test part.

Documents, where there are at least ``FEWEST_DOCUMENTS``, go to a part as examples do: by a hash of the split seed and
of their own id. Of fewer documents each is cut into consecutive sections, which are shared out in the same way;
neighbours that come to the same part are joined again, so that a part is made of stretches of the text that are as long
as the split allows, and no character is in two parts.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from workbench.data.splits import PartSizes, check_fractions, split
from workbench.errors import UnusableData
from workbench.formatting import format_count
from workbench.language.spans import SPAN_BYTES, byte_length, character_end, encode, split_text
from workbench.spec import DataSpec

TASK: Final = "language-modelling"
FEWEST_DOCUMENTS: Final = 10
"""Of fewer documents none is given whole to a part."""
FEWEST_TEST_DOCUMENTS: Final = 30
"""Documents are compared one by one where the test part has so many; statistics need as many units."""
FEWEST_BYTES: Final = 4096

_SECTIONS: Final = 32
_SECTION_BYTES: Final = (256, 16_384)
"""The shortest and the longest section: sixteen thousand bytes fill the context of a GPT-2 some four times."""
_LOOK_AHEAD: Final = 4
"""A section may be longer by one part in so many, to end with a line or a word."""

Ids = npt.NDArray[np.uint64]


class UnitKind(StrEnum):
    """What a model is measured on one by one."""

    DOCUMENT = "document"
    """Units are the test documents: ``score_documents(model, prepared.test)`` has one row a unit."""
    SPAN = "span"
    """Units are the spans (``split_text``) of each test document, one document after another: one row a unit are those
    of ``score_spans(model, document)`` for each document of ``prepared.test``.
    """


@dataclass(frozen=True, slots=True, eq=False)
class TextParts:
    """The texts of each part: documents in the order of their ids, or stretches of a text in its order."""

    train: tuple[str, ...]
    val: tuple[str, ...]
    test: tuple[str, ...]
    unit: UnitKind

    def units_of(self, documents: Sequence[str]) -> tuple[str, ...]:
        """The units of some documents, in their order."""
        if self.unit is UnitKind.DOCUMENT:
            return tuple(documents)
        return tuple(span for document in documents for span in split_text(document))


def text_ids(texts: Sequence[str]) -> Ids:
    """The id of each text, of shape (n,): 8 bytes of the BLAKE2b hash of its content and of its ordinal among equals.

    So ids do not depend on the order of different texts, and what is interchangeable is really the same.
    """
    ids = np.empty(len(texts), dtype=np.uint64)
    seen: Counter[bytes] = Counter()
    for place, text in enumerate(texts):
        digest = blake2b(encode(text), digest_size=16).digest()
        with_ordinal = blake2b(digest + seen[digest].to_bytes(8, "little"), digest_size=8)
        ids[place] = int.from_bytes(with_ordinal.digest(), "little")
        seen[digest] += 1
    return ids


def plan_units(name: str, documents: Sequence[str], data: DataSpec) -> UnitKind:
    """What the units of a text will be; raises UnusableData where there is too little of it for three parts.

    Raises BadValue for fractions that are none.
    """
    check_fractions(data)
    if len(documents) < FEWEST_DOCUMENTS:
        size = sum(map(byte_length, documents))
        if size < FEWEST_BYTES:
            raise UnusableData(
                f"{name} has only {format_count(size)} bytes of text: at least {format_count(FEWEST_BYTES)} are needed "
                f"(or {FEWEST_DOCUMENTS} documents), to train on some and to test on others. Add text."
            )
        return UnitKind.SPAN
    sizes = _part_sizes(name, len(documents), data)
    return UnitKind.DOCUMENT if sizes.test[0] >= FEWEST_TEST_DOCUMENTS else UnitKind.SPAN


def count_units(documents: Sequence[str], unit: UnitKind) -> int:
    """About how many units there are in the whole text, before any split."""
    if unit is UnitKind.DOCUMENT:
        return len(documents)
    return sum(math.ceil(byte_length(text) / SPAN_BYTES) for text in documents)


def split_documents(name: str, documents: Sequence[str], data: DataSpec) -> TextParts:
    """The parts of a text; raises UnusableData where there is too little of it, BadValue for bad fractions."""
    unit = plan_units(name, documents, data)
    if len(documents) >= FEWEST_DOCUMENTS:
        whole = _share_out(name, documents, data)
        train, val, test = (tuple(documents[place] for place in part) for part in whole)
        return TextParts(train, val, test, unit)
    size = sum(map(byte_length, documents))
    sections = [(place, section) for place, text in enumerate(documents) for section in cut_sections(text, size)]
    shared = _share_out(name, [section for _, section in sections], data)
    train, val, test = (_joined(sections, part) for part in shared)
    return TextParts(train, val, test, unit)


def cut_sections(text: str, size: int) -> list[str]:
    """A text in consecutive sections, each ending with a line or a word where one ends near by.

    ``size`` is the number of bytes of all text that is to be cut.
    """
    data, least = encode(text), min(max(size // _SECTIONS, _SECTION_BYTES[0]), _SECTION_BYTES[1])
    sections, begin = [], 0
    while begin < len(data):
        due = begin + least
        end = len(data) if due + least // _LOOK_AHEAD >= len(data) else _good_end(data, due, least // _LOOK_AHEAD)
        sections.append(data[begin:end].decode("utf-8", "surrogatepass"))
        begin = end
    return sections


def _good_end(data: bytes, due: int, room: int) -> int:
    for border in (b"\n", b" "):
        found = data.find(border, due, due + room)
        if found >= 0:
            return found + 1
    return character_end(data, due)


def _joined(sections: Sequence[tuple[int, str]], places: Sequence[int]) -> tuple[str, ...]:
    """The sections at ``places``, those of one document that follow each other as one text."""
    runs = groupby(enumerate(sorted(places)), key=lambda item: (sections[item[1]][0], item[1] - item[0]))
    return tuple("".join(sections[place][1] for _, place in run) for _, run in runs)


def _share_out(name: str, texts: Sequence[str], data: DataSpec) -> tuple[list[int], list[int], list[int]]:
    """The places of the texts of training, validation and test part, each in the order of their ids."""
    sizes = _part_sizes(name, len(texts), data)
    parts = split(text_ids(texts), np.zeros(len(texts), dtype=np.int64), sizes, data.split_seed)
    train, val, test = (part.tolist() for part in (parts.train, parts.val, parts.test))
    return train, val, test


def _part_sizes(name: str, n: int, data: DataSpec) -> PartSizes:
    test = _ceil(n * data.test_fraction)
    val = _ceil((n - test) * data.val_fraction)
    if n - test - val < 1 or val < 1:
        raise UnusableData(
            f"With a test part of {data.test_fraction:g} and a validation part of {data.val_fraction:g} nothing of "
            f"{name} is left to train on: make them smaller, or add text."
        )
    return PartSizes((test,), (val,))


def _ceil(exact: float) -> int:
    return math.ceil(round(exact, 9))  # a product like 3.0000000000000004 means 3
