"""Which model is meant: ``gpt2``, ``hf:FOLDER``, ``hf:ID``, ``FILE.gguf`` or ``run:ID``, and where its files lie.

Nothing is downloaded here and nothing is imported that is heavy: the name of a model is turned into a folder, and what
speaks against loading it is said before a process is started for it. Only weights in safetensors (or GGUF) are taken,
since reading a pickle runs whatever its author put into it, and no code that comes with a checkpoint is run.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from workbench.errors import UnusableModel, UsageError

LANGUAGE_FOLDER: Final = "language"
"""In the checkpoint folder of a run: a language model as ``save_pretrained`` writes it, with its ``tokenizer.json``."""
CONFIG_FILE: Final = "config.json"
CACHED: Final = "models--"
"""What the names of models' folders in the hub's local cache begin with."""
_ADAPTER_FILE: Final = "adapter_config.json"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?")
_GGUF_PART = re.compile(r"-\d{5}-of-(?!00001)\d{5}\.gguf$", re.IGNORECASE)
_CAUSAL = ("ForCausalLM", "LMHeadModel")


class SourceKind(StrEnum):
    """Where a model comes from."""

    HUB = "hub"
    """The local cache of the Hugging Face hub."""
    FOLDER = "folder"
    GGUF = "gguf"
    RUN = "run"
    """The checkpoint of a run of this store."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A language model as it was named. ``name`` is the hub's id, an absolute path, or what names the run."""

    kind: SourceKind
    name: str

    def __str__(self) -> str:
        """The name that ``parse_source`` reads as the same model, wherever it is typed."""
        if self.kind is SourceKind.RUN:
            return f"run:{self.name}"
        return f"hf:{self.name}" if self.kind is SourceKind.FOLDER else self.name

    @property
    def label(self) -> str:
        """A short name for a heading: the last part of a path, else the whole."""
        return Path(self.name).name if self.kind in (SourceKind.FOLDER, SourceKind.GGUF) else str(self)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of a language model, found and fit to be loaded."""

    source: ModelSource
    folder: Path
    weights: tuple[Path, ...]
    """Files of safetensors, or the one GGUF file."""

    @property
    def size_bytes(self) -> int:
        """Bytes on disk of the weights."""
        return sum(path.stat().st_size for path in self.weights)


def parse_source(text: str) -> ModelSource:
    """The model that ``text`` names; raises UsageError where it can name none. No file is looked for yet.

    A relative path is taken from the current folder. ``hf:NAME`` is a folder where one of that name is there, or where
    it is written as a path; else an id of the hub.
    """
    text = text.strip()
    prefix, colon, rest = text.partition(":")
    if prefix == "run" and colon:
        if not rest:
            raise UsageError("run: needs the id or the name of a run behind it, as run:12 or run:last.")
        return ModelSource(SourceKind.RUN, rest)
    name = rest if prefix == "hf" and colon else text
    path = Path(os.path.expanduser(name))  # as a shell does: ~ before no user's name is left as it is
    if name.lower().endswith(".gguf"):
        return ModelSource(SourceKind.GGUF, str(path.absolute()))
    if prefix == "hf" and colon and rest and (os.path.isdir(path) or name.startswith(("/", "./", "../", "~"))):
        return ModelSource(SourceKind.FOLDER, str(path.absolute()))
    if not _HUB_ID.fullmatch(name):
        raise UsageError(
            f"{text!r} names no language model. Write the id of the hub (gpt2, or hf:ORGANISATION/NAME), hf:FOLDER, a "
            f"path that ends in .gguf, or run:ID."
        )
    return ModelSource(SourceKind.HUB, name)


def refuse_packed(source: ModelSource) -> None:
    """Raises UnusableModel for a GGUF file, which only makes text."""
    if source.kind is SourceKind.GGUF:
        raise UnusableModel(
            f"{source} holds packed numbers, which cannot be trained further. Give the checkpoint in safetensors that "
            f"it was made of, as hf:FOLDER."
        )


def hub_folder() -> Path:
    """The local cache of the hub, found as huggingface_hub finds it; it need not exist."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if given := os.environ.get(variable):
            return _expand(given)
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or str(Path(caches) / "huggingface")
    return _expand(home) / "hub"


def find_files(source: ModelSource, run_folder: Callable[[str], Path] | None = None) -> ModelFiles:
    """Where the files of ``source`` lie. ``run_folder`` gives the folder of a run by what follows ``run:``.

    Raises UnusableModel, with what to do, for a model that is not in the cache, holds no safetensors, needs code of its
    own or is no causal language model.
    """
    if source.kind is SourceKind.GGUF:
        path = Path(source.name)
        if not is_there(path) or path.is_dir():
            raise UnusableModel(f"There is no file {path}. Give the path of a GGUF file.")
        if _GGUF_PART.search(path.name):
            raise UnusableModel(
                f"{path.name} is one of several files that make up a model, and transformers reads one. Join them with "
                f"llama.cpp's llama-gguf-split --merge, and give the whole."
            )
        return ModelFiles(source, path.parent, (path,))
    folder = _folder_of(source, run_folder)
    refuse_adapter(folder)
    check_config(read_config(folder), source)
    return ModelFiles(source, folder, find_weights(folder, source))


def refuse_adapter(folder: Path) -> None:
    """Raises UnusableModel for an adapter, which transformers would put into weights beside it where peft is there."""
    if is_there(folder / _ADAPTER_FILE):
        raise UnusableModel(
            f"{folder} holds an adapter (LoRA), which is no model by itself. Merge it into its model with peft's "
            f"merge_and_unload, save the result with save_pretrained, and give that folder."
        )


