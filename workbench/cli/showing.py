"""``show``: everything small that is known of one run, on one page."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from rich.text import Text

from store.details import get_detail
from store.records import FigureGroup, RunDetail, RunStatus
from store.runs import find_run
from workbench.cli.output import data_console, print_json, print_table
from workbench.cli.stores import open_to_read
from workbench.inert import inert
from workbench.run_json import run_json
from workbench.run_words import (
    class_row,
    course_pairs,
    data_pairs,
    data_warnings,
    environment_pairs,
    figure_rows,
    origin_pairs,
    parameter_pairs,
    series_rows,
)
from workbench.runs.liveness import effective_status

if TYPE_CHECKING:
    from rich.console import Console

_LARGEST_CONFUSION = 12
"""Classes of a confusion matrix that fits 80 columns; a larger one is left to ``--json``."""


def show(arguments: Namespace) -> int:
    """Spec, environment, metrics, cost, latency and data quality of one run."""
    with open_to_read(arguments) as db:
        run = find_run(db, arguments.run)
        detail = get_detail(db, run.id)
        document = run_json(detail, status=effective_status(db.path, run))
    if arguments.json:
        print_json(document)
    else:
        _print_page(data_console(), detail, document)
    return 0


def _print_page(console: "Console", detail: RunDetail, document: Mapping[str, Any]) -> None:
    console.print(Text(inert(f"Run {document['id']} · {document['name']} · {document['status']}"), style="bold"))
    if document["error"]:
        console.print(Text(inert(document["error"])))
    console.print()
    run = detail.run
    _print_pairs(console, "", chain(origin_pairs(detail), parameter_pairs(run), course_pairs(run)))
    for group in FigureGroup:
        _print_figures(console, group.value, figure_rows(f for f in detail.figures if f.group is group))
    _print_figures(console, "series", list(series_rows(detail)))
    _print_classes(console, detail)
    _print_confusion(console, document)
    _print_pairs(console, "data", data_pairs(detail))
    _print_warnings(console, detail)
    _print_pairs(console, "environment", environment_pairs(detail))


def _print_pairs(console: "Console", title: str, pairs: Iterator[tuple[str, str]]) -> None:
    rows = [(name, value) for name, value in pairs if value]
    if rows:
        _print_title(console, title)
        print_table(console, ("", " "), rows, header=False)
        console.print()


def _print_figures(console: "Console", title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    if rows:
        _print_title(console, title)
        print_table(console, ("", "value", " "), rows, numeric=("value",), header=False)
        console.print()


def _print_title(console: "Console", title: str) -> None:
    if title:
        console.print(Text(title, style="bold"))


def _print_classes(console: "Console", detail: RunDetail) -> None:
    if detail.classes:
        columns = ("class", "precision", "recall", "F1", "support")
        rows = [(figures.label, *class_row(figures)) for figures in detail.classes]
        print_table(console, columns, rows, numeric=columns[1:])
        console.print()


def _print_confusion(console: "Console", document: Mapping[str, Any]) -> None:
    matrix: Sequence[Sequence[int]] = document["confusion"]
    labels: Sequence[str] = document["data"].get("labels") or []
    if not matrix or len(matrix) > _LARGEST_CONFUSION:
        return
    columns = ("true \\ predicted", *labels)
    rows = [
        (label, *(str(count) if count else "·" for count in row)) for label, row in zip(labels, matrix, strict=True)
    ]
    print_table(console, columns, rows, numeric=labels)
    console.print()


def _print_warnings(console: "Console", detail: RunDetail) -> None:
    warnings = data_warnings(detail)
    for warning in warnings:
        console.print(Text(inert(f"! {warning}")))
    if warnings:
        console.print()


def print_result(detail: RunDetail, status: RunStatus) -> None:
    """The outcome of a run in a few lines: what ``run`` prints when it has followed one to its end."""
    document = run_json(detail, status=status)
    console = data_console()
    console.print(Text(inert(f"Run {document['id']} · {document['name']} · {document['status']}"), style="bold"))
    if document["error"]:
        console.print(Text(inert(document["error"])))
    for group in FigureGroup:
        known = [f for f in detail.figures if f.group is group and f.name in _RESULTS and f.value is not None]
        _print_figures(console, "", [(title, value, "") for title, value, _ in figure_rows(known)])
    console.print(f"'workbench show {document['id']}' has the rest.")


_RESULTS = (
    "accuracy",
    "macro_f1",
    "log_loss",
    "roc_auc",
    "rmse",
    "mae",
    "r2",
    "bits_per_byte",
    "perplexity",
    "p50_ms",
    "p95_ms",
    "device_seconds",
    "train_usd",
    "parameters",
)
