"""What the training of a language model begins with: a network and its tokenizer, new or from a checkpoint.

Weights are float32 whatever a checkpoint keeps, since that is what an optimiser adds its small steps to; attention is
torch's fused one where the architecture can do with it, which gives the same numbers as the eager one but for rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from workbench.errors import BadValue, UnusableModel
from workbench.language.sources import ModelFiles, refuse_packed
from workbench.models.language import LORA
from workbench.parameters import Value

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_SHORTEST_BLOCK = 2
_LONGEST_BLOCK = 1024
"""Tokens of a block where a checkpoint that could read more is trained further and nobody says how many."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A network on the CPU with what makes tokens for it, and how many of them a training block has."""

    network: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    context: int
    parameters: int
    """Of the whole network."""

    @property
    def trainable(self) -> int:
        """Of the network's numbers those that training changes."""
        return sum(tensor.numel() for tensor in self.network.parameters() if tensor.requires_grad)


def gpt2_from_scratch(parameters: Mapping[str, Value], documents: Sequence[str]) -> Beginning:
    """GPT-2's architecture with random weights (from torch's global generator), a tokenizer trained on ``documents``.

    Raises BadValue for a vocabulary that is too small.
    """
    from transformers import GPT2Config, GPT2LMHeadModel  # heavy, as all of transformers

    from workbench.language.tokenizers import train_tokenizer

    tokenizer = train_tokenizer(documents, cast(int, parameters["vocabulary"]))
    context = cast(int, parameters["context"])
    tokenizer.model_max_length = context
    dropout = cast(float, parameters["dropout"])
    settings: Any = GPT2Config  # its types do not know of the attention
    config = settings(
        vocab_size=len(tokenizer),
        n_positions=context,
        n_embd=cast(int, parameters["width"]),
        n_layer=cast(int, parameters["layers"]),
        n_head=cast(int, parameters["heads"]),
        resid_pdrop=dropout,
        embd_pdrop=dropout,
        attn_pdrop=dropout,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        attn_implementation="sdpa",
    )
    network: Any = GPT2LMHeadModel(config)
    return Beginning(network, tokenizer, context, _count(network))


def from_checkpoint(parameters: Mapping[str, Value], files: ModelFiles) -> Beginning:
    """The network in ``files``, to be trained further, with LoRA's matrices beside its own where that is the method.

    Raises UnusableModel where it cannot be loaded or trained, or LoRA is asked for and peft is not installed, BadValue
    for a context too short to train on, and OutOfMemory.
    """
    from workbench.language.checkpoints import AUTO, load_model

    refuse_packed(files.source)
    loaded = load_model(files, attention=AUTO)
    asked, longest = cast(int, parameters["context"]), loaded.facts.context_length
    context = asked or min(longest or _LONGEST_BLOCK, _LONGEST_BLOCK)
    if context < _SHORTEST_BLOCK:
        raise BadValue(f"A context of {context} holds no token that is predicted from another: give 2 or more, or 0.")
    if longest is not None and context > longest:
        raise UnusableModel(f"{files.source} reads {longest:,} tokens at most: give a context up to that, or 0.")
    count = _count(loaded.network)
    if parameters["method"] == LORA:
        from workbench.language.adapters import add_adapters

        add_adapters(
            loaded.network,
            rank=cast(int, parameters["lora_rank"]),
            alpha=cast(float, parameters["lora_alpha"]),
            dropout=cast(float, parameters["lora_dropout"]),
        )
    return Beginning(loaded.network, loaded.tokenizer, context, count)


def _count(network: "PreTrainedModel") -> int:
    return sum(tensor.numel() for tensor in network.parameters())
