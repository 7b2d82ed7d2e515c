"""What a run is going to take, judged by what earlier runs of the same model took on the same kind of device.

Nothing is guessed: without an earlier run there is no estimate, only the advice to try one epoch. Runs on the same data
set with the same sizes (layers, batch) count most; where there are none, those of the data set that is nearest in size,
and it is said so. A run's time is what its device worked, which grows with examples and epochs, and what it spent
besides (importing, evaluating, measuring), which is taken as it was.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from store.connection import Database
from store.history import done_runs_of
from store.records import FigureGroup, RunDetail
from workbench.formatting import NOT_KNOWN, format_bytes, format_duration, format_usd

_MOST_RUNS = 60
_SECONDS_AN_HOUR = 3600.0
_COUNTS_OF_ROUNDS = frozenset({"epochs", "steps", "evaluate_every", "patience", "max_iter"})
"""Whole numbers that say how long a training goes on, not how large its model or its batches are."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """What an estimate can learn from a run that is done."""

    run_id: int
    dataset: str
    kind: str
    """``cpu`` or ``cuda``."""
    hardware: str | None
    """The name of the CPU or GPU that it ran on."""
    n_train: int
    features: int | None
    epochs: float
    """Passes over the training part that it really made; 1 for a model that is not trained in epochs."""
    sizes: Mapping[str, Any]
    """The parameters that say how large the model and its batches are."""
    device_seconds: float
    other_seconds: float
    """What the run took besides: importing, evaluating, measuring."""
    memory_bytes: float | None

    @property
    def seconds_each(self) -> float:
        """Seconds of the device for one example in one epoch."""
        return self.device_seconds / (self.n_train * self.epochs)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The run that is to be judged. ``rows`` and ``features`` are those of the whole data set."""

    model: str
    dataset: str
    rows: int
    features: int
    parameters: Mapping[str, Any]
    kind: str
    hardware: str | None
    test_fraction: float
    val_fraction: float

    @property
    def n_train(self) -> int:
        """The examples that are left to train on."""
        rest = self.rows - math.ceil(self.rows * self.test_fraction)
        return max(1, rest - math.ceil(rest * self.val_fraction))

    @property
    def epochs(self) -> float:
        """The passes that are asked for; 1 for a model that is not trained in epochs."""
        return float(self.parameters.get("epochs", 1))

    @property
    def may_stop_early(self) -> bool:
        """Whether the passes are the most that there will be."""
        return bool(self.parameters.get("patience") or self.parameters.get("steps"))


@dataclass(frozen=True, slots=True)
class Span:
    """What the past runs say: their lowest, their median and their highest."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Span":
        """The span of some values; there is at least one."""
        return cls(min(values), median(values), max(values))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run is going to take, and what that rests on; without any figure, ``basis`` says what would tell."""

    basis: str
    seconds: Span | None = None
    device_seconds: Span | None = None
    memory_bytes: Span | None = None
    at_most: bool = False
    """Whether the run may well end sooner, since it stops early where nothing improves."""


def past_runs(db: Database, model: str) -> tuple[PastRun, ...]:
    """What the newest runs of a model came to, those that say enough."""
    found = (read_past(detail) for detail in done_runs_of(db, model, _MOST_RUNS))
    return tuple(run for run in found if run is not None)


def read_past(detail: RunDetail) -> PastRun | None:
    """What a run has to say, or None where it does not say how long it worked on how much."""
    run, report = detail.run, detail.data.get("report") or {}
    device_seconds = detail.figure(FigureGroup.COST, "device_seconds")
    n_train = detail.data.get("train")
    if not device_seconds or not n_train or run.started_at is None or run.finished_at is None:
        return None
    kind = "cuda" if run.device.startswith("cuda") else "cpu"
    return PastRun(
        run_id=run.id,
        dataset=run.dataset,
        kind=kind,
        hardware=detail.environment.get("gpu" if kind == "cuda" else "cpu"),
        n_train=int(n_train),
        features=report.get("features"),
        epochs=detail.figure(FigureGroup.METRICS, "epochs") or 1.0,
        sizes=sizes_of(run.parameters),
        device_seconds=device_seconds,
        other_seconds=max(0.0, run.finished_at - run.started_at - device_seconds),
        memory_bytes=detail.figure(FigureGroup.SIZE, "peak_memory_bytes"),
    )


