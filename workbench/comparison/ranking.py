"""The area under the ROC curve of two runs: DeLong's test for two classes, influence values for more.

Every example's share in the area is its placement among the examples of the other side. Stored probabilities are half
precision, of which there are few different ones between 0 and 1: placements come from counting, without a sort.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from workbench.comparison.arrays import Array, Booleans, Floats
from workbench.comparison.contrast import Contrast
from workbench.comparison.evidence import ExampleOutcomes
from workbench.comparison.means import bounded_estimate, contrast_of, unpaired_contrast
from workbench.comparison.pairing import Pair

_FEW = 50_000
"""So many scores are sorted in less time than is needed to look at every half float."""


@dataclass(frozen=True, eq=False)
class Placements:
    """The area, and for each of n examples the share of the other side that it stands on the right side of."""

    area: float
    shares: Floats
    positive: Booleans

    @property
    def positives(self) -> int:
        """The number of examples of the positive class."""
        return int(np.count_nonzero(self.positive))

    @property
    def negatives(self) -> int:
        """The number of other examples."""
        return len(self.positive) - self.positives

    def pulls(self) -> Floats:
        """Influence values: how far each example pulls the area."""
        n = len(self.positive)
        return (self.shares - self.area) * np.where(self.positive, n / self.positives, n / self.negatives)

    def unbiased_pulls(self) -> Floats:
        """Influence values whose variance has no bias for few examples: each side's by m / (m - 1), as DeLong's has."""
        m, n = self.positives, self.negatives
        return self.pulls() * np.where(self.positive, math.sqrt(m / max(1, m - 1)), math.sqrt(n / max(1, n - 1)))


def place(scores: Array, positive: Booleans) -> Placements | None:
    """Placements of examples by ``scores``, ties counting half; None where a side is empty."""
    keys, bins = _ordered_keys(scores)
    places = np.flatnonzero(positive)
    keys_of_positive = keys[places]
    of_positive = np.bincount(keys_of_positive, minlength=bins)
    of_negative = np.bincount(keys, minlength=bins) - of_positive
    positives, negatives = len(places), len(keys) - len(places)
    if positives == 0 or negatives == 0:
        return None
    negatives_below = (np.cumsum(of_negative) - of_negative / 2) / negatives
    positives_above = 1 - (np.cumsum(of_positive) - of_positive / 2) / positives
    shares = positives_above[keys]
    shares[places] = negatives_below[keys_of_positive]
    return Placements(float(of_positive @ negatives_below) / positives, shares, positive)


def auc_contrast(pair: Pair[ExampleOutcomes]) -> Contrast | None:
    """The contrast of the area: of the second class for two classes, else the mean of one against the rest.

    None where a run kept neither probabilities nor scores, one is NaN, or a class does not occur. Sources: DeLong et
    al. 1988, Biometrics 44:837; its form in ranks, Sun and Xu 2014, IEEE Signal Processing Letters 21:1389.
    """
    a, b = pair.a.ranked, pair.b.ranked
    if a is None or b is None or np.isnan(a).any() or np.isnan(b).any():
        return None
    if len(pair.a.labels) == 2:
        return _binary(pair)
    return _one_against_rest(pair)


def _binary(pair: Pair[ExampleOutcomes]) -> Contrast | None:
    a, b = (place(_second_class(outcomes), outcomes.truth == 1) for outcomes in (pair.a, pair.b))
    if a is None or b is None:
        return None
    (error_a, degrees_a), (error_b, degrees_b) = _delong_error(a.shares, a), _delong_error(b.shares, b)
    estimate_a, estimate_b = bounded_estimate(a.area, error_a, degrees_a), bounded_estimate(b.area, error_b, degrees_b)
    if pair.paired:
        error, degrees = _delong_error(b.shares - a.shares, a)
        contrast = contrast_of(estimate_a, estimate_b, error, degrees, test="delong", n=pair.examples)
    else:
        contrast = unpaired_contrast(
            estimate_a, estimate_b, error_a, error_b, degrees_a + 1, degrees_b + 1, test="delong-unpaired"
        )
        contrast = replace(contrast, n=pair.a.n + pair.b.n)
    return _bounded_by_orders(contrast, a)


def _one_against_rest(pair: Pair[ExampleOutcomes]) -> Contrast | None:
    a, b = _mean_of_classes(pair.a), _mean_of_classes(pair.b)
    if a is None or b is None:
        return None
    (area_a, pulls_a), (area_b, pulls_b) = a, b
    error_a, error_b = _error(pulls_a), _error(pulls_b)
    estimate_a, estimate_b = (
        bounded_estimate(area, error, max(1, side.n - len(side.labels)))
        for area, error, side in ((area_a, error_a, pair.a), (area_b, error_b, pair.b))
    )
    if not pair.paired:
        return unpaired_contrast(
            estimate_a, estimate_b, error_a, error_b, pair.a.n, pair.b.n, test="auc-influence-unpaired"
        )
    error, n = _error(pulls_b - pulls_a), pair.examples
    degrees = max(1, n - len(pair.a.labels))  # each class has a mean of its own
    return contrast_of(estimate_a, estimate_b, error, degrees, test="auc-influence", n=n)


def area_and_pulls(outcomes: ExampleOutcomes) -> tuple[float, Floats] | None:
    """The area of one run, as ``auc_contrast`` takes it, and each example's influence value; None as there."""
    if outcomes.ranked is None or np.isnan(outcomes.ranked).any():
        return None
    if len(outcomes.labels) > 2:
        return _mean_of_classes(outcomes)
    placements = place(_second_class(outcomes), outcomes.truth == 1)
    return None if placements is None else (placements.area, placements.pulls())


