"""Runs that differ only in seed, read as one: mean and spread of what was measured, and what they have in common."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import fsum, sqrt
from typing import Any, TypeAlias

from workbench.evaluation.metrics import LATENCY_CONDITIONS, METRICS, direction_of
from workbench.run_json import DECLARED

Value: TypeAlias = float | int | str | bool | None
"""What stands in a cell of a table: lists are written as expressions write them (``128,64``); None: not known."""

_MEASURED = (*(group.value for group in DECLARED), "series")
_TAIL = re.compile(r"[\s._-]*(?:seed)?(?:[\s._-]+[0-9]*|[0-9]+)$")
"""What is left of the difference at the end of what several names have in common."""


@dataclass(frozen=True, slots=True)
class FoldValues:
    """What a group of runs comes to at the paths that were asked for."""

    name: str
    """The group's name, or what the names of its runs have in common."""
    means: Mapping[str, Value]
    """The mean of a measured figure, else the value that all runs share; None where they differ or none is known."""
    spreads: Mapping[str, float | None]
    """The sample standard deviation of a measured figure; None where fewer than two runs know it."""


def is_measured(path: str) -> bool:
    """Whether the value at ``path`` is an outcome, of which a mean over seeds says something, and no setting."""
    group, _, rest = path.partition(".")
    if rest:
        return group in _MEASURED
    return path == "duration_s" or (path not in LATENCY_CONDITIONS and (path in METRICS or _has_direction(path)))


def _has_direction(name: str) -> bool:
    return direction_of(name) is not None


def fold(values: Sequence[Any], *, measured: bool) -> tuple[Any, float | None]:
    """Mean and sample standard deviation of the values of a group's runs (None: not known), or what they share."""
    known = [value for value in values if value is not None]
    if not known:
        return None, None
    numbers = [value for value in known if isinstance(value, int | float) and not isinstance(value, bool)]
    if measured and len(numbers) == len(known):
        mean = known[0] if known.count(known[0]) == len(known) else fsum(numbers) / len(numbers)
        if len(numbers) < 2:
            return mean, None
        return mean, sqrt(fsum((value - mean) ** 2 for value in numbers) / (len(numbers) - 1))
    is_shared = len(known) == len(values) and all(value == known[0] for value in known)
    return (known[0] if is_shared else None), None


def common_name(names: Sequence[str]) -> str:
    """What the names of a group's runs, newest first, have in common: ``mlp-digits`` of ``mlp-digits-seed-0`` to 4."""
    letters = takewhile(lambda column: len(set(column)) == 1, zip(*names, strict=False))
    shared = "".join(column[0] for column in letters)
    return shared if shared in names else _TAIL.sub("", shared) or names[0]


def cell_value(value: Any) -> Value:
    """A plain value of a run's document as it stands in a cell."""
    if isinstance(value, list | tuple):
        return ",".join(str(cell_value(item)) for item in value)
    return value if isinstance(value, float | int | str | bool) else None
