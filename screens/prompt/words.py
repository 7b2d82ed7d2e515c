"""Where two texts differ, by words: what the texts of two models are marked with; pure, and slow for long texts."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_EXACT_UP_TO: Final = 2_000
"""Words of the longer text up to which the fewest differences are looked for; beyond, common words are passed over."""

Span = tuple[int, int]
"""Characters of a text, from the first to one past the last."""


@dataclass(frozen=True, slots=True)
class WordDiff:
    """The stretches of each text that the other has not."""

    a: tuple[Span, ...] = ()
    b: tuple[Span, ...] = ()


def diff_words(a: str, b: str) -> WordDiff:
    """How two texts differ, word by word, blanks and punctuation being words of their own."""
    left, right = list(_WORDS.finditer(a)), list(_WORDS.finditer(b))
    matcher = SequenceMatcher(
        None,
        [word.group() for word in left],
        [word.group() for word in right],
        autojunk=max(len(left), len(right)) > _EXACT_UP_TO,
    )
    spans_a: list[Span] = []
    spans_b: list[Span] = []
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        if a_to > a_from:
            spans_a.append((left[a_from].start(), left[a_to - 1].end()))
        if b_to > b_from:
            spans_b.append((right[b_from].start(), right[b_to - 1].end()))
    return WordDiff(tuple(spans_a), tuple(spans_b))
