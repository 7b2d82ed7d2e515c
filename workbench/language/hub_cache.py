"""The language models that lie in the hub's local cache, for a list to choose from; nothing heavy is imported."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.errors import UnusableModel
from workbench.language.sources import (
    ModelSource,
    SourceKind,
    check_config,
    find_weights,
    hub_folder,
    is_causal,
    read_config,
    snapshot_of,
)
from workbench.language.tensors import count_tensors


@dataclass(frozen=True, slots=True)
class CachedModel:
    """A model in the hub's local cache. What is not known is None."""

    name: str
    """The hub's id, as it is typed."""
    folder: Path
    architecture: str | None = None
    context_length: int | None = None
    size_bytes: int | None = None
    """Of the weights on disk."""
    parameters: int | None = None
    dtype: str | None = None
    """As the weights are stored, in safetensors' words: ``F32``, ``BF16``."""
    trouble: str | None = None
    """Why it cannot be loaded, and what to do; None where nothing speaks against it."""

    def to_json(self) -> dict[str, Any]:
        """The model as JSON types."""
        return {name: getattr(self, name) for name in self.__slots__} | {"folder": str(self.folder)}


def list_cached(folder: Path | None = None) -> list[CachedModel]:
    """The causal language models in the hub's cache (or in ``folder``), by name; a model of another kind is left out.

    One that could be used if something were done (converted, fetched whole) is listed with its trouble.
    """
    cache = hub_folder() if folder is None else folder
    try:
        entries = sorted(cache.glob("models--*"))
    except OSError:
        return []
    found = (_describe(entry) for entry in entries)
    return [model for model in found if model is not None]


def _describe(entry: Path) -> CachedModel | None:
    name = entry.name.removeprefix("models--").replace("--", "/")
    snapshot = snapshot_of(entry)
    if snapshot is None:
        return None
    source = ModelSource(SourceKind.HUB, name)
    try:
        config = read_config(snapshot)
    except UnusableModel:
        return None  # a tokenizer alone, or an adapter: nothing that could be run
    architectures = config.get("architectures") or []
    model = CachedModel(
        name=name,
        folder=snapshot,
        architecture=str(architectures[0]) if architectures else None,
        context_length=config.get("max_position_embeddings") or config.get("n_positions"),
    )
    try:
        check_config(config, source)
        weights = find_weights(snapshot, source)
        counted = count_tensors(weights)
    except UnusableModel as error:
        return replace(model, trouble=error.message) if is_causal(config) else None
    size = sum(path.stat().st_size for path in weights)
    return replace(model, size_bytes=size, parameters=counted.parameters, dtype=counted.dtype)