def sizes_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that decide how much work one example in one epoch is: widths, channels, the batch."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in parameters.items()
        if name not in _COUNTS_OF_ROUNDS and isinstance(value, int | list | tuple) and not isinstance(value, bool)
    }


def estimate(wanted: Wanted, past: Iterable[PastRun]) -> Estimate:
    """What ``wanted`` is going to take by ``past`` runs of its model."""
    alike = [run for run in past if run.kind == wanted.kind and run.hardware and run.hardware == wanted.hardware]
    if not alike:
        return Estimate(f"No past run of {wanted.model} on this {_device(wanted)}: a smoke run tells in seconds.")
    chosen = _nearest(wanted, alike)
    work = wanted.n_train * wanted.epochs
    memories = [run.memory_bytes for run in chosen if run.memory_bytes is not None]
    return Estimate(
        basis=_say_basis(wanted, chosen),
        seconds=Span.of([run.seconds_each * work + run.other_seconds for run in chosen]),
        device_seconds=Span.of([run.seconds_each * work for run in chosen]),
        memory_bytes=Span.of(memories) if memories else None,
        at_most=wanted.may_stop_early,
    )


def describe_estimate(found: Estimate, usd_per_hour: float | None) -> str:
    """The figures in a line: time with its range, the most memory, cost; empty where there are none."""
    if found.seconds is None or found.device_seconds is None:
        return ""
    usd = None if usd_per_hour is None else found.device_seconds.middle * usd_per_hour / _SECONDS_AN_HOUR
    memory = NOT_KNOWN if found.memory_bytes is None else format_bytes(found.memory_bytes.high)
    lead = "at most" if found.at_most else "about"
    return f"{lead} {_write(found.seconds)} · memory {memory} · cost {format_usd(usd)}"


def _nearest(wanted: Wanted, runs: Sequence[PastRun]) -> list[PastRun]:
    """Those on the same data set if there are any, else on the one nearest in size; of them those of the same sizes."""
    same = [run for run in runs if run.dataset == wanted.dataset]
    if not same:
        nearest = min(runs, key=lambda run: _distance(wanted, run))
        same = [run for run in runs if run.dataset == nearest.dataset]
    sizes = sizes_of(wanted.parameters)
    return [run for run in same if run.sizes == sizes] or same


def _distance(wanted: Wanted, run: PastRun) -> float:
    """How many times larger or smaller a run's data is, as a logarithm; by values where both are known."""
    ours, theirs = wanted.n_train, run.n_train
    if run.features:
        ours, theirs = ours * max(1, wanted.features), theirs * run.features
    return abs(math.log(ours / theirs))


def _say_basis(wanted: Wanted, chosen: Sequence[PastRun]) -> str:
    runs = f"{len(chosen)} run{'s' * (len(chosen) != 1)}"
    data = Path(chosen[0].dataset).name
    how = "From" if chosen[0].dataset == wanted.dataset else "Scaled from"
    sizes = "" if chosen[0].sizes == sizes_of(wanted.parameters) else ", of other sizes"
    return f"{how} {runs} of {wanted.model} on {data} on this {_device(wanted)}{sizes}."


def _device(wanted: Wanted) -> str:
    return "CPU" if wanted.kind == "cpu" else "GPU"


def _write(span: Span) -> str:
    """The median, with the lowest and the highest where they read otherwise."""
    low, middle, high = (format_duration(seconds) for seconds in (span.low, span.middle, span.high))
    return middle if low == high else f"{middle} ({low} to {high})"
