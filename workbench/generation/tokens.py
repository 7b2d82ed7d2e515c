"""What a model thought of each token of a text: its probability, its rank, and what else it might have said.

Probabilities are the model's own, at temperature 1 and without filters, whatever the text was drawn with.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from workbench.errors import BadValue
from workbench.generation.text_stream import TextStream
from workbench.generation.token_views import Alternative, TextView, TokenView
from workbench.language.checkpoints import LanguageModel
from workbench.language.scoring import TokenFigures, score_tokens, window_length

MOST_ALTERNATIVES: Final = 100
_REPLACEMENT: Final = "\ufffd"
_BYTE_TOKEN = re.compile("<0x([0-9A-Fa-f]{2})>")
"""How SentencePiece writes a byte that is a token of its own."""


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
    told = {int(token): _tell(model, int(token)) for token in {*ids, *figures.likeliest.ravel().tolist()}}
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
                Alternative(int(other), told[int(other)][0], float(probability), told[int(other)][1])
                for other, probability in zip(
                    figures.likeliest[place], figures.likeliest_probability[place], strict=True
                )
            ),
            name=told[token][0],
            raw=told[token][1],
        )
        for place, (token, text, start) in enumerate(zip(ids, texts, starts, strict=True))
    )


def _tell(model: LanguageModel, token: int) -> tuple[str, str | None]:
    """A token by itself as text, and its bytes in hexadecimal where they are no whole characters and are known.

    The text has the blank before a word that SentencePiece's decoder leaves out at first.
    """
    text = str(model.tokenizer.decode([token], skip_special_tokens=False, clean_up_tokenization_spaces=False))
    spelt = model.tokenizer.convert_ids_to_tokens(token)
    if not isinstance(spelt, str):
        return text, None
    if _REPLACEMENT in text:
        return text, _bytes_of(spelt)
    return (f" {text}" if spelt.startswith("\u2581") and not text.startswith(" ") else text), None


def _bytes_of(spelt: str) -> str | None:
    """The bytes of a token in hexadecimal, as a byte-level or a SentencePiece vocabulary spells it; else None."""
    if found := _BYTE_TOKEN.fullmatch(spelt):
        return found[1].lower()
    alphabet = _byte_alphabet()
    return bytes(alphabet[sign] for sign in spelt).hex() if all(sign in alphabet for sign in spelt) else None


@cache
def _byte_alphabet() -> Mapping[str, int]:
    """The sign of each byte in a byte-level vocabulary, as GPT-2's encoder.py defines them.

    Bytes that Latin-1 prints stand for themselves, the others for the characters from U+0100 on, in their order.
    """
    printed = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printed]
    return {chr(byte): byte for byte in printed} | {chr(0x100 + place): byte for place, byte in enumerate(others)}
