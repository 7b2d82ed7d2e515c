"""How many test examples would settle a difference that somebody names.

Never the difference that was seen: a number computed from that only says the p-value again in other words (Hoenig and
Heisey 2001, The American Statistician 55:19). What the comparison adds is how much the runs vary against each other,
which the standard error holds.
"""

import math

from workbench.comparison.contrast import Contrast, Needed
from workbench.comparison.distributions import normal_quantile
from workbench.comparison.options import Options
from workbench.evaluation.metrics import Metric

POWER = 0.8
"""How often a test with so many examples would find the difference, if it is there."""

_LEVEL = 0.05
_OF_SHARES = ("mcnemar-exact", "fisher-exact")
_BEYOND = 1e9
_SHARE_OF_VALUE = 0.05


def examples_needed(metric: Metric, contrast: Contrast, options: Options) -> Needed | None:
    """About how many examples would settle the margin of ``metric``, or show its named effect, 4 times of 5.

    A margin is settled when two runs without a difference are found equivalent, by two one-sided tests at 5 %. Rounded
    up to two digits. None where there is no test, nothing is known of how the runs vary, or no test part would do.
    """
    margin = options.margins.get(metric.name)
    effect = margin or options.effects.get(metric.name) or _effect(metric, contrast)
    if not effect or not contrast.n or contrast.test is None or contrast.standard_error is None:
        return None
    variance = contrast.n * contrast.standard_error**2
    if contrast.test in _OF_SHARES:
        variance = max(variance, effect)  # runs that differ by so much disagree at least as often
    if margin:
        reach = normal_quantile(1 - _LEVEL) + normal_quantile(0.5 + POWER / 2)
    else:
        reach = normal_quantile(1 - _LEVEL / 2) + normal_quantile(POWER)
    needed = variance * (reach / effect) ** 2
    if not 0 < needed <= _BEYOND:
        return None
    whole = math.ceil(needed)
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return Needed(-(-whole // step) * step, effect, is_margin=bool(margin))


def _effect(metric: Metric, contrast: Contrast) -> float | None:
    """The metric's own effect, else a 20th of the mean of both values, to one digit."""
    if metric.effect is not None:
        return metric.effect
    size = (abs(contrast.a.value or 0.0) + abs(contrast.b.value or 0.0)) / 2 * _SHARE_OF_VALUE
    return float(f"{size:.0e}") if size > 0 and math.isfinite(size) else None
