"""Every way in which a run's processes can die, and that nothing is lost or counted twice by it."""

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from runs_fixtures import SUPERVISOR, Runs, open_runs, returned_calls, terms, until

from store.attempts import get_attempts
from store.folders import create_run_folder, is_alive
from store.records import NewRun, Run, RunStatus
from store.runs import add_run, claim, request_stop
from workbench.cli.changing import wait_for_end
from workbench.runs.host import host_name
from workbench.runs.liveness import effective_status
from workbench.runs.recovery import recover
from workbench.runs.stopping import stop_run


@pytest.fixture
def runs(store_file: Path) -> Iterator[Runs]:
    with open_runs(store_file) as opened:
        yield opened


def assert_exact(runs: Runs, run: Run) -> None:
    """Every step that a log call returned from is in the store, at most one more (killed while returning), once."""
    steps = runs.steps(run)
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) - returned_calls(runs.folder(run)) in (0, 1)


def test_a_killed_trainer_fails_the_run_at_once_with_its_signal(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    runs.kill(run, "trainer")
    failed = runs.when(run, RunStatus.FAILED)
    assert failed.error is not None
    assert "killed by SIGKILL" in failed.error
    assert get_attempts(runs.db, run.id)[-1].signal == "SIGKILL"
    assert_exact(runs, run)


def test_a_crash_in_a_library_is_named_by_its_signal(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    runs.kill(run, "trainer", number=signal.SIGSEGV)
    failed = runs.when(run, RunStatus.FAILED)
    assert failed.error is not None
    assert "SIGSEGV" in failed.error


def test_a_killing_for_want_of_memory_is_told_from_others(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    events = tmp_path / "memory.events"
    events.write_text("low 0\noom 0\noom_kill 4\n")
    monkeypatch.setenv("TEST_TERMS", terms(memory_events=str(events)))
    run = runs.when_working(runs.start("work"))
    events.write_text("low 0\noom 1\noom_kill 5\n")
    runs.kill(run, "trainer")
    failed = runs.when(run, RunStatus.FAILED)
    assert failed.error is not None
    assert "ran out of memory" in failed.error


def test_without_its_supervisor_a_trainer_stops_by_itself_and_the_run_is_lost(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    runs.kill(run, "supervisor")
    until(lambda: not is_alive(runs.folder(run)), "the trainer to end")
    assert effective_status(runs.db.path, runs.now(run)) is RunStatus.LOST
    assert (runs.folder(run) / "checkpoint").exists()
    [lost] = recover(runs.db)
    assert (lost.id, lost.status) == (run.id, RunStatus.LOST)
    assert lost.error is not None
    assert "supervisor was killed" in lost.error
    assert_exact(runs, run)


def test_a_run_without_processes_is_shown_lost_and_then_confirmed_with_all_its_points(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    runs.kill_both(run)
    stored = runs.now(run)
    assert stored.status is RunStatus.RUNNING
    assert effective_status(runs.db.path, stored) is RunStatus.LOST
    [lost] = recover(runs.db)
    assert lost.status is RunStatus.LOST
    assert lost.error == "Both of its processes were killed."
    assert_exact(runs, run)
    assert not (runs.folder(run) / "spool").exists()
    assert recover(runs.db) == []


def test_a_run_that_ended_after_we_looked_is_not_called_lost(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    seen = runs.now(run)
    stop_run(runs.db, run)
    runs.when(run, RunStatus.STOPPED)
    assert effective_status(runs.db.path, seen) is RunStatus.STOPPED


def test_a_restart_of_the_machine_is_named_as_the_cause(runs: Runs) -> None:
    run = given_run(runs)
    claim_as_dead(runs, run, boot_id="another boot")
    [lost] = recover(runs.db)
    assert lost.error == "The machine was restarted while it ran."


def test_runs_of_another_host_are_left_alone(runs: Runs) -> None:
    run = given_run(runs, host="elsewhere")
    claim_as_dead(runs, run, host="elsewhere")
    assert recover(runs.db) == []
    assert effective_status(runs.db.path, runs.now(run)) is RunStatus.RUNNING


def test_a_run_whose_folder_is_gone_is_lost(runs: Runs) -> None:
    run = given_run(runs)
    shutil.rmtree(runs.folder(run))
    [lost] = recover(runs.db)
    assert lost.status is RunStatus.LOST
    assert lost.error is not None
    assert "is gone" in lost.error


def test_the_processes_of_a_run_whose_folder_is_gone_do_not_work_on(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    attempt = get_attempts(runs.db, run.id)[-1]
    assert attempt.trainer_pid is not None
    trainer = Path(f"/proc/{attempt.trainer_pid}")
    shutil.rmtree(runs.folder(run))
    recover(runs.db)
    until(lambda: not trainer.exists(), "the trainer to be gone")
    assert runs.now(run).status is RunStatus.LOST


def test_a_queued_run_without_a_supervisor_gets_a_new_one(runs: Runs) -> None:
    run = given_run(runs)
    [again] = recover(runs.db, supervisor=SUPERVISOR)
    assert again.id == run.id
    runs.when(run, RunStatus.DONE)
    assert runs.steps(run) == [1, 2, 3]


def test_a_queued_run_that_was_asked_to_stop_is_not_started_again(runs: Runs) -> None:
    run = given_run(runs)
    request_stop(runs.db, run.id, False)
    [stopped] = recover(runs.db, supervisor=SUPERVISOR)
    assert stopped.status is RunStatus.STOPPED


def test_stopping_a_dead_run_ends_it(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    runs.kill_both(run)
    stop_run(runs.db, run)
    assert runs.now(run).status is RunStatus.LOST


def test_force_ends_a_hanging_trainer_whose_supervisor_is_dead(runs: Runs) -> None:
    run = runs.when_working(runs.start("ignore_stop"))
    runs.kill(run, "supervisor")
    until(lambda: not is_process(runs.pids(run)[0]), "the supervisor to be gone")
    assert effective_status(runs.db.path, runs.now(run)) is RunStatus.RUNNING
    stop_run(runs.db, run, force=True)
    assert runs.now(run).status is RunStatus.LOST
    assert runs.steps(run) == [1, 2, 3]


def test_a_dead_run_in_the_queue_does_not_hold_up_the_others(runs: Runs) -> None:
    given_run(runs)
    run = runs.start("work", steps=2, pause_s=0)
    runs.when(run, RunStatus.DONE)


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.1, 0.15, 0.2, 0.3])
def test_a_supervisor_killed_at_any_moment_of_its_start_leaves_no_mystery(runs: Runs, after_s: float) -> None:
    run = runs.start("work", steps=50)
    time.sleep(after_s)
    for pid in processes_of(runs, run):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not is_alive(runs.folder(run)), "the processes to be gone")
    recover(runs.db, supervisor=SUPERVISOR)
    until(lambda: runs.now(run).status.ended, "the run to end, by recovery or by its new supervisor")
    assert_exact(runs, run)


def test_random_kills_lose_no_logged_point_and_repeat_none(runs: Runs) -> None:
    chance = random.Random(0)
    for _ in range(10):
        kill_once(runs, chance)


def kill_once(runs: Runs, chance: random.Random) -> None:
    """One run, killed somewhere in its life: the supervisor, the trainer, or both in either order."""
    run = runs.when_working(runs.start("work", pause_s=0.0001), 1)
    time.sleep(chance.random() * 0.15)
    victims = chance.choice([("trainer",), ("supervisor",), ("supervisor", "trainer"), ("trainer", "supervisor")])
    for name in victims:
        try:
            runs.kill(run, name)
        except ProcessLookupError:
            continue  # the other's death was quicker
    until(lambda: not is_alive(runs.folder(run)), "the processes to be gone")
    recover(runs.db)
    assert runs.now(run).status.ended
    assert_exact(runs, run)


def processes_of(runs: Runs, run: Run) -> list[int]:
    """The supervisor of a run, found by its command line: before the claim the store does not know it."""
    wanted = {os.fsencode(runs.db.path), os.fsencode(str(run.id))}
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted <= set(words):
            found.append(int(path.parent.name))
    return found


def is_process(pid: int) -> bool:
    """Whether there is a command behind the process id; a zombie has none."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


def test_waiting_for_a_stop_ends_with_the_runs_processes(runs: Runs) -> None:
    run = given_run(runs)
    claim_as_dead(runs, run)
    assert wait_for_end(runs.db, run).status is RunStatus.LOST


def given_run(runs: Runs, host: str | None = None) -> Run:
    """A queued run whose supervisor died before it could claim it."""
    spec = {"model": "fake", "data": {"dataset": "none"}, "seed": 0, "device": "cpu", "threads": 1}
    spec["parameters"] = {"act": "work", "steps": 3, "pause_s": 0}
    template = NewRun("given", "fake", "none", "classification", 0, 0, "cpu", 1, {}, spec)
    run = add_run(runs.db, replace(template, host=host or host_name()))
    folder = create_run_folder(runs.db.path, run.id)
    (folder / "spec.json").write_text(json.dumps(spec))
    (folder / "lock").touch()
    return run


def claim_as_dead(runs: Runs, run: Run, *, boot_id: str = "", host: str | None = None) -> None:
    """The run as running under processes that are gone."""
    claimed = claim(
        runs.db,
        run.id,
        device="cpu",
        threads=1,
        host=host or host_name(),
        boot_id=boot_id,
        supervisor_pid=os.getpid(),
        at=time.time(),
    )
    assert claimed is not None
