"""``models`` and ``datasets``: what can be trained, on what."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from workbench.cli.output import data_console, print_json, print_lines, print_table
from workbench.data import DATASETS
from workbench.data.files import TABLE, TEXT, write_suffixes
from workbench.evaluation.metrics import LANGUAGE
from workbench.formatting import NOT_KNOWN, format_bytes, format_count
from workbench.inert import inert
from workbench.language.hub_cache import CachedModel, list_cached
from workbench.language.sources import hub_folder
from workbench.models import MODELS
from workbench.parameters import show_value

if TYPE_CHECKING:
    from rich.console import Console


def list_models(arguments: Namespace) -> int:
    """Each model with its family and its parameters, their defaults and bounds; then those of the hub's cache."""
    cached = list_cached()
    if arguments.json:
        print_json([*({**entry.to_json(), "cached": None} for entry in MODELS.values()), *map(_cached_to_json, cached)])
        return 0
    console = data_console()
    for entry in MODELS.values():
        console.print(f"{entry.name} ({entry.family}): {entry.summary}", style="bold")
        if entry.parameters:
            rows = [
                (f"  {parameter.name}", show_value(parameter.default), parameter.describe_bounds(), parameter.help)
                for parameter in entry.parameters
            ]
            print_table(console, ("  parameter", "default", "accepts", "what it does"), rows)
        print_lines([""])
    if cached:
        _print_cached(console, cached)
    return 0


def _print_cached(console: "Console", cached: list[CachedModel]) -> None:
    """The language models of the hub's cache, which text can be asked of."""
    print_lines([inert(f"In the hub's local cache, {hub_folder()}:")])
    titles = ("  model", "parameters", "size", "stored as", "what it is")
    rows = [
        (
            f"  {model.name}",
            format_count(model.parameters, compact=True),
            format_bytes(model.size_bytes),
            model.dtype or NOT_KNOWN,
            inert(model.trouble or model.architecture or NOT_KNOWN),
        )
        for model in cached
    ]
    print_table(console, titles, rows, numeric=titles[1:3])
    print_lines(["", "`workbench generate MODEL PROMPT` asks one of them for text."])


def _cached_to_json(model: CachedModel) -> dict[str, Any]:
    """A cached model in the shape of an entry of the catalogue; ``cached`` has what is known of its files."""
    return {
        "name": model.name,
        "family": "cached",
        "summary": model.architecture or "",
        "tasks": [LANGUAGE],
        "kinds": [],
        "devices": ["cpu", "cuda"],
        "parameters": [],
        "cached": model.to_json(),
    }


def list_datasets(arguments: Namespace) -> int:
    """Each bundled data set with its task and size."""
    if arguments.json:
        print_json([entry.to_json() for entry in DATASETS.values()])
        return 0
    rows = [
        (
            entry.name,
            entry.task,
            NOT_KNOWN if entry.rows is None else str(entry.rows),
            str(entry.features),
            str(len(entry.classes)) if entry.classes else "",
            entry.summary,
        )
        for entry in DATASETS.values()
    ]
    columns = ("name", "task", "rows", "features", "classes", "what it is")
    print_table(data_console(), columns, rows, numeric=("rows", "features", "classes"))
    tables, texts = write_suffixes(TABLE), write_suffixes(TEXT)
    print_lines(
        [
            "",
            f"Any {tables} file with --target COLUMN is a data set too, and for a language model any {texts} file or a "
            f"folder of them.",
        ]
    )
    return 0
