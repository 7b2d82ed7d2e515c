"""Two language models that cut a text into other tokens: which figures count tokens, and why those do not compare.

A token of one tokenizer may hold twice the text of another's. What is counted or timed by the token (perplexity,
next-token accuracy, the time and the price of a token) then says as much about the tokenizers as about the models.
Bits per byte counts what both have in common, and the time to the first token is that of one prompt, whatever it is cut
into: these compare all the same.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from workbench.comparison.contrast import Contrast
from workbench.comparison.outcomes import RunOutcomes, UnitOutcomes
from workbench.comparison.pairing import Pair
from workbench.comparison.result import Caution, Row, Verdict, row_of
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count

OTHER_TOKENS = "other tokenizers: tokens of different lengths cannot be compared, bits per byte can"
OTHER_TEXT = "not the same text, so nothing tells whether the tokenizers are the same; bits per byte compares"
_TIMED_BY_TOKEN = frozenset({"p50_ms", "p90_ms", "p95_ms", "p99_ms", "mean_ms", "throughput_per_s"})
"""Calls of a language model are its tokens."""


def token_obstacle(pair: Pair[RunOutcomes] | None) -> str | None:
    """Why tokens of these two models do not compare, in a few words; None where they do, or there are no tokens.

    Tokenizers are taken for the same where they make as many tokens of every unit of the same text.
    """
    if pair is None or not isinstance(pair.a, UnitOutcomes) or not isinstance(pair.b, UnitOutcomes):
        return None
    if not pair.paired:
        return OTHER_TEXT
    return None if np.array_equal(pair.a.tokens, pair.b.tokens) else OTHER_TOKENS


def tokenizer_caution(pair: Pair[RunOutcomes] | None) -> Iterator[Caution]:
    """That the tokenizers are others, where it is known."""
    if token_obstacle(pair) != OTHER_TOKENS:
        return
    assert pair is not None
    assert isinstance(pair.a, UnitOutcomes)
    assert isinstance(pair.b, UnitOutcomes)
    a, b = (format_count(int(np.sum(side.tokens, dtype=np.int64))) for side in (pair.a, pair.b))
    message = f"other tokenizers: A makes {a} tokens of the text, B {b}; what is counted by the token does not compare"
    yield Caution("other-tokenizer", message, "Judge by bits per byte, which counts the same bytes for both")


def without_tokens(rows: Mapping[str, Row], obstacle: str) -> dict[str, Row]:
    """The rows, those that are counted by the token with both values and the ``obstacle`` in place of a verdict."""
    return {name: _blocked(row, obstacle) if _counts_tokens(name) else row for name, row in rows.items()}


def _counts_tokens(metric: str) -> bool:
    return METRICS[metric].per_token or metric in _TIMED_BY_TOKEN


def _blocked(row: Row, obstacle: str) -> Row:
    if row.a.value is None or row.b.value is None:
        return row  # that a run has no such figure says more
    return row_of(METRICS[row.metric], Contrast(row.a, row.b), None, Verdict.NOT_COMPARABLE, obstacle)
