"""What the interface's tests stand on: a store as after some days of work, an engine that only takes notes."""

import atexit
import math
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock, patch

from screens.page import RunRow
from screens.reader import StoreReader
from screens.signs import UNICODE, Signs
from store.database import Database, open_for_writing
from store.details import merge_environment, set_data, set_figures
from store.folders import create_run_folder, hold_lock, run_folder
from store.logs import add_log_lines
from store.records import Figure, FigureGroup, NewRun, Phase, Point, Run, RunStatus, Sample
from store.runs import add_run, claim, end_run, find_run, get_run, set_phase, set_progress
from store.series import add_points
from store.waiting_runs import move_in_queue
from workbench.runs.host import host_name
from workbench.spec import RunSpec

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from screens.form.draft import LaunchRequest

STARTED_AT = 1_763_800_000.0
NOW = STARTED_AT + 42
GIB = 1024**3


def a_run(**changes: Any) -> Run:
    """A running run that no store knows."""
    run = Run(
        id=7,
        name="mlp-digits",
        status=RunStatus.RUNNING,
        phase=Phase.TRAINING,
        model="mlp",
        dataset="digits",
        task="classification",
        seed=0,
        split_seed=0,
        device="cpu",
        threads=1,
        parameters={},
        spec={},
        tags=(),
        notes="",
        group=None,
        parent_id=None,
        host="here",
        created_at=STARTED_AT,
        started_at=STARTED_AT,
        finished_at=None,
        heartbeat_at=NOW,
        error=None,
        stop_requested=None,
        progress_done=12,
        progress_total=40,
        progress_unit="epochs",
        lost_points=0,
        attempt=1,
    )
    return replace(run, **changes)


def a_row(**changes: Any) -> RunRow:
    """Its row, with some figures."""
    run = a_run(**changes)
    return RunRow(run, run.status, {"metrics.accuracy": 0.9712, "metrics.log_loss": 0.1023, "latency.p50_ms": 0.0812})


def add(
    db: Database,
    name: str,
    *,
    model: str = "mlp",
    dataset: str = "digits",
    seed: int = 0,
    task: str = "classification",
) -> Run:
    """A queued run."""
    parameters = {"hidden": [128, 64], "epochs": 40, "learning_rate": 0.001}
    return add_run(
        db,
        NewRun(
            name=name,
            model=model,
            dataset=dataset,
            task=task,
            seed=seed,
            split_seed=0,
            device="cpu",
            threads=1,
            parameters=parameters,
            spec={"model": model, "parameters": parameters},
            host=host_name(),
        ),
    )


def begin(db: Database, run: Run, *, at: float = STARTED_AT) -> int:
    """Make a run running, as a supervisor does; returns the descriptor that holds its lock."""
    lock = hold_lock(create_run_folder(db.path, run.id))
    claim(db, run.id, device="cpu", threads=1, host=host_name(), boot_id="boot", supervisor_pid=1, at=at)
    set_phase(db, run.id, "training")
    return lock


def end(
    db: Database, run: Run, status: RunStatus = RunStatus.DONE, *, took: float = 12.3, error: str | None = None
) -> None:
    """End a running run."""
    end_run(db, run.id, status, error=error, at=STARTED_AT + took)


def measure(db: Database, run: Run, accuracy: float, log_loss: float, p50_ms: float) -> None:
    """The figures of a run that was evaluated."""
    metrics = {"accuracy": accuracy, "macro_f1": accuracy - 0.004, "log_loss": log_loss}
    figures = [Figure(FigureGroup.METRICS, name, value) for name, value in metrics.items()]
    figures += [Figure(FigureGroup.LATENCY, "p50_ms", p50_ms), Figure(FigureGroup.LATENCY, "p95_ms", p50_ms * 1.3)]
    figures += [
        Figure(FigureGroup.SIZE, "parameters", 17226),
        Figure(FigureGroup.COST, "train_usd", None, "no price is set"),
    ]
    set_figures(db, run.id, figures)