def read_config(folder: Path) -> Mapping[str, Any]:
    """The ``config.json`` of a checkpoint; raises UnusableModel where there is none that can be read."""
    path = folder / CONFIG_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if packed := sorted(folder.glob("*.gguf")):
            raise UnusableModel(
                f"{folder} holds no checkpoint but GGUF files. Give the path of one: {packed[0]}."
            ) from None
        raise UnusableModel(
            f"{folder} holds no {CONFIG_FILE}, so it is no checkpoint of a language model. Give the folder that "
            f"save_pretrained wrote."
        ) from None
    except (OSError, ValueError) as error:
        raise UnusableModel(f"{path} cannot be read ({error}). Fetch or save the checkpoint again.") from None
    if not isinstance(document, dict):
        raise UnusableModel(f"{path} is not the configuration of a model. Fetch or save the checkpoint again.")
    return document


def check_config(config: Mapping[str, Any], source: ModelSource) -> None:
    """Raises UnusableModel where the model needs code of its own, or is no causal language model."""
    if "auto_map" in config:
        raise UnusableModel(
            f"{source} comes with code of its own (trust_remote_code), which Workbench does not run. Use a model that "
            f"transformers itself knows, or convert this one to such an architecture."
        )
    if not is_causal(config):
        raise UnusableModel(
            f"{source} is a {', '.join(architectures_of(config))}, and text can be made only by causal language models "
            f"(…{' or …'.join(_CAUSAL)}). Choose another checkpoint."
        )


def is_causal(config: Mapping[str, Any]) -> bool:
    """Whether the configuration is that of a causal language model, or does not say what it is of."""
    architectures = architectures_of(config)
    return not architectures or any(name.endswith(_CAUSAL) for name in architectures)


def architectures_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes that a configuration names; none where it names none as a list."""
    named = config.get("architectures")
    return tuple(map(str, named)) if isinstance(named, list) else ()


def find_weights(folder: Path, source: ModelSource) -> tuple[Path, ...]:
    """The files of safetensors in ``folder``; raises UnusableModel where there are none, or not all of them."""
    if is_there(single := folder / "model.safetensors"):
        return (single,)
    if is_there(index := folder / "model.safetensors.index.json"):
        return _find_shards(index, source)
    if any(folder.glob("pytorch_model*.bin")):
        raise UnusableModel(
            f"{source} has its weights in a .bin file, a pickle that could run any code when it is read. "
            f"{how_to_convert(source)}"
        )
    raise UnusableModel(f"{folder} holds no model.safetensors. Fetch or save the checkpoint again.")


def is_there(path: Path) -> bool:
    """Whether there is such a file; raises UnusableModel where we may not look, as in another user's cache."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UnusableModel(
            f"{path} cannot be read ({error.strerror}). Ask its owner, or fetch the model into a folder of your own."
        ) from None
    return True


def how_to_convert(source: ModelSource) -> str:
    """What makes safetensors of pickled weights, in a sentence."""
    return (
        f"Convert it once, where you trust it: AutoModelForCausalLM.from_pretrained({source.name!r})"
        f".save_pretrained(FOLDER), and AutoTokenizer likewise; then use hf:FOLDER."
    )


def _find_shards(index: Path, source: ModelSource) -> tuple[Path, ...]:
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        shards = tuple(index.parent / Path(name).name for name in sorted(names))
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise UnusableModel(f"{index} cannot be read ({error}). Fetch or save the checkpoint again.") from None
    missing = [path.name for path in shards if not is_there(path)]
    if missing:
        raise UnusableModel(
            f"{source} is incomplete: {len(missing)} of {len(shards)} files of weights are missing, as {missing[0]}. "
            f"Fetch it again."
        )
    return shards


def _folder_of(source: ModelSource, run_folder: Callable[[str], Path] | None) -> Path:
    if source.kind is SourceKind.HUB:
        return _snapshot(source)
    if source.kind is SourceKind.FOLDER:
        folder = Path(source.name)
        if not is_there(folder) or not folder.is_dir():
            raise UnusableModel(f"There is no folder {folder}. Give the folder that save_pretrained wrote.")
        return folder
    if run_folder is None:
        raise UnusableModel(f"{source} names a run, and no store is open here to look it up.")
    folder = run_folder(source.name) / "checkpoint" / LANGUAGE_FOLDER
    if not folder.is_dir():
        raise UnusableModel(
            f"{source} has kept no language model. Only runs of gpt2-tiny, gpt2-small or a fine-tuning keep one."
        )
    return folder


def _snapshot(source: ModelSource) -> Path:
    found = snapshot_of(cache_entry(source))
    if found is None:
        raise UnusableModel(
            f"{source} is not in the local cache of the hub ({hub_folder()}), and nothing is downloaded unless asked. "
            f"Where there is a network: workbench download {source.name}. Else copy its folder here and use hf:FOLDER."
        )
    return found


def cache_entry(source: ModelSource) -> Path:
    """The folder of a model of the hub in its local cache; it need not exist."""
    return hub_folder() / f"{CACHED}{source.name.replace('/', '--')}"


def snapshot_of(entry: Path) -> Path | None:
    """The folder of the newest revision of a model in the hub's cache: of ``main``, else the last one written."""
    try:
        revision = (entry / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        revision = ""
    if revision and os.path.isdir(entry / "snapshots" / revision):
        return entry / "snapshots" / revision
    try:
        revisions = [path for path in (entry / "snapshots").iterdir() if os.path.isdir(path)]
    except OSError:
        return None
    return max(revisions, key=lambda path: path.stat().st_mtime, default=None)


def _expand(text: str) -> Path:
    return Path(os.path.expanduser(os.path.expandvars(text)))
