"""Small files in the user's cache folder: their owner's alone, and made again where somebody deletes them.

Processes and threads that find out the same at the same time write the same, each beside the place and then over it.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import platformdirs

CACHE_VARIABLE: Final = "WORKBENCH_CACHE"


def cache_folder() -> Path:
    """What may be deleted at any time and is made again: ``WORKBENCH_CACHE``, else the user's cache folder."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(os.path.expanduser(given)) if given else Path(platformdirs.user_cache_dir("workbench"))


def keep_file(place: Path, text: str) -> None:
    """Writes ``text`` at ``place``; where it cannot be written that costs time later, and nothing else."""
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, place)
        except BaseException:
            os.unlink(temporary)
            raise
