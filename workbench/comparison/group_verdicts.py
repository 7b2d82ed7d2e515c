"""From the differences of groups to rows: as single runs are judged, in the words that groups need."""

from collections.abc import Mapping

from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.group_members import GroupKind
from workbench.comparison.group_result import Spreads
from workbench.comparison.options import Options
from workbench.comparison.result import Row, Verdict, row_of
from workbench.comparison.verdicts import adjust, better, decide
from workbench.evaluation.metrics import METRICS, Metric
from workbench.formatting import format_p, format_percent

SIGN_TURNS = "the sign turns when probabilities are clipped at 0.001: a few very confident errors decide"
_SPREAD_ONLY = {
    "latency": "the runs were timed apart: spread only; a race of one run of each group settles it",
    "cost": "measured once in each run: spread only",
    "size": "not the same in all runs: spread only",
}


def judge_scores(contrasts: Mapping[str, Contrast], more: Mapping[str, str], options: Options) -> dict[str, Row]:
    """The rows of scores; ``more`` says of each what more runs would do, for those that stay unresolved."""
    adjusted = adjust(contrasts)
    rows = {}
    for name, contrast in contrasts.items():
        metric, p_adjusted = METRICS[name], adjusted.get(name)
        verdict, reason = decide(metric, contrast, p_adjusted, options.margins.get(name))
        if verdict is Verdict.UNRESOLVED and contrast.p_value is not None and p_adjusted is not None:
            reason = _unresolved(contrast, p_adjusted, more.get(name, ""))
        rows[name] = row_of(metric, contrast, p_adjusted, verdict, reason)
    return rows


def figure_of_groups(metric: Metric, spreads: Spreads, kind: GroupKind) -> Row:
    """The row of a figure that is not tested over groups: a verdict only where it was counted, the same in all runs."""
    a, b = Estimate(spreads.a.mean), Estimate(spreads.b.mean)
    if a.value is None or b.value is None:
        side = "A" if a.value is None else "B"
        return row_of(metric, Contrast(a, b), None, Verdict.NOT_COMPARABLE, f"no run of {side} has this figure")
    delta = b.value - a.value
    n = spreads.a.n + spreads.b.n
    if metric.counted and spreads.a.low == spreads.a.high and spreads.b.low == spreads.b.high:
        exact = Contrast(
            Estimate(a.value, a.value, a.value), Estimate(b.value, b.value, b.value), delta, (delta, delta), n=n
        )
        words = "counted, and the same in all runs of a group" if delta else "counted, and the same in all runs"
        return row_of(metric, exact, None, better(metric, delta) if delta else Verdict.EQUIVALENT, words)
    if metric.row_group == "accuracy":
        reason = f"no test over {kind} for this score: spread only"
    else:
        reason = _SPREAD_ONLY[metric.row_group]
    return row_of(metric, Contrast(a, b, delta, n=n), None, Verdict.UNRESOLVED, reason)


def more_seeds(share: float | None) -> str:
    """What more seeds would do, by their share of the variance of the difference."""
    if share is None:
        return ""
    if share >= 0.5:
        return f"{format_percent(share, 0)} of the uncertainty comes from the seeds: more of them would narrow it"
    rest = format_percent(1 - share, 0)
    return f"{rest} of the uncertainty comes from the test examples: more seeds would hardly narrow it"


def more_splits(k: int, ratio: float) -> str:
    """What more splits would do to the width of the interval, whose variance goes with 1/k + ratio."""
    most = 1 - (ratio / (1 / k + ratio)) ** 0.5
    return f"more splits would narrow the interval by at most {format_percent(most, 0)}"


def _unresolved(contrast: Contrast, p_adjusted: float, more: str) -> str:
    if not contrast.delta:
        found = "no difference was seen"
    else:
        found = f"p {_equals(p_adjusted)}"
        if contrast.p_value is not None and format_p(contrast.p_value) != format_p(p_adjusted):
            found = f"p {_equals(contrast.p_value)} ({format_p(p_adjusted)} after Holm's correction)"
    return "; ".join(part for part in (contrast.doubt, contrast.note, found, more) if part)


def _equals(p: float) -> str:
    text = format_p(p)
    return text if text.startswith("<") else f"= {text}"
