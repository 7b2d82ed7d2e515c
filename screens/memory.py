"""What the interface remembers from one time to the next: the layout, and of each store where its user was.

It is a file of the interface's own, for the user only, and holds nothing that anybody would miss: what cannot be read
in it, or was written by a newer version, is passed over, and the interface begins as new.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

STATE_VARIABLE = "WORKBENCH_STATE"
_FILE = "interface.json"
_MOST_STORES = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a user was in one store."""

    chosen_id: int | None = None
    where: str = ""
    sort: str = ""
    folded: bool = False
    a_id: int | None = None
    b_id: int | None = None
    baseline_id: int | None = None
    screen: str = ""
    """The screen that was open: '' for the dashboard, run, diff, devices or prompt."""
    generation: Mapping[str, Any] = field(default_factory=dict)
    """How the generation screen was left, as ``screens.prompt.remembered`` reads it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a user likes the dashboard, whatever store it shows."""

    columns: tuple[str, ...] | None = None
    """Keys of the run table's columns; None: by the width."""
    panes: Mapping[str, bool] = field(default_factory=dict)
    """Panes that were shown or hidden by key; the others are shown where there is room."""
    zoomed: str = ""
    searches: tuple[str, ...] = ()
    """Filters that were used, newest first."""


class Memory:
    """Reads and writes the file; without a path it remembers for as long as it lives."""

    def __init__(self, path: Path | None, store: Path) -> None:
        self._path = path
        self._store = str(store)
        document = _read(path)
        self.layout: Layout = _made(Layout, document.get("layout"))
        places = document.get("places")
        self._places: dict[str, Any] = places if isinstance(places, dict) else {}
        self.place: Place = _made(Place, self._places.get(self._store))

    def save(self) -> None:
        """Keep layout and place; a file that cannot be written is no reason to disturb anybody."""
        self._places.pop(self._store, None)
        places = {self._store: asdict(self.place), **self._places}
        document = {"layout": asdict(self.layout), "places": dict(list(places.items())[:_MOST_STORES])}
        self._places = places
        if self._path is not None:
            with suppress(OSError):
                _write(self._path, json.dumps(document, indent=1))


def memory_path() -> Path:
    """Where the file lies: ``WORKBENCH_STATE`` (a file, or the folder of it), else the user's folder for state."""
    import platformdirs

    given = os.environ.get(STATE_VARIABLE)
    path = Path(os.path.expanduser(given)) if given else Path(platformdirs.user_state_dir("workbench"))
    return path / _FILE if path.is_dir() or not given else path


def _read(path: Path | None) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8")) if path is not None else {}
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise


def _made(kind: type[Any], values: Any) -> Any:
    """A record from what the file says of it: fields of another type than the default's are left at the default."""
    fresh = kind()
    if not isinstance(values, dict):
        return fresh
    given = {}
    for item in fields(kind):
        value = values.get(item.name)
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            value = tuple(value)
        if _fits(item.name, value, getattr(fresh, item.name)):
            given[item.name] = value
    return kind(**given)


def _fits(name: str, value: Any, default: Any) -> bool:
    if name.endswith("_id"):
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "columns":
        return isinstance(value, tuple)
    return type(value) is type(default)
