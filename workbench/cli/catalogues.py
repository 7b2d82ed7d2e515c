"""``models`` and ``datasets``: what can be trained, on what."""

from argparse import Namespace

from workbench.cli.output import data_console, print_json, print_lines, print_table
from workbench.data import DATASETS
from workbench.models import MODELS
from workbench.parameters import show_value


def list_models(arguments: Namespace) -> int:
    """Each model with its family and its parameters, their defaults and bounds."""
    if arguments.json:
        print_json([entry.to_json() for entry in MODELS.values()])
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
    return 0


def list_datasets(arguments: Namespace) -> int:
    """Each bundled data set with its task and size."""
    if arguments.json:
        print_json([entry.to_json() for entry in DATASETS.values()])
        return 0
    rows = [
        (entry.name, entry.task, str(entry.rows), str(entry.features), str(len(entry.classes)), entry.summary)
        for entry in DATASETS.values()
    ]
    columns = ("name", "task", "rows", "features", "classes", "what it is")
    print_table(data_console(), columns, rows, numeric=("rows", "features", "classes"))
    print_lines(["", "Any .csv or .tsv file with --target COLUMN is a data set too."])
    return 0
