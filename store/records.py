"""The nouns of the store: frozen dataclasses that import nothing but the standard library.

They are what every package passes around; SQL rows become these at the edge of ``store`` and nothing else leaves it.
Times are seconds since the epoch, UTC, as floats with the suffix ``_at``; figures that are not known are ``None``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class RunStatus(StrEnum):
    """Where a run stands. Nothing leaves an end state."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Whether no further transition is possible."""
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


class Phase(StrEnum):
    """What a running run is doing."""

    IMPORTING = "importing"
    PREPARING = "preparing"
    TRAINING = "training"
    EVALUATING = "evaluating"
    MEASURING = "measuring"


class FigureGroup(StrEnum):
    """The group of JSON keys under which a figure of a run is published."""

    METRICS = "metrics"
    LATENCY = "latency"
    COST = "cost"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run as it is queued: the spec in full, and its parts that tables are queried by."""

    name: str
    model: str
    dataset: str
    task: str
    seed: int
    split_seed: int
    device: str
    threads: int | None
    parameters: Mapping[str, Any]
    spec: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    notes: str = ""
    group: str | None = None
    parent_id: int | None = None
    host: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the store knows it. ``device`` and ``threads`` are what it really took once it has been claimed."""

    id: int
    name: str
    status: RunStatus
    phase: Phase | None
    model: str
    dataset: str
    task: str
    seed: int
    split_seed: int
    device: str
    threads: int | None
    parameters: Mapping[str, Any]
    spec: Mapping[str, Any]
    tags: tuple[str, ...]
    notes: str
    group: str | None
    parent_id: int | None
    host: str
    created_at: float
    started_at: float | None
    finished_at: float | None
    heartbeat_at: float | None
    """When the supervisor last wrote; how another host tells that a run went silent."""
    error: str | None
    stop_requested: str | None
    """``clean`` or ``force`` once somebody asked the run to stop."""
    progress_done: float | None
    progress_total: float | None
    progress_unit: str | None
    lost_points: int
    """Points that a full disk made the recorder thin out; 0 in any ordinary run."""
    attempt: int
    """The number of the newest attempt; 0 before the run was claimed."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claim of a run by one supervisor."""

    run_id: int
    number: int
    host: str
    boot_id: str
    supervisor_pid: int
    trainer_pid: int | None
    started_at: float
    finished_at: float | None
    exit_code: int | None
    signal: str | None
    spool_offset: int
    """Bytes of the spool that are folded into the store."""
    log_offset: int
    """Bytes of the trainer's raw output that are folded into the store."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one metric at one step. The store keeps NaN and infinity as ``None``."""

    metric: str
    step: int
    value: float | None
    at: float
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A stretch of one series: what screens and SQL users read of it; at most 256 for a series that has ended."""

    metric: str
    attempt: int
    ordinal: int
    first_step: int
    last_step: int
    n: int
    first: float | None
    last: float | None
    minimum: float | None
    maximum: float | None
    mean: float | None
    first_at: float | None = None
    """When its first point was logged; None in a store that did not keep the times of long series yet."""
    last_at: float | None = None


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What a series came to: its last value, its extremes, and its best, by the metric's own direction."""

    metric: str
    n: int
    last: float | None
    last_step: int | None
    minimum: float | None
    minimum_step: int | None
    maximum: float | None
    maximum_step: int | None
    best: float | None
    """``minimum`` or ``maximum`` by the metric's direction; ``None`` where the direction is not known."""
    best_step: int | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a run's log.

    ``level`` is debug, info, warning, error, ``output`` for what a library printed, or ``alert`` for what somebody
    should look at now: a loss that became NaN, a stall, a device that slows down, memory that runs out.
    """

    id: int
    run_id: int
    attempt: int
    at: float
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class DeviceProcess:
    """One process on a GPU, as NVML and the host report it."""

    pid: int
    memory_bytes: int | None
    user: str | None
    command: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of one device, or of the host (``device`` is then ``host``), at one time.

    Utilisation is a percentage from 0 to 100; of the host, that of all cores together. Every field is ``None`` where
    the driver does not say. ``energy_j`` is the board's own counter: only differences mean something.
    """

    device: str
    at: float
    uuid: str | None = None
    name: str | None = None
    utilisation: float | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    temperature_c: float | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    clock_mhz: float | None = None
    clock_max_mhz: float | None = None
    """What the clock may reach on this board."""
    throttle: str | None = None
    """What slows the board down, in short words: ``thermal``, ``power brake``, ``hardware``, ``power cap``, or several
    of them joined by commas. Empty where nothing does, idleness and set clocks included."""
    fan_percent: float | None = None
    energy_j: float | None = None
    load_1m: float | None = None
    run_memory_bytes: int | None = None
    """Resident memory of the run's own processes."""
    processes: tuple[DeviceProcess, ...] = ()
    error: str | None = None
    """Why this device could not be read at all, in a sentence; the other devices are not touched by it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One final figure of a run. Names are the keys of ``show --json``."""

    group: FigureGroup
    name: str
    value: float | None
    note: str | None = None
    """Why the value is not known, or how it was measured, where that is not plain from the name."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """What a classifier did on one class of the test part."""

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, slots=True)
class RunDetail:
    """Everything small that the store knows of one run; series, logs, outcomes and trials are read apart."""

    run: Run
    figures: tuple[Figure, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    """fingerprint, train, val, test, report, labels, target."""
    classes: tuple[ClassFigures, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    """Rows are true classes, columns predicted ones, in the order of ``data['labels']``."""
    checkpoint: str | None = None
    """Path of the checkpoint, relative to the run's folder."""
    attempts: tuple[Attempt, ...] = ()
    summaries: tuple[MetricSummary, ...] = ()

    def figure(self, group: FigureGroup, name: str) -> float | None:
        """The value of one figure, ``None`` where it is not known."""
        for figure in self.figures:
            if figure.group is group and figure.name == name:
                return figure.value
        return None
