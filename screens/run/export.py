"""Taking a run out of the interface: its document, its points or its log, as the command line prints them."""

import csv
import io
import json
from pathlib import Path

from screens.export_dialog import ExportDialog, Formats, file_name
from store.database import open_read_only
from store.details import get_detail
from store.records import RunStatus

FORMATS: Formats = {
    "json": ("JSON", "all that is known, as workbench show --json prints it"),
    "csv": ("Points", "every point of every series, as workbench series --csv prints it"),
    "log": ("Log", "the whole log with times and levels"),
}


def export_dialog(name: str) -> ExportDialog:
    """Asks what of a run is wanted, and where to; ``name`` is made fit for a file's name."""
    return ExportDialog("the run", file_name(name) or "run", FORMATS)


def export_text(path: Path, run_id: int, form: str, status: RunStatus) -> str:
    """A part of a run as text; slow for a long one, so called in a thread."""
    if form == "csv":
        return _points(path, run_id)
    if form == "log":
        return _log(path, run_id)
    from store.documents import finite_json
    from workbench.run_json import run_json

    with open_read_only(path) as db:
        document = run_json(get_detail(db, run_id), status=status)
    return json.dumps(finite_json(document), indent=2, allow_nan=False) + "\n"


def _points(path: Path, run_id: int) -> str:
    from store.series import read_points
    from workbench.run_json import iso_time

    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("metric", "attempt", "step", "value", "at"))
    with open_read_only(path) as db:
        for point in read_points(db, run_id, None):
            writer.writerow((point.metric, point.attempt, point.step, point.value, iso_time(point.at)))
    return written.getvalue()


def _log(path: Path, run_id: int) -> str:
    from store.logs import read_log
    from workbench.inert import inert
    from workbench.run_json import iso_time

    with open_read_only(path) as db:
        return "".join(f"{iso_time(line.at)} {line.level:<7} {inert(line.text)}\n" for line in read_log(db, run_id))
