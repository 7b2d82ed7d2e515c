"""Which language models can be asked: those of the hub's cache, of runs, of the disk, and those that were used before.

Everything here reads files, some of them many, and is for a thread; no torch is imported, so what is said of a model is
what the headers of its files say.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.errors import ReportedError
from workbench.formatting import format_bytes, format_count

if TYPE_CHECKING:
    from workbench.generation.client import Generator

_MOST_RUNS: Final = 1_000
_MOST_ENTRIES: Final = 2_000
"""Of a folder that holds more, only so many are offered."""
_PATHS: Final = ("/", "./", "../", "~")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, or a folder on the way to one."""

    name: str
    """As it is typed."""
    words: str = ""
    """What is known of it, or why it cannot be used."""
    is_usable: bool = True
    is_step: bool = False
    """Whether it is only a folder, to be looked into."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A process that holds a model now."""

    name: str
    device: str
    memory_bytes: int | None


def read_candidates(store: Path, recent: Sequence[str]) -> list[Candidate]:
    """Every model that can be offered: used before, held by a process, in the hub's cache, of a finished run."""
    found = [
        *(Candidate(name, "used before") for name in recent if name),
        *(Candidate(loaded.name, loaded_words(loaded)) for loaded in read_loaded(store)),
        *_cached(),
        *_runs(store),
    ]
    by_name: dict[str, Candidate] = {}
    for candidate in found:
        known = by_name.get(candidate.name)
        # What the files say is told rather than that it was used.
        if known is None or known.words == "used before":
            by_name[candidate.name] = candidate
    return list(by_name.values())


def read_loaded(store: Path) -> list[Loaded]:
    """The processes of this user that hold models for this store."""
    from workbench.generation.client import running_generators

    return [
        Loaded(greeting.model, greeting.device, greeting.memory_bytes)
        for greeting in running_generators()
        if greeting.store == str(store) and greeting.memory_bytes is not None
    ]


def loaded_words(loaded: Loaded) -> str:
    """That it is loaded, where, and how large it is."""
    return f"loaded on {loaded.device}, {format_bytes(loaded.memory_bytes)}"


def describe(store: Path, name: str) -> "tuple[Candidate, Generator | None]":
    """What the files of a model say, and who can be asked; without anybody, why it cannot be used."""
    from store.folders import run_folder
    from workbench.generation.client import Generator
    from workbench.language.sources import SourceKind, find_files
    from workbench.language.tensors import count_tensors

    try:
        generator = Generator.named(store, name)
        files = find_files(generator.source, lambda run: run_folder(store, int(run)))
        size = format_bytes(files.size_bytes)
        if files.source.kind is SourceKind.GGUF:
            return Candidate(str(files.source), f"GGUF, {size}"), generator
        counted = count_tensors(files.weights)
        named = f"{_run_name(store, int(files.source.name))}, " if files.source.kind is SourceKind.RUN else ""
    except ReportedError as error:
        return Candidate(name, error.message, is_usable=False), None
    parameters = format_count(counted.parameters, compact=True)
    words = f"{named}{parameters} parameters, {counted.dtype or 'no weights'}, {size}"
    return Candidate(str(files.source), words), generator


def _run_name(store: Path, run_id: int) -> str:
    from store.database import open_read_only
    from store.runs import get_run

    with open_read_only(store) as db:
        return get_run(db, run_id).name


def complete_path(text: str) -> list[Candidate]:
    """The models and folders whose path begins as ``text``; none where it is no path."""
    prefix = "hf:" if text.startswith("hf:") else ""
    typed = text.removeprefix(prefix)
    if not typed.startswith(_PATHS):
        return []
    folder, begun = os.path.split(typed)
    try:
        with os.scandir(os.path.expanduser(folder)) as found:
            entries = sorted(islice(found, _MOST_ENTRIES), key=lambda entry: entry.name)
    except OSError:
        return []
    offered = (_of_entry(entry, folder) for entry in entries if entry.name.startswith(begun))
    return [candidate for candidate in offered if candidate is not None]


def narrowed(candidates: Iterable[Candidate], text: str) -> list[Candidate]:
    """Those in which every word of ``text`` stands, whole names first; what was typed itself, where it is none."""
    words = text.casefold().split()
    left = [one for one in candidates if all(word in f"{one.name} {one.words}".casefold() for word in words)]
    left.sort(key=lambda one: one.name != text.strip())
    if text.strip() and all(one.name != text.strip() for one in left):
        left.append(Candidate(text.strip(), "as it is typed"))
    return left


def _of_entry(entry: os.DirEntry[str], folder: str) -> Candidate | None:
    path = os.path.join(folder, entry.name)
    try:
        if entry.name.lower().endswith(".gguf") and entry.is_file():
            return Candidate(path, f"GGUF, {format_bytes(entry.stat().st_size)}")
        if not entry.is_dir() or entry.name.startswith("."):
            return None
        if os.path.exists(os.path.join(entry.path, "config.json")):
            return Candidate(f"hf:{path}", "a checkpoint")
    except OSError:
        return None
    return Candidate(f"{path}/", "a folder", is_step=True)


def _cached() -> list[Candidate]:
    from workbench.language.hub_cache import list_cached

    found = []
    for model in list_cached():
        if model.trouble is not None:
            found.append(Candidate(model.name, model.trouble, is_usable=False))
            continue
        parts = [
            f"{format_count(model.parameters, compact=True)} parameters",
            model.dtype or "",
            format_bytes(model.size_bytes),
            f"context {format_count(model.context_length)}" if model.context_length else "",
        ]
        found.append(Candidate(model.name, ", ".join(part for part in parts if part)))
    return found


def _runs(store: Path) -> list[Candidate]:
    """Finished runs of language models that were trained here, the newest first."""
    from store.database import open_read_only
    from store.records import RunStatus
    from store.runs import list_runs
    from workbench.evaluation.metrics import LANGUAGE
    from workbench.spec import is_imported

    with open_read_only(store) as db:
        runs = list_runs(db, statuses=(RunStatus.DONE,), limit=_MOST_RUNS)
    return [
        Candidate(f"run:{run.id}", f"{run.name}: {run.model} on {run.dataset}")
        for run in runs
        if run.task == LANGUAGE and not is_imported(run)
    ]
