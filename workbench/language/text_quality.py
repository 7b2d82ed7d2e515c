"""The quality report of a text: counts that are exact, and warnings in the order in which they matter."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any, Final

from workbench.data.caveats import list_caveats
from workbench.inert import inert
from workbench.language.corpora import TextCorpus
from workbench.language.spans import byte_length, encode
from workbench.language.text_caveats import LONG_LINE, SHORT_DOCUMENT, text_caveats
from workbench.language.text_parts import TextParts
from workbench.spec import DataSpec

_TELLING_LINE: Final = 40
"""Characters that a line has at least to be counted as learned by heart; ``return None`` stands everywhere."""
_LINES_COUNTED: Final = 1_000_000
"""Counting each line of a large text takes more memory than the text."""
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_REPLACEMENT: Final = "\ufffd"
_LINE_SHOWN: Final = 60


def report_text(corpus: TextCorpus, parts: TextParts, data: DataSpec) -> dict[str, Any]:
    """The report as JSON types.

    Keys: rows (units of the three parts), unit, documents, text_bytes, part_bytes, origin, blank_documents,
    short_documents, duplicates (documents beyond the first of their content), duplicates_across_split (test units that
    are a document or a unit of another part, too), seen_lines (the share of the test part's longer lines that stand in
    another part, null without such lines), invalid_bytes, replacement_characters, control_characters, long_lines,
    commonest_line (the text and its share of the first million lines that are not blank), test_units, warnings.
    """
    documents = corpus.documents
    sizes = {name: _bytes_of(part) for name, part in _named(parts)}
    units = {name: parts.units_of(part) for name, part in _named(parts)}
    report: dict[str, Any] = {
        "rows": sum(map(len, units.values())),
        "unit": parts.unit.value,
        "documents": len(documents),
        "text_bytes": sum(sizes.values()),
        "part_bytes": sizes,
        "origin": corpus.origin,
        "blank_documents": corpus.blank,
        "short_documents": sum(byte_length(text) < SHORT_DOCUMENT for text in documents),
        "duplicates": len(documents) - len({_digest(text) for text in documents}),
        "duplicates_across_split": _count_across(parts, units),
        "seen_lines": _share_seen(parts),
        "invalid_bytes": corpus.invalid_bytes,
        "replacement_characters": sum(text.count(_REPLACEMENT) for text in documents),
        "control_characters": sum(len(_CONTROLS.findall(text)) for text in documents),
        **_on_lines(documents),
        "test_units": len(units["test"]),
    }
    report["warnings"] = list_caveats(text_caveats(report, data))
    return report


def _named(parts: TextParts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("train", parts.train), ("val", parts.val), ("test", parts.test)


def _bytes_of(texts: Iterable[str]) -> int:
    return sum(map(byte_length, texts))


def _digest(text: str) -> bytes:
    return blake2b(encode(text.strip()), digest_size=16).digest()


def _count_across(parts: TextParts, units: dict[str, tuple[str, ...]]) -> int:
    seen = {_digest(text) for text in (*parts.train, *parts.val, *units["train"], *units["val"])}
    return sum(_digest(text) in seen for text in units["test"])


def _share_seen(parts: TextParts) -> float | None:
    """The share of the lines of the test part, those long enough to tell, that another part has, too."""
    unseen = Counter(map(hash, _telling_lines(parts.test)))
    total = unseen.total()
    for line in _telling_lines((*parts.train, *parts.val)):
        unseen.pop(hash(line), None)
    return 1 - unseen.total() / total if total else None


def _telling_lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for line in text.split("\n"):
            if len(stripped := line.strip()) >= _TELLING_LINE:
                yield stripped


def _on_lines(documents: Sequence[str]) -> dict[str, Any]:
    lines = (line for text in documents for line in text.split("\n"))
    counts = Counter(stripped for line in islice(lines, _LINES_COUNTED) if (stripped := line.strip()))
    commonest = [
        {"text": inert(line, _LINE_SHOWN), "share": times / counts.total()}
        for line, times in counts.most_common(1)
        if times > 1
    ]
    return {
        "long_lines": sum(len(line) > LONG_LINE for text in documents for line in text.split("\n")),
        "commonest_line": commonest[0] if commonest else None,
    }
