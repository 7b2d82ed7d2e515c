"""The snapshot of a page, and the views for people who open the file with other tools."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils
from store_fixtures import BORN_AT, add_queued, add_running

from store import details, logs, runs, samples, series
from store.connection import Database
from store.database import open_for_writing, open_read_only
from store.records import Figure, FigureGroup, Point, RunStatus, Sample
from store.snapshot import LOG_TAIL, StoreSnapshot, View, read_snapshot

ACCURACY = (FigureGroup.METRICS, "accuracy")


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


def fill(db: Database, run_id: int) -> None:
    details.set_figures(db, run_id, [Figure(*ACCURACY, 0.75)])
    for metric in ("train_loss", "val_accuracy"):
        series.add_points(db, run_id, [Point(metric, step, step / 10, BORN_AT + step) for step in range(5)])
    logs.add_log_lines(db, run_id, 1, [(BORN_AT, "info", "hello")])
    samples.add_samples(db, run_id, 1, [Sample("host", BORN_AT, load_1m=1.0), Sample("host", BORN_AT + 1, load_1m=2.0)])


def test_an_empty_store_has_an_empty_snapshot(db: Database) -> None:
    assert read_snapshot(db, View(chosen=1)) == StoreSnapshot(view=View(chosen=1))


def test_a_snapshot_holds_a_page_and_what_belongs_to_it(db: Database) -> None:
    ids = [add_running(db).id for _ in range(6)]
    waiting = [add_queued(db).id for _ in range(2)]
    snapshot = read_snapshot(db, View(offset=1, limit=3, also=(ids[0], 4000)))
    assert [run.id for run in snapshot.runs] == [waiting[0], ids[5], ids[4]]
    assert list(snapshot.also) == [ids[0]]
    assert snapshot.total == 8
    assert snapshot.counts == {RunStatus.RUNNING: 6, RunStatus.QUEUED: 2}
    assert [run.id for run in snapshot.queued] == waiting
    assert [run.id for run in snapshot.running] == ids
    assert [attempt.run_id for attempt in snapshot.attempts] == ids
    assert (snapshot.detail, snapshot.log, snapshot.curves, snapshot.history) == (None, (), {}, ())


def test_a_page_of_named_runs_keeps_their_order_and_leaves_out_those_that_are_gone(db: Database) -> None:
    ids = [add_running(db).id for _ in range(4)]
    snapshot = read_snapshot(db, View(run_ids=(ids[2], ids[0], 4000, ids[3])))
    assert [run.id for run in snapshot.runs] == [ids[2], ids[0], ids[3]]


def test_the_chosen_run_comes_with_its_detail_log_curves_and_samples(db: Database) -> None:
    run = add_running(db)
    fill(db, run.id)
    newer = add_running(db)
    view = View(chosen=run.id, metrics=("val_accuracy", "never logged"), history_after=float("-inf"))
    snapshot = read_snapshot(db, view)
    assert snapshot.detail == details.get_detail(db, run.id)
    assert [line.text for line in snapshot.log] == ["hello"]
    assert list(snapshot.curves) == ["val_accuracy"]
    assert [row.last for row in snapshot.curves["val_accuracy"]] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert snapshot.metrics == ("train_loss", "val_accuracy")
    assert [(sample.device, sample.load_1m) for sample in snapshot.history] == [("host", 1.0), ("host", 2.0)]
    assert (snapshot.chosen_place, newer.id > run.id) == (1, True)
    later = View(chosen=run.id, metrics=("gone",), otherwise=("val_loss", "train_loss"), history_after=BORN_AT)
    again = read_snapshot(db, later)
    assert list(again.curves) == ["train_loss"]
    assert [sample.load_1m for sample in again.history] == [2.0]


def test_only_new_log_lines_come_and_never_too_many(db: Database) -> None:
    run = add_running(db)
    logs.add_log_lines(db, run.id, 1, [(BORN_AT, "info", str(number)) for number in range(LOG_TAIL + 100)])
    first = read_snapshot(db, View(chosen=run.id)).log
    assert (len(first), first[-1].text) == (LOG_TAIL, str(LOG_TAIL + 99))
    seen = View(chosen=run.id, log_after=first[-1].id)
    assert read_snapshot(db, seen).log == ()
    logs.add_log_lines(db, run.id, 1, [(BORN_AT, "info", "new")])
    assert [line.text for line in read_snapshot(db, seen).log] == ["new"]


def test_a_chosen_run_that_was_deleted_is_simply_gone(db: Database) -> None:
    run = add_running(db)
    runs.end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT)
    runs.delete_run(db, run.id)
    assert read_snapshot(db, View(chosen=run.id)).detail is None


def test_a_snapshot_is_of_one_moment(db: Database, store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = add_running(db)

    def list_and_change(*args: object, **options: object) -> list[runs.Run]:
        listed = original(*args, **options)  # type: ignore[arg-type]
        if runs.get_run(db, run.id).status is RunStatus.RUNNING:
            runs.end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT)
        return listed

    original = runs.list_runs
    monkeypatch.setattr("store.snapshot.list_runs", list_and_change)
    with open_read_only(store_file) as reader:
        snapshot = read_snapshot(reader, View(chosen=run.id))
        assert snapshot.detail is not None
        assert snapshot.runs[0].status is snapshot.detail.run.status is RunStatus.RUNNING
        assert snapshot.counts == {RunStatus.RUNNING: 1}
        assert read_snapshot(reader, View()).counts == {RunStatus.DONE: 1}


VIEW_NAMES = {
    *("runs_overview", "final_metrics", "metric_bests", "curves", "run_log", "device_samples", "race_list"),
    "generations",
}

# --- views --------------------------------------------------------------------------------------------------------


def test_sqlite_utils_reads_every_view(db: Database, store_file: Path) -> None:
    run = add_running(db, name="shown")
    fill(db, run.id)
    runs.end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT + 2.5)
    series.fold_series(db, run.id, {"train_loss": False})
    outside = sqlite_utils.Database(store_file)
    try:
        assert set(outside.view_names()) == VIEW_NAMES
        rows = {view: list(outside.query(f"SELECT * FROM {view}")) for view in outside.view_names()}
    finally:
        outside.close()
    (overview,) = rows["runs_overview"]
    assert (overview["name"], overview["status"], overview["accuracy"]) == ("shown", "done", 0.75)
    assert (overview["started_at"], overview["duration_s"]) == ("2023-11-14T22:13:20.000Z", 2.5)
    assert overview["p50_ms"] is None
    assert [(row["run"], row["name"], row["value"]) for row in rows["final_metrics"]] == [("shown", "accuracy", 0.75)]
    assert {row["metric"]: row["best"] for row in rows["metric_bests"]} == {"train_loss": 0.0, "val_accuracy": None}
    assert len(rows["curves"]) == 10
    assert [row["text"] for row in rows["run_log"]] == ["hello"]
    assert [(row["device"], row["load_1m"]) for row in rows["device_samples"]] == [("host", 1.0), ("host", 2.0)]


def test_the_schema_explains_itself(db: Database) -> None:
    for name, sql in db.rows(
        "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '%sqlite%'"
    ):
        assert "-- " in sql or name in ("metrics", "outcome_columns"), f"{name} says nothing of itself"
