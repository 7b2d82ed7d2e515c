"""One value of many runs at a time: the columns that filters, sort keys and tables of runs are made of.

A run's whole document costs some 30 rows; of 100,000 runs nobody wants that. Each function here reads one thing, of the
runs named, or of all where none are. SQLite does the work (taking a key out of JSON included), and Python's other
threads go on meanwhile: that is why values come as rows and not as documents.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from store.connection import Database
from store.documents import decode, encode, finite_json
from store.records import FigureGroup

Ids = Sequence[int] | None
"""The runs that are asked for; None: all."""

RUN_COLUMNS: Final = {
    **{
        name: name
        for name in (
            *("id", "name", "status", "phase", "model", "dataset", "task", "seed", "split_seed", "device", "threads"),
            *("parameters", "tags", "notes", "created_at", "started_at", "finished_at", "error", "lost_points"),
            *("attempt", "host"),
        )
    },
    "group": "(SELECT groups.name FROM groups WHERE groups.id = group_id)",
    "duration_s": "finished_at - started_at",
    "parent": "parent_id",
}
"""What is kept in the row of a run, by the name that it has in the run's document."""

DETAIL_COLUMNS: Final = ("data", "environment", "classes", "confusion", "checkpoint")
"""What is kept beside it."""

_SERIES_COLUMNS: Final = {
    "last": "s.last",
    "last_step": "s.last_step",
    "best": "s.best",
    "best_step": "s.best_step",
    "min": "s.minimum",
    "min_step": "s.minimum_step",
    "max": "s.maximum",
    "max_step": "s.maximum_step",
}
_PLAIN_KEY = re.compile(r"[ -!#-\[\]-~]+")
"""A key that JSON and SQLite's JSON paths write alike: printable ASCII without quotes and backslashes."""

Values = dict[int, Any]
"""By the id of the run."""


def run_ids(db: Database, after: int = 0) -> list[int]:
    """The ids of all runs after ``after``, oldest first."""
    if after:
        return [row[0] for row in db.rows("SELECT id FROM runs WHERE id > ? ORDER BY id", (after,))]
    # All of them stand in a narrow index, in the order of something else; the rows themselves are wide.
    return sorted(row[0] for row in db.stream("SELECT id FROM runs"))


def live_statuses(db: Database) -> dict[int, str]:
    """The runs that are queued or running, by the store's word."""
    return dict(db.rows("SELECT id, status FROM runs WHERE status IN ('queued', 'running')"))


def column_values(db: Database, key: str, ids: Ids = None) -> Values:
    """What stands in the row of each run under a key of RUN_COLUMNS or DETAIL_COLUMNS, as it is stored."""
    table, run_id, column = _place(key)
    return dict(db.stream(f"SELECT {run_id}, {column} FROM {table} {_which(run_id, ids, 'WHERE')}", _these(ids)))


def json_values(db: Database, column: str, key: str, ids: Ids = None) -> Values:
    """What the JSON objects of ``column`` (parameters, data, environment) hold at ``key``, of runs where they do."""
    if not _PLAIN_KEY.fullmatch(key):
        documents = ((run_id, decode(text)) for run_id, text in column_values(db, column, ids).items())
        return {run_id: finite_json(document[key]) for run_id, document in documents if key in document}
    table, run_id, _ = _place(column)
    # A list of two comes as JSON text, which tells 1 from true and is decoded as the whole document would be; the
    # second, an element of what is no list, is null.
    rows = db.stream(
        f"SELECT {run_id}, json_extract({column}, :path, '$[0]') FROM {table} "
        f"WHERE json_type({column}, :path) IS NOT NULL {_which(run_id, ids, 'AND')}",
        {"path": f'$."{key}"', **_these(ids)},
    )
    decoded = _Decoded()
    return {run_id: decoded[text] for run_id, text in rows}


class _Decoded(dict[str, Any]):
    """The first of each list that was decoded; the same few come again and again."""

    def __missing__(self, text: str) -> Any:
        self[text] = finite_json(decode(text)[0])
        return self[text]


