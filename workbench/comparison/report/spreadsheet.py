"""A comparison as CSV: one line for each row, figures in full precision, empty where they are not known."""

import csv
import io
from collections.abc import Mapping
from typing import Any, Final

from workbench.comparison.result import Comparison, Row

COLUMNS: Final[Mapping[str, str]] = {
    "metric": "name of the figure, as in show --json",
    "group": "accuracy, latency, cost or size",
    "unit": "unit of a, b and delta; empty for a share or a count",
    "higher_is_better": "True, False, or empty where neither is better",
    "a": "A's value",
    "a_low": "low end of its 95 % interval",
    "a_high": "high end of its 95 % interval",
    "b": "B's value",
    "b_low": "low end of its 95 % interval",
    "b_high": "high end of its 95 % interval",
    "delta": "b - a",
    "delta_low": "low end of its 95 % interval",
    "delta_high": "high end of its 95 % interval",
    "relative": "delta / |a|, a fraction; empty where a is 0",
    "test": "the test that was made",
    "p_value": "its p-value",
    "p_adjusted": "the p-value after Holm's correction, by which the verdict is given",
    "n": "examples, or timed calls, that it rests on",
    "verdict": "a, b, equivalent, unresolved or not-comparable",
    "reason": "why, in words",
    "examples_needed": "about how many test examples would settle a difference of effect",
    "effect": "the difference that examples_needed is about: the margin, else the one that the metric names",
    "p_mid": "the mid-p beside the p-value of an exact test",
    "class": "the class that a score is of; empty for a figure of all examples",
}
"""The columns in their order, and what stands in them. New ones are added at the end only."""


def to_csv(comparison: Comparison) -> str:
    """A heading, a line for each row, then a line for each score of each class."""
    out = io.StringIO()
    writer = csv.DictWriter(out, tuple(COLUMNS), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(map(cells_of, comparison.rows))
    writer.writerows(cells_of(row) | {"class": of.label} for of in comparison.classes for row in of.rows)
    return out.getvalue()


def cells_of(row: Row) -> dict[str, Any]:
    """The cells of a row by column; COLUMNS says which of them are written."""
    cells = row.to_json()
    for side in ("a", "b"):
        estimate = cells.pop(side)
        cells |= {side: estimate["value"], f"{side}_low": estimate["low"], f"{side}_high": estimate["high"]}
    return cells
