"""Rows of figures that are not estimated from examples or calls: cost, size, and what is derived from other rows."""

from collections.abc import Mapping

from store.records import FigureGroup
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.evidence import Evidence
from workbench.comparison.proportions import mover
from workbench.comparison.result import Row, Verdict, row_of
from workbench.comparison.verdicts import better
from workbench.evaluation.metrics import Metric

_PROPORTIONAL = {"usd_per_1k_predictions": "mean_ms", "usd_per_million_tokens": "mean_ms"}
_INVERSE = {"throughput_per_s": "mean_ms", "tokens_per_s": "mean_ms"}


def figure_row(a: Evidence, b: Evidence, metric: Metric, rows: Mapping[str, Row]) -> Row | None:
    """The row of a figure that each run states as one number; None where neither knows it.

    ``rows`` holds the rows that derived ones take their verdict from.
    """
    group = metric.group.value
    value_a, value_b = a.figure(group, metric.name), b.figure(group, metric.name)
    if value_a is None and value_b is None:
        return None
    if value_a is None or value_b is None:
        missing = "A" if value_a is None else "B"
        contrast = Contrast(Estimate(value_a), Estimate(value_b))
        return row_of(metric, contrast, None, Verdict.NOT_COMPARABLE, f"{missing} does not have this figure")
    told = [letter for letter, side in (("A", a), ("B", b)) if side.is_imported]
    if told and metric.derived_from and metric.group is FigureGroup.COST:
        contrast = Contrast(Estimate(value_a), Estimate(value_b), value_b - value_a, n=1)
        reason = f"that of {' and '.join(told)} is as told at the import, n = 1"
        return row_of(metric, contrast, None, Verdict.UNRESOLVED, reason)
    if metric.derived_from:
        value_a, value_b = _followed(metric, value_a, a, rows, "a"), _followed(metric, value_b, b, rows, "b")
        return _derived(metric, value_a, value_b, rows)
    delta = value_b - value_a
    if metric.counted:
        exact = Contrast(
            Estimate(value_a, value_a, value_a), Estimate(value_b, value_b, value_b), delta, (delta, delta)
        )
        verdict = better(metric, delta) if delta else Verdict.EQUIVALENT
        return row_of(metric, exact, None, verdict, "counted, not estimated" if delta else "counted, and the same")
    contrast = Contrast(Estimate(value_a), Estimate(value_b), delta, n=1)
    reason = "measured once, n = 1" if metric.measured_once else "no outcomes to compare example by example"
    return row_of(metric, contrast, None, Verdict.UNRESOLVED, reason)


def _derived(metric: Metric, value_a: float, value_b: float, rows: Mapping[str, Row]) -> Row:
    """A row computed from others: their verdict where they agree, and their interval where one of them scales it."""
    a, b = _scaled(metric, value_a, rows, "a"), _scaled(metric, value_b, rows, "b")
    interval = None
    if a.low is not None and a.high is not None and b.low is not None and b.high is not None:
        interval = mover(value_a, (a.low, a.high), value_b, (b.low, b.high))
    verdict, reason = _inherited(metric, rows)
    return row_of(metric, Contrast(a, b, value_b - value_a, interval), None, verdict, reason)


def _followed(metric: Metric, value: float, run: Evidence, rows: Mapping[str, Row], side: str) -> float:
    """A derived figure of a run as it follows from a mean time that was measured again, in a race."""
    row, published = rows.get("mean_ms"), run.figure("latency", "mean_ms")
    again: float | None = getattr(row, side).value if row is not None else None
    if "mean_ms" not in metric.derived_from or not again or not published:
        return value
    return value * published / again if metric.name in _INVERSE else value * again / published


def _inherited(metric: Metric, rows: Mapping[str, Row]) -> tuple[Verdict, str]:
    sources = [rows[name] for name in metric.derived_from if name in rows]
    if len(sources) < len(metric.derived_from):
        return Verdict.UNRESOLVED, f"follows from {_names(metric)}, which is not known of both runs"
    verdicts = {row.verdict for row in sources}
    if Verdict.NOT_COMPARABLE in verdicts:
        blocking = next(row for row in sources if row.verdict is Verdict.NOT_COMPARABLE)
        return Verdict.NOT_COMPARABLE, f"follows from {blocking.metric}: {blocking.reason}"
    if len(sources) > 1 and Verdict.UNRESOLVED in verdicts:
        open_ones = [row.metric for row in sources if row.verdict is Verdict.UNRESOLVED]
        which = f"{open_ones[0]} is" if len(open_ones) == 1 else "both are"
        return Verdict.UNRESOLVED, f"follows from {_names(metric)}: {which} unresolved"
    if len(verdicts) == 1:
        return sources[0].verdict, f"follows from {_names(metric)}: {sources[0].reason}"
    return Verdict.UNRESOLVED, f"follows from {_names(metric)}, which do not agree"


def _scaled(metric: Metric, value: float, rows: Mapping[str, Row], side: str) -> Estimate:
    source = rows.get(_PROPORTIONAL.get(metric.name) or _INVERSE.get(metric.name) or "")
    estimate: Estimate | None = getattr(source, side) if source else None
    if estimate is None or not (estimate.value and estimate.low and estimate.high):
        return Estimate(value)
    down, up = estimate.low / estimate.value, estimate.high / estimate.value
    if metric.name in _INVERSE:
        down, up = 1 / up, 1 / down
    return Estimate(value, value * down, value * up) if down > 0 else Estimate(value)


def _names(metric: Metric) -> str:
    return " and ".join(metric.derived_from)
