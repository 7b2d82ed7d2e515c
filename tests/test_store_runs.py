"""Runs: adding, finding, the transitions between their states, the queue, deleting."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from store_fixtures import BORN_AT, add_queued, add_running, claim, new_run

from store import attempts, details, logs, outcomes, runs, samples, series
from store.connection import Database
from store.database import open_for_writing
from store.errors import RunAlive, UnknownRun
from store.folders import create_run_folder
from store.packed_records import Column, ExampleSet, Outcomes, Trials
from store.records import Figure, FigureGroup, Phase, Point, RunStatus, Sample

SPAWN = multiprocessing.get_context("spawn")
HOSTILE = "'; DROP TABLE runs; -- \x1b[31m [bold]x[/bold] \x00 \u202e \ud55c \U0001f4a5 \r\n"


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


# --- adding and finding -------------------------------------------------------------------------------------------


def test_a_run_comes_back_as_it_was_queued(db: Database) -> None:
    parent = add_queued(db, name="parent")
    run = runs.add_run(
        db, new_run(tags=("a", "b"), group="seeds", parent_id=parent.id, parameters={"hidden": [128, 64]}, host="box")
    )
    assert run == runs.get_run(db, run.id)
    assert run.status is RunStatus.QUEUED
    assert (run.tags, run.group, run.parent_id, run.host) == (("a", "b"), "seeds", parent.id, "box")
    assert run.parameters == {"hidden": [128, 64]}
    assert (run.started_at, run.phase, run.attempt, run.error) == (None, None, 0, None)


def test_runs_of_a_group_share_it_and_the_last_takes_it_along(db: Database) -> None:
    pair = [runs.add_run(db, new_run(group="seeds")) for _ in range(2)]
    assert db.rows("SELECT name FROM groups") == [("seeds",)]
    for run in pair:
        assert runs.get_run(db, run.id).group == "seeds"
        runs.end_run(db, run.id, RunStatus.STOPPED, error=None, at=1.0)
    runs.delete_run(db, pair[0].id)
    assert runs.get_run(db, pair[1].id).group == "seeds"
    runs.delete_run(db, pair[1].id)
    assert db.rows("SELECT name FROM groups") == []


def test_a_taken_name_gets_a_number_that_is_free(db: Database) -> None:
    names = [add_queued(db, name="cnn").name for _ in range(12)]
    assert names[:3] == ["cnn", "cnn-2", "cnn-3"]
    assert len(set(names)) == 12
    assert all(name.startswith("cnn") for name in names)
    assert add_queued(db, name="cnn-2").name == "cnn-2-2"


def test_hostile_text_is_stored_verbatim(db: Database) -> None:
    run = add_queued(db, name=HOSTILE, tags=(HOSTILE,), dataset=HOSTILE, parameters={HOSTILE: HOSTILE})
    runs.set_notes(db, run.id, HOSTILE)
    runs.end_run(db, run.id, RunStatus.STOPPED, error=HOSTILE, at=BORN_AT)
    kept = runs.get_run(db, run.id)
    assert (kept.name, kept.tags, kept.dataset, kept.notes, kept.error) == (
        HOSTILE,
        (HOSTILE,),
        HOSTILE,
        HOSTILE,
        HOSTILE,
    )
    assert kept.parameters == {HOSTILE: HOSTILE}
    assert len(runs.list_runs(db)) == 1


def test_bytes_that_are_no_text_are_spelt_out(db: Database) -> None:
    assert add_queued(db, name="caf\udce9").name == "caf\\udce9"


def test_a_run_is_found_by_id_name_and_age(db: Database) -> None:
    first, second, third = (add_queued(db, name=name) for name in ("one", "two", "1"))
    assert runs.find_run(db, "two") == second
    assert runs.find_run(db, str(second.id)) == second
    assert runs.find_run(db, "last") == third
    assert runs.find_run(db, "last~0") == third
    assert runs.find_run(db, " last~2 ") == first
    # An id wins over a name that looks like one.
    assert runs.find_run(db, "1") == first


@pytest.mark.parametrize("ref", ["", "0", "99", "last~3", "last~", "last~x", "last~" + "9" * 5000, "9" * 30, "-1"])
def test_what_names_no_run_is_unknown(db: Database, ref: str) -> None:
    for name in ("one", "two", "three"):
        add_queued(db, name=name)
    with pytest.raises(UnknownRun, match="There is no run"):
        runs.find_run(db, ref)


def test_an_unknown_name_lists_the_nearest(db: Database) -> None:
    with pytest.raises(UnknownRun, match="holds no runs yet"):
        runs.find_run(db, "last")
    add_queued(db, name="mlp-digits")
    add_queued(db, name="forest")
    with pytest.raises(UnknownRun, match=r"Did you mean mlp-digits\?"):
        runs.find_run(db, "mpl-digits")
    with pytest.raises(UnknownRun, match="The newest: forest, mlp-digits"):
        runs.get_run(db, 99)


def test_runs_are_listed_newest_first_by_page_and_status(db: Database) -> None:
    ids = [add_queued(db).id for _ in range(5)]
    claim(db, ids[1])
    assert [run.id for run in runs.list_runs(db)] == ids[::-1]
    assert [run.id for run in runs.list_runs(db, limit=2, offset=1)] == [ids[3], ids[2]]
    assert [run.id for run in runs.list_runs(db, statuses=[RunStatus.RUNNING])] == [ids[1]]
    assert runs.list_runs(db, statuses=[]) == []
    assert runs.count_by_status(db) == {RunStatus.QUEUED: 4, RunStatus.RUNNING: 1}


def test_ids_are_never_used_twice_and_never_meet_a_left_over_folder(db: Database) -> None:
    first = add_queued(db)
    runs.end_run(db, first.id, RunStatus.LOST, error=None, at=BORN_AT)
    runs.delete_run(db, first.id)
    create_run_folder(db.path, first.id + 1)
    assert add_queued(db).id == first.id + 2


# --- transitions --------------------------------------------------------------------------------------------------

ALLOWED = {
    RunStatus.QUEUED: {RunStatus.RUNNING, RunStatus.STOPPED, RunStatus.LOST},
    RunStatus.RUNNING: {RunStatus.DONE, RunStatus.FAILED, RunStatus.STOPPED, RunStatus.LOST},
}


def add_in_state(db: Database, status: RunStatus) -> int:
    if status is RunStatus.QUEUED:
        return add_queued(db).id
    run = add_running(db)
    if status.ended:
        assert runs.end_run(db, run.id, status, error="before", at=BORN_AT + 1)
    return run.id


@pytest.mark.parametrize("after", [status for status in RunStatus if status is not RunStatus.QUEUED])
@pytest.mark.parametrize("before", list(RunStatus))
def test_only_the_stated_transitions_happen(db: Database, before: RunStatus, after: RunStatus) -> None:
    run_id = add_in_state(db, before)
    kept = runs.get_run(db, run_id)
    if after is RunStatus.RUNNING:
        moved = claim(db, run_id)
    else:
        moved = runs.end_run(db, run_id, after, error="after", at=BORN_AT + 2)
    assert moved is (after in ALLOWED.get(before, set()))
    assert runs.get_run(db, run_id).status is (after if moved else before)
    if not moved:
        assert runs.get_run(db, run_id) == kept


def test_a_live_status_is_no_end(db: Database) -> None:
    run = add_running(db)
    with pytest.raises(ValueError, match="not an end"):
        runs.end_run(db, run.id, RunStatus.QUEUED, error=None, at=BORN_AT)


def test_a_claim_starts_an_attempt_and_an_end_closes_it(db: Database) -> None:
    run = add_queued(db, device="auto", threads=None)
    attempt = runs.claim(db, run.id, device="cuda:0", threads=2, host="box", boot_id="b", supervisor_pid=7, at=BORN_AT)
    assert attempt is not None
    assert attempt == attempts.get_attempts(db, run.id)[0]
    claimed = runs.get_run(db, run.id)
    assert (claimed.device, claimed.threads, claimed.host, claimed.started_at) == ("cuda:0", 2, "box", BORN_AT)
    assert (claimed.attempt, claimed.heartbeat_at) == (1, BORN_AT)

    runs.set_trainer(db, run.id, 1, 8)
    attempts.advance(db, run.id, 1, spool_offset=10)
    attempts.advance(db, run.id, 1, log_offset=20)
    runs.set_phase(db, run.id, Phase.TRAINING)
    assert runs.end_run(
        db, run.id, RunStatus.FAILED, error="It broke.", at=BORN_AT + 5, exit_code=-9, signal="SIGKILL", lost_points=3
    )
    (closed,) = attempts.get_attempts(db, run.id)
    assert (closed.trainer_pid, closed.spool_offset, closed.log_offset) == (8, 10, 20)
    assert (closed.finished_at, closed.exit_code, closed.signal) == (BORN_AT + 5, -9, "SIGKILL")
    ended = runs.get_run(db, run.id)
    assert (ended.phase, ended.error, ended.lost_points, ended.finished_at) == (None, "It broke.", 3, BORN_AT + 5)


def test_phase_and_progress_are_of_running_runs(db: Database) -> None:
    run = add_queued(db)
    runs.set_phase(db, run.id, Phase.TRAINING)
    assert runs.get_run(db, run.id).phase is None
    claim(db, run.id)
    runs.set_phase(db, run.id, Phase.TRAINING)
    runs.set_progress(db, run.id, 3, None, "epochs")
    runs.set_heartbeat(db, run.id, BORN_AT + 9)
    now = runs.get_run(db, run.id)
    assert (now.phase, now.progress_done, now.progress_total, now.progress_unit) == (Phase.TRAINING, 3, None, "epochs")
    assert now.heartbeat_at == BORN_AT + 9
    runs.set_phase(db, run.id, Phase.EVALUATING)
    assert runs.get_run(db, run.id).progress_done is None


def test_a_request_to_stop_is_never_weakened(db: Database) -> None:
    run = add_running(db)
    wishes = []
    for force in (False, True, False):
        assert runs.request_stop(db, run.id, force)
        wishes.append(runs.get_run(db, run.id).stop_requested)
    assert wishes == ["clean", "force", "force"]
    runs.end_run(db, run.id, RunStatus.STOPPED, error=None, at=BORN_AT)
    assert not runs.request_stop(db, run.id, True)


def claim_at_barrier(path: str, run_id: int, pid: int, barrier: Barrier) -> None:
    with open_for_writing(path) as db:
        barrier.wait(30)
        raise SystemExit(0 if claim(db, run_id, pid=pid) else 1)


def test_of_two_claimers_one_wins(db: Database) -> None:
    run = add_queued(db)
    barrier = SPAWN.Barrier(2)
    claimers = [SPAWN.Process(target=claim_at_barrier, args=(str(db.path), run.id, pid, barrier)) for pid in (11, 22)]
    for claimer in claimers:
        claimer.start()
    for claimer in claimers:
        claimer.join(60)
    assert sorted(claimer.exitcode for claimer in claimers) == [0, 1]  # type: ignore[type-var]
    (attempt,) = attempts.get_attempts(db, run.id)
    assert attempt.supervisor_pid == (11 if claimers[0].exitcode == 0 else 22)


# --- deleting -----------------------------------------------------------------------------------------------------


def fill(db: Database, run_id: int, key: str = "set") -> None:
    """Something in every table."""
    column = Column("<f8", (1,), b"x")
    series.add_points(db, run_id, [Point("loss", 1, 0.5, BORN_AT)])
    logs.add_log_lines(db, run_id, 1, [(BORN_AT, "info", "hello")])
    samples.add_samples(db, run_id, 1, [Sample("host", BORN_AT)])
    details.set_figures(db, run_id, [Figure(FigureGroup.METRICS, "accuracy", 0.5)])
    outcomes.put_example_set(db, ExampleSet(key, 1, column, b"p"))
    outcomes.set_outcomes(db, run_id, Outcomes(key, ("a",), 1, {"truth": column}))
    outcomes.add_trials(db, run_id, Trials({"batch_size": 1}, 1, {"ms": column}, BORN_AT))


def rows_of(db: Database) -> dict[str, int]:
    tables = [
        row[0]
        for row in db.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite%'")
        if row[0] not in ("store_info", "metrics", "devices")
    ]
    counts = {table: (db.row(f"SELECT count(*) FROM {table}") or (0,))[0] for table in tables}
    return {table: count for table, count in counts.items() if count}


def test_deleting_a_run_deletes_all_of_it(db: Database) -> None:
    kept, gone, child = add_running(db), add_running(db), add_queued(db, parent_id=2)
    for run in (kept, gone):
        fill(db, run.id)
        runs.end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT)
    before = rows_of(db)
    series.fold_series(db, gone.id, {})
    runs.delete_run(db, gone.id)
    after = rows_of(db)
    assert after.pop("example_sets") == before.pop("example_sets") == 1
    assert before.pop("runs") == after.pop("runs") + 1 == 3
    assert before.pop("details") == after.pop("details") + 1 == 3
    assert after == dict.fromkeys(before, 1)
    assert runs.get_run(db, child.id).parent_id is None
    runs.delete_run(db, kept.id)
    assert rows_of(db) == {"runs": 1, "details": 1}
    with pytest.raises(UnknownRun):
        runs.delete_run(db, gone.id)


def test_deleting_a_run_gives_its_room_back_to_the_disk(db: Database) -> None:
    run = add_running(db)
    logs.add_log_lines(db, run.id, 1, [(BORN_AT, "info", "a long line " * 20)] * 2000)
    runs.end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT)
    full = db.row("PRAGMA page_count") or (0,)
    runs.delete_run(db, run.id)
    assert db.row("PRAGMA freelist_count") == (0,)
    assert (db.row("PRAGMA page_count") or full)[0] < full[0] - 100


def test_a_live_run_is_not_deleted(db: Database) -> None:
    for run in (add_queued(db), add_running(db)):
        with pytest.raises(RunAlive, match=rf"cannot be deleted. Stop it first: `workbench stop {run.id}`"):
            runs.delete_run(db, run.id)
    assert len(runs.list_runs(db)) == 2


def test_example_sets_that_a_running_run_may_need_stay(db: Database) -> None:
    gone = add_running(db)
    fill(db, gone.id)
    runs.end_run(db, gone.id, RunStatus.DONE, error=None, at=BORN_AT)
    running = add_running(db)
    runs.delete_run(db, gone.id)
    outcomes.set_outcomes(db, running.id, Outcomes("set", ("a",), 1, {}))
    assert outcomes.get_outcomes(db, running.id) is not None
