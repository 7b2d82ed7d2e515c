"""Runs as real detached processes: how they begin, work, stop and end of themselves."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from runs_fixtures import SUPERVISOR, Runs, open_runs, returned_calls, terms, until

from store.attempts import get_attempts
from store.details import get_detail
from store.logs import read_alerts
from store.records import RunStatus
from store.runs import list_runs
from store.samples import read_samples
from workbench.environment import usable_cores
from workbench.runs.liveness import effective_status
from workbench.runs.recovery import recover
from workbench.runs.stopping import stop_run


@pytest.fixture
def runs(store_file: Path) -> Iterator[Runs]:
    with open_runs(store_file) as opened:
        yield opened


def test_a_run_ends_as_done_with_every_point_and_line_in_the_store(runs: Runs) -> None:
    run = runs.start("work", steps=500, pause_s=0)
    done = runs.when(run, RunStatus.DONE)
    assert runs.steps(run) == list(range(1, 501))
    assert {"begins", "printed by a library"} <= set(runs.lines(run))
    assert (done.error, done.phase, done.attempt) == (None, None, 1)
    assert done.started_at is not None
    assert done.finished_at is not None
    assert done.created_at <= done.started_at <= done.finished_at
    attempt = get_attempts(runs.db, run.id)[-1]
    assert (attempt.exit_code, attempt.signal) == (0, None)
    assert read_samples(runs.db, run.id, "host")
    environment = get_detail(runs.db, run.id).environment
    assert environment["python"] == sys.version.split()[0]
    assert environment["load_during"] is not None


def test_the_spool_goes_when_the_run_has_ended_and_the_raw_output_stays(runs: Runs) -> None:
    run = runs.start("work", steps=3, pause_s=0)
    runs.when(run, RunStatus.DONE)
    assert not (runs.folder(run) / "spool").exists()
    assert (runs.folder(run) / "output.log").read_text() == "printed by a library\n"


def test_the_room_that_live_points_took_goes_back_to_the_disk(runs: Runs) -> None:
    runs.when(runs.start("work", steps=4000, pause_s=0), RunStatus.DONE)
    assert runs.db.row("PRAGMA freelist_count") == (0,)


def test_only_the_owner_may_look_into_a_runs_folder(runs: Runs) -> None:
    run = runs.start("work", steps=3, pause_s=0)
    runs.when(run, RunStatus.DONE)
    found = [runs.folder(run), *runs.folder(run).rglob("*")]
    assert [path for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_the_trainer_gets_its_share_of_the_machine_and_nothing_else(runs: Runs) -> None:
    run = runs.start("describe", threads=2)
    runs.when(run, RunStatus.DONE)
    said = " ".join(runs.lines(run))
    assert "OMP_NUM_THREADS=2 RAYON_NUM_THREADS=2 TOKENIZERS_PARALLELISM=true OMP_WAIT_POLICY=PASSIVE" in said
    assert "CUDA_VISIBLE_DEVICES= PYTHONSAFEPATH=1" in said
    assert "device=cpu threads=2 stdin=''" in said
    assert "group=True umask=77" in said


def test_a_stop_ends_the_run_within_a_batch_and_keeps_a_checkpoint(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    assert stop_run(runs.db, run)
    stopped = runs.when(run, RunStatus.STOPPED)
    assert stopped.error is None
    assert get_detail(runs.db, run.id).checkpoint == "checkpoint"
    assert len(runs.steps(run)) - returned_calls(runs.folder(run)) in (0, 1)
    assert any("Asked to stop" in line for line in runs.lines(run))


def test_a_signal_to_the_supervisor_is_a_wish_to_stop(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    runs.kill(run, "supervisor", number=signal.SIGTERM)
    assert runs.when(run, RunStatus.STOPPED).error is None


def test_a_trainer_that_does_not_heed_a_stop_is_killed_after_its_grace(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_TERMS", terms(grace_s=0.2))
    run = runs.when_working(runs.start("ignore_stop"))
    stop_run(runs.db, run)
    runs.when(run, RunStatus.STOPPED)
    assert runs.steps(run) == [1, 2, 3]
    assert any("did not stop within 0.2 s" in line for line in runs.lines(run))
    assert get_attempts(runs.db, run.id)[-1].signal == "SIGKILL"


def test_a_stop_by_force_does_not_wait_also_after_a_clean_one(runs: Runs) -> None:
    run = runs.when_working(runs.start("ignore_stop"))
    stop_run(runs.db, run)
    until(lambda: any("Asked to stop" in line for line in runs.lines(run)), "the clean stop to be heeded")
    assert runs.now(run).status is RunStatus.RUNNING
    stop_run(runs.db, run, force=True)
    runs.when(run, RunStatus.STOPPED)
    assert any("by force" in line for line in runs.lines(run))


def test_a_stop_that_comes_too_late_does_not_kill_a_trainer_that_has_finished(runs: Runs) -> None:
    run = runs.start("tell_at_exit")
    runs.when(run, RunStatus.DONE)
    assert any("SIG_IGN" in line for line in runs.lines(run))


def test_a_run_that_is_stopped_in_the_queue_never_starts(runs: Runs) -> None:
    first = runs.when_working(runs.start("work", threads=usable_cores()))
    second = runs.start("work", threads=usable_cores())
    until(lambda: any("Waiting for" in line for line in runs.lines(second)), "the second to say what it waits for")
    assert runs.now(second).status is RunStatus.QUEUED
    stop_run(runs.db, second)
    assert runs.when(second, RunStatus.STOPPED).started_at is None
    assert runs.now(first).status is RunStatus.RUNNING


def test_queued_runs_begin_in_their_order_when_cores_are_free(runs: Runs) -> None:
    first = runs.when_working(runs.start("work", threads=usable_cores()))
    waiting = [runs.start("work", threads=usable_cores(), steps=2, pause_s=0) for _ in range(2)]
    until(lambda: all(runs.lines(run) for run in waiting), "both to wait")
    stop_run(runs.db, first)
    ended = [runs.when(run, RunStatus.DONE) for run in waiting]
    starts = [run.started_at for run in ended if run.started_at is not None]
    assert starts == sorted(starts)
    assert len(starts) == 2


def test_eight_runs_at_once_lose_nothing(runs: Runs) -> None:
    started = [runs.start("work", steps=100, pause_s=0) for _ in range(8)]
    for run in started:
        runs.when(run, RunStatus.DONE)
        assert runs.steps(run) == list(range(1, 101))
    assert len({run.name for run in started}) == 8


def test_an_exception_fails_the_run_with_a_sentence_and_the_traceback_in_its_log(runs: Runs) -> None:
    failed = runs.when(runs.start("raise_error"), RunStatus.FAILED)
    assert failed.error is not None
    assert failed.error.startswith("ValueError while training: shapes (3, 4) and (5,) do not fit")
    lines = runs.lines(failed)
    assert "Traceback (most recent call last):" in lines
    assert "ValueError: shapes (3, 4) and (5,) do not fit" in lines


def test_a_diverged_loss_fails_the_run_with_the_engines_own_sentence(runs: Runs) -> None:
    failed = runs.when(runs.start("diverge"), RunStatus.FAILED)
    assert failed.error == "The loss became NaN at step 12. Lower the learning rate."
    assert not any("Traceback" in line for line in runs.lines(failed))
    assert runs.steps(failed) == [12]


def test_what_the_supervisor_sees_go_wrong_stands_as_an_alert_in_the_log(runs: Runs) -> None:
    failed = runs.when(runs.start("diverge"), RunStatus.FAILED)
    (alert,) = read_alerts(runs.db, 0)
    assert (alert.run_id, alert.level) == (failed.id, "alert")
    assert alert.text.startswith("loss is NaN at step 12: lower the learning rate")


def test_a_trainer_that_leaves_without_a_word_fails_with_its_exit_code(runs: Runs) -> None:
    failed = runs.when(runs.start("exit_suddenly"), RunStatus.FAILED)
    assert failed.error is not None
    assert "exit code 7" in failed.error


def test_a_device_that_is_not_there_fails_the_run_with_the_reason(runs: Runs) -> None:
    failed = runs.when(runs.start("work", model="mlp", device="cuda:9"), RunStatus.FAILED)
    assert failed.error is not None
    assert "no GPU" in failed.error


def test_a_disk_that_is_full_for_a_while_costs_no_point(runs: Runs) -> None:
    run = runs.start("fill_disk", steps=2000)
    done = runs.when(run, RunStatus.DONE)
    assert runs.steps(run) == list(range(1, 2001))
    assert done.lost_points == 0


def test_a_store_that_another_process_holds_delays_a_run_and_costs_nothing(runs: Runs) -> None:
    run = runs.when_working(runs.start("work", steps=300))
    with runs.db.atomic():
        until(lambda: returned_calls(runs.folder(run)) == 300, "the trainer to finish meanwhile")
    runs.when(run, RunStatus.DONE)
    assert runs.steps(run) == list(range(1, 301))


def test_a_run_outlives_the_program_and_the_session_that_started_it(runs: Runs) -> None:
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from runs_fixtures import open_runs, Runs; from store.database import open_for_writing;"
        "print(Runs(open_for_writing(Path(sys.argv[2]))).start('work').id, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent), str(runs.db.path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
    ) as parent:
        assert parent.stdout is not None
        run_id = int(parent.stdout.readline())
        run = until(lambda: next((run for run in list_runs(runs.db) if run.id == run_id), None), "the run")
        runs.when_working(run)
        os.killpg(parent.pid, signal.SIGHUP)
    runs.kill(run, "supervisor", "trainer", number=signal.SIGHUP)
    before = returned_calls(runs.folder(run))
    runs.when_working(run, before + 3)
    assert effective_status(runs.db.path, runs.now(run)) is RunStatus.RUNNING
    stop_run(runs.db, run)
    runs.when(run, RunStatus.STOPPED)


def test_a_second_supervisor_finds_the_run_taken(runs: Runs) -> None:
    run = runs.when_working(runs.start("work"))
    command = [*SUPERVISOR, str(runs.db.path), str(run.id)]
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "has a supervisor already" in second.stderr
    assert len(get_attempts(runs.db, run.id)) == 1


def test_two_programs_work_on_one_store(runs: Runs) -> None:
    with open_runs(runs.db.path) as others:
        mine, theirs = runs.start("work"), others.start("work")
        runs.when_working(mine)
        others.when_working(theirs)
        assert recover(others.db) == []
        stop_run(others.db, mine)
        stop_run(runs.db, theirs)
        others.when(mine, RunStatus.STOPPED)
        runs.when(theirs, RunStatus.STOPPED)


def test_a_measuring_run_waits_until_the_other_is_done_and_says_so(runs: Runs) -> None:
    if usable_cores() < 2:
        pytest.skip("two runs at once need two cores")
    other = runs.when_working(runs.start("work"))
    run = runs.start("measure")
    until(lambda: any("measure latency on a quiet machine" in line for line in runs.lines(run)), "it to say so")
    stop_run(runs.db, other)
    runs.when(run, RunStatus.DONE)
    assert "exclusive True" in runs.lines(run)
