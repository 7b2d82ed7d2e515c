"""Byte-level BPE trained on a text, and a text as the blocks of tokens that a model trains on.

Any text is encoded without loss, since the vocabulary holds the 256 bytes. The end of a text is a token of its own, and
the words for it, where they occur in a text, are encoded as the characters that they are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from workbench.data.text_reading import Progress
from workbench.errors import BadValue, UnusableData, UnusableModel
from workbench.formatting import format_count

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

END_OF_TEXT: Final = "<|endoftext|>"
SMALLEST_VOCABULARY: Final = 257
"""The 256 bytes and the end of text."""

_PIECE: Final = 2**20
"""Characters that are encoded at once, since encodings take some hundred bytes a token until they are numbers."""
_WIDEST: Final = 2**16
"""The largest vocabulary whose tokens fit into 16 bits."""
_LINE_BEGINS: Final = re.compile(r"\n(?=\S)")

Tokens = npt.NDArray[np.uint16 | np.uint32]


def train_tokenizer(documents: Iterable[str], vocabulary: int) -> "PreTrainedTokenizerFast":
    """A byte-level BPE tokenizer of at most ``vocabulary`` tokens, the same for the same documents.

    Its one special token, the last, is the end of text, which also begins, ends and pads. Raises BadValue for a
    vocabulary below ``SMALLEST_VOCABULARY``.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # with transformers it takes seconds
    from transformers import PreTrainedTokenizerFast

    if vocabulary < SMALLEST_VOCABULARY:
        raise BadValue(
            f"A vocabulary has at least {SMALLEST_VOCABULARY} tokens, the 256 bytes and the end of text, not "
            f"{vocabulary}."
        )
    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - 1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((piece for text in documents for piece in _pieces(text)), trainer)
    fast: Any = PreTrainedTokenizerFast  # its parameters carry no types
    wrapped: PreTrainedTokenizerFast = fast(
        tokenizer_object=tokenizer, bos_token=END_OF_TEXT, eos_token=END_OF_TEXT, pad_token=END_OF_TEXT
    )
    return wrapped


def refuse_unknown(highest: int, vocabulary: int, who: str) -> None:
    """Raises UnusableModel where ``who`` makes a token that the network does not know; a GPU would only say it failed.

    ``highest`` is the highest token of a text, ``vocabulary`` how many the network knows.
    """
    if highest >= vocabulary:
        raise UnusableModel(
            f"{who} makes token {highest:,} of this text, and the network knows {vocabulary:,} tokens: the two do not "
            f"belong together. Save the checkpoint with the tokenizer that it was trained with."
        )


def encode_stream(tokenizer: Any, documents: Sequence[str], progress: Progress | None = None) -> Tokens:
    """All tokens in a row, of shape (n,), an end of text after each document; uint16 where the vocabulary fits.

    ``progress`` is told characters. Raises UnusableModel for a tokenizer that has no token for the end of a text.
    """
    end = tokenizer.eos_token_id
    if end is None:
        raise UnusableModel(
            "The model's tokenizer has no token for the end of a text, so that documents would run into each other: "
            "choose another checkpoint."
        )
    dtype: type[np.uint16 | np.uint32] = np.uint32
    if max(tokenizer.get_vocab().values(), default=0) < _WIDEST:  # a vocabulary may have gaps, and end beyond its size
        dtype = np.uint16
    parts: list[Tokens] = []
    done, total = 0, sum(map(len, documents))
    for batch in _batches(documents):
        encoded = tokenizer(
            [piece for piece, _ in batch],
            add_special_tokens=False,
            split_special_tokens=True,
            return_attention_mask=False,
            verbose=False,
        )["input_ids"]
        for ids, (piece, is_last) in zip(encoded, batch, strict=True):
            parts.append(np.asarray([*ids, end] if is_last else ids, dtype=dtype))
            done += len(piece)
        if progress is not None:
            progress(done, total)
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def encode_blocks(tokenizer: Any, documents: Sequence[str], context: int, progress: Progress | None = None) -> Tokens:
    """The stream of tokens (``encode_stream``) cut into blocks, of shape (n, ``context``); what is left over is not
    learned from. Raises UnusableData where the text does not fill one block.
    """
    stream = encode_stream(tokenizer, documents, progress)
    blocks = len(stream) // context
    if not blocks:
        raise UnusableData(
            f"The text makes {format_count(len(stream))} tokens, which do not fill one context of "
            f"{format_count(context)}: add text, or give the model a shorter context."
        )
    return stream[: blocks * context].reshape(blocks, context)


def _batches(documents: Sequence[str]) -> Iterator[list[tuple[str, bool]]]:
    """Pieces of documents, and whether they are their document's last, some ``_PIECE`` characters at a time."""
    batch: list[tuple[str, bool]] = []
    held = 0
    for text in documents:
        pieces = _pieces(text)
        for place, piece in enumerate(pieces, start=1):
            batch.append((piece, place == len(pieces)))
            held += len(piece)
            if held >= _PIECE:
                yield batch
                batch, held = [], 0
    if batch:
        yield batch


def _pieces(text: str) -> list[str]:
    """A text in pieces of about ``_PIECE`` characters that begin with a line: no byte-level token reaches over it."""
    pieces, begin = [], 0
    while len(text) - begin > _PIECE:
        border = _LINE_BEGINS.search(text, begin + _PIECE, begin + 2 * _PIECE)
        end = border.end() if border else begin + 2 * _PIECE
        pieces.append(text[begin:end])
        begin = end
    return [*pieces, text[begin:]]
