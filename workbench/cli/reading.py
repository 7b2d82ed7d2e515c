"""``series``, ``outcomes`` and ``logs``: everything that one run left behind, whole."""

import itertools
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from store.database import Database
from store.logs import read_log
from store.outcomes import get_example_set, get_outcomes
from store.records import LogLine, Point, Run
from store.runs import find_run, get_run
from store.series import metric_names, read_points
from workbench.cli.output import data_console, narrate, print_csv, print_json, print_lines, print_table
from workbench.cli.stores import open_to_read
from workbench.errors import UnknownName, UsageError
from workbench.formatting import NOT_KNOWN, format_value
from workbench.inert import inert
from workbench.run_json import iso_time
from workbench.runs.liveness import effective_status

_FOLLOW_S = 0.2


def series(arguments: Namespace) -> int:
    """Every point of a run, in the order in which they were logged."""
    with open_to_read(arguments) as db:
        run = find_run(db, arguments.run)
        if arguments.metric and arguments.metric not in metric_names(db, run.id):
            raise UnknownName(f"series of run {run.id}", arguments.metric, metric_names(db, run.id))
        points = read_points(db, run.id, arguments.metric)
        if arguments.json:
            print_json([_point(point) for point in points])
        elif arguments.csv:
            print_csv(("metric", "attempt", "step", "value", "at"), (tuple(_point(point).values()) for point in points))
        else:
            print_lines(f"{inert(point.metric)}\t{point.step}\t{_plain(point.value)}" for point in points)
    return 0


def _point(point: Point) -> dict[str, Any]:
    return {
        "metric": point.metric,
        "attempt": point.attempt,
        "step": point.step,
        "value": point.value,
        "at": iso_time(point.at),
    }


def _plain(value: float | None) -> str:
    return NOT_KNOWN if value is None else repr(value)


def outcomes(arguments: Namespace) -> int:
    """What the model said about every example of its test part."""
    with open_to_read(arguments) as db:
        run = find_run(db, arguments.run)
        labels, rows = _outcome_rows(db, run)
    if arguments.wrong:
        if not labels:
            raise UsageError(f"Run {run.id} ({inert(run.name)}) is one of {run.task}: leave --wrong out.")
        rows = (row for row in rows if not row["correct"])
    if arguments.json:
        print_json(list(rows))
    elif arguments.csv:
        _print_outcomes_csv(labels, rows)
    elif labels:
        columns = ("example", "truth", "predicted", "", "loss", "preview")
        print_table(data_console(), columns, map(_outcome_cells, rows), numeric=("loss",))
    else:
        _print_measured(rows)
    return 0


def _print_outcomes_csv(labels: tuple[str, ...], rows: Iterator[dict[str, Any]]) -> None:
    """A column for each thing that is said of an example, and for the probability of each class one more, last."""
    first = next(rows, {})
    names = [name for name in first if name != "probabilities"]
    of_classes = labels if first.get("probabilities") else ()
    header = (*names, *(f"p_{label}" for label in of_classes))
    lines = (
        (*(row[name] for name in names), *(row["probabilities"][label] for label in of_classes))
        for row in itertools.chain([first] if first else [], rows)
    )
    print_csv(header, lines)


def _print_measured(rows: Iterator[dict[str, Any]]) -> None:
    """The outcomes of what is neither right nor wrong: numbers, with the example before and its text behind them."""
    found = list(rows)
    columns = tuple(found[0]) if found else ()
    cells = ([row[name] if isinstance(row[name], str) else _number(row[name]) for name in columns] for row in found)
    print_table(data_console(), columns, cells, numeric=columns[1:-1])


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:.6g}"


def _outcome_rows(db: Database, run: Run) -> tuple[tuple[str, ...], Iterator[dict[str, Any]]]:
    """The classes, none where the task has none, and a row for each example."""
    from workbench.evaluation.outcome_rows import rows_of

    found = get_outcomes(db, run.id)
    example_set = get_example_set(db, found.example_set) if found else None
    if found is None or example_set is None:
        raise UsageError(
            f"Run {run.id} ({inert(run.name)}) has no outcomes: it is {effective_status(db.path, run)}; "
            f"outcomes are kept when a run has been evaluated."
        )
    return found.labels, (row.to_json() for row in rows_of(found, example_set))


def _outcome_cells(row: dict[str, Any]) -> tuple[str, ...]:
    sign = "" if row["correct"] else "x"
    loss = format_value("log_loss", row["loss"])
    return (row["example"], row["truth"], row["predicted"], sign, loss, row["preview"])


def logs(arguments: Namespace) -> int:
    """The log of a run; with ``--follow`` until it ends."""
    with open_to_read(arguments) as db:
        run = find_run(db, arguments.run)
        if arguments.json:
            print_json([_line_json(line) for line in read_log(db, run.id)])
            return 0
        print_lines(map(_line, itertools.chain.from_iterable(_batches(db, run, follow=arguments.follow))))
    return 0


def _batches(db: Database, run: Run, *, follow: bool) -> Iterator[list[LogLine]]:
    after_id = 0
    while True:
        # Asked before the lines are read: whatever was written before the end is then in this last batch.
        ended = effective_status(db.path, get_run(db, run.id)).ended
        lines = read_log(db, run.id, after_id=after_id)
        after_id = lines[-1].id if lines else after_id
        yield lines
        sys.stdout.flush()
        if ended or not follow:
            break
        time.sleep(_FOLLOW_S)
    if follow:
        run = get_run(db, run.id)
        narrate(f"Run {run.id} ({run.name}) is {effective_status(db.path, run)}.")


def _line(line: LogLine) -> str:
    clock = datetime.fromtimestamp(line.at).astimezone().strftime("%H:%M:%S")
    level = "" if line.level in ("info", "output") else f"{line.level.upper()} "
    return f"{clock} {level}{inert(line.text)}"


def _line_json(line: LogLine) -> dict[str, Any]:
    return {"id": line.id, "attempt": line.attempt, "at": iso_time(line.at), "level": line.level, "text": line.text}
