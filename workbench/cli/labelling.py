"""``tag``: what people write on their runs."""

from argparse import Namespace

from store.labels import change_labels
from store.records import Run
from store.runs import find_run
from workbench.cli.output import data_console, print_json, print_table
from workbench.cli.stores import open_to_read, open_to_write


def tag(arguments: Namespace) -> int:
    """Add and take away tags and write the notes of one run; without a change, show them."""
    if arguments.changes or arguments.note is not None:
        with open_to_write(arguments) as db:
            run = find_run(db, arguments.run)
            run = change_labels(db, run.id, arguments.changes, arguments.note)
    else:
        with open_to_read(arguments) as db:
            run = find_run(db, arguments.run)
    if arguments.json:
        print_json({"id": run.id, "name": run.name, "tags": list(run.tags), "notes": run.notes})
    else:
        _print_labels(run)
    return 0


def _print_labels(run: Run) -> None:
    rows = [("run", f"{run.id} ({run.name})"), ("tags", " ".join(run.tags) or "none"), ("notes", run.notes or "none")]
    print_table(data_console(), ("", " "), rows, header=False)
