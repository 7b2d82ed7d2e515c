"""A text token by token, as one model reads it: records with a JSON form, as they cross a socket.

Who asks for them holds no model and imports none; ``tokens`` makes them where the model is.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

_REPLACEMENT: Final = "\ufffd"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that might have stood there."""

    token: int
    text: str
    """The token by itself, as text."""
    probability: float
    raw: str | None = None
    """The bytes that it stands for, in hexadecimal, where they are no whole characters and are known."""


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
    name: str = ""
    """The token by itself, as text: also where it is a special one, which adds nothing to the text."""
    raw: str | None = None
    """The bytes that it stands for, in hexadecimal, where they are no whole characters and are known."""

    @property
    def is_part(self) -> bool:
        """Whether it is the beginning or the middle of a character, which a later token completes."""
        return not self.text and (self.raw is not None or _REPLACEMENT in self.name)


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
    def n_bytes(self) -> int:
        """Bytes of the text in UTF-8."""
        return len(self.text.encode("utf-8", "surrogatepass"))

    @property
    def bits_per_byte(self) -> float | None:
        """What can be compared between models with different tokenizers; None of an empty text."""
        return self.bits / self.n_bytes if self.n_bytes else None

    @property
    def perplexity(self) -> float | None:
        """2 to the mean bits of a token; None of no tokens, or where it is beyond any number."""
        try:
            return math.pow(2.0, self.bits / len(self.tokens)) if self.tokens else None
        except OverflowError:
            return None

    def to_json(self) -> dict[str, Any]:
        """The view as JSON types."""
        return {
            "text": self.text,
            "bits": self.bits,
            "bits_per_byte": self.bits_per_byte,
            "perplexity": self.perplexity,
            "tokens": [asdict(token) for token in self.tokens],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "TextView":
        """The view that ``to_json`` wrote, other keys passed over; raises ValueError for anything else.

        A code of endless bits, of a token that the model held for impossible, comes back from JSON as None.
        """
        try:
            return cls(document["text"], tuple(map(_token_from_json, document["tokens"])))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no view of a text's tokens: {error}") from error


def _token_from_json(document: Mapping[str, Any]) -> TokenView:
    values = {field.name: document[field.name] for field in fields(TokenView) if field.name in document}
    names = [field.name for field in fields(Alternative)]
    values["alternatives"] = tuple(
        Alternative(**{name: found[name] for name in names if name in found}) for found in values["alternatives"]
    )
    if values["bits"] is None:
        values["bits"] = math.inf
    return TokenView(**values)
