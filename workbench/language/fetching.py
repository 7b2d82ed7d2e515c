"""Fetching a language model from the hub into its local cache: only when asked, and only the files that are read here.

That is the configuration, the tokenizer and the weights as safetensors: no pickled weights, no code, no second copy of
the weights in another library's format.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from workbench.errors import DiskError, UnusableModel, UsageError
from workbench.formatting import format_bytes
from workbench.inert import inert
from workbench.language.sources import (
    ModelFiles,
    ModelSource,
    SourceKind,
    cache_entry,
    find_files,
    how_to_convert,
    hub_folder,
    parse_source,
)

_WEIGHTS: Final = "model.safetensors"
_SHARDS: Final = "model.safetensors.index.json"
_READ: Final = (".json", ".txt", ".model", ".jinja")
"""Ends of the names of files that transformers reads beside the weights."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the hub has of a model."""

    source: ModelSource
    names: tuple[str, ...]
    """The files that are fetched."""
    size_bytes: int | None
    """Of all of them; None where the hub does not say it of each."""


def look_up(text: str) -> Offer:
    """What would be fetched of the model that ``text`` names.

    Raises UsageError for what is no id of the hub, and UnusableModel where the hub cannot be asked, has no such model,
    or none with weights as safetensors.
    """
    source = parse_source(text)
    if source.kind is not SourceKind.HUB:
        raise UsageError(f"{source} lies on this machine already: only an id of the hub, as gpt2, can be downloaded.")
    from huggingface_hub import HfApi  # heavy, and only where something is fetched

    with _reporting(source):
        found: Any = HfApi(endpoint=_endpoint()).model_info(source.name, files_metadata=True)
    sizes = {file.rfilename: file.size for file in found.siblings or ()}
    names = _wanted(tuple(sizes), source)
    known = [sizes[name] for name in names]
    return Offer(source, names, None if None in known else sum(known))


def fetch(offer: Offer, *, progress: bool) -> ModelFiles:
    """The files of an offer, in the local cache of the hub; what lies there already is not fetched again.

    A download that was broken off goes on where it ended. ``progress`` draws bars on stderr. Raises DiskError where the
    disk has no room for it, and UnusableModel as ``look_up`` and ``find_files`` do.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import (  # type: ignore[attr-defined]  # told of in its documentation
        disable_progress_bars,
        enable_progress_bars,
    )

    _check_room(offer)
    (enable_progress_bars if progress else disable_progress_bars)()
    with _reporting(offer.source):
        snapshot_download(
            offer.source.name, cache_dir=hub_folder(), allow_patterns=list(offer.names), endpoint=_endpoint()
        )
    return find_files(offer.source)


def _wanted(names: Sequence[str], source: ModelSource) -> tuple[str, ...]:
    """Of the names in a repository those that are fetched: files of subfolders are other libraries' copies."""
    here = sorted(name for name in names if "/" not in name)
    if _WEIGHTS in here:
        weights = [_WEIGHTS]
    elif _SHARDS in here:
        weights = [name for name in here if name.startswith("model-") and name.endswith(".safetensors")]
    else:
        raise UnusableModel(
            f"{source} has no model.safetensors on the hub, and a pickle could run any code when it is read. "
            f"{how_to_convert(source)}"
        )
    return (*(name for name in here if name.endswith(_READ)), *weights)


def _check_room(offer: Offer) -> None:
    place = hub_folder()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    missing = 0 if offer.size_bytes is None else offer.size_bytes - _bytes_there(offer.source)
    if missing > free:
        raise DiskError(
            f"{offer.source} takes {format_bytes(missing)} more, and {place} has {format_bytes(free)} free. Free some, "
            f"or set HF_HUB_CACHE to a folder on another disk."
        )


def _bytes_there(source: ModelSource) -> int:
    """Of the model's files in the cache, those that a broken download left half among them, where it goes on."""
    blobs = cache_entry(source) / "blobs"
    return sum(path.stat().st_size for path in blobs.iterdir() if path.is_file()) if blobs.is_dir() else 0


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


@contextmanager
def _reporting(source: ModelSource) -> Iterator[None]:
    """Asking the hub; what goes wrong is a sentence."""
    from huggingface_hub import errors

    unreachable: Any = errors.HTTPError  # type: ignore[attr-defined]  # of the HTTP library that it happens to use
    try:
        yield
    except errors.GatedRepoError:
        raise UnusableModel(
            f"{source} is given only to those who have accepted its terms. Accept them on its page on the hub, and set "
            f"HF_TOKEN to your token."
        ) from None
    except errors.RepositoryNotFoundError:
        raise UnusableModel(
            f"The hub has no model {source}, or none that you may see. Look the id up there; for a private one set "
            f"HF_TOKEN to your token."
        ) from None
    except errors.HFValidationError:
        raise UsageError(f"{source} is no id of a model on the hub: look it up there.") from None
    except errors.OfflineModeIsEnabled:
        raise UnusableModel(f"{source} is not fetched: HF_HUB_OFFLINE is set. Unset it and ask again.") from None
    except (unreachable, OSError) as error:
        reason = inert(next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip("."), 240)
        raise UnusableModel(
            f"{source} could not be fetched from the hub: {reason}. What has come stays, and the same command goes on "
            f"from there. Where there is no network, copy the model's folder here and use hf:FOLDER."
        ) from error
