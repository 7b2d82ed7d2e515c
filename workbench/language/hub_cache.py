"""The language models that lie in the hub's local cache, for a list to choose from; nothing heavy is imported."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.errors import UnusableModel
from workbench.language.sources import (
    CACHED,
    ModelSource,
    SourceKind,
    architectures_of,
    check_config,
    find_weights,
    hub_folder,
    is_causal,
    read_config,
    refuse_adapter,
    snapshot_of,
)
from workbench.language.tensors import count_tensors

_Stamp = tuple[tuple[str | int, ...], ...]


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
    return list(HubCache(folder).models())


class HubCache:
    """The hub's cache, looked at again and again: of a model whose files are as they were nothing is read again."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = hub_folder() if folder is None else folder
        self._stamps: Mapping[Path, _Stamp] = {}
        self._found: Mapping[Path, CachedModel | None] = {}
        self._models: tuple[CachedModel, ...] = ()

    def models(self) -> tuple[CachedModel, ...]:
        """What ``list_cached`` gives; the same object as before where nothing has changed."""
        stamps = {entry: _stamp(entry) for entry in self._entries()}
        if stamps != self._stamps:
            kept = {entry: found for entry, found in self._found.items() if stamps.get(entry) == self._stamps[entry]}
            self._found = {entry: kept[entry] if entry in kept else _describe(entry) for entry in stamps}
            self._stamps = stamps
            self._models = tuple(model for model in self._found.values() if model is not None)
        return self._models

    def _entries(self) -> list[Path]:
        try:
            names = sorted(os.listdir(self._folder))
        except OSError:
            return []
        return [self._folder / name for name in names if name.startswith(CACHED)]


def _stamp(entry: Path) -> "_Stamp":
    """The files of the newest revision, as far as ``_describe`` may read them; what a link leads to, not the link."""
    snapshot = snapshot_of(entry)
    if snapshot is None:
        return ()
    try:
        names = sorted(os.listdir(snapshot))
    except OSError:
        names = []
    return tuple((str(snapshot), name, *_size_and_time(snapshot / name)) for name in names)


def _size_and_time(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return -1, -1  # a link whose file was deleted
    return status.st_size, status.st_mtime_ns


def _describe(entry: Path) -> CachedModel | None:
    name = entry.name.removeprefix(CACHED).replace("--", "/")
    snapshot = snapshot_of(entry)
    if snapshot is None:
        return None
    source = ModelSource(SourceKind.HUB, name)
    try:
        config = read_config(snapshot)
    except UnusableModel:
        return None  # a tokenizer alone, or an adapter: nothing that could be run
    architectures = architectures_of(config)
    model = CachedModel(
        name=name,
        folder=snapshot,
        architecture=architectures[0] if architectures else None,
        context_length=_context_of(config),
    )
    try:
        refuse_adapter(snapshot)
        check_config(config, source)
        weights = find_weights(snapshot, source)
        counted = count_tensors(weights)
    except UnusableModel as error:
        return replace(model, trouble=error.message) if is_causal(config) else None
    size = sum(size for size, _ in map(_size_and_time, weights))
    return replace(model, size_bytes=size, parameters=counted.parameters, dtype=counted.dtype)


def _context_of(config: Mapping[str, Any]) -> int | None:
    found = (config.get(name) for name in ("max_position_embeddings", "n_positions"))
    return next((length for length in found if isinstance(length, int) and length > 0), None)
