"""A causal language model, loaded: its network, its tokenizer and what there is to know about both.

Local files only, weights in safetensors (or a GGUF file, whose numbers are widened to float32), no code of a
checkpoint's own, nothing printed. Attention is eager by default: that is the reference to which ``ties`` compares, and
at one token a time it costs nothing.
"""

import inspect
import struct
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from workbench.errors import BadValue, UnusableModel
from workbench.inert import inert
from workbench.language.gguf_reading import reading_once
from workbench.language.memory import reporting_memory
from workbench.language.silence import silence
from workbench.language.sources import ModelFiles, ModelSource, SourceKind

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

DTYPES: Final = ("float32", "bfloat16", "float16")
ATTENTIONS: Final = ("eager", "sdpa")
_UNREADABLE: Final = (OSError, ValueError, LookupError, ImportError, struct.error)
"""What transformers raises for files that are none of a model, or that end too early."""
GGUF_PACKAGES: Final = ("gguf", "accelerate")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a loaded model is."""

    architecture: str
    parameters: int
    vocabulary: int
    """Tokens that the network knows; the tokenizer may know fewer."""
    context_length: int | None
    """The most tokens of prompt and text together; None where the architecture sets no bound."""
    memory_bytes: int
    """Of weights and buffers, as they lie in memory."""
    dtype: str
    device: str
    attention: str

    def to_json(self) -> dict[str, Any]:
        """The facts as JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class LanguageModel:
    """A causal language model that is ready to run, on its device and in evaluation mode."""

    source: ModelSource
    network: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    facts: ModelFacts

    @cached_property
    def eos_ids(self) -> frozenset[int]:
        """The tokens that end a text, as the checkpoint says; empty where it says none."""
        generation = getattr(self.network, "generation_config", None)
        for value in (getattr(generation, "eos_token_id", None), self.tokenizer.eos_token_id):
            if value is not None:
                return frozenset([value] if isinstance(value, int) else value)
        return frozenset()

    @property
    def start_id(self) -> int | None:
        """The token before the first one of a text: the tokenizer's beginning, else its end; None without either."""
        beginning = self.tokenizer.bos_token_id
        start = self.tokenizer.eos_token_id if beginning is None else beginning
        return None if start is None else int(start)

    @cached_property
    def takes(self) -> frozenset[str]:
        """The names of the arguments that the network's ``forward`` takes."""
        return frozenset(inspect.signature(self.network.forward).parameters)

    @cached_property
    def lead_ids(self) -> list[int]:
        """The tokens that the tokenizer sets before every text: the beginning, or none."""
        bare = self.tokenizer("a", add_special_tokens=False)["input_ids"]
        dressed = self.tokenizer("a")["input_ids"]
        return [
            int(token) for token in dressed[: next(n for n in range(len(dressed)) if dressed[n:][: len(bare)] == bare)]
        ]

    def encode(self, prompt: str) -> list[int]:
        """The tokens of a prompt after those that the tokenizer sets before a text; at least one.

        What a tokenizer sets behind a text is left out: the text is to go on. Words for special tokens, as those of a
        chat, are these tokens: whoever writes a prompt may mean them. Raises BadValue for an empty prompt where there
        is no token to begin with.
        """
        ids = self.lead_ids + [int(token) for token in self.tokenizer(prompt, add_special_tokens=False)["input_ids"]]
        if not ids and self.start_id is not None:
            ids = [self.start_id]
        if not ids:
            raise BadValue(f"The tokenizer of {self.source} makes no token of the prompt. Write a prompt.")
        return ids

    def encode_data(self, text: str) -> list[int]:
        """The tokens of a text that is to be predicted, as it is encoded to train on.

        Words for special tokens are the characters that they are: whoever wrote the text did not mean our tokens.
        """
        encoded = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)
        return [int(token) for token in encoded["input_ids"]]

    def encode_with_places(self, text: str, *, is_data: bool = False) -> tuple[list[int], list[int]]:
        """The tokens of ``text`` alone, and for each the character at which what it stands for begins.

        Words for special tokens are such as in ``encode``, or where it ``is_data`` characters as in ``encode_data``.
        Tokens cover the text without gaps: a blank that a tokenizer leaves out of a token's span belongs to the token.
        Raises UnusableModel for a tokenizer that does not tell.
        """
        if not self.tokenizer.is_fast:
            raise UnusableModel(
                f"The tokenizer of {self.source} does not tell which characters a token stands for. Save the "
                f"checkpoint with a tokenizer.json."
            )
        encoded = self.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, split_special_tokens=is_data
        )
        starts, covered = [], 0
        for start, end in encoded["offset_mapping"]:
            starts.append(min(start, covered))
            covered = max(covered, end)
        return [int(token) for token in encoded["input_ids"]], starts


