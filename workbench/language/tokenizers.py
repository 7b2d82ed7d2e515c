"""Byte-level BPE trained on a text, and a text as the blocks of tokens that a model trains on.

Any text is encoded without loss, since the vocabulary begins with the 256 bytes. Imports tokenizers and transformers
when called.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

END_OF_TEXT: Final = "<|endoftext|>"
SMALLEST_VOCABULARY: Final = 257
"""The 256 bytes and the end of text."""

Tokens = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]


def train_tokenizer(documents: Iterable[str], vocabulary: int) -> "PreTrainedTokenizerFast":
    """A byte-level BPE tokenizer of at most ``vocabulary`` tokens, the same for the same documents.

    Its one special token is the end of text, which also begins, ends and pads. Raises BadValue for a vocabulary below
    ``SMALLEST_VOCABULARY``.
    """
    raise NotImplementedError


def encode_stream(tokenizer: Any, documents: Sequence[str]) -> Tokens:
    """All tokens in a row, of shape (n,), an end of text after each document; uint16 where the vocabulary fits.

    Raises UnusableData for a tokenizer that has no token for the end of a text.
    """
    raise NotImplementedError


def encode_blocks(tokenizer: Any, documents: Sequence[str], context: int) -> Tokens:
    """The stream of tokens (``encode_stream``) cut into blocks, of shape (n, ``context``); what is left over is not
    learned from. Raises UnusableData where the text does not fill one block.
    """
    raise NotImplementedError
