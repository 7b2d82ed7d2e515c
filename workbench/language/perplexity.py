"""How well a language model predicts a text: the length of its code for each unit of the text, in bits.

A unit is a document of its own, or a span of about ``SPAN_BYTES`` bytes of one text that is read as a whole. Spans
depend on the text alone, so that models with different tokenizers are compared on the same ones; a token that reaches
over their border counts for the span in which it begins. The text's first token is predicted from the start token; for
a tokenizer that has none it costs as much as any of the vocabulary, log2 of its size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.language.checkpoints import LanguageModel
from workbench.language.scoring import Progress, TokenFigures, score_tokens, window_length
from workbench.language.spans import SPAN_BYTES, byte_length, split_text


@dataclass(frozen=True, slots=True, eq=False)
class UnitScores:
    """One row a unit of text, in the order of the text: the columns of ``make_unit_outcomes``, each of shape (n,)."""

    bits: npt.NDArray[np.float64]
    n_bytes: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    window: int
    """Tokens of the longest context that a token was predicted from."""
    lossless: bool
    """Whether the tokens give the text back. Where not, its code is shorter than that of the whole text would be."""

    @property
    def bits_per_byte(self) -> float | None:
        """Bits of the code for each byte of UTF-8; None of no text."""
        size = int(self.n_bytes.sum())
        return float(self.bits.sum()) / size if size else None

    @property
    def perplexity(self) -> float | None:
        """2 to the mean bits of a token; None of no tokens, or where it is beyond any number."""
        count = int(self.tokens.sum())
        try:
            return math.pow(2.0, float(self.bits.sum()) / count) if count else None
        except OverflowError:
            return None

    @property
    def next_token_accuracy(self) -> float | None:
        """The share of tokens that were the most probable ones; None of no tokens."""
        count = int(self.tokens.sum())
        return int(self.right.sum()) / count if count else None

    def to_json(self) -> dict[str, Any]:
        """The figures of the whole text as JSON types."""
        return {
            "bits_per_byte": self.bits_per_byte,
            "perplexity": self.perplexity,
            "next_token_accuracy": self.next_token_accuracy,
            "bytes": int(self.n_bytes.sum()),
            "tokens": int(self.tokens.sum()),
            "units": len(self.bits),
            "window": self.window,
            "lossless": self.lossless,
        }


def score_spans(
    model: LanguageModel,
    text: str,
    *,
    span_bytes: int = SPAN_BYTES,
    window: int | None = None,
    progress: Progress | None = None,
) -> UnitScores:
    """The scores of the spans (``split_text``) of one text that is read as a whole.

    ``window`` and ``progress`` as in ``score_tokens``. Raises BadValue, UnusableModel or OutOfMemory.
    """
    spans = split_text(text, span_bytes)
    ids, starts = model.encode_with_places(text, is_data=True)
    length = window_length(model, window)
    figures = _score(model, [ids], length, progress)[0]
    borders = np.cumsum([len(span) for span in spans])
    units = np.searchsorted(borders, starts, side="right")
    return UnitScores(
        bits=np.bincount(units, figures.bits, minlength=len(spans)).astype(np.float64),
        n_bytes=_sizes(spans),
        tokens=np.bincount(units, minlength=len(spans)),
        right=np.bincount(units, figures.rank == 1, minlength=len(spans)).astype(np.int64),
        window=length,
        lossless=_gives_back(model, ids, text),
    )


def score_documents(
    model: LanguageModel, documents: Sequence[str], *, window: int | None = None, progress: Progress | None = None
) -> UnitScores:
    """The scores of documents, each read from its own beginning; ``window`` and ``progress`` as in ``score_tokens``.

    Raises BadValue or OutOfMemory.
    """
    encoded = [model.encode_data(text) for text in documents]
    length = window_length(model, window)
    figures = _score(model, encoded, length, progress)
    return UnitScores(
        bits=np.array([found.bits.sum() for found in figures]),
        n_bytes=_sizes(documents),
        tokens=np.array([len(ids) for ids in encoded], dtype=np.int64),
        right=np.array([(found.rank == 1).sum() for found in figures], dtype=np.int64),
        window=length,
        lossless=all(_gives_back(model, ids, text) for ids, text in zip(encoded, documents, strict=True)),
    )


def _score(
    model: LanguageModel, encoded: Sequence[list[int]], window: int, progress: Progress | None
) -> list[TokenFigures]:
    """The figures of all tokens, the first ones included."""
    start = model.start_id
    if start is not None:
        return score_tokens(model, [[start, *ids] for ids in encoded], window=window, progress=progress)
    first = TokenFigures(
        bits=np.array([math.log2(model.facts.vocabulary)]),
        rank=np.array([model.facts.vocabulary]),
        entropy_bits=np.array([math.log2(model.facts.vocabulary)]),
        likeliest=np.empty((1, 0), np.int64),
        likeliest_probability=np.empty((1, 0)),
    )
    return [
        TokenFigures.joined([first, found]) if ids else found
        for ids, found in zip(encoded, score_tokens(model, encoded, window=window, progress=progress), strict=True)
    ]


def _sizes(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.array([byte_length(text) for text in texts], dtype=np.int64)


def _gives_back(model: LanguageModel, ids: Sequence[int], text: str) -> bool:
    decoded = model.tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return bool(decoded == text)
