"""Slices as records: both models on the examples of one group of a column, and all slices of a column together."""

from dataclasses import dataclass
from typing import Any

from store.documents import finite
from workbench.comparison.arrays import Booleans
from workbench.comparison.contrast import Contrast
from workbench.comparison.result import Verdict
from workbench.comparison.slice_columns import SliceColumn
from workbench.comparison.slice_groups import Group, Groups
from workbench.evaluation.metrics import METRICS

FEWEST = 30
"""A slice of fewer examples has figures and no verdict, and takes no part in the correction."""

_DECIDED = (Verdict.A, Verdict.B, Verdict.EQUIVALENT)


@dataclass(frozen=True, slots=True)
class Slice:
    """Both models on the examples of one group."""

    column: str
    title: str
    """The column's name as inert text."""
    group: Group
    contrast: Contrast
    """What was measured: values and intervals of both, the difference with its own, test and p-value."""
    p_adjusted: float | None
    verdict: Verdict
    reason: str
    weight: float
    """Its share in the whole."""
    turned: bool
    """Whether its difference has the other sign than that of the whole."""

    @property
    def n(self) -> int:
        """The number of examples."""
        return self.contrast.n or 0

    @property
    def delta(self) -> float | None:
        """B - A."""
        return self.contrast.delta

    @property
    def label(self) -> str:
        """The group's name as inert text."""
        return self.group.label

    @property
    def contribution(self) -> float | None:
        """What it adds to the difference of the whole: those of all slices add up to it."""
        return None if self.delta is None else self.weight * self.delta

    def to_json(self) -> dict[str, Any]:
        """The slice as JSON types."""
        group = self.group
        return {
            "column": self.column,
            "label": group.label,
            "value": finite(group.value) if isinstance(group.value, float) else group.value,
            "low": finite(group.low),
            "high": finite(group.high),
            "missing": group.missing,
            "values": group.values,
            "n": self.n,
            "weight": finite(self.weight),
            **_contrast_json(self.contrast),
            "contribution": finite(self.contribution),
            "test": self.contrast.test,
            "p_value": finite(self.contrast.p_value),
            "p_adjusted": finite(self.p_adjusted),
            "verdict": self.verdict.value,
            "reason": self.reason,
            "turned": self.turned,
        }


@dataclass(frozen=True, eq=False)
class SliceList:
    """The slices of one column: categories by size, ranges and classes in their order, missing values last."""

    column: SliceColumn
    metric: str
    whole: Contrast
    slices: tuple[Slice, ...]
    groups: Groups

    @property
    def turned(self) -> tuple[Slice, ...]:
        """The slices whose sign is not that of the whole: those with a verdict first, then by what they weigh."""
        found = [item for item in self.slices if item.turned]
        return tuple(sorted(found, key=lambda item: (item.verdict not in _DECIDED, -abs(item.contribution or 0.0))))

    @property
    def tested(self) -> int:
        """How many p-values were adjusted together."""
        return sum(item.p_adjusted is not None for item in self.slices)

    def mask(self, index: int) -> Booleans:
        """Which of the paired examples are in the slice at ``index``, bool of shape (n,)."""
        mask: Booleans = self.groups.codes == index
        return mask

    def to_json(self) -> dict[str, Any]:
        """The document that ``diff --slices COLUMN --json`` prints under ``slices``."""
        return {
            "column": self.column.key,
            "title": self.column.title,
            "kind": self.column.kind.value,
            "metric": self.metric,
            "higher_is_better": METRICS[self.metric].higher_is_better,
            "fewest": FEWEST,
            "tested": self.tested,
            "whole": {"n": self.whole.n, **_contrast_json(self.whole)},
            "turned": [item.label for item in self.turned],
            "slices": [item.to_json() for item in self.slices],
        }


def _contrast_json(contrast: Contrast) -> dict[str, Any]:
    low, high = contrast.interval or (None, None)
    return {
        "a": contrast.a.to_json(),
        "b": contrast.b.to_json(),
        "delta": finite(contrast.delta),
        "delta_low": finite(low),
        "delta_high": finite(high),
    }
