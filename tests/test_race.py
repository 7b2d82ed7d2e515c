"""Races on real processes: from two runs in a store to a diff, and every way in which one does not come about."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from store_fixtures import add_running
from training_fixtures import spec

from store.database import Database, open_for_writing
from store.details import set_checkpoint
from store.errors import ReportedError
from store.folders import create_run_folder, run_folder
from store.races import newest_race
from store.records import RunStatus
from store.runs import end_run
from workbench.comparison.compared import compare_runs
from workbench.data import prepare
from workbench.errors import UnusableData, UsageError
from workbench.evaluation.columns import unpack
from workbench.models import find_model
from workbench.models.building import DataShape, build
from workbench.models.checkpoint import CONFIG_FILE, FOLDER, CheckpointConfig, write_config, write_network
from workbench.race import Design, RacePhase, RaceProgress, run_race
from workbench.race.child import Plan, rows_path
from workbench.race.entrants import find_entrants
from workbench.race.rows import make_rows
from workbench.settings import Settings
from workbench.spec import DataSpec, RunSpec

TINY = Design(seconds=0.5, fewest_processes=2, most_processes=2, most_pairs=6)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a small network that takes the rows of the irises."""
    folder = tmp_path_factory.mktemp("trained") / FOLDER
    config, data = spec("mlp", hidden=(4,)), prepare(DataSpec("iris"))
    network = build(find_model("mlp"), config.parameters, DataShape(data.input_shape, len(data.labels)))
    write_config(folder, CheckpointConfig("mlp", config.parameters, data.input_shape, data.labels, data.fingerprint))
    write_network(folder, network.state_dict())
    return folder


@pytest.fixture
def db(store_file: Path, trained: Path) -> Iterator[Database]:
    """A store with two runs of the same model."""
    with open_for_writing(store_file) as db:
        for name in ("one", "two"):
            run = add_running(db, name=name, dataset="iris", spec=spec("mlp", hidden=(4,)).to_json())
            shutil.copytree(trained, create_run_folder(db.path, run.id) / FOLDER)
            set_checkpoint(db, run.id, FOLDER)
            end_run(db, run.id, RunStatus.DONE, error=None, at=2.0)
        yield db


def test_a_race_is_run_kept_and_compared_by(db: Database) -> None:
    said: list[RaceProgress] = []
    race_id = run_race(db.path, 1, 2, design=TINY, seed=5, say=said.append)
    assert [progress.phase for progress in said][:2] == [RacePhase.PREPARING, RacePhase.RACING]
    assert said[-1].of == 2
    assert any(progress.seconds_left for progress in said)
    stored = newest_race(db, 1, 2)
    assert stored is not None
    assert stored.id == race_id
    columns = {name: unpack(column) for name, column in stored.race.columns.items()}
    assert set(columns) == {"ms", "process", "pair", "side", "position"}
    assert columns["ms"].min() > 0
    assert sorted(set(columns["process"].tolist())) == [0, 1]
    for process in (0, 1):
        of_process = columns["process"] == process
        sides, pairs = columns["side"][of_process], columns["pair"][of_process]
        assert np.bincount(sides).tolist() == [25 * (pairs.max() + 1)] * 2
    conditions = stored.race.conditions
    assert (conditions["device"], conditions["threads"], conditions["examples"], conditions["seed"]) == (
        "cpu",
        1,
        30,
        5,
    )
    assert conditions["exclusive"] is True
    assert conditions["a"]["precision"] == "float32"
    row = compare_runs(db, 2, 1, Settings()).comparison.row("p50_ms")
    assert row is not None
    assert row.test == "race-bootstrap"
    assert row.a.value is not None
    assert 0 < row.a.value < 1000


def refused(db: Database, a: int = 1, b: int = 2, kind: type[ReportedError] = UsageError) -> str:
    with pytest.raises(kind) as error:
        run_race(db.path, a, b, design=TINY)
    assert db.row("SELECT count(*) FROM races") == (0,)
    return error.value.message


def test_a_run_that_cannot_race_says_why(db: Database) -> None:
    assert "against itself" in refused(db, 1, 1)
    add_running(db, name="live")
    assert "its model still changes" in refused(db, 1, 3)
    end_run(db, 3, RunStatus.FAILED, error=None, at=2.0)
    assert "has no checkpoint to load: it was measured elsewhere" in refused(db, 1, 3)
    text = add_running(db, name="gpt", task="language-modelling")
    end_run(db, text.id, RunStatus.DONE, error=None, at=2.0)
    assert "is a language model, and a race times single predictions" in refused(db, 1, text.id)
    shutil.rmtree(run_folder(db.path, 2) / FOLDER)
    assert "The checkpoint of Run 2 (two) is missing" in refused(db)


