"""How well a language model predicts a part of a text that was prepared: unit by unit, and step by step."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from workbench.events import Progressed
from workbench.formatting import format_bytes
from workbench.language.checkpoints import LanguageModel
from workbench.language.perplexity import UnitScores, score_documents, score_spans
from workbench.language.spans import byte_length, character_end, encode
from workbench.language.text_parts import UnitKind
from workbench.stepwise import Progress, stepwise

MOST_BYTES: Final = 2**18
"""Of the training and the validation part, whose figures are for orientation: the test part is scored whole."""


@dataclass(frozen=True, slots=True)
class SomeTexts:
    """Some texts of a part, and in words how much of it, where that is not all."""

    texts: tuple[str, ...]
    note: str | None


def score_part(model: LanguageModel, texts: Sequence[str], unit: UnitKind) -> Generator[Progressed, None, UnitScores]:
    """The scores of a part's units: of its documents, or of the spans of each, one document after another."""
    if unit is UnitKind.DOCUMENT:
        return (yield from stepwise(lambda tell: score_documents(model, texts, progress=tell), "tokens"))
    parts = yield from stepwise(lambda tell: _score_spans_of_each(model, texts, tell), "bytes")
    return UnitScores(
        bits=np.concatenate([part.bits for part in parts]),
        n_bytes=np.concatenate([part.n_bytes for part in parts]),
        tokens=np.concatenate([part.tokens for part in parts]),
        right=np.concatenate([part.right for part in parts]),
        window=parts[0].window,
        lossless=all(part.lossless for part in parts),
    )


def _score_spans_of_each(model: LanguageModel, texts: Sequence[str], tell: Progress) -> list[UnitScores]:
    """The scores of each text; ``tell`` hears of the bytes of all of them."""
    ends = list(accumulate(map(byte_length, texts), initial=0))
    told = (
        lambda done, of, begin=begin, end=end: tell(begin + (end - begin) * done // of, ends[-1])
        for begin, end in pairwise(ends)
    )
    return [score_spans(model, text, progress=progress) for text, progress in zip(texts, told, strict=True)]


def some_of(texts: Sequence[str], most_bytes: int = MOST_BYTES) -> SomeTexts:
    """About so many bytes of a part: texts at even distances, a longer one cut."""
    sizes = [byte_length(text) for text in texts]
    total = sum(sizes)
    if total <= most_bytes:
        return SomeTexts(tuple(texts), None)
    step = -(-total // most_bytes)
    chosen = [cut(text, most_bytes) for text in texts[:: min(step, len(texts))]]
    taken = sum(map(byte_length, chosen))
    return SomeTexts(tuple(chosen), f"of {format_bytes(taken)} of the part's {format_bytes(total)}")


def cut(text: str, most_bytes: int) -> str:
    """The beginning of a text, so many bytes of it and the rest of a character."""
    data = encode(text)
    return data[: character_end(data, most_bytes)].decode("utf-8", "surrogatepass")
