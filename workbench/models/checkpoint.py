"""Checkpoints: a folder that holds a trained model and everything needed to predict with it again.

::

    checkpoint/
      config.json            catalogue name, parameters, shape of the data, labels, fingerprint
      model.safetensors      weights of a network, or
      model.skops            a scikit-learn classifier
      training.safetensors   of networks: what is needed to go on training (``workbench.training.state``)
      language/              a language model as transformers keeps it (``workbench.language.keeping``)

Nothing in it is a pickle. A skops file is read only after every type that it names was found on our own short list:
skops trusts whole libraries by default, and a checkpoint may come from anywhere. Files are written beside their place
and moved there, so a kill at any moment leaves either the old file or the new one, and one begun, which the next takes.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from workbench.errors import DiskError, UsageError
from workbench.events import CheckpointKept
from workbench.language.sources import LANGUAGE_FOLDER
from workbench.models import Family, ModelEntry, find_model
from workbench.models.building import DataShape, build
from workbench.models.predictors import EstimatorPredictor, NetworkPredictor, Predictor
from workbench.parameters import Value

if TYPE_CHECKING:
    from torch import Tensor

FOLDER = "checkpoint"
CONFIG_FILE = "config.json"
NETWORK_FILE = "model.safetensors"
ESTIMATOR_FILE = "model.skops"
LANGUAGE_FILE = f"{LANGUAGE_FOLDER}/{NETWORK_FILE}"
FORMAT = 1

TRUSTED_TYPES = frozenset(
    {
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.dummy.DummyClassifier",
        "numpy.ndarray",
        "builtins.dict",
        "builtins.list",
        "builtins.str",
    }
)
TRUSTED_LOADERS = frozenset({"ObjectNode", "NdArrayNode", "DictNode", "ListNode", "JsonNode", "TypeNode"})

_AGAIN = "Train the run again, or give another folder."


@dataclass(frozen=True, slots=True)
class CheckpointConfig:
    """What the files of a checkpoint mean."""

    model: str
    parameters: Mapping[str, Value]
    input_shape: tuple[int, ...]
    labels: tuple[str, ...]
    fingerprint: str
    """Of the data that it was trained on."""

    @property
    def entry(self) -> ModelEntry:
        """The model's entry in the catalogue; raises UnknownName where this version does not have it."""
        return find_model(self.model)

    @property
    def shape(self) -> DataShape:
        """What the model's builder needs to know of the data."""
        return DataShape(self.input_shape, len(self.labels))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path that takes the place of ``path`` when the block ends well; raises DiskError where it cannot."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DiskError(
            f"The checkpoint {path} cannot be written ({reason}). Free space or check the folder."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def write_config(folder: Path, config: CheckpointConfig) -> None:
    """Writes ``config.json`` into the checkpoint ``folder``, which it creates."""
    with replacing(folder / CONFIG_FILE) as path:
        path.write_text(json.dumps({"format": FORMAT, **asdict(config)}, indent=1), encoding="utf-8")


def write_network(folder: Path, weights: "Mapping[str, Tensor]") -> None:
    """Writes a network's state dictionary into the checkpoint ``folder``."""
    write_tensors(folder / NETWORK_FILE, weights)


