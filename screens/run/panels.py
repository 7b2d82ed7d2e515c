"""Which series of a run share a chart: those of one kind and scale. Pure, from names to panels.

Losses are drawn together whatever part they were taken on, and so are scores between 0 and 1; anything else only with
its own kind. Nothing is rescaled to fit beside something else: what stands at one height has one value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from store.records import FigureGroup
from workbench.evaluation.metrics import METRICS, direction_of

ONCE_AN_EPOCH = ("val_loss", "val_accuracy", "learning_rate")
"""Series by which steps are told in epochs, the first that a run has."""
_LOSSES = ("loss", "log_loss", "brier")
_LEAST_HEIGHT = 8
_MOST_IN_PANEL = 6


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its title and its series."""

    title: str
    metrics: tuple[str, ...]


def family_of(metric: str) -> str:
    """What a series is measured as: the loss, the score, or itself."""
    name = metric.removeprefix("train_").removeprefix("val_").removeprefix("test_")
    if name in _LOSSES:
        return "loss"
    known = METRICS.get(name)
    if known is not None and known.group is FigureGroup.METRICS and not known.unit:
        return "score"
    return name


def panels_of(metrics: Sequence[str]) -> list[Panel]:
    """The charts that these series need, in the order of their first ones."""
    families: dict[str, list[str]] = {}
    for metric in metrics:
        families.setdefault(family_of(metric), []).append(metric)
    return [
        Panel(family.replace("_", " "), tuple(members[start : start + _MOST_IN_PANEL]))
        for family, members in families.items()
        for start in range(0, len(members), _MOST_IN_PANEL)
    ]


def first_choice(metrics: Sequence[str]) -> tuple[str, ...]:
    """What is drawn before anybody has chosen: the losses, and the validation's score; else the first series."""
    losses = [name for name in metrics if family_of(name) == "loss"][:2]
    scores = [name for name in metrics if family_of(name) == "score"]
    scores.sort(key=lambda name: not name.startswith("val_"))
    return tuple(losses + scores[:1]) or tuple(metrics[:1])


def in_order(metrics: Sequence[str]) -> list[str]:
    """The series as they are listed: by kind, those with a better direction first."""
    return sorted(metrics, key=lambda name: (direction_of(name) is None, family_of(name) != "loss", family_of(name)))


def most_panels(height: int) -> int:
    """How many charts have room below each other."""
    return max(1, height // _LEAST_HEIGHT)
