"""Language models made on the spot: some thousand random weights, and a byte-level vocabulary of 512 tokens."""

from functools import cache
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from workbench.language.checkpoints import LanguageModel, wrap_model
from workbench.language.sources import ModelSource, SourceKind

CONTEXT = 96
END = "<|endoftext|>"
TEXT = (
    "The quick brown fox jumps over the lazy dog. Über den Wolken muß die Freiheit wohl grenzenlos sein. 日本語の文章 "
    "and some emoji 🙂🙃 between words: a tokenizer that knows bytes can write them all, one or more tokens each.\n"
)


@cache
def byte_tokenizer(vocabulary: int = 512) -> PreTrainedTokenizerFast:
    """A byte-level BPE as GPT-2's, trained on a few sentences."""
    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[END],
        show_progress=False,
    )
    tokenizer.train_from_iterator([TEXT] * 4, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, bos_token=END, pad_token=END)


def network(kind: str, seed: int = 0, attention: str = "eager") -> Any:
    """A random causal model of two layers: ``gpt2``, ``llama`` or ``neox``.

    Its weights are so large that it says something else at each step; the end of a text is none of it.
    """
    torch.manual_seed(seed)
    common: dict[str, Any] = {
        "vocab_size": 512,
        "initializer_range": 0.3,
        "eos_token_id": None,
        "bos_token_id": None,
        "attn_implementation": attention,
    }
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    if kind == "gpt2":
        return GPT2LMHeadModel(GPT2Config(n_positions=CONTEXT, n_embd=32, n_layer=2, n_head=4, **common)).eval()
    if kind == "llama":
        config: Any = LlamaConfig(max_position_embeddings=CONTEXT, num_key_value_heads=2, **sizes, **common)
        return LlamaForCausalLM(config).eval()
    return GPTNeoXForCausalLM(GPTNeoXConfig(max_position_embeddings=CONTEXT, **sizes, **common)).eval()


def tiny_model(kind: str = "gpt2", seed: int = 0, attention: str = "eager") -> LanguageModel:
    """A random model with its tokenizer, as ``load_model`` would give it."""
    source = ModelSource(SourceKind.HUB, f"tiny-{kind}")
    return wrap_model(source, network(kind, seed, attention), byte_tokenizer())
