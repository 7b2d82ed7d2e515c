"""The quality report of a text: counts that are exact, and warnings in the order in which they matter.

They are functions of the report alone, so that what is said and what is counted cannot disagree.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any, Final

from workbench.formatting import format_count, format_percent
from workbench.inert import inert
from workbench.language.corpora import TextCorpus
from workbench.language.spans import byte_length, encode
from workbench.language.text_parts import FEWEST_TEST_DOCUMENTS, TextParts
from workbench.spec import DataSpec

LONG_LINE: Final = 10_000
"""Characters beyond which a line is hardly one that somebody wrote."""
SHORT_DOCUMENT: Final = 64
"""Bytes below which a document says next to nothing about a model."""

_TELLING_LINE: Final = 40
"""Characters that a line has at least to be counted as learned by heart; ``return None`` stands everywhere."""
_SEEN_LINES: Final = 0.05
_COMMON_LINE: Final = 0.05
_LINES_COUNTED: Final = 1_000_000
"""Counting each line of a large text takes more memory than the text."""
_MOSTLY_SHORT: Final = 0.5
_LOPSIDED: Final = 2.0
"""A test part with so many times more or less of the bytes than it was to have is worth a word."""
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
    found = _caveats(report, data)
    report["warnings"] = [{"code": code, "message": message} for code, message in found]
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


# --- warnings -------------------------------------------------------------------------------------------------------


def _caveats(report: dict[str, Any], data: DataSpec) -> Iterator[tuple[str, str]]:
    yield from _on_leaks(report)
    yield from _on_sizes(report, data)
    yield from _on_characters(report)
    yield from _on_repeats(report)


def _on_leaks(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if across := report["duplicates_across_split"]:
        yield (
            "duplicates-across-split",
            f"{_count(across, 'test ' + report['unit'])} also {_are(across, 'stands', 'stand')} in the training or "
            f"validation part: test figures are flattered by what was learned by heart.",
        )
    if (share := report["seen_lines"]) is not None and share >= _SEEN_LINES:
        yield (
            "seen-lines",
            f"{format_percent(share)} of the test part's longer lines also stand in the training or validation part, "
            f"as licences and boilerplate do: test figures are flattered by what was learned by heart.",
        )


def _on_sizes(report: dict[str, Any], data: DataSpec) -> Iterator[tuple[str, str]]:
    units = report["test_units"]
    if units < FEWEST_TEST_DOCUMENTS:
        yield (
            "few-test-units",
            f"The test part has only {_count(units, 'unit')} of text, and at least {FEWEST_TEST_DOCUMENTS} are needed "
            f"to tell two models apart: add text.",
        )
    total, test = report["text_bytes"], report["part_bytes"]["test"]
    share = test / total
    if not data.test_fraction / _LOPSIDED <= share <= data.test_fraction * _LOPSIDED:
        yield (
            "uneven-parts",
            f"Documents differ so much in length that the test part has {format_percent(share)} of the text instead of "
            f"{format_percent(data.test_fraction)}: cut long ones into several.",
        )
    short = report["short_documents"]
    if short > _MOSTLY_SHORT * report["documents"]:
        yield (
            "short-documents",
            f"{_count(short, 'document')} of {format_count(report['documents'])} {_are(short, 'has', 'have')} fewer "
            f"than {SHORT_DOCUMENT} bytes: a model has little to predict the rest of them from.",
        )
    if blank := report["blank_documents"]:
        yield "blank-documents", f"{_count(blank, 'document')} without text {_are(blank, 'was', 'were')} left out."


def _on_characters(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if strays := report["invalid_bytes"]:
        yield (
            "invalid-utf-8",
            f"{_count(strays, 'place')} {_are(strays, 'is', 'are')} not UTF-8 and {_are(strays, 'was', 'were')} read "
            f"as U+FFFD: convert the text, if it is in another encoding.",
        )
    elif replaced := report["replacement_characters"]:
        yield (
            "replacement-characters",
            f"{_count(replaced, 'character')} of the text {_are(replaced, 'is', 'are')} U+FFFD, which stands for what "
            f"an earlier conversion has lost.",
        )
    if controls := report["control_characters"]:
        yield (
            "control-characters",
            f"{_count(controls, 'control character')} {_are(controls, 'stands', 'stand')} in the text, as terminals "
            f"and page breaks leave behind: models learn to write them.",
        )
    if long := report["long_lines"]:
        yield (
            "long-lines",
            f"{_count(long, 'line')} {_are(long, 'has', 'have')} more than {format_count(LONG_LINE)} characters: that "
            f"is seldom text.",
        )


def _on_repeats(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if repeated := report["duplicates"]:
        yield (
            "duplicates",
            f"{_count(repeated, 'document')} {_are(repeated, 'is', 'are')} the same as an earlier one: what they say "
            f"counts more than once.",
        )
    commonest = report["commonest_line"]
    if commonest and commonest["share"] >= _COMMON_LINE:
        yield (
            "common-line",
            f"{format_percent(commonest['share'])} of all lines read {commonest['text']!r}: a model that learns that "
            f"one looks better than it is.",
        )


def _count(number: int, noun: str) -> str:
    return f"{format_count(number)} {noun}{'s' * (number != 1)}"


def _are(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
