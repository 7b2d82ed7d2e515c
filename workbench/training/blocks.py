"""Text as a language model trains on it: blocks of tokens, each predicted from what stands before it in its block."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.events import Progressed
from workbench.language.beginnings import Beginning
from workbench.language.tokenizers import Tokens, encode_blocks, encode_stream, refuse_unknown
from workbench.stepwise import Progress

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from torch import Tensor, nn

MOST_TOKENS = 131_072
"""Of the validation part, for a look at it in mid-training: the final figures are those of the whole part."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Tokens of shape (n, context) in host memory; they are a few bytes each, and a batch is quickly sent."""

    tokens: Tokens
    device: str

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def predicted(self) -> int:
        """Tokens of a block that are predicted: all but its first."""
        return int(self.tokens.shape[1]) - 1

    def take(self, rows: "Tensor") -> "Tensor":
        """The blocks at ``rows`` (b,), int64 of shape (b, context), on the device."""
        import torch  # heavy; whoever has rows has imported it

        return torch.from_numpy(self.tokens[rows.numpy()].astype(np.int64)).to(self.device)

    def thinned(self, most_tokens: int = MOST_TOKENS) -> "Blocks":
        """At most so many tokens: blocks at even distances, the same each time."""
        most = max(1, most_tokens // self.tokens.shape[1])
        if len(self) <= most:
            return self
        return Blocks(self.tokens[np.linspace(0, len(self) - 1, most).astype(np.int64)], self.device)


def make_blocks(
    beginning: Beginning, documents: Sequence[str], device: str, progress: Progress | None = None
) -> Blocks:
    """The training part's blocks; raises UnusableData where its text does not fill one.

    ``progress`` is told characters, and may raise to end the work. Raises UnusableModel for a tokenizer that makes
    tokens which the network does not know.
    """
    tokens = encode_blocks(beginning.tokenizer, documents, beginning.context, progress)
    return Blocks(_known(beginning, tokens), device)


def make_val_blocks(
    beginning: Beginning, documents: Sequence[str], device: str, progress: Progress | None = None
) -> Blocks:
    """The validation part's blocks, made as those to train on; a part that does not fill one makes a shorter one."""
    tokens = _known(beginning, encode_stream(beginning.tokenizer, documents, progress))
    context = min(beginning.context, len(tokens))
    whole = len(tokens) - len(tokens) % context
    return Blocks(tokens[:whole].reshape(-1, context), device)


def _known(beginning: Beginning, tokens: Tokens) -> Tokens:
    """``tokens`` as they are, if the network knows them all: a GPU would tell only that something was wrong."""
    vocabulary = int(beginning.network.config.get_text_config(decoder=True).vocab_size)
    refuse_unknown(int(tokens.max(initial=0)), vocabulary, "The tokenizer")
    return tokens


def mean_loss(network: "nn.Module", tokens: "Tensor") -> "Tensor":
    """Mean cross-entropy in nats of the tokens (b, context) from the second of each block on."""
    from torch.nn.functional import cross_entropy

    logits = network(input_ids=tokens, use_cache=False).logits[:, :-1]
    return cross_entropy(logits.flatten(0, 1).float(), tokens[:, 1:].flatten())


def add_gradients(
    network: "nn.Module", blocks: Blocks, batches: "Sequence[Tensor]", autocast: "AbstractContextManager[Any]"
) -> "Tensor":
    """Adds the gradient of the mean loss over all tokens of ``batches``, one batch after another; returns that loss."""
    import torch

    count = sum(len(rows) for rows in batches)
    loss = torch.zeros((), device=blocks.device)
    for rows in batches:
        with autocast:
            share = mean_loss(network, blocks.take(rows)) * (len(rows) / count)
        share.backward()  # type: ignore[no-untyped-call]
        loss += share.detach()
    return loss


def evaluate_blocks(
    network: "nn.Module",
    blocks: Blocks,
    batch_size: int,
    autocast: "AbstractContextManager[Any]",
    standing: Progressed,
) -> Generator[Progressed, None, float]:
    """Mean cross-entropy in nats of the blocks' tokens; leaves the network in evaluation mode.

    After each batch it yields ``standing``, how far the training is: it can be stopped there, and goes no further.
    """
    import torch

    network.eval()
    total = torch.zeros((), dtype=torch.float64, device=blocks.device)
    for rows in torch.arange(len(blocks)).split(batch_size):  # type: ignore[no-untyped-call]
        with torch.inference_mode(), autocast:
            total += mean_loss(network, blocks.take(rows)).double() * len(rows)
        yield standing
    return float(total) / len(blocks)
