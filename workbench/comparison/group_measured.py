"""What the members of two groups come to, before anyone has judged it; and their figures, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.comparison.contrast import Contrast
from workbench.comparison.evidence import Evidence
from workbench.comparison.group_methods import Spread
from workbench.comparison.group_result import Spreads
from workbench.evaluation.metrics import METRICS

Figures = Mapping[str, float | None]
"""The published figures of one run, by metric."""


@dataclass(frozen=True, eq=False)
class GroupsMeasured:
    """``contrasts`` of the scores that can be tested; ``more`` says what more runs would do to each."""

    contrasts: Mapping[str, Contrast]
    more: Mapping[str, str]
    spreads: Mapping[str, Spreads]
    paired: bool
    examples: str
    """The test examples that the scores rest on, in words."""
    runs: tuple[tuple[Mapping[str, Any], ...], tuple[Mapping[str, Any], ...]]
    """The documents of the members of A and of B without their outcomes."""


def figures_of(evidence: Evidence) -> dict[str, float | None]:
    """The published figures of a run; None where it has none."""
    return {name: evidence.figure(metric.group.value, name) for name, metric in METRICS.items()}


def spreads_of(a: Sequence[Figures], b: Sequence[Figures]) -> dict[str, Spreads]:
    """The figures of both sides that any member knows."""
    found = {}
    for name in METRICS:
        points_a, points_b = (tuple(figures.get(name) for figures in side) for side in (a, b))
        if any(point is not None for point in (*points_a, *points_b)):
            found[name] = Spreads(Spread(points_a), Spread(points_b))
    return found
