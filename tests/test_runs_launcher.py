"""What is checked before a run is queued, and how it waits for a device."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.database import Database, open_for_writing
from store.errors import ReportedError
from store.folders import is_alive, run_folder
from store.records import NewRun, Run, RunStatus
from store.runs import add_run, get_run, list_runs, request_stop
from workbench.devices import Choice
from workbench.environment import usable_cores
from workbench.errors import BadValue, DeviceError, DiskError, UnknownName, UsageError
from workbench.runs import launcher, waiting
from workbench.runs.launcher import launch, plan, queue, rerun
from workbench.runs.leases import lend_device, new_holder
from workbench.runs.stop_requests import StopRequests
from workbench.runs.supervisor import Terms
from workbench.runs.waiting import Queueing
from workbench.spec import DataSpec, RunSpec

SPEC = RunSpec("logistic-regression", DataSpec("iris"), {"C": 0.5}, seed=3, device="cpu")
NEW = NewRun("given", "mlp", "iris", "classification", 0, 0, "auto", 1, {}, {})


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as opened:
        yield opened


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the runs for which a supervisor would have been started, with their lock held at that moment."""
    ids: list[int] = []

    def start(_db: Database, run_id: int, folder: Path, _lock_fd: int, *, command: object) -> None:
        assert is_alive(folder)
        ids.append(run_id)

    monkeypatch.setattr(launcher, "start_supervisor", start)
    return ids


def test_a_launched_run_is_queued_with_everything_that_decides_it(db: Database, started: list[int]) -> None:
    run = launch(db, SPEC, tags=("first",), group="seeds")
    assert started == [run.id]
    assert (run.status, run.name, run.task) == (RunStatus.QUEUED, "logistic-regression-iris", "classification")
    assert (run.tags, run.group, run.seed, run.device) == (("first",), "seeds", 3, "cpu")
    assert run.parameters == {"C": 0.5, "max_iter": 500, "class_weight": "none"}
    written = json.loads((run_folder(db.path, run.id) / "spec.json").read_text())
    assert RunSpec.from_json(written) == replace(SPEC, parameters=run.parameters)


def test_a_rerun_has_the_same_spec_and_knows_its_parent(db: Database, started: list[int]) -> None:
    first = launch(db, SPEC, name="mine", tags=("kept",))
    again = rerun(db, first)
    assert (again.spec, again.tags, again.parent_id) == (first.spec, ("kept",), first.id)
    assert again.name != first.name


def test_a_rerun_may_have_other_seeds_and_stays_in_the_group(db: Database, started: list[int]) -> None:
    first = launch(db, SPEC, group="seeds")
    again = rerun(db, first, seed=8, split_seed=2)
    assert (again.seed, again.split_seed, again.group, again.parent_id) == (8, 2, "seeds", first.id)
    spec = RunSpec.from_json(first.spec)
    assert RunSpec.from_json(again.spec) == replace(spec, seed=8, data=replace(spec.data, split_seed=2))
    assert rerun(db, first, split_seed=2).seed == SPEC.seed


@pytest.mark.parametrize("name", ["7", "last", "last~2", "  ", "x" * 201])
def test_a_name_by_which_the_run_could_not_be_found_is_refused(db: Database, started: list[int], name: str) -> None:
    with pytest.raises(BadValue):
        launch(db, SPEC, name=name)
    assert started == []


def test_a_run_of_a_file_is_called_by_the_files_name(tmp_path: Path) -> None:
    table = tmp_path / "wine tasting.csv"
    rows = [f"{number % 7},{number % 3},{'ab'[number % 2]}" for number in range(60)]
    table.write_text("\n".join(["sweet,dry,kind", *rows]) + "\n")
    assert plan(replace(SPEC, data=DataSpec(str(table), target="kind"))).name == "logistic-regression-wine tasting"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (replace(SPEC, model="logistic"), UnknownName),
        (replace(SPEC, data=DataSpec("irises")), UnknownName),
        (replace(SPEC, parameters={"C": -1.0}), BadValue),
        (replace(SPEC, parameters={"c": 1.0}), UnknownName),
        (replace(SPEC, seed=-1), BadValue),
        (replace(SPEC, data=DataSpec("iris", split_seed=2**32)), BadValue),
        (replace(SPEC, device="cuda:0"), BadValue),
        (replace(SPEC, device="gpu"), BadValue),
        (replace(SPEC, model="cnn"), UsageError),
        (replace(SPEC, threads=100_000), UsageError),
        (replace(SPEC, threads=-1), UsageError),
    ],
)
def test_what_cannot_run_is_refused_before_anything_is_written(
    db: Database, started: list[int], wrong: RunSpec, error: type[ReportedError]
) -> None:
    with pytest.raises(error):
        launch(db, wrong)
    assert list_runs(db) == []
    assert started == []


