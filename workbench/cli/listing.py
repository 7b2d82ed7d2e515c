"""``runs``: the table of runs, filtered by an expression and sorted by a figure or a parameter, folded or not."""

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store.database import Database
from store.details import get_details
from store.runs import get_runs
from store.runs import list_runs as read_runs
from workbench.cli.output import data_console, print_json, print_table
from workbench.cli.stores import open_to_read
from workbench.errors import UsageError
from workbench.evaluation.listed import listed_scores, listed_speeds
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_duration, format_value
from workbench.run_index import FoldValues, RunIndex
from workbench.run_json import DECLARED, run_json
from workbench.runs.liveness import effective_status

if TYPE_CHECKING:
    from rich.console import Console

Document = dict[str, Any]

_WIDE = 110
"""Columns of a terminal from which on everything is shown; below it the least telling columns are left away."""
_SHARED = ("group", "model", "dataset", "task", "split_seed")
"""What a folded row says of all its runs, null where they differ."""
_MEASURED = (*(f"{group.value}.{name}" for group, names in DECLARED.items() for name in names), "duration_s")


def list_runs(arguments: Namespace) -> int:
    """The runs that match, newest first or in the order asked for."""
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"--limit takes a number of runs, 1 or more, not {arguments.limit}.")
    with open_to_read(arguments) as db, db.reading():
        if arguments.fold:
            folded = _folded(db, arguments)
        else:
            documents = run_documents(db, _wanted_ids(db, arguments))
    if arguments.fold:
        _print_folded(folded, as_json=arguments.json)
    elif arguments.json:
        print_json(documents)
    else:
        _print_table(documents)
    return 0


def run_documents(db: Database, run_ids: Sequence[int]) -> list[Document]:
    """The documents of these runs, in the order given, with the status that holds now."""
    statuses = {run_id: effective_status(db.path, run) for run_id, run in get_runs(db, run_ids).items()}
    return [run_json(detail, status=statuses[detail.run.id]) for detail in get_details(db, run_ids)]


def _wanted_ids(db: Database, arguments: Namespace) -> Sequence[int]:
    if arguments.where or arguments.sort:
        return RunIndex(db).arrange(arguments.where or "", arguments.sort or "").ids[: arguments.limit]
    # Where nothing has to be compared with the rest, only the newest are read at all.
    return [run.id for run in read_runs(db, limit=arguments.limit)]


def _folded(db: Database, arguments: Namespace) -> list[tuple[tuple[int, ...], FoldValues]]:
    """Each row: its runs, newest first, and what they come to."""
    index = RunIndex(db)
    groups = index.arrange(arguments.where or "", arguments.sort or "", folded=True).groups[: arguments.limit]
    return list(zip(groups, index.fold_values(groups, (*_SHARED, *_MEASURED)), strict=True))


def _figures_for(console: "Console", tasks: Sequence[str]) -> list[tuple[str, str]]:
    """Group and name of the figures that are shown of runs of these tasks, those of most runs first."""
    scores = listed_scores(tasks, 3 if console.width >= _WIDE else 2)
    return [(METRICS[name].group, name) for name in (*scores, listed_speeds(tasks)[0])]


def _print_folded(rows: Sequence[tuple[tuple[int, ...], FoldValues]], *, as_json: bool) -> None:
    if as_json:
        print_json([_folded_json(ids, values) for ids, values in rows])
        return
    console = data_console()
    if not rows:
        console.print("No runs.")
        return
    tasks = Counter(str(values.means["task"]) for _, values in rows)
    figures = _figures_for(console, [task for task, _ in tasks.most_common()])
    numbers = (*(name for _, name in figures), "took")
    paths = (*(f"{group}.{name}" for group, name in figures), "duration_s")
    cells = (
        (str(len(ids)), values.name, _data_name(values.means["dataset"]), *(_mean(path, values) for path in paths))
        for ids, values in rows
    )
    print_table(console, ("runs", "name", "data", *numbers), cells, numeric=("runs", *numbers), names=("name", "data"))


def _folded_json(ids: Sequence[int], values: FoldValues) -> Document:
    document: Document = {"name": values.name, "runs": list(ids), **{key: values.means[key] for key in _SHARED}}
    for path in _MEASURED:
        group, _, name = path.rpartition(".")
        place = document.setdefault(group, {}) if group else document
        place[name] = {"mean": values.means[path], "spread": values.spreads[path]}
    return document


def _data_name(dataset: Any) -> str:
    return Path(dataset).name if dataset else "different"


def _mean(path: str, values: FoldValues) -> str:
    """A mean with its spread to the same digit, or alone where only one run has the figure."""
    name = path.rpartition(".")[2]
    mean, spread = values.means[path], values.spreads[path]
    if not isinstance(mean, int | float) or spread is None:
        return format_value(name, mean if isinstance(mean, int | float) else None, unit=False)
    texts = [format_value(name, value, spread or None, unit=False) for value in (mean, spread)]
    return " ±".join(texts)


def _print_table(documents: Sequence[Document]) -> None:
    if not documents:
        data_console().print("No runs.")
        return
    console = data_console()
    tasks = Counter(document["task"] for document in documents)
    figures = _figures_for(console, [task for task, _ in tasks.most_common()])
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