def train(db: Database, run: Run, epochs: int, *, of: int = 40, first: int = 1) -> None:
    """The points, the log and the progress of some epochs."""
    noise = random.Random(run.id)
    points, lines = [], []
    for epoch in range(first, first + epochs):
        loss = 2.1 * math.exp(-epoch / 7) + 0.08 + noise.random() * 0.04
        accuracy = 0.965 - 0.75 * math.exp(-epoch / 5) + noise.random() * 0.012
        at = STARTED_AT + epoch
        points += [Point("train_loss", epoch * 18, loss, at), Point("val_accuracy", epoch, accuracy, at)]
        words = f"epoch {epoch:>3}/{of}  train loss {loss:.4f}  validation accuracy {accuracy:.4f}  3,412 examples/s"
        lines.append((at, "info", words))
    add_points(db, run.id, points)
    add_log_lines(db, run.id, 1, lines)
    set_progress(db, run.id, first + epochs - 1, of, "epochs")


@dataclass
class Desk:
    """A store with runs of every state on it, and what keeps its live ones alive."""

    path: Path
    db: Database
    live: Run
    locks: list[int] = field(default_factory=list)


@cache
def _template() -> Path:
    """The store of ``fill``, made once for all tests of a process: copying a file takes a tenth of the time."""
    folder = Path(tempfile.mkdtemp(prefix="workbench-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_for_writing(folder / "workbench.db") as db, patch("store.runs.time", Mock(time=lambda: STARTED_AT)):
        _fill(db)
    return folder


def fill(path: Path) -> Desk:
    """A store as it stands after some work: done, failed, stopped, lost, live and queued runs, newest last."""
    shutil.copyfile(_template() / "workbench.db", path)
    shutil.copytree(_template() / "runs", path.parent / "runs", dirs_exist_ok=True)
    db = open_for_writing(path)
    live, other = find_run(db, "demo-mlp"), find_run(db, "demo-cnn")
    locks = [hold_lock(run_folder(path, run.id)) for run in (live, other)]
    return Desk(path, db, live, locks)


def _fill(db: Database) -> None:
    _finish(db, add(db, "majority-iris", model="majority-class", dataset="iris"), 0.3333, 1.0986, 0.012)
    for seed in range(9):
        run = add(db, f"mlp-digits-wide-dropout-seed-{seed}", seed=seed)
        _finish(db, run, 0.961 + seed * 0.002, 0.13 - seed * 0.004, 0.081 + seed * 0.003)
    failed = add(db, "mlp-digits-lr-9", model="mlp")
    why = "The training loss became NaN at step 41. Lower the learning rate."
    os.close(begin(db, failed))
    end(db, failed, RunStatus.FAILED, took=3.1, error=why)
    stopped = add(db, "cnn-digits-long", model="cnn")
    os.close(begin(db, stopped))
    end(db, stopped, RunStatus.STOPPED, took=252)
    baseline = add(db, "logistic-breast-cancer", model="logistic-regression", dataset="breast-cancer")
    _finish(db, baseline, 0.9737, 0.0702, 0.044)
    file = add(db, "churn-mlp", dataset="/home/ana/data/churn-2026-q3.csv")
    _finish(db, file, 0.8125, 0.4411, 0.079)
    live = add(db, "demo-mlp")
    os.close(begin(db, live))
    train(db, live, 23)
    add_log_lines(db, live.id, 1, [(NOW, "warning", "validation loss has not fallen for 4 epochs")])
    other = add(db, "demo-cnn", model="cnn")
    os.close(begin(db, other, at=STARTED_AT + 9))
    train(db, other, 6, of=25)
    add(db, "queued-behind", model="cnn")


def _finish(db: Database, run: Run, accuracy: float, log_loss: float, p50_ms: float) -> None:
    os.close(begin(db, run))
    train(db, run, 12, of=12)
    measure(db, run, accuracy, log_loss, p50_ms)
    set_data(db, run.id, {"fingerprint": "b1c29f0a77", "train": 1149, "val": 288, "test": 360})
    merge_environment(db, run.id, {"python": "3.11.7", "torch": "2.13.0+cpu", "cpu": "Xeon", "load": {"before": 0.4}})
    end(db, run)


def many(path: Path, n: int) -> None:
    """A store of many ended runs, quickly."""
    with open_for_writing(path) as db, db.atomic():
        for index in range(n):
            add(db, f"run-{index:06d}")


@contextmanager
def filled(path: Path) -> Iterator[Desk]:
    """``fill``, closed afterwards."""
    desk = fill(path)
    try:
        yield desk
    finally:
        desk.db.close()


@dataclass
class NotingEngine:
    """An engine that writes down what it was asked, and answers with a run of the store or with an error."""

    path: Path
    requests: list["LaunchRequest"] = field(default_factory=list)
    started: list[tuple[RunSpec, str | None]] = field(default_factory=list)
    stopped: list[tuple[int, bool]] = field(default_factory=list)
    moved: list[tuple[int, int]] = field(default_factory=list)
    deleted: list[tuple[int, ...]] = field(default_factory=list)
    labelled: list[tuple[int, tuple[str, ...], str]] = field(default_factory=list)
    recovered: int = 0
    error: Exception | None = None

    def start(self, request: "LaunchRequest") -> Run:
        """Queue a run without a process."""
        if self.error is not None:
            raise self.error
        spec, name = request.spec, request.name
        self.requests.append(request)
        self.started.append((spec, name))
        with open_for_writing(self.path) as db:
            return add(db, name or f"{spec.model}-{spec.data.dataset}", model=spec.model, dataset=spec.data.dataset)

    def stop(self, run_id: int, *, force: bool) -> Run:
        """Only note it."""
        if self.error is not None:
            raise self.error
        self.stopped.append((run_id, force))
        with open_for_writing(self.path) as db:
            return get_run(db, run_id)

    def move_in_queue(self, run_id: int, by: int) -> list[int]:
        """Move it, and note it."""
        if self.error is not None:
            raise self.error
        self.moved.append((run_id, by))
        with open_for_writing(self.path) as db:
            return move_in_queue(db, run_id, by)

    def delete(self, run_ids: Sequence[int]) -> int:
        """Only note it."""
        self.deleted.append(tuple(run_ids))
        return len(run_ids)

    def label(self, run_id: int, tags: Sequence[str], notes: str) -> None:
        """Only note it."""
        self.labelled.append((run_id, tuple(tags), notes))

    def recover(self) -> int:
        """Only count it."""
        self.recovered += 1
        return 0


@dataclass(frozen=True)
class StillReading:
    """A reading that never changes."""

    samples: tuple[Sample, ...]


@dataclass
class StillMeters:
    """Meters that always say the same."""

    samples: Sequence[Sample]

    def latest(self) -> StillReading:
        """The same as before."""
        return StillReading(tuple(self.samples))

    def close(self, timeout_s: float = 0) -> None:
        """Nothing to close."""


def host_sample(utilisation: float = 38.0) -> Sample:
    """A host at work."""
    return Sample(
        "host",
        NOW,
        utilisation=utilisation,
        memory_used_bytes=int(9.1 * GIB),
        memory_total_bytes=24 * GIB,
        load_1m=1.2,
    )


def gpu_sample(index: int = 0, *, error: str | None = None) -> Sample:
    """A GPU at work."""
    if error is not None:
        return Sample(f"cuda:{index}", NOW, error=error)
    return Sample(
        f"cuda:{index}",
        NOW,
        uuid=f"GPU-{index}",
        name="NVIDIA H100 80GB HBM3",
        utilisation=97.0,
        memory_used_bytes=61 * GIB,
        memory_total_bytes=80 * GIB,
        temperature_c=72.0,
        power_w=612.0,
        power_limit_w=700.0,
    )


def make_app(
    path: Path,
    *,
    signs: Signs = UNICODE,
    samples: Sequence[Sample] | None = None,
    engine: NotingEngine | None = None,
    clock: Callable[[], float] = lambda: NOW,
    **more: Any,
) -> "WorkbenchApp":
    """The app on a store, with an engine that takes notes, still meters and a clock that stands."""
    from screens.app import WorkbenchApp

    still = StillMeters((host_sample(), gpu_sample()) if samples is None else samples)
    return WorkbenchApp(
        lambda: StoreReader(path, clock=clock),
        engine or NotingEngine(path),
        open_meters=lambda: still,
        signs=signs,
        **more,
    )
