"""What lies in a run's folder, looked at in a thread: a folder may lie on a network file system."""

import os
from dataclasses import dataclass
from pathlib import Path

from store.folders import run_folder

MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file in a run's folder; ``name`` is its path in it."""

    name: str
    size: int
    modified_at: float


@dataclass(frozen=True, slots=True)
class Folder:
    """A run's folder with its files, by name."""

    run_id: int
    path: Path
    files: tuple[RunFile, ...] = ()
    is_there: bool = True
    more: int = 0
    """Files beyond MOST_FILES."""
    problem: str = ""
    """Why it could not be read, in the system's words."""


def list_folder(store_path: Path, run_id: int) -> Folder:
    """The folder and its files."""
    path = run_folder(store_path, run_id)
    files: list[RunFile] = []
    more = 0
    problems: list[str] = []
    for place, _, names in os.walk(path, onerror=lambda error: problems.append(error.strerror or str(error))):
        for name in names:
            if len(files) >= MOST_FILES:
                more += 1
                continue
            whole = Path(place) / name
            try:
                status = whole.lstat()
            except OSError:
                continue  # it went away while we looked
            files.append(RunFile(str(whole.relative_to(path)), status.st_size, status.st_mtime))
    is_there = path.is_dir()
    files.sort(key=lambda file: file.name)
    return Folder(run_id, path, tuple(files), is_there, more, problems[0] if problems and is_there else "")
