"""Slices of a comparison as tables of words, which the terminal, Markdown and the HTML page all show."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.comparison.contrast import Estimate
from workbench.comparison.slice_rows import FEWEST, Slice, SliceList
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_delta, format_interval, format_p, format_value

HEADS: Final = ("slice", "n", "A", "B", "B - A", "95% interval", "p adjusted", "verdict")
NUMERIC: Final = range(1, 7)
"""The columns that hold figures."""


@dataclass(frozen=True, slots=True)
class SliceTable:
    """A table with the sentence above it and those below it; its cells are inert text in the order of HEADS."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def table_of_column(found: SliceList) -> SliceTable:
    """Both models by the values of one column."""
    metric, whole = METRICS[found.metric], found.whole
    low, high = whole.interval or (None, None)
    title = (
        f"{metric.title} by {found.column.title}: A {format_value(found.metric, whole.a.value)}, "
        f"B {format_value(found.metric, whole.b.value)} on {format_count(whole.n)} examples, difference "
        f"{format_delta(found.metric, whole.delta)} {format_interval(found.metric, low, high, signed=True)}"
    )
    return SliceTable(title, _rows(found.metric, found.slices, lambda item: item.label), tuple(_notes(found)))


def table_of_worst(worst: Sequence[Slice], metric: str) -> SliceTable:
    """The slices of any column on which B is behind."""
    if not worst:
        return SliceTable(f"No slice of {FEWEST} examples or more on which B is behind in {METRICS[metric].title}.", ())
    return SliceTable(
        f"Where B is furthest behind in {METRICS[metric].title}, the surest first:",
        _rows(metric, worst, lambda item: f"{item.title}: {item.label}"),
        ("p-values are adjusted together by Holm's method over the slices of all columns.",),
    )


def _notes(found: SliceList) -> Iterator[str]:
    if found.turned:
        names = ", ".join(item.label for item in found.turned)
        yield f"The sign turns (marked ~): {names}."
    if found.tested > 1:
        yield f"p-values are adjusted together by Holm's method over {found.tested} slices."
    if any(item.n < FEWEST for item in found.slices):
        yield f"Slices of fewer than {FEWEST} examples carry no verdict."


def _rows(metric: str, slices: Iterable[Slice], label: Callable[[Slice], str]) -> tuple[tuple[str, ...], ...]:
    return tuple(_cells(metric, item, label(item)) for item in slices)


def _cells(metric: str, item: Slice, label: str) -> tuple[str, ...]:
    contrast = item.contrast
    low, high = contrast.interval or (None, None)
    return (
        f"~ {label}" if item.turned else label,
        format_count(item.n),
        _estimate(metric, contrast.a),
        _estimate(metric, contrast.b),
        format_delta(metric, item.delta, _half_width(low, high), unit=False),
        format_interval(metric, low, high, signed=True),
        format_p(item.p_adjusted),
        item.verdict.value,
    )


def _estimate(metric: str, estimate: Estimate) -> str:
    return format_value(metric, estimate.value, _half_width(estimate.low, estimate.high), unit=False)


def _half_width(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else (high - low) / 2
