"""A causal language model, loaded: its network, its tokenizer and what there is to know about both.

Local files only, weights in safetensors (or a GGUF file, whose numbers are widened to float32), no code of a
checkpoint's own, nothing printed. Attention is eager by default: that is the reference to which ``ties`` compares, and
at one token a time it costs nothing.
"""

import inspect
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from workbench.errors import BadValue, UnusableModel
from workbench.inert import inert
from workbench.language.gguf_reading import reading_once
from workbench.language.memory import is_shortage, reporting_memory
from workbench.language.silence import silence
from workbench.language.sources import ModelFiles, ModelSource, SourceKind
from workbench.language.spans import is_encodable
from workbench.language.tokenizers import refuse_unknown

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

DTYPES: Final = ("float32", "bfloat16", "float16")
AUTO: Final = "auto"
ATTENTIONS: Final = ("eager", "sdpa", AUTO)
"""The last is torch's fused one where the architecture can do with it, else the eager one."""
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
        """The token before the first one of a text: the tokenizer's beginning, else its end.

        None where it has neither, or where the network does not know it.
        """
        beginning = self.tokenizer.bos_token_id
        start = self.tokenizer.eos_token_id if beginning is None else beginning
        return None if start is None or start >= self.facts.vocabulary else int(start)

    @cached_property
    def takes(self) -> frozenset[str]:
        """The names of the arguments that the network's ``forward`` takes."""
        return frozenset(inspect.signature(self.network.forward).parameters)

    @cached_property
    def lead_ids(self) -> list[int]:
        """The tokens that the tokenizer sets before every text: the beginning, or none."""
        bare = self.tokenizer("a", add_special_tokens=False)["input_ids"]
        dressed = self.tokenizer("a")["input_ids"]
        begin = next(place for place in range(len(dressed)) if dressed[place : place + len(bare)] == bare)
        return [int(token) for token in dressed[:begin]]

    def encode(self, prompt: str) -> list[int]:
        """The tokens of a prompt after those that the tokenizer sets before a text; at least one.

        What a tokenizer sets behind a text is left out: the text is to go on. Words for special tokens, as those of a
        chat, are these tokens: whoever writes a prompt may mean them. Raises BadValue for an empty prompt where there
        is no token to begin with, and for one that is no text; UnusableModel for tokens that the network does not know.
        """
        ids = self.lead_ids + self._tokens(self._encoded(prompt))
        if not ids and self.start_id is not None:
            ids = [self.start_id]
        if not ids:
            raise BadValue(f"The tokenizer of {self.source} makes no token of the prompt. Write a prompt.")
        return ids

    def encode_data(self, text: str) -> list[int]:
        """The tokens of a text that is to be predicted, as it is encoded to train on.

        Words for special tokens are the characters that they are: whoever wrote the text did not mean our tokens.
        Raises as ``encode`` does for what is no text and for tokens that the network does not know.
        """
        return self._tokens(self._encoded(text, split_special_tokens=True))

    def encode_with_places(self, text: str, *, is_data: bool = False) -> tuple[list[int], list[int]]:
        """The tokens of ``text`` alone, and for each the character at which what it stands for begins.

        Words for special tokens are such as in ``encode``, or where it ``is_data`` characters as in ``encode_data``.
        Tokens cover the text without gaps: a blank that a tokenizer leaves out of a token's span belongs to the token.
        Raises UnusableModel for a tokenizer that does not tell, else as ``encode`` does.
        """
        check_places(self.source, self.tokenizer)
        encoded = self._encoded(text, return_offsets_mapping=True, split_special_tokens=is_data)
        starts, covered = [], 0
        for start, end in encoded["offset_mapping"]:
            starts.append(min(start, covered))
            covered = max(covered, end)
        return self._tokens(encoded), starts

    def _encoded(self, text: str, **options: bool) -> "BatchEncoding":
        """What the tokenizer makes of ``text`` alone."""
        if not is_encodable(text):
            raise BadValue(
                "The text holds bytes that are not UTF-8, or half a character, of which no token can be made. Write it "
                "as UTF-8."
            )
        encoded: BatchEncoding = self.tokenizer(text, add_special_tokens=False, **options)
        return encoded

    def _tokens(self, encoded: "BatchEncoding") -> list[int]:
        ids = [int(token) for token in encoded["input_ids"]]
        refuse_unknown(max(ids, default=0), self.facts.vocabulary, f"The tokenizer of {self.source}")
        return ids


def check_places(source: ModelSource, tokenizer: "PreTrainedTokenizerBase") -> None:
    """Raises UnusableModel for a tokenizer that does not tell where in a text a token stands."""
    if not tokenizer.is_fast:
        raise UnusableModel(
            f"The tokenizer of {source} does not tell which characters a token stands for. Save the checkpoint with a "
            f"tokenizer.json."
        )


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
        network, tokenizer = _load(files, dtype, attention)
        return wrap_model(files.source, network.to(device), tokenizer)  # type: ignore[arg-type]


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


def _load(files: ModelFiles, dtype: str, attention: str) -> "tuple[PreTrainedModel, PreTrainedTokenizerBase]":
    """The network, on the CPU, and its tokenizer."""
    import torch  # heavy, as transformers: only the process that runs the model
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
                **where,
                dtype=getattr(torch, dtype),
                attn_implementation=None if attention == AUTO else attention,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # what does not fit is told of below, by its name
            )
            tokenizer = AutoTokenizer.from_pretrained(**{k: v for k, v in where.items() if k != "use_safetensors"})
    except Exception as error:  # for a file that is damaged tokenizers raises Exception itself
        if is_shortage(error):
            raise
        raise UnusableModel(
            f"{files.source} cannot be loaded: {_reason(error)}. Check that the folder holds a whole checkpoint with "
            f"its tokenizer, of an architecture that the installed transformers knows."
        ) from error
    _check_weights(files.source, found)
    if not set(tokenizer("a", add_special_tokens=False)["input_ids"]) - set(tokenizer.all_special_ids):
        raise UnusableModel(
            f"{files.source} comes without the vocabulary of its tokenizer, and transformers made an empty one. Fetch "
            f"or save the checkpoint again, its tokenizer.json with it."
        )
    return network, tokenizer


def _check_weights(source: ModelSource, found: Mapping[str, Any]) -> None:
    """Raises UnusableModel where transformers would have made weights up, by what it says of its loading."""
    if missing := sorted(found["missing_keys"]):
        raise UnusableModel(
            f"{source} lacks {len(missing)} of its weights, as {inert(missing[0], 80)}; they would have been random "
            f"numbers. Fetch or save the checkpoint again."
        )
    if misfits := sorted(found["mismatched_keys"]):
        name, stored, expected = misfits[0]
        raise UnusableModel(
            f"{source} has {len(misfits)} of its weights in another shape than config.json says, as {inert(name, 80)}: "
            f"{tuple(stored)} instead of {tuple(expected)}. Fetch or save the checkpoint again."
        )


def _reason(error: Exception) -> str:
    """What an error says in its first line, and in the one that this announces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    said = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    return inert(f"{type(error).__name__} {said}" if isinstance(error, LookupError) else said.rstrip(".,"), 240)
