"""A language model in the checkpoint folder of a run, as ``save_pretrained`` writes it (``sources.LANGUAGE_FOLDER``).

::

    checkpoint/
      config.json            what every run keeps: model, parameters, fingerprint (``workbench.models.checkpoint``)
      training.safetensors   what is needed to go on training
      language/
        config.json  generation_config.json  model.safetensors  tokenizer.json  tokenizer_config.json

Whatever loads a checkpoint of transformers loads the inner folder. It is written beside its place and moved there file
by file, the weights last; only they change while a model is trained. What a process that was killed left there goes
with the next writing: a run has one trainer at a time.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import DiskError
from workbench.language.adapters import has_adapters, merged_weights
from workbench.language.silence import silence
from workbench.language.sources import LANGUAGE_FOLDER

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_ONE_FILE = "100TB"
_WEIGHTS = ".safetensors"


def trained_weights(network: "PreTrainedModel") -> "dict[str, Tensor]":
    """The weights that training changes, each once though it may stand in two places (input and output of GPT-2)."""
    return {name: tensor.detach() for name, tensor in network.named_parameters() if tensor.requires_grad}


def put_weights(network: "PreTrainedModel", weights: "Mapping[str, Tensor]") -> None:
    """Puts what ``trained_weights`` gave back; raises LookupError where they are those of another network."""
    own = trained_weights(network)
    if own.keys() != weights.keys():
        strangers = sorted(own.keys() ^ weights.keys())
        raise LookupError(f"{len(strangers)} weights are not those of this network, as {strangers[0]}")
    network.load_state_dict(weights, strict=False)


def whole_weights(network: "PreTrainedModel", weights: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    """The state of the network with ``weights`` in place of its own trained ones; adapters are merged into it."""
    if has_adapters(network):
        current = {name: tensor.clone() for name, tensor in trained_weights(network).items()}
        put_weights(network, weights)
        try:
            merged = merged_weights(network)
        finally:
            put_weights(network, current)
        return dict(_each_once(merged))
    return {name: weights.get(name, tensor) for name, tensor in _each_once(network.state_dict())}


def write_language_model(
    folder: Path, network: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase", weights: "Mapping[str, Tensor]"
) -> None:
    """Writes the network with its trained ``weights`` and its tokenizer into the checkpoint ``folder`` of a run.

    Raises DiskError where it cannot.
    """
    from safetensors import SafetensorError

    temporary = folder / f".{LANGUAGE_FOLDER}.new"
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            on_host = {name: tensor.detach().cpu() for name, tensor in whole_weights(network, weights).items()}
            saved: Any = network
            with silence():
                saved.save_pretrained(temporary, state_dict=on_host, max_shard_size=_ONE_FILE)
                tokenizer.save_pretrained(temporary)
            _move_files(temporary, folder / LANGUAGE_FOLDER)
        except SafetensorError as error:  # its name for a full disk
            raise OSError(str(error)) from None
    except OSError as error:
        raise DiskError(
            f"The language model in {folder} cannot be written ({error.strerror or error}). Free space or check the "
            f"folder."
        ) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move_files(source: Path, target: Path) -> None:
    files = sorted((path for path in source.rglob("*") if path.is_file()), key=lambda path: path.suffix == _WEIGHTS)
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)


def _each_once(tensors: "Mapping[str, Tensor]") -> "Iterator[tuple[str, Tensor]]":
    """The tensors without those that are another one's memory under a second name."""
    seen = set()
    for name, tensor in tensors.items():
        if tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            yield name, tensor
