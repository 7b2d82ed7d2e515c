"""From a measured difference to a verdict: Holm's correction, and the fixed order in which a row is judged."""

import math
from collections.abc import Mapping

from workbench.comparison.distributions import normal_quantile
from workbench.comparison.result import Contrast, Options, Row, Verdict, row_of
from workbench.evaluation.metrics import METRICS, HolmFamily, Metric
from workbench.formatting import format_count, format_interval, format_p

SIGNIFICANT = 0.05
_POWER = 0.8
_BEYOND = 1e9


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's adjusted p-values of one family (Holm 1979): never less than the one before, never above 1."""
    adjusted: dict[str, float] = {}
    largest = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p))
        adjusted[name] = largest
    return adjusted


def adjust(contrasts: Mapping[str, Contrast]) -> dict[str, float]:
    """The adjusted p-value of each contrast that has one; a metric without a family stands alone."""
    known = {name: contrast.p_value for name, contrast in contrasts.items() if contrast.p_value is not None}
    adjusted = dict(known)
    for family in HolmFamily:
        adjusted.update(holm({name: p for name, p in known.items() if METRICS[name].family is family}))
    return adjusted


def judge(contrasts: Mapping[str, Contrast], options: Options) -> list[Row]:
    """The rows of contrasts from outcomes, in the order of METRICS."""
    adjusted = adjust(contrasts)
    rows = []
    for name, metric in METRICS.items():
        if name in contrasts:
            contrast, p = contrasts[name], adjusted.get(name)
            verdict, reason = decide(metric, contrast, p, options.margins.get(name))
            needed = examples_needed(contrast) if verdict is Verdict.UNRESOLVED else None
            rows.append(row_of(metric, contrast, p, verdict, reason, needed))
    return rows


def decide(metric: Metric, contrast: Contrast, p_adjusted: float | None, margin: float | None) -> tuple[Verdict, str]:
    """The verdict on a contrast, and why; the first that applies of the four."""
    if contrast.delta is None:
        return Verdict.NOT_COMPARABLE, contrast.note or "one of the runs does not have this figure"
    narrow = contrast.narrow
    # An interval without width comes from examples that are all alike: it says nothing about those not seen.
    if margin is not None and narrow is not None and -margin < narrow[0] < narrow[1] < margin:
        interval = format_interval(metric.name, *narrow, signed=True)
        return Verdict.EQUIVALENT, f"the 90% interval {interval} lies within the margin of {margin:g}"
    if p_adjusted is not None and p_adjusted <= SIGNIFICANT and not contrast.doubt:
        side = _side(contrast)
        if side:
            higher = Verdict.B if side > 0 else Verdict.A
            lower = Verdict.A if side > 0 else Verdict.B
            return (higher if metric.higher_is_better else lower), _joined(
                contrast.note, _p_words(contrast, p_adjusted)
            )
    return Verdict.UNRESOLVED, _what_is_missing(contrast, p_adjusted)


def better(metric: Metric, delta: float) -> Verdict:
    """Which run a difference of values speaks for."""
    return Verdict.B if (delta > 0) == bool(metric.higher_is_better) else Verdict.A


def examples_needed(contrast: Contrast) -> int | None:
    """About how many examples would show the difference seen, if it is as large as it looks (80 % power at 5 %).

    Rounded up to two digits. None where no difference was seen, where no test would be made, and where the number is
    beyond any test part.
    """
    if not contrast.delta or not contrast.standard_error or not contrast.n or contrast.test is None:
        return None
    seen = abs(contrast.delta) / contrast.standard_error
    wanted = normal_quantile(1 - SIGNIFICANT / 2) + normal_quantile(_POWER)
    needed = contrast.n * (wanted / seen) ** 2
    if not needed <= _BEYOND:
        return None
    whole = max(contrast.n + 1, math.ceil(needed))
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return -(-whole // step) * step


def _side(contrast: Contrast) -> int:
    """1 or -1 where the 95 % interval lies wholly above or below 0, else 0."""
    if contrast.interval is None:
        return 0
    low, high = contrast.interval
    return 1 if low > 0 else -1 if high < 0 else 0


def _p_words(contrast: Contrast, p_adjusted: float) -> str:
    if contrast.p_value is None or p_adjusted <= contrast.p_value:
        return f"p {_equals(p_adjusted)}"
    if format_p(contrast.p_value) == format_p(p_adjusted):
        return f"p {_equals(p_adjusted)} after Holm's correction"
    return f"p {_equals(contrast.p_value)} ({format_p(p_adjusted)} after Holm's correction)"


def _what_is_missing(contrast: Contrast, p_adjusted: float | None) -> str:
    if contrast.doubt:
        return _joined(contrast.doubt, contrast.note)
    if p_adjusted is None or contrast.p_value is None:
        return "not the same examples, so no paired test: train both on the same data with the same split seed"
    if not contrast.delta:
        return _joined(contrast.note, "no difference was seen")
    found = _joined(contrast.note, _p_words(contrast, p_adjusted))
    if p_adjusted <= SIGNIFICANT:
        return f"{found}, but the 95% interval holds 0"
    if not contrast.standard_error:
        return f"{found}: too few examples to tell"
    needed = examples_needed(contrast)
    if needed is None:
        return f"{found}: if there is a difference, no test part would show it"
    return f"{found}: a difference of this size would take about {format_count(needed)} examples to show"


def _equals(p: float) -> str:
    text = format_p(p)
    return text.replace("<", "< ") if text.startswith("<") else f"= {text}"


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)
