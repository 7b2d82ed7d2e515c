"""From a store file to a page: liveness by locks, a clock that stands when nothing lives, a log without gaps."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import NOW, Desk, add, begin, end, filled, many, train

from screens.page import CurvesWish, Page, TableWish, Wish
from screens.reader import StoreReader, live_run_names
from store.database import open_for_writing
from store.errors import StoreMissing
from store.logs import add_log_lines
from store.records import NewRun, RunStatus
from store.runs import add_run, claim


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def page_of(path: Path, wish: Wish = Wish(), now: float = NOW) -> Page:  # noqa: B008 - frozen
    reader = StoreReader(path, clock=lambda: now)
    try:
        return reader.look(reader.read(wish), wish)
    finally:
        reader.close()


def test_only_the_rows_in_sight_are_read(tmp_path: Path) -> None:
    many(tmp_path / "many.db", 300)
    page = page_of(tmp_path / "many.db", Wish(TableWish(offset=100, limit=20)))
    assert page.total == 300
    assert [row.run.name for row in page.rows[:2]] == ["run-000199", "run-000198"]
    assert len(page.rows) == 20


def test_a_page_holds_figures_and_the_chosen_run(desk: Desk) -> None:
    table = TableWish(paths=("metrics.accuracy", "cost.train_usd", "parameters.epochs"))
    page = page_of(desk.path, Wish(table, chosen_id=desk.live.id))
    done = next(row for row in page.rows if row.run.name == "churn-mlp")
    assert done.figures == {"metrics.accuracy": 0.8125, "cost.train_usd": None, "parameters.epochs": 40}
    assert page.chosen is not None
    assert page.chosen.run.id == desk.live.id
    assert page.detail is not None
    assert [curve.metric for curve in page.curves] == ["val_accuracy"]
    assert page.metrics == ("train_loss", "val_accuracy")
    assert page.live == 3


def test_a_run_whose_lock_is_free_is_lost(desk: Desk) -> None:
    assert page_of(desk.path).row_of(None) is None
    for lock in desk.locks:
        os.close(lock)
    desk.locks.clear()
    statuses = {row.run.name: row.status for row in page_of(desk.path).rows}
    assert statuses["demo-mlp"] is RunStatus.LOST
    assert statuses["queued-behind"] is RunStatus.QUEUED


def test_a_run_that_ended_between_reading_and_looking_is_not_called_lost(desk: Desk) -> None:
    reader, wish = StoreReader(desk.path, clock=lambda: NOW), Wish()
    snapshot = reader.read(wish)
    end(desk.db, desk.live)
    for lock in desk.locks:
        os.close(lock)
    desk.locks.clear()
    rows = {row.run.id: row.status for row in reader.look(snapshot, wish).rows}
    assert rows[desk.live.id] is RunStatus.RUNNING
    rows = {row.run.id: row.status for row in reader.look(reader.read(wish), wish).rows}
    assert rows[desk.live.id] is RunStatus.DONE
    reader.close()


def test_a_run_of_another_host_is_silent_never_lost(tmp_path: Path) -> None:
    with open_for_writing(tmp_path / "w.db") as db:
        run = add_run(db, NewRun("far", "mlp", "digits", "classification", 0, 0, "cpu", 1, {}, {}, host="elsewhere"))
        claim(db, run.id, device="cpu", threads=1, host="elsewhere", boot_id="b", supervisor_pid=1, at=NOW)
    fresh, late = (page_of(tmp_path / "w.db", now=NOW + age).rows[0] for age in (5, 500))
    assert (fresh.status, fresh.silent_since) == (RunStatus.RUNNING, None)
    assert (late.status, late.silent_since) == (RunStatus.RUNNING, NOW)


def test_the_clock_moves_only_while_something_lives(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with open_for_writing(path) as db:
        run = add(db, "one")
        lock = begin(db, run)
        assert page_of(path, now=NOW).now != page_of(path, now=NOW + 5).now
        end(db, run)
        os.close(lock)
    assert page_of(path, now=NOW) == page_of(path, now=NOW + 5)


def test_the_log_continues_after_the_line_that_was_drawn(desk: Desk) -> None:
    first = page_of(desk.path, Wish(chosen_id=desk.live.id)).log
    assert first[-1].text.startswith("validation loss")
    add_log_lines(desk.db, desk.live.id, 1, [(NOW, "info", "next")])
    later = page_of(desk.path, Wish(chosen_id=desk.live.id, log_after=first[-1].id)).log
    assert [line.text for line in later] == ["next"]


def test_a_run_without_validation_shows_its_training_loss(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with open_for_writing(path) as db:
        run = add(db, "one")
        assert page_of(path, Wish(chosen_id=run.id)).curves == ()
        train(db, run, 3)
    page = page_of(path, Wish(chosen_id=run.id))
    assert [curve.metric for curve in page.curves] == ["val_accuracy"]
    only = page_of(path, Wish(chosen_id=run.id, curves=CurvesWish(("train_loss", "no such"))))
    assert [curve.metric for curve in only.curves] == ["train_loss"]


def test_the_names_of_live_runs_are_told_after_the_end(desk: Desk, tmp_path: Path) -> None:
    assert live_run_names(desk.path) == ["queued-behind", "demo-cnn", "demo-mlp"]
    assert live_run_names(tmp_path / "missing.db") == []


def test_a_store_that_was_deleted_is_missing_and_another_in_its_place_is_read(tmp_path: Path) -> None:
    path, other = tmp_path / "w.db", tmp_path / "other.db"
    many(path, 3)
    many(other, 5)
    reader = StoreReader(path, clock=lambda: NOW)
    before = reader.version()
    for file in tmp_path.glob("w.db*"):
        file.unlink()
    with pytest.raises(StoreMissing):
        reader.version()
    reader.close()
    many(path, 3)
    reader = StoreReader(path, clock=lambda: NOW)
    other.replace(path)
    assert reader.version() != before
    assert reader.look(reader.read(Wish()), Wish()).total == 5
    reader.close()
