"""What is known of a run beyond its state: figures, environment, data, classes, checkpoint.

Reading takes a fixed number of queries however many runs are asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from store import attempts, runs
from store.connection import Database, Row
from store.documents import decode, encode, finite, storable
from store.edits import note_late_edit
from store.errors import UnknownRun
from store.records import Attempt, ClassFigures, Figure, FigureGroup, Run, RunDetail
from store.summaries import SUMMARY_COLUMNS, summary_from_row

_OF_THESE = "IN (SELECT value FROM json_each(:ids))"


def set_figures(db: Database, run_id: int, figures: Iterable[Figure]) -> None:
    """Store final figures; one of the same group and name is replaced. NaN and infinities are stored as not known."""
    rows = [
        (
            run_id,
            figure.group,
            figure.name,
            finite(figure.value),
            None if figure.note is None else storable(figure.note),
        )
        for figure in figures
    ]
    with db.atomic() as connection:
        connection.executemany("INSERT OR REPLACE INTO figures VALUES (?, ?, ?, ?, ?)", rows)
        note_late_edit(db, run_id)


def merge_environment(db: Database, run_id: int, values: Mapping[str, Any]) -> None:
    """Add to what is known of the run's environment; keys that are given replace older ones."""
    with db.atomic():
        found = db.row("SELECT environment FROM details WHERE run_id = ?", (run_id,))
        known = decode(found[0]) if found else {}
        _set(db, run_id, "environment", encode({**known, **values}))


def set_data(db: Database, run_id: int, values: Mapping[str, Any]) -> None:
    """Replace what is known of the run's data."""
    _set(db, run_id, "data", encode(values))


def set_classes(db: Database, run_id: int, classes: Sequence[ClassFigures], confusion: Sequence[Sequence[int]]) -> None:
    """Replace the figures of each class and the confusion matrix (rows are true classes)."""
    with db.atomic():
        _set(db, run_id, "classes", encode([astuple(figures) for figures in classes]))
        _set(db, run_id, "confusion", encode([list(row) for row in confusion]))


def set_checkpoint(db: Database, run_id: int, path: str | None) -> None:
    """Record where the run's checkpoint lies, relative to its folder; ``None``: there is none."""
    _set(db, run_id, "checkpoint", None if path is None else storable(path))


def get_detail(db: Database, run_id: int) -> RunDetail:
    """Everything small that is known of a run; raises UnknownRun."""
    return get_details(db, [run_id])[0]


def get_details(db: Database, run_ids: Sequence[int]) -> list[RunDetail]:
    """Everything small that is known of these runs, in the order given; raises UnknownRun."""
    ids = {"ids": encode(list(run_ids))}
    with db.reading():
        rows = db.rows(f"SELECT {runs.COLUMNS} FROM runs WHERE id {_OF_THESE}", ids)
        found = {run.id: run for run in map(runs.from_row, rows)}
        if missing := [run_id for run_id in run_ids if run_id not in found]:
            raise UnknownRun(f"There is no run {missing[0]}. `workbench runs` lists all.")
        figures = _by_run(db.rows(f"SELECT run_id, grp, name, value, note FROM figures WHERE run_id {_OF_THESE}", ids))
        details = _by_run(
            db.rows(
                "SELECT run_id, environment, data, classes, confusion, checkpoint FROM details "
                f"WHERE run_id {_OF_THESE}",
                ids,
            )
        )
        tried = _by_run(
            db.rows(f"SELECT {attempts.COLUMNS} FROM attempts WHERE run_id {_OF_THESE} ORDER BY number", ids)
        )
        summaries = _by_run(
            db.rows(
                f"SELECT s.run_id, {SUMMARY_COLUMNS} FROM metric_summaries s JOIN metrics m ON m.id = s.metric_id "
                f"WHERE s.run_id {_OF_THESE} ORDER BY m.id",
                ids,
            )
        )
    return [
        _assemble(found[run_id], figures[run_id], details[run_id], tried[run_id], summaries[run_id])
        for run_id in run_ids
    ]


def figures_table(
    db: Database, names: Sequence[tuple[FigureGroup, str]], run_ids: Sequence[int] | None = None
) -> dict[int, dict[str, float | None]]:
    """The named figures of these runs (of all, if None): ``{run id: {name: value}}``.

    A run without a figure lacks the name; a run without any lacks the id.
    """
    table: dict[int, dict[str, float | None]] = defaultdict(dict)
    which = "" if run_ids is None else f"AND run_id {_OF_THESE}"
    ids = encode(list(run_ids or ()))
    for group, name in names:
        rows = db.rows(
            f"SELECT run_id, value FROM figures WHERE name = :name AND grp = :grp {which}",
            {"name": name, "grp": group, "ids": ids},
        )
        for run_id, value in rows:
            table[run_id][name] = value
    return dict(table)


def _set(db: Database, run_id: int, column: str, value: str | None) -> None:
    with db.atomic() as connection:
        connection.execute(f"UPDATE details SET {column} = ? WHERE run_id = ?", (value, run_id))
        note_late_edit(db, run_id)


def _by_run(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    """Rows by their first column, the run's id."""
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    return grouped


def _assemble(run: Run, figures: list[Row], details: list[Row], tried: list[Row], summaries: list[Row]) -> RunDetail:
    _, environment, data, classes, confusion, checkpoint = details[0]
    return RunDetail(
        run=run,
        figures=tuple(Figure(FigureGroup(group), name, value, note) for _, group, name, value, note in figures),
        environment=decode(environment),
        data=decode(data),
        classes=tuple(ClassFigures(*values) for values in decode(classes)),
        confusion=tuple(tuple(row) for row in decode(confusion)),
        checkpoint=checkpoint,
        attempts=tuple(Attempt(*row) for row in tried),
        summaries=tuple(summary_from_row(row[1:]) for row in summaries),
    )