def write_tensors(path: Path, tensors: "Mapping[str, Tensor]", metadata: Mapping[str, str] | None = None) -> None:
    """Writes named tensors as one safetensors file; raises DiskError where it cannot."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file  # heavy: imports torch

    with replacing(path) as temporary:
        try:
            on_host = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
            save_file(on_host, temporary, metadata=dict(metadata or {}))
        except SafetensorError as error:  # its name for a full disk
            raise OSError(str(error)) from None


def write_estimator(folder: Path, estimator: Any) -> None:
    """Writes a fitted scikit-learn classifier into the checkpoint ``folder``."""
    import skops.io  # heavy: imports scikit-learn

    with replacing(folder / ESTIMATOR_FILE) as path:
        skops.io.dump(estimator, path)


def model_bytes(folder: Path) -> int:
    """Bytes on disk of what is needed to predict: without the training state."""
    files = [folder / name for name in (CONFIG_FILE, NETWORK_FILE, ESTIMATOR_FILE)]
    files += (folder / LANGUAGE_FOLDER).rglob("*")
    return sum(path.stat().st_size for path in files if path.is_file())


def find_checkpoint(run_folder: Path) -> CheckpointKept | None:
    """The checkpoint that stands in a run's folder, if there is one.

    A training that is stopped keeps a checkpoint while its generator is being closed, when it can report nothing any
    more: whoever closed it asks here.
    """
    folder = run_folder / FOLDER
    if not any((folder / name).exists() for name in (NETWORK_FILE, ESTIMATOR_FILE, LANGUAGE_FILE)):
        return None
    return describe_checkpoint(folder)


def describe_checkpoint(folder: Path, step: int | None = None) -> CheckpointKept:
    """The event that tells of the checkpoint ``folder`` of a run, with all that it holds."""
    return CheckpointKept(folder.name, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), step)


def read_config(folder: Path) -> CheckpointConfig:
    """What ``write_config`` wrote; raises UsageError where ``folder`` is no checkpoint that this version can read."""
    try:
        document = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise UsageError(
                f"The checkpoint in {folder} has format {document['format']}, and this Workbench reads {FORMAT}. Use "
                f"the version that wrote it, or train the run again."
            )
        values = document["parameters"].items()
        return CheckpointConfig(
            model=document["model"],
            parameters={name: tuple(value) if isinstance(value, list) else value for name, value in values},
            input_shape=tuple(document["input_shape"]),
            labels=tuple(document["labels"]),
            fingerprint=document["fingerprint"],
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder} holds no checkpoint that can be read ({error}). {_AGAIN}") from None


def load_checkpoint(folder: Path, device: str = "cpu") -> Predictor:
    """The trained model in a checkpoint ``folder``, ready to predict on ``device``.

    It takes rows as ``workbench.data.prepare`` makes them of the same data. Raises UsageError where the folder is no
    checkpoint, or holds a file that our own runs never write.
    """
    config = read_config(folder)
    if config.entry.family is Family.LANGUAGE:
        raise UsageError(
            f"{folder} holds a language model, which writes text and predicts no class. Use `workbench generate`."
        )
    if config.entry.family is Family.NEURAL:
        return _load_network(folder / NETWORK_FILE, config, device)
    return EstimatorPredictor(_load_estimator(folder / ESTIMATOR_FILE), config.shape)


def _load_network(path: Path, config: CheckpointConfig, device: str) -> NetworkPredictor:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    network = build(config.entry, config.parameters, config.shape)
    try:
        network.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"The weights in {path} do not make up a {config.model} ({reason}). {_AGAIN}") from None
    return NetworkPredictor(network, device)


def _load_estimator(path: Path) -> Any:
    import skops.io

    try:
        with ZipFile(path) as archive:
            schema = json.loads(archive.read("schema.json"))
    except (OSError, BadZipFile, KeyError, ValueError) as error:
        raise UsageError(f"{path} is not a skops file that can be read ({error}). {_AGAIN}") from None
    strangers = sorted(set(_foreign_types(schema)))
    if strangers:
        raise UsageError(
            f"{path} holds {', '.join(strangers)}, which no checkpoint of ours does; it was not loaded. {_AGAIN}"
        )
    return skops.io.load(path)


def _foreign_types(node: Any) -> Iterator[str]:
    """The types and loaders in a skops schema that are not on our lists."""
    if isinstance(node, dict):
        if "__class__" in node or "__loader__" in node:
            name = f"{node.get('__module__')}.{node.get('__class__')}"
            loader = node.get("__loader__")
            if name not in TRUSTED_TYPES:
                yield name
            elif loader not in TRUSTED_LOADERS:
                yield f"{name} read by {loader}"
        for value in node.values():
            yield from _foreign_types(value)
    elif isinstance(node, list):
        for value in node:
            yield from _foreign_types(value)