def test_leases_that_cannot_be_held_are_refused_before_anything_is_written(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_RUNTIME_DIR", str(tmp_path / "file"))
    with pytest.raises(DiskError, match="Name another in WORKBENCH_RUNTIME_DIR"):
        launch(db, SPEC)
    assert list_runs(db) == []


def test_settings_that_cannot_be_read_are_refused_before_anything_is_written(db: Database, home: Path) -> None:
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "settings.toml").write_text("[stopping]\ngrace = 3\n")
    with pytest.raises(UsageError, match="line 2: 'grace'"):
        launch(db, SPEC)
    assert list_runs(db) == []


def test_the_grace_time_of_a_stop_is_the_users(home: Path) -> None:
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "settings.toml").write_text("[stopping]\ngrace_seconds = 7\n")
    assert Terms.chosen().grace_s == 7


def test_threads_nobody_asked_for_are_half_of_the_cores() -> None:
    assert plan(replace(SPEC, threads=0)).spec.threads == max(1, min(8, usable_cores() // 2))


def test_a_supervisor_that_cannot_be_started_leaves_no_run_waiting(db: Database) -> None:
    with pytest.raises(ReportedError, match="No supervisor could be started"):
        queue(db, NEW, supervisor=("/no/such/program",))
    [run] = list_runs(db)
    assert run.status is RunStatus.LOST
    assert not is_alive(run_folder(db.path, run.id))


class Told(Exception):
    """Raised by a test's ``say``, to look at a run that waits."""


def queueing(db: Database, run: Run) -> Queueing:
    def say(text: str) -> None:
        raise Told(text)

    return Queueing(db, run, say)


def gpus(monkeypatch: pytest.MonkeyPatch, *choices: Choice) -> None:
    monkeypatch.setattr(waiting, "candidates", lambda *_: list(choices))


GPU_0 = Choice("cuda:0", "GPU-a", "H100", "first of 2 usable GPUs")
GPU_1 = Choice("cuda:1", "GPU-b", "H100", "first of 2 usable GPUs")


def test_auto_takes_the_first_gpu_that_nobody_holds(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(monkeypatch, GPU_0, GPU_1)
    held = lend_device("GPU-a", "cuda:0", 1, new_holder(db.path, 99, "cuda:0"))
    run = add_run(db, NEW)
    taken = queueing(db, run).wait(StopRequests(db, run.id))
    assert taken is not None
    lent, choice = taken
    assert (lent.device, lent.uuid, choice.name) == ("cuda:1", "GPU-b", "H100")
    for one in (held, lent):
        assert one is not None
        one.close()


def test_with_every_gpu_held_a_run_waits_and_never_takes_the_cpu(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(monkeypatch, GPU_0)
    held = lend_device("GPU-a", "cuda:0", 1, new_holder(db.path, 99, "cuda:0"))
    run = add_run(db, NEW)
    with pytest.raises(Told, match=r"Waiting for cuda:0: run 99 at work\."):
        queueing(db, run).wait(StopRequests(db, run.id))
    assert held is not None
    held.close()


def test_a_gpu_that_went_while_the_run_was_queued_is_not_replaced_by_the_cpu(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus(monkeypatch, Choice("cpu", None, None, "there is no GPU"))
    run = add_run(db, NEW)
    with pytest.raises(DeviceError, match="is gone"):
        queueing(db, run).wait(StopRequests(db, run.id))


def test_a_run_behind_a_living_one_waits_for_its_turn(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(monkeypatch, GPU_0)
    first, second = add_run(db, NEW), add_run(db, NEW)
    monkeypatch.setattr(waiting, "is_alive", lambda folder: folder == run_folder(db.path, first.id))
    with pytest.raises(Told, match=f"run {first.id} is ahead"):
        queueing(db, second).wait(StopRequests(db, second.id))


def test_a_stop_ends_the_wait(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(monkeypatch, GPU_0)
    run = add_run(db, NEW)
    request_stop(db, run.id, False)
    assert queueing(db, run).wait(StopRequests(db, run.id)) is None
    assert get_run(db, run.id).status is RunStatus.QUEUED
