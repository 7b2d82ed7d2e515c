"""The paths that mean something in a store: for completion, for the choice of columns and for 'did you mean'.

Figures and series are known in full, from the store's own indexes. What else a run knows (its parameters, its data, its
machine) is taken from a sample of the runs: from all of them up to a thousand, else from the newest and some others.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from store.connection import Database
from store.documents import decode, encode
from store.run_values import (
    DETAIL_COLUMNS,
    RUN_COLUMNS,
    Ids,
    figure_names,
    holds_text,
    json_texts,
    logged_metrics,
    sample_ids,
)
from workbench.expressions.paths import full_paths
from workbench.run_columns import JSON_GROUPS
from workbench.run_json import DATA_KEYS, DECLARED, SERIES_KEYS

_SAMPLE = 1000
_SPREAD = 200
_NO_COLUMNS = ("parameters", "data", "environment", "classes", "confusion")
"""Parts of a document that no cell can show."""
_TOO_LARGE = ("data.report", "data.labels")
_ORDER = (*DECLARED, *JSON_GROUPS)


class RunPaths:
    """What is known so far; it grows with the runs that are added to it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._held: dict[tuple[str, str], bool] = {}
        self._inner: dict[str, set[str]] | None = None
        """Group → every path below it."""

    def add(self, run_ids: Iterable[int]) -> None:
        """Take in what these runs know; they are new, or have changed."""
        ids = list(run_ids)
        for (group, text), held in self._held.items():
            self._held[group, text] = held or holds_text(self._db, group, text, ids)
        if self._inner is not None:
            self._read_inner(self._inner, ids)

    def holds(self, group: str, key: str) -> bool:
        """Whether the object of ``group`` (parameters, data, environment) may hold ``key`` in some run.

        Parameters are looked through; of a machine or of data only the sample is, since these are large.
        """
        # Of a path of several names, most often not even the first stands anywhere.
        first = encode(key.partition(".")[0])[:-1]
        return self._holds_text(group, first) and self._holds_text(group, encode(key))

    def _holds_text(self, group: str, text: str) -> bool:
        if (group, text) not in self._held:
            sampled = None if group == "parameters" else self._sampled()
            self._held[group, text] = holds_text(self._db, group, text, sampled)
        return self._held[group, text]

    def names(self) -> set[str]:
        """Every path, in full and in short form."""
        found = {*RUN_COLUMNS, *DETAIL_COLUMNS, *DECLARED, "series", *JSON_GROUPS}
        for path in self._below_groups():
            found |= {path, path.partition(".")[2]}
        for path in self._series():
            found |= {path, path.rpartition(".")[0]}
        return found

    def columns(self) -> list[str]:
        """Every full path that leads to a plain value: of the run itself, then by group."""
        below = sorted(self._below_groups(), key=lambda path: _ORDER.index(path.partition(".")[0]))
        parents = {path.rpartition(".")[0] for path in below}
        own = [key for key in (*RUN_COLUMNS, *DETAIL_COLUMNS) if key not in _NO_COLUMNS]
        shown = [path for path in below if path not in parents and not path.startswith(_TOO_LARGE)]
        return [*own, *shown, *self._series()]

    def _below_groups(self) -> list[str]:
        if self._inner is None:
            self._inner = {group: set() for group in JSON_GROUPS}
            self._read_inner(self._inner, self._sampled())
        found = [f"{group.value}.{name}" for group, names in DECLARED.items() for name in names]
        found += [f"{group.value}.{name}" for group, name in figure_names(self._db)]
        found += [f"data.{key}" for key in DATA_KEYS]
        for group, paths in self._inner.items():
            found += [f"{group}.{path}" for path in sorted(paths)]
        return list(dict.fromkeys(found))

    def _series(self) -> list[str]:
        return [f"series.{metric}.{key}" for metric in logged_metrics(self._db) for key in SERIES_KEYS]

    def _read_inner(self, inner: Mapping[str, set[str]], ids: Ids) -> None:
        for group, paths in inner.items():
            for text in json_texts(self._db, group, ids):
                document: Any = decode(text)
                paths.update(full_paths(document))

    def _sampled(self) -> list[int]:
        return sample_ids(self._db, _SAMPLE, _SPREAD)
