"""The series that both runs of a comparison logged, read from the store as the screens read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.database import Database
    from store.records import SeriesRow

_FIRST = ("val_loss", "val_accuracy", "train_loss", "train_accuracy")


@dataclass(frozen=True, slots=True)
class Overlay:
    """One metric of A and of B, each as at most 256 stretches of its steps."""

    metric: str
    a: Sequence["SeriesRow"]
    b: Sequence["SeriesRow"]


def read_overlays(db: "Database", a_id: int, b_id: int) -> tuple[Overlay, ...]:
    """The metrics that both runs logged, those that one looks at first in front."""
    from store.series import metric_names, read_curve

    of_b = set(metric_names(db, b_id))
    shared = [name for name in metric_names(db, a_id) if name in of_b]
    ordered = (*(name for name in _FIRST if name in shared), *(name for name in shared if name not in _FIRST))
    return tuple(Overlay(name, read_curve(db, a_id, name), read_curve(db, b_id, name)) for name in ordered)
