"""Text out of tokens, one token at a time: never half a character, and what was shown never changes.

A token need not be text: a byte-level vocabulary splits characters, and what a SentencePiece token reads depends on the
one before it. So a short window is decoded again with each token, from the last place where the text was whole, and
only what the window adds is given out. Its length does not depend on that of the text.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_REPLACEMENT = "\ufffd"
_MOST_BROKEN = 3
"""Replacement characters that may still become one: a character has up to four bytes, each perhaps shown for itself."""
_CONTEXT = 8
"""Tokens of the prompt that say how the first new ones read: whether a space stands before a word."""


class TextStream:
    """The text of tokens that come one by one.

    The pieces, joined, are what the tokenizer makes of ``context`` and all tokens, after what it makes of ``context``
    alone; special tokens are no text. One exception: where a vocabulary spells bytes as tokens of their own, bytes that
    are no UTF-8 turn whole characters before them into replacement characters, which were shown already.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", context: Sequence[int] = ()) -> None:
        self._tokenizer = tokenizer
        self._ids = list(context[-_CONTEXT:])
        self._shown = len(self._decode())
        self._whole_at = len(self._ids)

    def push(self, token: int) -> str:
        """The text that ``token`` adds; empty while a character is not whole."""
        self._ids.append(token)
        text = self._decode()
        broken = min(len(text) - len(text.rstrip(_REPLACEMENT)), _MOST_BROKEN)
        piece = text[self._shown : len(text) - broken]
        self._shown += len(piece)
        if not broken:
            # The tokens since the last whole place stay in sight of the next one, as its left neighbours.
            self._ids = self._ids[self._whole_at :]
            self._whole_at = len(self._ids)
            self._shown = len(self._decode())
        return piece

    def flush(self) -> str:
        """What was held back, as it is: replacement characters for bytes that no character came of."""
        piece = self._decode()[self._shown :]
        self._shown += len(piece)
        return piece

    def _decode(self) -> str:
        return str(self._tokenizer.decode(self._ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


class StopScanner:
    """Lets text through until the first stop string in it; what may be the beginning of one is held back."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.stopped = False

    def push(self, text: str) -> str:
        """The text that is sure to stand before any stop string; sets ``stopped`` once one is complete."""
        if not self._stops:
            return text
        text = self._held + text
        ends = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if ends:
            self.stopped, self._held = True, ""
            return text[: min(ends)]
        keep = max(self._beginning_at_end(stop, text) for stop in self._stops)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def flush(self) -> str:
        """What was held back, now that nothing more comes."""
        held, self._held = self._held, ""
        return held

    @staticmethod
    def _beginning_at_end(stop: str, text: str) -> int:
        """How many of the last characters of ``text`` ``stop`` begins with."""
        longest = min(len(stop) - 1, len(text))
        return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
