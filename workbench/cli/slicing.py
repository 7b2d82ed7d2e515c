"""``diff --slices COLUMN`` and ``diff --worst-slices``: where one model is behind the other, as tables and JSON."""

from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from workbench.cli.output import data_console, print_lines, print_table
from workbench.comparison.compared import Compared
from workbench.comparison.result import Estimate
from workbench.comparison.slice_rows import FEWEST, Slice, SliceList
from workbench.comparison.slices import Slicer
from workbench.errors import UsageError
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_delta, format_interval, format_p, format_value


@dataclass(frozen=True, slots=True)
class Sliced:
    """The slices that a diff was asked for; nothing of them where it was not."""

    lists: tuple[SliceList, ...] = ()
    worst: tuple[Slice, ...] | None = None
    metric: str = ""

    @property
    def asked(self) -> bool:
        """Whether there is anything to print."""
        return bool(self.lists) or self.worst is not None

    def to_json(self) -> dict[str, Any]:
        """What the diff's document holds beside the comparison."""
        document: dict[str, Any] = {}
        if self.lists:
            document["slices"] = [found.to_json() for found in self.lists]
        if self.worst is not None:
            document["worst_slices"] = [item.to_json() for item in self.worst]
        return document

    def print(self) -> None:
        """A table for each column that was named, then the slices on which B is furthest behind."""
        for found in self.lists:
            _print_list(found)
        if self.worst is not None:
            _print_worst(self.worst, self.metric)


def slice_as_asked(compared: Compared, arguments: Namespace) -> Sliced:
    """The slices that the options name; raises UsageError where there can be none."""
    if not arguments.slices and arguments.worst_slices is None:
        if arguments.slice_score:
            raise UsageError("--slice-score says by which score to slice: name a column with --slices too.")
        return Sliced()
    if any(getattr(arguments, form, False) for form in ("markdown", "csv", "html")):
        raise UsageError("Slices are printed as tables or with --json: leave the other form out.")
    if arguments.worst_slices is not None and arguments.worst_slices < 1:
        raise UsageError("--worst-slices takes how many slices to list, 1 or more.")
    slicer = Slicer(compared, arguments.slice_score)
    worst = None if arguments.worst_slices is None else slicer.worst(arguments.worst_slices)
    return Sliced(tuple(map(slicer.by, arguments.slices)), worst, slicer.metric)


def _print_list(found: SliceList) -> None:
    metric, whole = METRICS[found.metric], found.whole
    low, high = whole.interval or (None, None)
    print_lines(
        [
            f"{metric.title} by {found.column.title}: A {format_value(found.metric, whole.a.value)}, "
            f"B {format_value(found.metric, whole.b.value)} on {format_count(whole.n)} examples, difference "
            f"{format_delta(found.metric, whole.delta)} {format_interval(found.metric, low, high, signed=True)}",
            "",
        ]
    )
    _print_rows(found.metric, found.slices, lambda item: item.label)
    notes = list(_notes(found))
    print_lines(["", *notes] if notes else [""])


def _notes(found: SliceList) -> Iterable[str]:
    if found.turned:
        names = ", ".join(item.label for item in found.turned)
        yield f"The sign turns (marked ~): {names}."
    if found.tested > 1:
        yield f"p-values are adjusted together by Holm's method over {found.tested} slices."
    if any(item.n < FEWEST for item in found.slices):
        yield f"Slices of fewer than {FEWEST} examples carry no verdict."


def _print_worst(worst: tuple[Slice, ...], metric: str) -> None:
    if not worst:
        print_lines([f"No slice of {FEWEST} examples or more on which B is behind in {METRICS[metric].title}."])
        return
    print_lines([f"Where B is furthest behind in {METRICS[metric].title}, the surest first:", ""])
    _print_rows(metric, worst, lambda item: f"{item.title}: {item.label}")
    print_lines(["", "p-values are adjusted together by Holm's method over the slices of all columns."])


def _print_rows(metric: str, slices: Iterable[Slice], label: Callable[[Slice], str]) -> None:
    columns = ("slice", "n", "A", "B", "B - A", "95% interval", "p adjusted", "verdict")
    rows = (_cells(metric, item, label(item)) for item in slices)
    print_table(data_console(), columns, rows, numeric=columns[1:7], names=("slice",))


def _cells(metric: str, item: Slice, label: str) -> list[str]:
    contrast = item.contrast
    low, high = contrast.interval or (None, None)
    return [
        f"~ {label}" if item.turned else label,
        format_count(item.n),
        _estimate(metric, contrast.a),
        _estimate(metric, contrast.b),
        format_delta(metric, item.delta, _half_width(low, high), unit=False),
        format_interval(metric, low, high, signed=True),
        format_p(item.p_adjusted),
        item.verdict.value,
    ]


def _estimate(metric: str, estimate: Estimate) -> str:
    return format_value(metric, estimate.value, _half_width(estimate.low, estimate.high), unit=False)


def _half_width(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else (high - low) / 2