def check_packages(files: ModelFiles) -> None:
    """Raises UnusableModel where what reads such files is not installed; imports nothing."""
    missing = [name for name in GGUF_PACKAGES if find_spec(name) is None]
    if files.source.kind is SourceKind.GGUF and missing:
        raise UnusableModel(
            f"Reading a GGUF file needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
            f"installed here. Install Workbench's extra: pip install 'workbench[gguf]'."
        )


def load_model(
    files: ModelFiles, *, device: str = "cpu", dtype: str = "float32", attention: str = "eager"
) -> LanguageModel:
    """The model in ``files``, on ``device`` (``cpu`` or ``cuda:N``).

    Raises UnusableModel where transformers cannot make a causal language model and a tokenizer of them, OutOfMemory
    where the device has no room, BadValue for a dtype or an attention that is not on our lists.
    """
    for name, value, known in (("dtype", dtype, DTYPES), ("attention", attention, ATTENTIONS)):
        if value not in known:
            raise BadValue(f"{name} must be one of {', '.join(known)}, not {value!r}.")
    check_packages(files)
    with silence(), reporting_memory(f"load {files.source} on {device}", "Use a smaller model, or bfloat16 on a GPU."):
        return _load(files, device, dtype, attention)


def wrap_model(source: ModelSource, network: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> LanguageModel:
    """A network that is in memory already, as one that is being trained, ready to make text; put in evaluation mode."""
    network.train(mode=False)
    config = network.config.get_text_config(decoder=True)
    tensors = {tensor.data_ptr(): tensor for tensor in [*network.parameters(), *network.buffers()]}
    model = LanguageModel(
        source=source,
        network=network,
        tokenizer=tokenizer,
        facts=ModelFacts(
            architecture=type(network).__name__,
            parameters=sum(parameter.numel() for parameter in network.parameters()),
            vocabulary=int(config.vocab_size),
            context_length=getattr(config, "max_position_embeddings", None),
            memory_bytes=sum(tensor.numel() * tensor.element_size() for tensor in tensors.values()),
            dtype=str(network.dtype).removeprefix("torch."),
            device=str(network.device),
            attention=str(getattr(config, "_attn_implementation", "eager")),
        ),
    )
    if "past_key_values" not in model.takes:
        raise UnusableModel(
            f"{source} is a {model.facts.architecture}, which keeps no keys and values of the tokens it has read. Use "
            f"a model with attention."
        )
    return model


def _load(files: ModelFiles, device: str, dtype: str, attention: str) -> LanguageModel:
    import torch  # heavy, as transformers: only the process that runs the model
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    causal: Any = AutoModelForCausalLM  # its types do not know of ``output_loading_info``
    where: Mapping[str, Any] = {
        "pretrained_model_name_or_path": str(files.folder),
        "local_files_only": True,
        "trust_remote_code": False,
        **({"gguf_file": files.weights[0].name} if files.source.kind is SourceKind.GGUF else {"use_safetensors": True}),
    }
    try:
        with reading_once() if files.source.kind is SourceKind.GGUF else nullcontext():
            network, found = causal.from_pretrained(
                **where, dtype=getattr(torch, dtype), attn_implementation=attention, output_loading_info=True
            )
            tokenizer = AutoTokenizer.from_pretrained(**{k: v for k, v in where.items() if k != "use_safetensors"})
    except (*_UNREADABLE, SafetensorError) as error:
        raise UnusableModel(
            f"{files.source} cannot be loaded: {_reason(error)}. Check that the folder holds a whole checkpoint with "
            f"its tokenizer, of an architecture that the installed transformers knows."
        ) from error
    if missing := sorted(found["missing_keys"]):
        raise UnusableModel(
            f"{files.source} lacks {len(missing)} of its weights, as {missing[0]}; they would have been random "
            f"numbers. Fetch or save the checkpoint again."
        )
    return wrap_model(files.source, network.to(device), tokenizer)


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return inert(lines[0].rstrip("."), 240) if lines else type(error).__name__
