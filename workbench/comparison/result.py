"""What a comparison says, as frozen records; ``Comparison.to_json`` writes them to the letter of the published format.

A ``Row`` is a measured difference (``contrast``) with its verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from store.documents import finite
from workbench.comparison.contrast import Contrast, Estimate, Needed
from workbench.comparison.sources import METHODS
from workbench.evaluation.metrics import CLASS_METRICS, METRICS, Metric


class Verdict(StrEnum):
    """What a row comes to."""

    A = "a"
    B = "b"
    EQUIVALENT = "equivalent"
    UNRESOLVED = "unresolved"
    NOT_COMPARABLE = "not-comparable"


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of both runs, the difference and what it comes to."""

    metric: str
    group: str
    unit: str
    higher_is_better: bool | None
    a: Estimate
    b: Estimate
    delta: float | None
    delta_low: float | None
    delta_high: float | None
    test: str | None
    p_value: float | None
    p_adjusted: float | None
    n: int | None
    verdict: Verdict
    reason: str
    p_mid: float | None = None
    examples_needed: int | None = None
    """About how many test examples would settle ``effect``; None where the row is settled, or there is no test."""
    effect: float | None = None
    """The difference that ``examples_needed`` is about: the margin, else what the user or the metric names."""

    @property
    def title(self) -> str:
        """The metric's name for people."""
        metric = METRICS.get(self.metric) or CLASS_METRICS.get(self.metric)
        return metric.title if metric is not None else self.metric

    @property
    def relative(self) -> float | None:
        """The difference as a share of A's value; None where that is 0 or not known."""
        return None if self.delta is None or not self.a.value else self.delta / abs(self.a.value)

    def to_json(self) -> dict[str, Any]:
        """The row as JSON types."""
        return {
            "metric": self.metric,
            "group": self.group,
            "unit": self.unit,
            "higher_is_better": self.higher_is_better,
            "a": self.a.to_json(),
            "b": self.b.to_json(),
            "delta": finite(self.delta),
            "delta_low": finite(self.delta_low),
            "delta_high": finite(self.delta_high),
            "relative": finite(self.relative),
            "test": self.test,
            "p_value": finite(self.p_value),
            "p_adjusted": finite(self.p_adjusted),
            "n": self.n,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "p_mid": finite(self.p_mid),
            "examples_needed": self.examples_needed,
            "effect": finite(self.effect),
            "method": METHODS.get(self.test or ""),
        }


@dataclass(frozen=True, slots=True)
class ClassRows:
    """The scores of one class in both runs. Their p-values are adjusted over all classes and scores together."""

    label: str
    support_a: int
    support_b: int
    """How many test examples are of the class; of the common ones where the runs are paired, the same for both."""
    precision: Row
    recall: Row
    f1: Row

    @property
    def rows(self) -> tuple[Row, Row, Row]:
        """Precision, recall, F1."""
        return self.precision, self.recall, self.f1

    def to_json(self) -> dict[str, Any]:
        """The class as JSON types, each row under its metric."""
        return {
            "class": self.label,
            "support_a": self.support_a,
            "support_b": self.support_b,
            **{row.metric: row.to_json() for row in self.rows},
        }


@dataclass(frozen=True, slots=True)
class Disagreements:
    """How many of the common examples each run got right."""

    both_right: int
    only_a: int
    only_b: int
    both_wrong: int

    @property
    def n(self) -> int:
        """The number of common examples."""
        return self.both_right + self.only_a + self.only_b + self.both_wrong

    def to_json(self) -> dict[str, int]:
        """The counts as JSON types."""
        return {
            "both_right": self.both_right,
            "only_a": self.only_a,
            "only_b": self.only_b,
            "both_wrong": self.both_wrong,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting, or a fact of the environment, that differs between the runs."""

    key: str
    a: Any
    b: Any

    def to_json(self) -> dict[str, Any]:
        """The difference as JSON types."""
        return {"key": self.key, "a": self.a, "b": self.b}


@dataclass(frozen=True, slots=True)
class Caution:
    """Something about the pair that a reader of the rows must know."""

    code: str
    message: str
    repair: str = ""
    """What would remove the reason, as an order or a command; empty where nothing does."""

    def to_json(self) -> dict[str, str | None]:
        """The caution as JSON types."""
        return {"code": self.code, "message": self.message, "repair": self.repair or None}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run A beside run B; every delta is B minus A."""

    a: Mapping[str, Any]
    b: Mapping[str, Any]
    comparable: bool
    paired: bool
    warnings: tuple[Caution, ...]
    rows: tuple[Row, ...]
    disagreements: Disagreements | None
    parameters: tuple[Difference, ...]
    environment: tuple[Difference, ...]
    summary: str
    classes: tuple[ClassRows, ...] = ()
    """The scores of each class, of classifiers; empty for other tasks."""
    race: Mapping[str, Any] | None = None
    """What is to be known of the race that latency was taken from; None where it was measured apart."""

    def row(self, metric: str) -> Row | None:
        """The row of ``metric``, if either run has the figure."""
        return next((row for row in self.rows if row.metric == metric), None)

    def to_json(self) -> dict[str, Any]:
        """The document that ``diff --json`` prints; it holds no NaN and no infinity."""
        unknown = dict.fromkeys(("both_right", "only_a", "only_b", "both_wrong"))
        return {
            "a": dict(self.a),
            "b": dict(self.b),
            "comparable": self.comparable,
            "paired": self.paired,
            "warnings": [caution.to_json() for caution in self.warnings],
            "rows": [row.to_json() for row in self.rows],
            "disagreements": self.disagreements.to_json() if self.disagreements else unknown,
            "parameters": [difference.to_json() for difference in self.parameters],
            "environment": [difference.to_json() for difference in self.environment],
            "summary": self.summary,
            "classes": [rows.to_json() for rows in self.classes],
            "race": dict(self.race) if self.race is not None else None,
        }


GROUPS: Final = ("accuracy", "latency", "cost", "size")
"""The groups of rows, in the order in which they are shown."""


def row_of(
    metric: Metric,
    contrast: Contrast,
    p_adjusted: float | None,
    verdict: Verdict,
    reason: str,
    needed: Needed | None = None,
) -> Row:
    """The row that a judged contrast of ``metric`` becomes."""
    low, high = contrast.interval or (None, None)
    return Row(
        metric=metric.name,
        group=metric.row_group,
        unit=metric.unit,
        higher_is_better=metric.higher_is_better,
        a=contrast.a,
        b=contrast.b,
        delta=contrast.delta,
        delta_low=low,
        delta_high=high,
        test=contrast.test,
        p_value=contrast.p_value,
        p_adjusted=p_adjusted,
        n=contrast.n,
        verdict=verdict,
        reason=reason,
        p_mid=contrast.p_mid,
        examples_needed=needed.examples if needed else None,
        effect=needed.effect if needed else None,
    )
