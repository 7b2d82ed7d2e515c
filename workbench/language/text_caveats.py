"""The warnings of a text's quality report."""

from collections.abc import Iterator
from typing import Any, Final

from workbench.data.caveats import Found, count, verb
from workbench.formatting import format_count, format_percent
from workbench.language.text_parts import FEWEST_TEST_DOCUMENTS
from workbench.spec import DataSpec

LONG_LINE: Final = 10_000
"""Characters beyond which a line is hardly one that somebody wrote."""
SHORT_DOCUMENT: Final = 64
"""Bytes below which a document says next to nothing about a model."""

_SEEN_LINES: Final = 0.05
_COMMON_LINE: Final = 0.05
_MOSTLY_SHORT: Final = 0.5
_LOPSIDED: Final = 2.0
"""A test part with so many times more or less of the bytes than it was to have is worth a word."""


def text_caveats(report: dict[str, Any], data: DataSpec) -> Iterator[Found]:
    """What there is to say of ``report``."""
    yield from _on_leaks(report)
    yield from _on_sizes(report, data)
    yield from _on_characters(report)
    yield from _on_repeats(report)


def _on_leaks(report: dict[str, Any]) -> Iterator[Found]:
    if across := report["duplicates_across_split"]:
        yield (
            "duplicates-across-split",
            f"{count(across, 'test ' + report['unit'])} also {verb(across, 'stands', 'stand')} in the training or "
            f"validation part: test figures are flattered by what was learned by heart.",
        )
    if (share := report["seen_lines"]) is not None and share >= _SEEN_LINES:
        yield (
            "seen-lines",
            f"{format_percent(share)} of the test part's longer lines also stand in the training or validation part, "
            f"as licences and boilerplate do: test figures are flattered by what was learned by heart.",
        )


def _on_sizes(report: dict[str, Any], data: DataSpec) -> Iterator[Found]:
    units = report["test_units"]
    if units < FEWEST_TEST_DOCUMENTS:
        yield (
            "few-test-units",
            f"The test part has only {count(units, 'unit')} of text, and at least {FEWEST_TEST_DOCUMENTS} are needed "
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
            f"{count(short, 'document')} of {format_count(report['documents'])} {verb(short, 'has', 'have')} fewer "
            f"than {SHORT_DOCUMENT} bytes: a model has little to predict the rest of them from.",
        )
    if blank := report["blank_documents"]:
        yield "blank-documents", f"{count(blank, 'document')} without text {verb(blank, 'was', 'were')} left out."


def _on_characters(report: dict[str, Any]) -> Iterator[Found]:
    if strays := report["invalid_bytes"]:
        yield (
            "invalid-utf-8",
            f"{count(strays, 'place')} {verb(strays, 'is', 'are')} not UTF-8 and {verb(strays, 'was', 'were')} read "
            f"as U+FFFD: convert the text, if it is in another encoding.",
        )
    elif replaced := report["replacement_characters"]:
        yield (
            "replacement-characters",
            f"{count(replaced, 'character')} of the text {verb(replaced, 'is', 'are')} U+FFFD, which stands for what "
            f"an earlier conversion has lost.",
        )
    if controls := report["control_characters"]:
        yield (
            "control-characters",
            f"{count(controls, 'control character')} {verb(controls, 'stands', 'stand')} in the text, as terminals "
            f"and page breaks leave behind: models learn to write them.",
        )
    if long := report["long_lines"]:
        yield (
            "long-lines",
            f"{count(long, 'line')} {verb(long, 'has', 'have')} more than {format_count(LONG_LINE)} characters: that "
            f"is seldom text.",
        )


def _on_repeats(report: dict[str, Any]) -> Iterator[Found]:
    if repeated := report["duplicates"]:
        yield (
            "duplicates",
            f"{count(repeated, 'document')} {verb(repeated, 'is', 'are')} the same as an earlier one: what they say "
            f"counts more than once.",
        )
    commonest = report["commonest_line"]
    if commonest and commonest["share"] >= _COMMON_LINE:
        yield (
            "common-line",
            f"{format_percent(commonest['share'])} of all lines read {commonest['text']!r}: a model that learns that "
            f"one looks better than it is.",
        )
