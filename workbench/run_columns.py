"""What the documents of many runs say at one path, read from the store without making the documents.

It is a promise that the value here and the one that ``expressions.paths.resolve`` finds in ``run_json`` are the same,
short forms, dots in names and all: the order of the readings below is that of ``resolve``, and a test compares the two
for any store and any path.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from store.connection import Database
from store.documents import decode
from store.records import ClassFigures, FigureGroup
from store.run_values import (
    DETAIL_COLUMNS,
    RUN_COLUMNS,
    Ids,
    Values,
    column_values,
    figure_values,
    json_values,
    series_values,
)
from store.runs import get_runs
from workbench.evaluation.metrics import WHOLE_NUMBERS, direction_of
from workbench.expressions.paths import RUN_GROUPS, descend
from workbench.run_json import DATA_KEYS, DECLARED, SERIES_KEYS, counted, iso_time
from workbench.runs.liveness import effective_status

JSON_GROUPS = ("parameters", "data", "environment")
"""The parts of a document that are JSON objects of any shape."""
TIMES = ("created_at", "started_at", "finished_at")

_FIGURE_GROUPS = tuple(group.value for group in FigureGroup)


@dataclass(slots=True)
class Column:
    """The values at one path, of the runs where it is known and plain."""

    values: dict[int, Any] = field(default_factory=dict)
    exists: bool = False
    """Whether the path leads anywhere in any run, if only to null or to an object."""


class Keys(Protocol):
    """What tells which keys the JSON objects of a store's runs hold."""

    def holds(self, group: str, key: str) -> bool:
        """Whether the object of ``group`` (one of JSON_GROUPS) may hold ``key`` in some run."""
        ...


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to understand a path, likelier than those that follow it."""

    values: Callable[[], Values]
    """Of the runs of which it says something: null and objects, too."""
    is_certain: bool = False
    """Whether it says something of every run, so that nothing further has to be read."""


def read_column(db: Database, names: Sequence[str], keys: Keys, ids: Ids = None) -> Column:
    """The values at the path of ``names``, of the runs given or of all."""
    column = Column()
    found: dict[int, Any] = {}
    for reading in _readings(db, names, keys, ids):
        said = reading.values()
        column.exists = column.exists or reading.is_certain or bool(said)
        if any(type(value) is dict for value in said.values()):
            said = {run_id: value for run_id, value in said.items() if type(value) is not dict}
        found = {**said, **found} if found else said  # the first that was said of a run stands
        if reading.is_certain or (ids is not None and len(found) >= len(ids)):
            break
    column.values = {run_id: value for run_id, value in found.items() if value is not None}
    return column


def _readings(db: Database, names: Sequence[str], keys: Keys, ids: Ids) -> Iterator[_Reading]:
    """In the order in which ``resolve`` tries them."""
    head, rest = names[0], names[1:]
    if head in _FIGURE_GROUPS or head in JSON_GROUPS or head == "series":
        yield from _in_group(db, head, rest, keys, ids, is_named=True) if rest else iter([_OBJECT])
    elif not rest and (head in RUN_COLUMNS or head in DETAIL_COLUMNS):
        yield _Reading(lambda: _own_values(db, head, ids), is_certain=True)
    for group in RUN_GROUPS:
        yield from _in_group(db, group, names, keys, ids, is_named=False)


_OBJECT = _Reading(lambda: {0: {}})
"""A whole part of the document: it is there, and no plain value."""


def _in_group(
    db: Database, group: str, names: Sequence[str], keys: Keys, ids: Ids, *, is_named: bool
) -> Iterator[_Reading]:
    if group == "series":
        yield from _in_series(db, names, ids)
    elif group in JSON_GROUPS:
        yield from _in_json(db, group, names, keys, ids, is_named=is_named)
    else:
        figures, name = FigureGroup(group), ".".join(names)
        yield _Reading(lambda: _figures(db, figures, name, ids), is_certain=name in DECLARED[figures])


def _figures(db: Database, group: FigureGroup, name: str, ids: Ids) -> Values:
    values = figure_values(db, group, name, ids)
    if name not in WHOLE_NUMBERS:
        return values
    return {run_id: counted(name, value) for run_id, value in values.items()}


def _in_series(db: Database, names: Sequence[str], ids: Ids) -> Iterator[_Reading]:
    for length in range(len(names), 0, -1):
        metric, part = ".".join(names[:length]), ".".join(names[length:])
        if not part:
            yield _Reading(lambda metric=metric: {one: {} for one in series_values(db, metric, "last", ids)})  # type: ignore[misc]
        elif part in SERIES_KEYS:
            column = _by_direction(metric, part)
            yield _Reading(lambda metric=metric, column=column: series_values(db, metric, column, ids))  # type: ignore[misc]


def _by_direction(metric: str, part: str) -> str:
    """``best`` of a metric is its largest or its smallest value; of one without a direction, what the store says."""
    side = {True: "max", False: "min", None: "best"}[direction_of(metric)]
    return part.replace("best", side)


def _in_json(
    db: Database, group: str, names: Sequence[str], keys: Keys, ids: Ids, *, is_named: bool
) -> Iterator[_Reading]:
    """A key of the group may hold dots itself: the longest is tried first.

    Where the group is not named, all runs are looked through only for keys that are known to occur in it: to read what
    is known of 100,000 machines for what is a metric anyway would take seconds.
    """
    for length in range(len(names), 0, -1):
        key, rest = ".".join(names[:length]), names[length:]
        is_certain = group == "data" and key in DATA_KEYS and not rest
        if is_certain or is_named or ids is not None or keys.holds(group, key):
            yield _Reading(
                lambda key=key, rest=rest: _below(json_values(db, group, key, ids), rest),  # type: ignore[misc]
                is_certain,
            )


def _below(values: Values, rest: Sequence[str]) -> Values:
    """What stands below each value: the first plain thing, else an object if there is one."""
    if not rest:
        return values
    found: Values = {}
    for run_id, value in values.items():
        readings = list(descend(value, rest))
        if readings:
            found[run_id] = next((reading for reading in readings if type(reading) is not dict), {})
    return found


def _own_values(db: Database, key: str, ids: Ids) -> Values:
    """What the document holds under one of its own keys, as ``run_json`` writes it."""
    values = column_values(db, key, ids)
    if key == "status":
        return {**values, **_real_statuses(db, values)}
    if key in TIMES:
        return {run_id: iso_time(at) for run_id, at in values.items()}
    if key == "classes":
        return {run_id: [asdict(ClassFigures(*row)) for row in decode(text)] for run_id, text in values.items()}
    if key in ("tags", "confusion"):
        return {run_id: decode(text) for run_id, text in values.items()}
    return values


def _real_statuses(db: Database, stored: Values) -> Values:
    """Of the runs that are running by the store's word: one whose processes are dead is lost."""
    running = get_runs(db, [run_id for run_id, status in stored.items() if status == "running"])
    return {run_id: effective_status(db.path, run).value for run_id, run in running.items()}
