"""The difference of two shares of right answers: of the same examples, or of different ones."""

import math

from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.proportions import fisher, mcnemar_exact, mcnemar_mid_p, newcombe, tango, wilson


def share_estimate(right: int, n: int) -> Estimate:
    """The share with Wilson's interval; nothing of no examples."""
    return Estimate(right / n, *wilson(right, n)) if n else Estimate()


def paired_shares(right_a: int, right_b: int, both: int, n: int) -> Contrast:
    """B - A on the same ``n`` examples, of which ``both`` got right that many: McNemar's test, Tango's interval."""
    only_a, only_b = right_a - both, right_b - both
    return Contrast(
        share_estimate(right_a, n),
        share_estimate(right_b, n),
        delta=(only_b - only_a) / n,
        interval=tango(only_a, only_b, n),
        narrow=tango(only_a, only_b, n, level=0.90),
        test="mcnemar-exact",
        p_value=mcnemar_exact(only_a, only_b),
        p_mid=mcnemar_mid_p(only_a, only_b),
        n=n,
        standard_error=math.sqrt(only_a + only_b) / n,
        note=_decided_by(only_a, only_b, n),
    )


def unpaired_shares(right_a: int, n_a: int, right_b: int, n_b: int) -> Contrast:
    """B - A on different examples: Fisher's exact test, Newcombe's interval."""
    p_value, p_mid = fisher(right_a, n_a, right_b, n_b)
    n = n_a + n_b
    pooled = (right_a + right_b) / n
    return Contrast(
        share_estimate(right_a, n_a),
        share_estimate(right_b, n_b),
        delta=right_b / n_b - right_a / n_a,
        interval=newcombe(right_a, n_a, right_b, n_b),
        narrow=newcombe(right_a, n_a, right_b, n_b, level=0.90),
        test="fisher-exact",
        p_value=p_value,
        p_mid=p_mid,
        n=n,
        standard_error=math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b)),
    )


def _decided_by(only_a: int, only_b: int, n: int) -> str:
    if only_a + only_b == 0:
        return f"both are right on the same of {n:,} examples"
    decide = "decides" if only_a + only_b == 1 else "decide"
    return f"{only_a + only_b:,} of {n:,} examples {decide}: A alone is right on {only_a:,}, B alone on {only_b:,}"
