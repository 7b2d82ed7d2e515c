"""For tests of models, training and evaluation: small data, a lent workspace, and a way to drain generators."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from workbench.events import Event, PointsLogged
from workbench.models import find_model
from workbench.parameters import complete
from workbench.spec import DataSpec, RunSpec
from workbench.workspace import Workspace

Result = TypeVar("Result")


def drain(events: Generator[Event, None, Result]) -> tuple[list[Event], Result]:
    """All events of a generator, and what it returned."""
    seen: list[Event] = []
    while True:
        try:
            seen.append(next(events))
        except StopIteration as end:
            return seen, end.value


def of_kind(events: list[Event], kind: type[Result]) -> list[Result]:
    return [event for event in events if isinstance(event, kind)]


def series(events: list[Event], metric: str) -> list[tuple[int, float]]:
    """The points of one series, in the order logged."""
    return [(event.step, event.values[metric]) for event in of_kind(events, PointsLogged) if metric in event.values]


def blobs(n: int = 90, features: int = 6, classes: int = 3, seed: int = 0) -> tuple[Any, Any]:
    """Rows (n, features) float32 round as many centres as there are classes, and their classes (n,) int64."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % classes
    centres = np.random.default_rng(7).normal(0, 2, (classes, features))
    return (centres[y] + random.normal(0, 1, (n, features))).astype(np.float32), y.astype(np.int64)


@contextmanager
def quiet() -> Iterator[Mapping[str, Any]]:
    yield {"exclusive": True, "shared_with": []}


def workspace(folder: Path) -> Workspace:
    return Workspace(folder, "cpu", 1, quiet)


def spec(model: str, dataset: str = "iris", seed: int = 0, **parameters: Any) -> RunSpec:
    entry = find_model(model)
    return RunSpec(model, DataSpec(dataset), complete(entry.parameters, parameters), seed=seed, device="cpu")
