"""Hostile text comes out as one line that no terminal obeys."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.inert import inert

_HARMLESS_FORMAT = "\u200c\u200d"
_HOSTILE = st.text(st.sampled_from("\x1b[]0;31mJ\x07\\\x9b\x9c\x9d\u202e\u2066\t\n\rab é\ud800")) | st.text()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("naïve 漢字 😀", "naïve 漢字 😀"),
        ("[bold]stays text[/]", "[bold]stays text[/]"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1b]0;new title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("\x1b(0lqqk", "lqqk"),
        ("\x1bcreset", "reset"),
        ("\x1b]0;unfinished", "␛]0;unfinished"),
        ("a\x1b\x1b[31m[31mb", "a␛[31mb"),
        ("bell\x07 back\x08 null\x00", "bell␇ back␈ null␀"),
        ("two\nlines\r", "two␊lines␍"),
        ("a\tb", "a    b"),
        ("del\x7f", "del␡"),
        ("c1\x85", "c1\ufffd"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("no\u00a0break\u2028line", "no break line"),
        ("lone \ud800", "lone \ufffd"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_each_kind_of_character_has_its_stand_in(text: str, shown: str) -> None:
    assert inert(text) == shown


@settings(deadline=None, derandomize=True)
@given(_HOSTILE)
def test_nothing_is_left_that_moves_a_cursor_or_turns_the_reading_direction(text: str) -> None:
    shown = inert(text)
    categories = {unicodedata.category(character) for character in shown if character not in _HARMLESS_FORMAT}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    shown.encode("utf-8")


@settings(deadline=None, derandomize=True)
@given(_HOSTILE)
def test_inert_text_stays_as_it_is(text: str) -> None:
    assert inert(inert(text)) == inert(text)


@settings(deadline=None, derandomize=True)
@given(_HOSTILE, st.integers(min_value=0, max_value=40))
def test_a_limit_is_kept_and_an_ellipsis_says_so(text: str, limit: int) -> None:
    whole, cut = inert(text), inert(text, limit)
    assert len(cut) <= limit
    assert cut == whole or limit == 0 or (cut.endswith("…") and whole.startswith(cut[:-1]))


def test_every_character_that_unicode_calls_control_format_or_separator_is_looked_at() -> None:
    left = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}
        and inert(chr(code)) == chr(code)
        and chr(code) not in _HARMLESS_FORMAT + " "
    ]
    assert left == []


def test_a_long_run_of_unfinished_sequences_takes_linear_time() -> None:
    assert inert("\x1b]" * 50_000) == "␛]" * 50_000
