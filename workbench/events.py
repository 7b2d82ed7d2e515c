"""What a run reports while it works: the vocabulary between the engine, the recorder, the spool and the store.

The engine is a generator of these; the trainer writes each to the spool before it asks for the next; the supervisor
reads them back and folds them into the store. To stop a run is to stop consuming (the generator's ``finally`` keeps a
checkpoint).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from store.packed_records import ExampleSet, Outcomes, Trials
from store.records import ClassFigures, Figure, Phase


@dataclass(frozen=True, slots=True)
class PhaseEntered:
    """The run begins another phase."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class PointsLogged:
    """Values of some metrics at one step: host floats, NaN and infinity allowed here (the store keeps null)."""

    step: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LineLogged:
    """A line for the run's log; ``level`` is debug, info, warning or error."""

    text: str
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far the current phase is: ``done`` of ``total`` (None: not known) in ``unit`` (epochs, steps, calls…)."""

    done: float
    total: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class FiguresFound:
    """Final figures; a later figure of the same group and name replaces an earlier one."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class EnvironmentFound:
    """What the run runs on; keys of a later event are merged over those of an earlier one."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DataDescribed:
    """Fingerprint, sizes of the parts, labels, target and quality report (``RunDetail.data``)."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClassesFound:
    """Figures of each class on the test part, and the confusion matrix (rows are true classes)."""

    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ExampleSetFound:
    """The examples of the test part; stored once however many runs share it."""

    example_set: ExampleSet


@dataclass(frozen=True, slots=True)
class OutcomesFound:
    """What the model said about each example of the test part."""

    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class TrialsFound:
    """Timed prediction calls."""

    trials: Trials


@dataclass(frozen=True, slots=True)
class CheckpointKept:
    """A checkpoint stands at ``path`` (relative to the run's folder)."""

    path: str
    size_bytes: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The trainer's last word: ``done``, ``failed`` or ``stopped``, with a sentence where it failed."""

    status: str
    message: str | None = None


Event: TypeAlias = (
    PhaseEntered
    | PointsLogged
    | LineLogged
    | Progressed
    | FiguresFound
    | EnvironmentFound
    | DataDescribed
    | ClassesFound
    | ExampleSetFound
    | OutcomesFound
    | TrialsFound
    | CheckpointKept
    | Finished
)
