"""From a measured difference to a verdict: Holm's correction, and the fixed order in which a row is judged."""

import math
from collections.abc import Hashable, Mapping
from typing import TypeVar

from workbench.comparison.contrast import Contrast, Needed
from workbench.comparison.options import Options
from workbench.comparison.power import examples_needed
from workbench.comparison.result import Row, Verdict, row_of
from workbench.evaluation.metrics import LANGUAGE, METRICS, HolmFamily, Metric
from workbench.formatting import format_count, format_interval, format_p

Name = TypeVar("Name", bound=Hashable)

SIGNIFICANT = 0.05
NOT_JUDGED = "is judged by Brier score and log loss"


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Holm's adjusted p-values of one family (Holm 1979): never less than the one before, never above 1."""
    adjusted: dict[Name, float] = {}
    largest = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p))
        adjusted[name] = largest
    return adjusted


def adjust(contrasts: Mapping[str, Contrast]) -> dict[str, float]:
    """The adjusted p-value of each contrast that has one.

    A metric without a family stands alone. One that is tested as another has the other's; where it has a test of its
    own after all, as R² of different examples has, it is one more member of the other's family.
    """
    known = {name: contrast.p_value for name, contrast in contrasts.items() if contrast.p_value is not None}
    adjusted = dict(known)
    members = family_members(known)
    for family in HolmFamily:
        adjusted.update(holm({name: known[name] for name, its in members.items() if its is family}))
    for name in known.keys() - members.keys():
        source = METRICS[name].tested_as
        if source in adjusted:
            adjusted[name] = adjusted[source]
    return adjusted


def family_members(p_values: Mapping[str, float]) -> dict[str, HolmFamily]:
    """The metrics that are adjusted together, each with its family, in the order given."""
    members: dict[str, HolmFamily] = {}
    for name, p in p_values.items():
        source = METRICS[name].tested_as
        family = METRICS[name].family if source is None else METRICS[source].family
        if family is not None and (source is None or not math.isclose(p, p_values.get(source, math.nan))):
            members[name] = family
    return members


def judge(contrasts: Mapping[str, Contrast], options: Options) -> list[Row]:
    """The rows of contrasts from outcomes, in the order of METRICS."""
    adjusted = adjust(contrasts)
    return [
        judge_one(metric, contrasts[name], adjusted.get(name), options)
        for name, metric in METRICS.items()
        if name in contrasts
    ]


def judge_one(metric: Metric, contrast: Contrast, p_adjusted: float | None, options: Options) -> Row:
    """The row of one contrast; an unresolved one says how many examples would settle it."""
    needed = examples_needed(metric, contrast, options)
    verdict, reason = decide(metric, contrast, p_adjusted, options.margins.get(metric.name), needed)
    return row_of(metric, contrast, p_adjusted, verdict, reason, needed if verdict is Verdict.UNRESOLVED else None)


def decide(
    metric: Metric,
    contrast: Contrast,
    p_adjusted: float | None,
    margin: float | None,
    needed: Needed | None = None,
) -> tuple[Verdict, str]:
    """The verdict on a contrast, and why; the first that applies of the four."""
    if contrast.delta is None:
        return Verdict.NOT_COMPARABLE, contrast.note or "one of the runs does not have this figure"
    if not metric.has_verdict:
        return Verdict.UNRESOLVED, _joined(contrast.note, f"shown without a verdict: {metric.title} {NOT_JUDGED}")
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
    return Verdict.UNRESOLVED, _what_is_missing(contrast, p_adjusted, needed, noun_of(metric))


def noun_of(metric: Metric) -> str:
    """What one of the things is called that a score of this metric rests on."""
    return "text unit" if metric.task == LANGUAGE else "example"


def better(metric: Metric, delta: float) -> Verdict:
    """Which run a difference of values speaks for."""
    return Verdict.B if (delta > 0) == bool(metric.higher_is_better) else Verdict.A


def _side(contrast: Contrast) -> int:
    """1 or -1 where the 95 % interval lies wholly above or below 0, else 0."""
    if contrast.interval is None:
        return 0
    low, high = contrast.interval
    return 1 if low > 0 else -1 if high < 0 else 0


def _p_words(contrast: Contrast, p_adjusted: float) -> str:
    if contrast.p_value is None or p_adjusted <= contrast.p_value:
        words = f"p {_equals(p_adjusted)}"
    elif format_p(contrast.p_value) == format_p(p_adjusted):
        words = f"p {_equals(p_adjusted)} after Holm's correction"
    else:
        words = f"p {_equals(contrast.p_value)} ({format_p(p_adjusted)} after Holm's correction)"
    mid, exact = contrast.p_mid, contrast.p_value
    if mid is not None and exact is not None and mid <= SIGNIFICANT < exact:
        words += f"; mid-p {_equals(mid)}, but the exact p decides"
    return words


def _what_is_missing(contrast: Contrast, p_adjusted: float | None, needed: Needed | None, noun: str) -> str:
    if contrast.doubt:
        return _joined(contrast.doubt, contrast.note)
    if p_adjusted is None or contrast.p_value is None:
        return _joined(contrast.note, "there is no test of this difference")
    found = _joined(contrast.note, _p_words(contrast, p_adjusted) if contrast.delta else "no difference was seen")
    if p_adjusted <= SIGNIFICANT:
        return f"{found}, but the 95% interval holds 0"
    return _joined(found, _needed_words(needed, contrast.n, noun) if needed else f"too few {noun}s to tell")


def _needed_words(needed: Needed, n: int | None, noun: str) -> str:
    """How many examples would settle what, beside the ``n`` that there are."""
    effect, count = f"{needed.effect:g}", format_count(needed.examples)
    if needed.is_margin:
        return f"about {count} {noun}s would settle whether they are within the margin of {effect}"
    if n is not None and needed.examples <= n:
        return f"about {count} {noun}s would show a difference of {effect}, so any is probably smaller"
    return f"about {count} {noun}s would show a difference of {effect}"


def _equals(p: float) -> str:
    text = format_p(p)
    return text if text.startswith("<") else f"= {text}"


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)
