"""The docstrings of Python and of the libraries that Workbench itself needs: real text that is on every machine.

Files are parsed, never imported. Those of one file are one document: they say similar things in similar words, so that
a split must not part them. Of each library files are taken in the order of a hash of their paths until they have given
enough, so that the sample is drawn from all of its parts and is the same wherever the same versions are installed.
Docstrings that come up again and those of a few words are left out. What was found is kept in the user's cache folder
with a hash of its content, under a name that the versions decide.
"""

import ast
import gc
import hashlib
import json
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from workbench.data.text_reading import Progress
from workbench.errors import UnusableData
from workbench.formatting import format_count, format_some
from workbench.language.cache_files import cache_folder, keep_file
from workbench.language.spans import byte_length, encode

NAME: Final = "docstrings"
BYTES_EACH: Final = 2**20
"""What is taken of one library, and a little more: to the end of a file."""

_LIBRARIES: Final[Mapping[str, str]] = {
    "numpy": "numpy",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "textual": "textual",
    "torch": "torch",
}
"""The distribution of each package beside the standard library; all of them are what Workbench depends on."""
_STANDARD: Final = "python"
_SHORTEST: Final = 32
"""Characters that a docstring has at least."""
_PASSED_OVER: Final = frozenset(
    {"__pycache__", "idlelib", "lib2to3", "site-packages", "dist-packages", "test", "tests", "turtledemo"}
)
_FORMAT: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Docstrings:
    """The documents, one a file, library by library; and what was left out of them."""

    documents: tuple[str, ...]
    docstrings: int
    versions: Mapping[str, str]
    files: int
    """Files that were parsed, of all the ``files_found``."""
    files_found: int
    unreadable: int
    """Files that could not be parsed."""
    repeated: int
    short: int

    def describe(self) -> str:
        """Where the text comes from and what was left out, in a sentence."""
        sources = format_some([f"{name} {number}" for name, number in self.versions.items()], len(self.versions))
        left_out = [f"{format_count(self.repeated)} that come up again", f"{format_count(self.short)} of a few words"]
        if self.unreadable:
            left_out.append(f"those of {format_count(self.unreadable)} files that cannot be parsed")
        return (
            f"{format_count(self.docstrings)} docstrings of {sources}: from {format_count(self.files)} of "
            f"{format_count(self.files_found)} files, about {BYTES_EACH >> 20} MiB of each, those of a file as one "
            f"document; without {', '.join(left_out)}."
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A library whose files are read: its distribution, the version of it, and where it lies."""

    name: str
    version: str
    folder: Path


def load_docstrings(progress: Progress | None = None) -> Docstrings:
    """The docstrings from the cache, else from the installed files, which takes seconds.

    ``progress`` is told bytes of text. Raises UnusableData where none of the libraries can be found.
    """
    sources = find_sources()
    place = cache_folder() / NAME / f"{_key(sources)}.json"
    kept = _read_kept(place)
    if kept is not None:
        return kept
    found = gather(sources, progress)
    _keep(place, found)
    return found


def gather(sources: Sequence[Source], progress: Progress | None = None) -> Docstrings:
    """The docstrings in the files of ``sources``."""
    documents: list[str] = []
    seen: set[str] = set()
    counts = {"docstrings": 0, "files": 0, "files_found": 0, "unreadable": 0, "repeated": 0, "short": 0}
    with _without_collector(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the parser, on other people's escapes
        for position, source in enumerate(sources):
            files = sorted(_list_files(source.folder), key=lambda file: _hash_of(file, source.folder))
            counts["files_found"] += len(files)
            taken = 0
            for file in files:
                counts["files"] += 1
                texts = _read_file(file, seen, counts)
                if texts:
                    documents.append("\n\n".join(texts))
                    taken += byte_length(documents[-1])
                if progress is not None:
                    progress(position * BYTES_EACH + min(taken, BYTES_EACH), len(sources) * BYTES_EACH)
                if taken >= BYTES_EACH:
                    break
    if not documents:
        raise UnusableData(
            "No docstrings were found: neither Python's own library nor that of a package lies here as source. "
            "Name a text file instead."
        )
    return Docstrings(tuple(documents), versions={source.name: source.version for source in sources}, **counts)


def find_sources() -> list[Source]:
    """Python's own library, and those of the others that are installed as source."""
    numbers = ".".join(map(str, sys.version_info[:3]))
    found = [Source(_STANDARD, numbers, Path(sysconfig.get_path("stdlib")))]
    for package, distribution in _LIBRARIES.items():
        with suppress(PackageNotFoundError):
            spec = find_spec(package)  # of a package at the top nothing is imported
            if spec is not None and spec.submodule_search_locations:
                found.append(Source(distribution, version(distribution), Path(spec.submodule_search_locations[0])))
    return found


def _list_files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _PASSED_OVER]
        yield from (Path(place, name) for name in names if name.endswith(".py"))


def _hash_of(file: Path, folder: Path) -> bytes:
    return hashlib.blake2b(file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")).digest()


def _read_file(file: Path, seen: set[str], counts: dict[str, int]) -> list[str]:
    """The docstrings of a file in its order, those that were not ``seen`` before; what is left out is counted."""
    try:
        tree = ast.parse(file.read_bytes())
        texts = [text for node in (tree, *_definitions(tree)) if (text := ast.get_docstring(node))]
    except (OSError, SyntaxError, ValueError, RecursionError):
        counts["unreadable"] += 1
        return []
    found = []
    for text in texts:
        clean = text.strip().encode("utf-8", "replace").decode("utf-8")
        if len(clean) < _SHORTEST:
            counts["short"] += 1
        elif clean in seen:
            counts["repeated"] += 1
        else:
            seen.add(clean)
            found.append(clean)
    counts["docstrings"] += len(found)
    return found


def _definitions(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Classes and functions, in the order of the file: expressions hold none, so they are not walked through."""
    bodies: list[Iterator[ast.stmt]] = [iter(tree.body)]
    while bodies:
        node = next(bodies[-1], None)
        if node is None:
            bodies.pop()
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            bodies.append(iter(node.body))
        elif isinstance(node, ast.If | ast.Try | ast.With):
            bodies.append(iter(node.body))


@contextmanager
def _without_collector() -> Iterator[None]:
    """A stretch without the collector of cycles: it would go through each tree again and again, and find none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# --- the cache ------------------------------------------------------------------------------------------------------


def _key(sources: Sequence[Source]) -> str:
    named = [[source.name, source.version, str(source.folder)] for source in sources]
    facts = json.dumps([_FORMAT, BYTES_EACH, _SHORTEST, sorted(_PASSED_OVER), named])
    return hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _content_hash(documents: Sequence[str]) -> str:
    return hashlib.sha256(encode("\0".join(documents))).hexdigest()


def _read_kept(place: Path) -> Docstrings | None:
    """What lies in the cache, if it is whole."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        document = json.loads(place.read_text(encoding="utf-8"))
        expected = document.pop("sha256")
        found = Docstrings(**{**document, "documents": tuple(document["documents"])})
        if _content_hash(found.documents) == expected:
            return found
    return None


def _keep(place: Path, found: Docstrings) -> None:
    document = {name: getattr(found, name) for name in Docstrings.__slots__}
    document["sha256"] = _content_hash(found.documents)
    keep_file(place, json.dumps(document, ensure_ascii=False))
