"""``show``: everything small that is known of one run, on one page."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from store.details import get_detail
from store.records import FigureGroup, RunDetail, RunStatus
from store.runs import find_run
from workbench.cli.output import data_console, print_json, print_table
from workbench.cli.stores import open_to_read
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_duration, format_value
from workbench.inert import inert
from workbench.parameters import show_value
from workbench.run_json import run_json
from workbench.runs.stopping import effective_status

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
    _print_pairs(console, "", _spec_pairs(document))
    for group in FigureGroup:
        notes = {figure.name: figure.note for figure in detail.figures if figure.group is group and figure.note}
        _print_figures(console, group.value, document[group.value], notes)
    _print_classes(console, document)
    _print_confusion(console, document)
    _print_report(console, document["data"])
    _print_pairs(console, "environment", ((key, _plain(value)) for key, value in document["environment"].items()))


def _spec_pairs(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "model", document["model"]
    data = document["data"]
    sizes = " · ".join(
        f"{part} {format_count(data[part])}" for part in ("train", "val", "test") if data[part] is not None
    )
    yield "data", f"{document['dataset']}  {sizes}".rstrip()
    for name, value in document["parameters"].items():
        yield name.replace("_", " "), show_value(tuple(value) if isinstance(value, list) else value)
    yield "seeds", f"training {document['seed']} · split {document['split_seed']}"
    yield "device", f"{document['device']} · {document['threads']} thread{'s' if document['threads'] != 1 else ''}"
    yield "created", document["created_at"]
    if document["duration_s"] is not None:
        yield "took", format_duration(document["duration_s"])
    if document["tags"]:
        yield "tags", " ".join(document["tags"])
    if document["lost_points"]:
        yield "lost points", f"{document['lost_points']} (the disk was full)"


def _print_pairs(console: "Console", title: str, pairs: Iterator[tuple[str, str]]) -> None:
    rows = [(name, value) for name, value in pairs if value]
    if rows:
        _print_title(console, title)
        print_table(console, ("", " "), rows, header=False)
        console.print()


def _print_figures(console: "Console", title: str, figures: Mapping[str, Any], notes: Mapping[str, str | None]) -> None:
    rows = [
        (_title_of(name), format_value(name, value), notes.get(name) or "")
        for name, value in figures.items()
        if value is not None or notes.get(name)
    ]
    if rows:
        _print_title(console, title)
        print_table(console, ("", "value", " "), rows, numeric=("value",), header=False)
        console.print()


def _title_of(name: str) -> str:
    metric = METRICS.get(name)
    return metric.title if metric else name.replace("_", " ")


def _print_title(console: "Console", title: str) -> None:
    if title:
        console.print(Text(title, style="bold"))


def _print_classes(console: "Console", document: Mapping[str, Any]) -> None:
    rows = [
        (row["label"], *(format_value(f"macro_{name}", row[name]) for name in _CLASS_FIGURES), str(row["support"]))
        for row in document["classes"]
    ]
    if rows:
        columns = ("class", *_CLASS_FIGURES, "support")
        print_table(console, columns, rows, numeric=columns[1:])
        console.print()


_CLASS_FIGURES = ("precision", "recall", "f1")


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


def _print_report(console: "Console", data: Mapping[str, Any]) -> None:
    report = data["report"] or {}
    warnings = report.get("warnings", [])
    counted = ("rows", "features", "missing", "duplicates", "duplicates_across_split")
    pairs = [(name.replace("_", " "), _plain(report[name])) for name in counted if report.get(name) is not None]
    _print_pairs(console, "data", iter([*pairs, ("fingerprint", _plain(data["fingerprint"])[:16])]))
    for warning in warnings:
        console.print(Text(inert(f"! {warning['message']}")))
    if warnings:
        console.print()


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return _plain(value["total"]) if "total" in value else ", ".join(f"{key} {_plain(value[key])}" for key in value)
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return "" if value is None else str(value)


def print_result(detail: RunDetail, status: RunStatus) -> None:
    """The outcome of a run in a few lines: what ``run`` prints when it has followed one to its end."""
    document = run_json(detail, status=status)
    console = data_console()
    console.print(Text(inert(f"Run {document['id']} · {document['name']} · {document['status']}"), style="bold"))
    if document["error"]:
        console.print(Text(inert(document["error"])))
    for group in FigureGroup:
        figures = {name: value for name, value in document[group.value].items() if name in _RESULTS}
        _print_figures(console, "", figures, {})
    console.print(f"'workbench show {document['id']}' has the rest.")


_RESULTS = (
    "accuracy",
    "macro_f1",
    "log_loss",
    "roc_auc",
    "p50_ms",
    "p95_ms",
    "device_seconds",
    "train_usd",
    "parameters",
)
