"""``runs``: the table of runs, filtered by an expression and sorted by a figure or a parameter."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from store.database import Database
from store.details import get_details
from store.runs import list_runs as read_runs
from workbench.cli.output import data_console, print_json, print_table
from workbench.cli.stores import open_to_read
from workbench.errors import UnknownName, UsageError
from workbench.evaluation.metrics import METRICS
from workbench.expressions import check_paths, known_paths, parse
from workbench.expressions.paths import MISSING, resolve
from workbench.formatting import format_duration, format_value
from workbench.run_json import run_json
from workbench.runs.stopping import effective_status

Document = dict[str, Any]

_FIGURES = (("metrics", "accuracy"), ("metrics", "macro_f1"), ("metrics", "log_loss"), ("latency", "p50_ms"))
_WIDE = 110
"""Columns of a terminal from which on everything is shown; below it the least telling columns are left away."""


def list_runs(arguments: Namespace) -> int:
    """The runs that match, newest first or in the order asked for."""
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"--limit takes a number of runs, 1 or more, not {arguments.limit}.")
    # Where nothing has to be compared with the rest, only the newest are read at all.
    few = None if arguments.where or arguments.sort else arguments.limit
    with open_to_read(arguments) as db:
        documents = run_documents(db, few)
    if arguments.where:
        expression = parse(arguments.where)
        check_paths(expression, known_paths(documents))
        documents = [document for document in documents if expression.matches(document)]
    if arguments.sort:
        documents = sort_documents(documents, arguments.sort)
    if arguments.limit is not None:
        documents = documents[: arguments.limit]
    if arguments.json:
        print_json(documents)
    else:
        _print_table(documents)
    return 0


def run_documents(db: Database, limit: int | None = None) -> list[Document]:
    """The documents of all runs, or of the ``limit`` newest, newest first, with the status that holds now."""
    statuses = {run.id: effective_status(db.path, run) for run in read_runs(db, limit=limit)}
    return [run_json(detail, status=statuses[detail.run.id]) for detail in get_details(db, list(statuses))]


def sort_documents(documents: Sequence[Document], key: str) -> list[Document]:
    """``documents`` by ``key`` (a path of the run document, or ``PATH:asc``, ``PATH:desc``), unknown figures last.

    Without a direction a metric puts its best first, anything else its smallest.
    """
    path, _, direction = key.partition(":")
    if direction not in ("", "asc", "desc"):
        raise UsageError(f"--sort {key!r}: after the colon stands asc or desc, not {direction!r}.")
    known = known_paths(documents)
    if documents and path not in known:
        raise UnknownName("sort key", path, known)
    metric = METRICS.get(path.rpartition(".")[2])
    best_is_high = metric is not None and bool(metric.higher_is_better)
    descending = direction == "desc" or (not direction and best_is_high)
    values = [(resolve(document, path.split(".")), document) for document in documents]
    known_values = [(value, document) for value, document in values if value is not MISSING and value is not None]
    unknown = [document for value, document in values if value is MISSING or value is None]
    known_values.sort(key=lambda pair: _sort_key(pair[0]), reverse=descending)
    return [document for _, document in known_values] + unknown


def _sort_key(value: Any) -> tuple[int, float, str]:
    """Numbers before words, so that a parameter with both kinds of value can be sorted at all."""
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value))


def _print_table(documents: Sequence[Document]) -> None:
    if not documents:
        data_console().print("No runs.")
        return
    console = data_console()
    figures = _FIGURES if console.width >= _WIDE else [figure for figure in _FIGURES if figure[1] != "macro_f1"]
    who = ("id", "name", "status", "model", "data") if console.width >= _WIDE else ("id", "name", "status", "data")
    numbers = (*(name for _, name in figures), "took")
    rows = ([_cell(document, name) for name in who] + _numbers(document, figures) for document in documents)
    print_table(console, (*who, *numbers), rows, numeric=("id", *numbers), names=("name", "model", "data"))


def _cell(document: Document, column: str) -> str:
    if column == "data":
        return Path(document["dataset"]).name
    if column == "status" and document["status"] == "running" and document["phase"]:
        return str(document["phase"])
    return str(document[column])


def _numbers(document: Document, figures: Sequence[tuple[str, str]]) -> list[str]:
    values = [format_value(name, document[group][name]) for group, name in figures]
    return [*values, format_duration(document["duration_s"])]
