"""What a model thought of each token of a text: its probability, its rank, and what else it might have said.

Probabilities are the model's own, at temperature 1 and without filters, whatever the text was drawn with.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from workbench.errors import BadValue
from workbench.generation.text_stream import TextStream
from workbench.language.checkpoints import LanguageModel
from workbench.language.scoring import TokenFigures, score_tokens, window_length

MOST_ALTERNATIVES: Final = 100


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that might have stood there."""

    token: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token of a text, and what the model thought of it."""

    token: int
    text: str
    """What it adds to the text; empty where it is only a part of a character that a later one completes."""
    start: int
    """The character of the text at which it begins; below 0 where it began before the text, in the prompt."""
    probability: float
    bits: float
    rank: int
    """1: the most probable one."""
    entropy_bits: float
    """How undecided the model was: 0 where it was sure, log2 of the vocabulary where all tokens were alike."""
    alternatives: tuple[Alternative, ...]
    """The most probable tokens, itself perhaps among them, by probability."""


@dataclass(frozen=True, slots=True)
class TextView:
    """A text token by token, as one model reads it."""

    text: str
    tokens: tuple[TokenView, ...]

    @property
    def bits(self) -> float:
        """The length of the model's code of the whole: the lower, the more it would have said this itself."""
        return math.fsum(token.bits for token in self.tokens)

    @property
    def bits_per_byte(self) -> float | None:
        """What can be compared between models with different tokenizers; None of an empty text."""
        size = len(self.text.encode("utf-8", "surrogatepass"))
        return self.bits / size if size else None

    def to_json(self) -> dict[str, Any]:
        """The view as JSON types."""
        return {
            "text": self.text,
            "bits": self.bits,
            "bits_per_byte": self.bits_per_byte,
            "tokens": [asdict(token) for token in self.tokens],
        }


def view_tokens(model: LanguageModel, prompt_ids: Sequence[int], new_ids: Sequence[int], *, top: int = 5) -> TextView:
    """The new tokens after those of a prompt (at least one), as a decoder made them; ``top`` alternatives of each.

    Raises BadValue for a number of alternatives out of bounds, and OutOfMemory.
    """
    figures = _figures(model, [*prompt_ids, *new_ids], len(prompt_ids), top)
    stream = TextStream(model.tokenizer, prompt_ids)
    texts = [stream.push(token) for token in new_ids]
    if texts:
        texts[-1] += stream.flush()
    starts = [sum(map(len, texts[:place])) for place in range(len(texts))]
    return TextView("".join(texts), _views(model, new_ids, texts, starts, figures))


def score_text(model: LanguageModel, text: str, prompt: str = "", *, top: int = 5) -> TextView:
    """What a model thinks of ``text`` after ``prompt``, whoever wrote it: who would have said this?

    Prompt and text are cut into tokens together, as they would stand in a document; a token that begins in the prompt
    and ends in the text is counted whole. Raises BadValue, UnusableModel or OutOfMemory.
    """
    ids, starts = model.encode_with_places(prompt + text)
    ends = [*starts[1:], len(prompt + text)]
    first = next((place for place, end in enumerate(ends) if end > len(prompt)), len(ids))
    lead = model.lead_ids
    if not lead and first == 0:
        lead = [] if model.start_id is None else [model.start_id]
    if not lead and first == 0:
        raise BadValue(f"{model.source} has no token to begin a text with. Give a prompt for the text to follow.")
    figures = _figures(model, [*lead, *ids], len(lead) + first, top)
    whole = prompt + text
    texts = [whole[begin:end] for begin, end in zip(starts[first:], ends[first:], strict=True)]
    places = [begin - len(prompt) for begin in starts[first:]]
    return TextView(text, _views(model, ids[first:], texts, places, figures))


def _figures(model: LanguageModel, ids: Sequence[int], first: int, top: int) -> TokenFigures:
    if not 0 <= top <= MOST_ALTERNATIVES:
        raise BadValue(f"The number of alternatives must be 0 to {MOST_ALTERNATIVES}, not {top}.")
    most = min(top, model.facts.vocabulary)
    return score_tokens(model, [ids], window=window_length(model), firsts=[first], top=most)[0]


def _views(
    model: LanguageModel, ids: Sequence[int], texts: Sequence[str], starts: Sequence[int], figures: TokenFigures
) -> tuple[TokenView, ...]:
    names = {int(token): _name(model, int(token)) for token in set(figures.likeliest.ravel().tolist())}
    return tuple(
        TokenView(
            token=token,
            text=text,
            start=start,
            probability=2.0 ** -float(figures.bits[place]),
            bits=float(figures.bits[place]),
            rank=int(figures.rank[place]),
            entropy_bits=float(figures.entropy_bits[place]),
            alternatives=tuple(
                Alternative(int(other), names[int(other)], float(probability))
                for other, probability in zip(
                    figures.likeliest[place], figures.likeliest_probability[place], strict=True
                )
            ),
        )
        for place, (token, text, start) in enumerate(zip(ids, texts, starts, strict=True))
    )


def _name(model: LanguageModel, token: int) -> str:
    """A token by itself as text, with the blank before a word that SentencePiece's decoder leaves out at first."""
    text = str(model.tokenizer.decode([token], skip_special_tokens=False, clean_up_tokenization_spaces=False))
    raw = model.tokenizer.convert_ids_to_tokens(token)
    return f" {text}" if isinstance(raw, str) and raw.startswith("\u2581") and not text.startswith(" ") else text
