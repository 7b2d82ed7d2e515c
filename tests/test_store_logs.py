"""Log lines, and the alerts among them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_fixtures import BORN_AT, add_running

from store import logs, runs
from store.connection import Database
from store.database import open_for_writing
from store.records import RunStatus


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as opened:
        yield opened


def say(db: Database, run_id: int, *lines: tuple[str, str]) -> None:
    logs.add_log_lines(db, run_id, 1, [(BORN_AT, level, text) for level, text in lines])


def test_alerts_of_all_runs_are_read_in_the_order_in_which_they_came(db: Database) -> None:
    one, other = add_running(db, name="one"), add_running(db, name="other")
    say(db, one.id, ("info", "begins"), ("alert", "first"), ("output", "printed"))
    say(db, other.id, ("warning", "hm"), ("alert", "second"))
    say(db, one.id, ("alert", "third"))
    found = logs.read_alerts(db, 0)
    assert [(line.run_id, line.level, line.text) for line in found] == [
        (one.id, "alert", "first"),
        (other.id, "alert", "second"),
        (one.id, "alert", "third"),
    ]
    assert [line.text for line in logs.read_alerts(db, found[0].id)] == ["second", "third"]
    assert [line.text for line in logs.read_alerts(db, 0, limit=2)] == ["second", "third"]
    assert logs.read_alerts(db, logs.newest_line_id(db)) == []


def test_alerts_are_counted_for_the_runs_that_are_named(db: Database) -> None:
    one, other, quiet = (add_running(db, name=name) for name in ("one", "other", "quiet"))
    say(db, one.id, ("alert", "a"), ("alert", "b"), ("error", "c"))
    say(db, other.id, ("alert", "d"))
    assert logs.alert_counts(db, [one.id, quiet.id]) == {one.id: 2}
    assert logs.alert_counts(db, [one.id, other.id, quiet.id]) == {one.id: 2, other.id: 1}
    assert logs.alert_counts(db, []) == {}


def test_the_newest_line_is_that_of_any_run_and_zero_without_one(db: Database) -> None:
    assert logs.newest_line_id(db) == 0
    run, other = add_running(db, name="run"), add_running(db, name="other")
    say(db, run.id, ("info", "a"))
    before = logs.newest_line_id(db)
    say(db, other.id, ("info", "b"))
    assert logs.newest_line_id(db) > before


def test_alerts_go_with_their_run(db: Database) -> None:
    run = add_running(db)
    say(db, run.id, ("alert", "a"))
    runs.end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT)
    runs.delete_run(db, run.id)
    assert logs.read_alerts(db, 0) == []
    assert logs.newest_line_id(db) == 0


def test_a_million_other_lines_do_not_stand_between_the_alerts(db: Database) -> None:
    for statement in (
        "SELECT id FROM log_lines WHERE level = 'alert' AND id > 5 ORDER BY id DESC LIMIT 9",
        "SELECT run_id, count(*) FROM log_lines WHERE level = 'alert' AND run_id IN (1, 2) GROUP BY run_id",
    ):
        plan = " ".join(row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {statement}"))
        assert "INDEX alerts" in plan, plan
