"""Which weights a model has: a hash of their files, remembered by path, size and time of change.

Two folders with the same weights are the same model, and a folder that was trained on is another one, whatever their
names. Hashing a gigabyte takes a second, so each file's hash is kept in the user's cache folder, in a small file of its
own.
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from workbench.errors import UnusableModel
from workbench.language.cache_files import cache_folder, keep_file
from workbench.language.sources import ModelFiles

_FOLDER: Final = "weights"


def weights_hash(files: ModelFiles) -> str:
    """64 hexadecimal digits: SHA-256 of the one weights file, or of the hashes of several in the order of their names.

    Raises UnusableModel where a file cannot be read.
    """
    hashes = [_hash_of(path.resolve()) for path in files.weights]
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("".join(hashes).encode("ascii")).hexdigest()


def _hash_of(path: Path) -> str:
    try:
        status = path.stat()
        key = [str(path), status.st_size, status.st_mtime_ns]
        note = cache_folder() / _FOLDER / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"
        with suppress(OSError, ValueError, LookupError, TypeError):
            known = json.loads(note.read_text(encoding="utf-8"))
            if known["key"] == key:
                return str(known["sha256"])
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusableModel(f"{path} cannot be read ({error.strerror}). Fetch or save the checkpoint again.") from None
    keep_file(note, json.dumps({"key": key, "sha256": found}))
    return found
