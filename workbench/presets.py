"""Presets: named settings of a model, to start from. Some are built in, the others are the user's own.

The user's stand in one private JSON file beside the settings. It is replaced whole, under a lock, so that neither a
crash nor a second interface leaves half of it; a preset that this version does not understand is kept as it is.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import BadValue, DiskError, UnknownName, UsageError
from workbench.models import MODELS
from workbench.settings import settings_path

FILE_NAME = "presets.json"
_LONGEST_NAME = 60
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Preset:
    """A model and what is set about it: texts, as they are typed after ``--set NAME=``; the rest is the default.

    ``values`` may also name what every run has: seed, split_seed, threads, test_fraction, val_fraction. Without data
    it leaves the data as it is.
    """

    name: str
    model: str
    values: Mapping[str, str] = field(default_factory=dict)
    data: str | None = None
    target: str | None = None
    device: str | None = None
    tags: str = ""
    text: str | None = None
    """The field of a file of JSON lines that holds the text."""
    built_in: bool = False


BUILT_IN: tuple[Preset, ...] = tuple(
    Preset(name, model, values, built_in=True)
    for name, model, values in (
        ("mlp-small", "mlp", {"hidden": "32", "dropout": "0", "epochs": "30"}),
        ("mlp-wide", "mlp", {"hidden": "512,256", "dropout": "0.3", "weight_decay": "0.01", "schedule": "cosine"}),
        ("mlp-deep", "mlp", {"hidden": "256,128,64,32", "activation": "gelu", "learning_rate": "0.001"}),
        ("cnn-small", "cnn", {"channels": "8,16", "dense_width": "32", "epochs": "15"}),
        ("cnn-wide", "cnn", {"channels": "32,64", "dense_width": "128", "dropout": "0.4", "schedule": "cosine"}),
        ("logistic-balanced", "logistic-regression", {"class_weight": "balanced"}),
        ("logistic-strict", "logistic-regression", {"C": "0.1"}),
    )
)


def presets_path() -> Path:
    """The file of the user's presets, beside the settings file."""
    return settings_path().parent / FILE_NAME


def list_presets(path: Path | None = None) -> tuple[Preset, ...]:
    """The user's presets by name, then those that are built in and have no preset of the user's by their name.

    Raises UsageError where the file is not one of presets, DiskError where it cannot be read.
    """
    found = (_read_preset(name, entry) for name, entry in _read(path or presets_path()).items())
    own = [preset for preset in found if preset is not None]
    taken = {preset.name for preset in own}
    return (
        *sorted(own, key=lambda preset: preset.name.lower()),
        *(preset for preset in BUILT_IN if preset.name not in taken),
    )


def find_preset(name: str, path: Path | None = None) -> Preset:
    """The preset called ``name``; raises UnknownName with the nearest names."""
    presets = {preset.name: preset for preset in list_presets(path)}
    if name not in presets:
        raise UnknownName("preset", name, presets)
    return presets[name]


def save_preset(preset: Preset, path: Path | None = None) -> None:
    """Keep a preset under its name, in the place of one that has the name already; raises BadValue or DiskError."""
    name = preset.name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadValue(f"The name of a preset has 1 to {_LONGEST_NAME} characters that can be seen.")
    entry = {
        "model": preset.model,
        "values": dict(preset.values),
        "data": preset.data,
        "target": preset.target,
        "text": preset.text,
        "device": preset.device,
        "tags": preset.tags,
    }
    with _changing(path or presets_path()) as document:
        document[name] = {key: value for key, value in entry.items() if value}


def delete_preset(name: str, path: Path | None = None) -> None:
    """Forget a preset of the user's; one that is not there is no matter."""
    with _changing(path or presets_path()) as document:
        document.pop(name, None)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
        presets = document["presets"]
        if not isinstance(presets, dict):
            raise TypeError
        return dict(presets)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise DiskError(f"The presets in {path} cannot be read ({error.strerror}). Check its permissions.") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} does not hold presets as Workbench writes them. Mend it, or delete it.") from None


def _read_preset(name: str, entry: Any) -> Preset | None:
    """A preset of the file, or None where it is of a model that is not known here."""
    if not isinstance(entry, dict) or entry.get("model") not in MODELS or not isinstance(entry.get("values", {}), dict):
        return None
    values = {str(key): str(text) for key, text in entry.get("values", {}).items()}
    named = ("data", "target", "text", "device")
    data, target, text, device = (str(entry[key]) if entry.get(key) else None for key in named)
    return Preset(name, entry["model"], values, data, target, device, str(entry.get("tags", "")), text)


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, Any]]:
    """The presets of the file, written back whole at the end of the block; a second writer waits."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path.parent):
            document = _read(path)
            yield document
            fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with open(fd, "w", encoding="utf-8") as file:
                json.dump({"version": _VERSION, "presets": document}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
    except OSError as error:
        raise DiskError(
            f"The presets cannot be written to {path} ({error.strerror}). Free space there, or check its permissions."
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder against other writers; where the file system knows no locks, the last writer wins."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