def _mean_of_classes(outcomes: ExampleOutcomes) -> tuple[float, Floats] | None:
    """The mean area over all classes, and its influence values: examples serve every class at once."""
    assert outcomes.ranked is not None
    areas: list[float] = []
    pulls = np.zeros(outcomes.n)
    by_class = np.ascontiguousarray(outcomes.ranked.T)
    for number, scores in enumerate(by_class):
        placements = place(scores, outcomes.truth == number)
        if placements is None:
            return None
        areas.append(placements.area)
        pulls += placements.unbiased_pulls()
    return (float(np.mean(areas)), pulls / len(areas)) if areas else None


def _second_class(outcomes: ExampleOutcomes) -> Array:
    assert outcomes.ranked is not None
    return outcomes.ranked if outcomes.ranked.ndim == 1 else outcomes.ranked[:, 1]


def _ordered_keys(scores: Array) -> tuple[Array, int]:
    """Whole numbers in the order of ``scores`` and how many there are at most."""
    if scores.dtype == np.float16 and len(scores) > _FEW and not np.signbit(scores).any():
        # Half floats that are not negative order like their bits: 15,361 up to 1, which few scores are sorted before.
        keys: Array = np.ascontiguousarray(scores).view(np.uint16)
    else:
        keys = np.unique(scores, return_inverse=True)[1]
    return keys, int(keys.max(initial=0)) + 1


def _delong_error(shares: Floats, placements: Placements) -> tuple[float, float]:
    """The standard error of the mean of ``shares`` over both sides, each with its own variance, and its degrees.

    DeLong takes the normal distribution. With a few examples on one side Student's t is nearer the truth, with the
    degrees that Satterthwaite's formula gives a sum of two variances: of 50 examples, 8 of them positive, 95 % normal
    intervals hold the difference in 89 %.
    """
    m, n = placements.positives, placements.negatives
    if min(m, n) < 2:
        return math.nan, 1.0
    of_positive, of_negative = shares[placements.positive], shares[~placements.positive]
    part_p, part_n = float(of_positive.var(ddof=1)) / m, float(of_negative.var(ddof=1)) / n
    unsure = part_p**2 / (m - 1) + part_n**2 / (n - 1)
    return math.sqrt(part_p + part_n), (part_p + part_n) ** 2 / unsure if unsure > 0 else 1.0


def _error(pulls: Floats) -> float:
    n = len(pulls)
    return math.sqrt(float(pulls @ pulls) / (n * (n - 1))) if n > 1 else math.nan


def _bounded_by_orders(contrast: Contrast, placements: Placements) -> Contrast:
    """No p-value below what any rank test of so few examples could reach: 2 over the number of orders of the sides.

    A perfect ranking has no variance, so DeLong's p-value would be 0 on four examples.
    """
    if contrast.p_value is None:
        return contrast
    n, k = len(placements.positive), placements.positives
    log_orders = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    least = min(1.0, 2 * math.exp(-log_orders))
    return contrast if contrast.p_value >= least else replace(contrast, p_value=least)
