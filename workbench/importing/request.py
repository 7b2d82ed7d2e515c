"""What is asked of an import: the files, and what no file says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.records import Figure, FigureGroup
from workbench.errors import BadValue, UnknownName
from workbench.evaluation.metrics import METRICS
from workbench.expressions.parts import NUMBER
from workbench.importing.roles import Told

TASKS = ("classification", "regression", "language-modelling")

_SHORT_NAMES = {"usd_per_1k": "usd_per_1k_predictions"}
_NOTE = "as told when it was imported"
_WHOLE = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A model measured elsewhere: its outcomes, its timed calls if there are any, and what its owner says of it."""

    name: str
    outcomes: Path
    trials: Path | None = None
    columns: Told = field(default_factory=Told)
    labels: tuple[str, ...] = ()
    """All classes, in the order of lists of probabilities and of numbered columns."""
    positive: str | None = None
    task: str | None = None
    dataset: str | None = None
    target: str | None = None
    model: str | None = None
    """What the model is called, if not as the run."""
    figures: tuple[Figure, ...] = ()
    """Cost and size."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    device: str | None = None
    threads: int | None = None
    batch_size: int | None = None
    seed: int = 0
    group: str | None = None
    tags: tuple[str, ...] = ()
    notes: str = ""


def read_pairs(words: Iterable[str]) -> dict[str, str]:
    """The ``name=value`` words; raises BadValue for one that is not of that form."""
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name.strip():
            raise BadValue(f"{word!r} is not of the form name=value.")
        pairs[name.strip()] = text.strip()
    return pairs


def read_value(text: str) -> Any:
    """A parameter's value as people type one: a number, true or false, numbers with commas between, else the word."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and all(NUMBER.fullmatch(part) for part in parts):
        return [_read_number(part) for part in parts]
    return _read_number(text) if NUMBER.fullmatch(text) else text


def read_figures(group: FigureGroup, words: Iterable[str]) -> tuple[Figure, ...]:
    """Figures of a group from ``name=value`` words, several of them with commas between.

    Raises UnknownName for a figure that the group has not, and BadValue for what is no number of at least 0.
    """
    known = {name for name, metric in METRICS.items() if metric.group is group}
    figures = []
    for short, text in read_pairs(part for word in words for part in word.split(",")).items():
        name = _SHORT_NAMES.get(short, short)
        if name not in known:
            raise UnknownName(f"figure of {group.value}", short, known)
        if not NUMBER.fullmatch(text) or float(text) < 0:
            raise BadValue(f"{short} must be a number of at least 0, not {text!r}.")
        figures.append(Figure(group, name, float(text), _NOTE))
    return tuple(figures)


def _read_number(text: str) -> int | float:
    return int(text) if _WHOLE.fullmatch(text) else float(text)
