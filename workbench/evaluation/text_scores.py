"""The scores of a language model on a text, from the lengths of its code for each unit of the text.

Bits per byte counts what every model has in common, the bytes, so that models with different tokenizers compare.
Perplexity counts tokens, which are the tokenizer's, and compares only where the tokenizers agree.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from store.records import Figure, FigureGroup

_NO_TEXT = "the part holds no text"
_NO_TOKENS = "no token was predicted"

Column = npt.NDArray[Any]


def text_figures(
    bits: Column, n_bytes: Column, tokens: Column, right: Column | None = None, part: str = ""
) -> tuple[Figure, ...]:
    """Bits per byte, perplexity and next-token accuracy of units of text, each column of shape (units,).

    ``right`` is how many tokens of a unit were the most probable; ``part`` (``train`` or ``val``) stands before the
    names of another part than the test part. A code length that is no finite number leaves the first two unknown.
    """
    prefix = f"{part}_" if part else ""
    odd = int(np.count_nonzero(~np.isfinite(bits)))
    broken = f"the code of {odd:,} of {len(bits):,} units has no finite length" if odd else None
    size, count = int(np.sum(n_bytes, dtype=np.int64)), int(np.sum(tokens, dtype=np.int64))
    length = float(np.sum(bits, dtype=np.float64))
    no_bytes, no_tokens = (None if size else _NO_TEXT), (None if count else _NO_TOKENS)
    not_counted = "whether tokens were predicted right was not kept" if right is None else no_tokens
    share = None if not_counted or right is None else float(np.sum(right, dtype=np.int64)) / count
    return (
        _metric(f"{prefix}bits_per_byte", None if broken or no_bytes else length / size, broken or no_bytes),
        _perplexity(f"{prefix}perplexity", length, count, broken or no_tokens),
        _metric(f"{prefix}next_token_accuracy", share, not_counted),
    )


def _perplexity(name: str, bits: float, tokens: int, why_not: str | None) -> Figure:
    if why_not:
        return _metric(name, None, why_not)
    try:
        return _metric(name, math.pow(2.0, bits / tokens))
    except OverflowError:
        return _metric(name, None, "larger than any number that can be written")


def _metric(name: str, value: float | None, note: str | None = None) -> Figure:
    return Figure(FigureGroup.METRICS, name, value, note)