def figure_values(db: Database, group: FigureGroup, name: str, ids: Ids = None) -> Values:
    """One figure of the runs that have it; None where they have it as not known."""
    return dict(
        db.stream(
            f"SELECT run_id, value FROM figures WHERE name = :name AND grp = :grp {_which('run_id', ids, 'AND')}",
            {"name": name, "grp": group.value, **_these(ids)},
        )
    )


def series_values(db: Database, metric: str, part: str, ids: Ids = None) -> Values:
    """One thing that ``metric`` came to in the runs that logged it: last, best, min, max or the ``_step`` of one."""
    return dict(
        db.stream(
            f"SELECT s.run_id, {_SERIES_COLUMNS[part]} FROM metric_summaries s "
            f"WHERE s.metric_id = (SELECT id FROM metrics WHERE name = :metric) {_which('s.run_id', ids, 'AND')}",
            {"metric": metric, **_these(ids)},
        )
    )


def figure_names(db: Database) -> list[tuple[FigureGroup, str]]:
    """Every figure that some run has, found by skipping in the index from each name to the next."""
    names: list[tuple[FigureGroup, str]] = []
    last = ""
    while found := db.row("SELECT name FROM figures WHERE name > ? ORDER BY name LIMIT 1", (last,)):
        last = found[0]
        names += [(group, last) for group in FigureGroup if _has_figure(db, group, last)]
    return names


def logged_metrics(db: Database) -> list[str]:
    """The metrics that runs of this store have logged."""
    return [row[0] for row in db.rows("SELECT name FROM metrics ORDER BY id")]


def holds_text(db: Database, column: str, text: str, ids: Ids = None) -> bool:
    """Whether the JSON of ``column`` holds ``text``, as JSON writes it, in some run: quicker seen than read."""
    table, run_id, _ = _place(column)
    return bool(
        db.row(
            f"SELECT 1 FROM {table} WHERE instr({column}, :text) {_which(run_id, ids, 'AND')} LIMIT 1",
            {"text": text, **_these(ids)},
        )
    )


def json_texts(db: Database, column: str, ids: Ids = None) -> list[str]:
    """The different JSON texts that ``column`` holds."""
    table, run_id, _ = _place(column)
    return [
        row[0] for row in db.rows(f"SELECT DISTINCT {column} FROM {table} {_which(run_id, ids, 'WHERE')}", _these(ids))
    ]


def sample_ids(db: Database, newest: int, spread: int) -> list[int]:
    """The newest runs, and ``spread`` more at even distances among all."""
    ids = [row[0] for row in db.rows("SELECT id FROM runs ORDER BY id DESC LIMIT ?", (newest,))]
    if len(ids) < newest:
        return ids
    wanted = list(range(1, ids[-1], max(1, ids[-1] // spread)))
    return ids + [row[0] for row in db.rows(f"SELECT id FROM runs {_which('id', wanted, 'WHERE')}", _these(wanted))]


def alike_keys(db: Database, ids: Ids = None) -> Values:
    """For each run what it has in common with the runs that differ from it only in their seeds.

    That is its group, if it has one; else its model, task, data (with target and split) and parameters, as one text.
    """
    parts = ("model", "task", "dataset", "split_seed", "parameters", "coalesce(json_extract(spec, '$.data'), '')")
    text = " || char(31) || ".join(parts)
    which = _which("id", ids, "WHERE")
    return dict(db.stream(f"SELECT id, coalesce(group_id, {text}) FROM runs {which}", _these(ids)))


def _has_figure(db: Database, group: FigureGroup, name: str) -> bool:
    return db.row("SELECT 1 FROM figures WHERE name = ? AND grp = ? LIMIT 1", (name, group.value)) is not None


def _place(key: str) -> tuple[str, str, str]:
    """The table of a key, its column of run ids, and the key's own."""
    return ("details", "run_id", key) if key in DETAIL_COLUMNS else ("runs", "id", RUN_COLUMNS[key])


def _which(column: str, ids: Ids, word: str) -> str:
    return "" if ids is None else f"{word} {column} IN (SELECT value FROM json_each(:ids))"


def _these(ids: Ids) -> dict[str, str]:
    return {} if ids is None else {"ids": encode(list(ids))}