def make_the_rows(db: Database, folder: Path) -> dict[str, int]:
    told: dict[str, int] = {}
    plan = Plan(*find_entrants(db, 1, 2), "cpu", 0, TINY, os.getpid())
    make_rows(plan, lambda **message: told.update(message), folder)
    return told


def test_both_models_get_the_examples_that_both_test_parts_hold_in_the_same_order(db: Database, tmp_path: Path) -> None:
    other = RunSpec.from_json({**spec("mlp").to_json(), "data": {"dataset": "iris", "split_seed": 1}})
    with db.atomic() as connection:
        connection.execute("UPDATE runs SET spec = ? WHERE id = 2", (json.dumps(other.to_json()),))
    told = make_the_rows(db, tmp_path)
    a, b = (np.load(rows_path(tmp_path, side)) for side in "ab")
    assert 0 < told["examples"] < 30
    assert a.shape == b.shape == (told["examples"], 4)
    # Each is scaled by what its own training part showed, which leaves the order of the values as it was.
    assert np.array_equal(np.argsort(a[:, 0], kind="stable"), np.argsort(b[:, 0], kind="stable"))
    assert not np.array_equal(a, b)


def test_data_that_have_changed_are_not_raced_on(db: Database, tmp_path: Path) -> None:
    config = run_folder(db.path, 2) / FOLDER / CONFIG_FILE
    config.write_text(json.dumps({**json.loads(config.read_text()), "fingerprint": "other"}))
    with pytest.raises(UnusableData, match=r"run 2 \(two\), iris, are not those that it was trained on"):
        make_the_rows(db, tmp_path)


def runner_that(does: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import os, signal, time; {does}")


@pytest.fixture
def quick_rows(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows need not be made where no process will read them."""
    monkeypatch.setattr("workbench.race.conduct.ROWS", (sys.executable, "-c", "print('{\"examples\": 3}')"))


@pytest.mark.usefixtures("quick_rows")
@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "Process 1 of the race was ended by SIGKILL"),
        ("raise MemoryError('no room')", "Process 1 of the race failed, so nothing of the race was kept: MemoryError"),
    ],
)
def test_a_process_that_dies_is_a_sentence(db: Database, does: str, words: str) -> None:
    with pytest.raises(ReportedError, match=words):
        run_race(db.path, 1, 2, design=TINY, runner=runner_that(does))
    assert db.row("SELECT count(*) FROM races") == (0,)


@pytest.mark.usefixtures("quick_rows")
def test_a_race_that_is_stopped_ends_its_process_and_keeps_nothing(db: Database, tmp_path: Path) -> None:
    stop = threading.Event()
    pid_file = tmp_path / "pid"
    does = f"open({str(pid_file)!r}, 'w').write(str(os.getpid())); print('{{}}', flush=True); time.sleep(60)"

    def stop_when_it_runs(progress: RaceProgress) -> None:
        if progress.phase is RacePhase.RACING:
            threading.Thread(target=_set_once, args=(stop, pid_file.exists)).start()

    assert run_race(db.path, 1, 2, design=TINY, runner=runner_that(does), stop=stop, say=stop_when_it_runs) is None
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert db.row("SELECT count(*) FROM races") == (0,)


def _set_once(stop: threading.Event, happened: Callable[[], bool]) -> None:
    while not happened():
        threading.Event().wait(0.01)
    stop.set()


@pytest.mark.usefixtures("quick_rows")
def test_nothing_is_left_in_the_temporary_folder(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ReportedError):
        run_race(db.path, 1, 2, design=TINY, runner=runner_that("raise SystemExit(1)"))
    assert list(tmp_path.iterdir()) == []


def test_the_command_ends_at_ctrl_c_with_a_sentence(db: Database) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "workbench", "race", "one", "two", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Reading the data of run 1 (one) and run 2 (two)")
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert told.splitlines()[-1] == "The race was stopped; nothing of it was kept."
    assert newest_race(db, 1, 2) is None


def test_a_screen_can_race_without_loading_what_trains() -> None:
    code = "import workbench.race, sys; print({'torch', 'scipy', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
