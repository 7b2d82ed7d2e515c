"""The queue: whose turn it is, and what moving a run changes about that."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_fixtures import BORN_AT, add_queued, add_running, claim

from store import runs
from store.connection import Database
from store.database import open_for_writing
from store.errors import NotQueued, UnknownRun
from store.folders import create_run_folder, hold_lock
from store.records import RunStatus
from store.waiting_runs import move_in_queue, queued_before, queued_runs
from workbench.runs.leases import Lent
from workbench.runs.stop_requests import StopRequests
from workbench.runs.waiting import Queueing


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


def queue_of(db: Database) -> list[int]:
    return [run.id for run in queued_runs(db)]


def test_the_queue_of_a_device_is_in_the_order_of_asking(db: Database) -> None:
    first, other, second, third = (add_queued(db, device=device).id for device in ("cpu", "cuda:0", "cpu", "cpu"))
    assert queued_before(db, third, "cpu") == [first, second]
    assert queued_before(db, other, "cuda:0") == []
    claim(db, first)
    assert queued_before(db, third, "cpu") == [second]
    assert queue_of(db) == [other, second, third]
    assert [run.id for run in queued_runs(db, limit=2)] == [other, second]


def test_a_moved_run_waits_at_its_new_place(db: Database) -> None:
    first, second, third = (add_queued(db).id for _ in range(3))
    assert move_in_queue(db, third, -1) == [first, third, second]
    assert queued_before(db, second, "cpu") == [first, third]
    assert move_in_queue(db, third, -1) == [third, first, second]
    assert move_in_queue(db, third, -1) == [third, first, second]
    assert move_in_queue(db, third, 99) == [first, second, third]
    assert move_in_queue(db, first, 1) == queue_of(db) == [second, first, third]
    newest = add_queued(db).id
    assert queue_of(db) == [second, first, third, newest]


def test_moving_a_run_leaves_other_devices_as_they_are(db: Database) -> None:
    ids = [add_queued(db, device=device).id for device in ("cpu", "cuda:0", "cpu", "cuda:0")]
    assert move_in_queue(db, ids[2], -1) == [ids[2], ids[0]]
    assert queue_of(db) == [ids[2], ids[1], ids[0], ids[3]]
    assert move_in_queue(db, ids[3], -1) == [ids[3], ids[1]]


def test_only_a_run_that_waits_is_moved(db: Database) -> None:
    running = add_running(db)
    with pytest.raises(NotQueued, match=r"is running: only runs that wait"):
        move_in_queue(db, running.id, -1)
    with pytest.raises(UnknownRun):
        move_in_queue(db, 99, -1)
    assert db.rows("SELECT * FROM queue_ranks") == []


def test_a_run_that_has_left_the_queue_leaves_no_place_behind(db: Database) -> None:
    first, second = (add_queued(db).id for _ in range(2))
    move_in_queue(db, second, -1)
    claim(db, second)
    runs.end_run(db, first, RunStatus.STOPPED, error=None, at=BORN_AT)
    assert db.rows("SELECT * FROM queue_ranks") == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 5)), max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_moves_order_the_queue_as_they_would_a_list(db: Database, moves: list[tuple[int, int]]) -> None:
    ids = [add_queued(db).id for _ in range(5)]
    wanted = list(ids)
    for place, by in moves:
        before = wanted.index(ids[place])
        wanted.remove(ids[place])
        wanted.insert(min(max(0, before + by), len(wanted)), ids[place])
        assert move_in_queue(db, ids[place], by) == wanted
    assert queue_of(db) == wanted
    for run_id in ids:
        runs.end_run(db, run_id, RunStatus.STOPPED, error=None, at=BORN_AT)


def test_who_waits_heeds_the_new_order(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = add_queued(db), add_queued(db)
    locks = [hold_lock(create_run_folder(db.path, run.id)) for run in (first, second)]
    lent = Lent(device="cpu", threads=1)
    monkeypatch.setattr("workbench.runs.leases.lend_cores", lambda *_: lent)
    said: list[str] = []
    looks = 0

    class Stop(StopRequests):
        """Moves the waiting run to the front between two of its looks, as a key in the queue would."""

        level = None

        def look(self) -> None:
            nonlocal looks
            looks += 1
            if looks == 2:
                move_in_queue(db, second.id, -1)

    monkeypatch.setattr("workbench.runs.waiting.POLL_S", 0.0)
    taken = Queueing(db, second, said.append).wait(Stop(db, second.id))
    assert taken is not None
    assert (taken[0], looks) == (lent, 2)
    assert said == [f"Waiting: run {first.id} is ahead in the queue."]
    del locks
