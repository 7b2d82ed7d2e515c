"""Scores that are no means, by how far each example pulls them: the difference of two and its interval."""

import math
from dataclasses import dataclass

from workbench.comparison.arrays import Floats
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import t_quantile
from workbench.comparison.means import contrast_of, unpaired_contrast


@dataclass(frozen=True, eq=False)
class PulledScore:
    """A score and its influence values, of shape (n,); what it cannot be below and above."""

    value: float
    pulls: Floats
    least: float = -math.inf
    most: float = math.inf

    @property
    def n(self) -> int:
        """The number of examples."""
        return len(self.pulls)

    @property
    def error(self) -> float:
        """The standard error; NaN of a single example."""
        return standard_error(self.pulls)

    def estimate(self) -> Estimate:
        """The score with its 95 % t interval; no interval from a single example."""
        if self.n < 2:
            return Estimate(self.value)
        half = t_quantile(0.975, self.n - 1) * self.error
        return Estimate(self.value, max(self.least, self.value - half), min(self.most, self.value + half))


def standard_error(pulls: Floats) -> float:
    """The standard error of the mean of influence values; NaN of a single one."""
    n = len(pulls)
    return float(pulls.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan


def contrast_of_pulls(a: PulledScore, b: PulledScore, *, paired: bool, tests: tuple[str, str]) -> Contrast:
    """B - A from influence values, of the same examples in the same order where ``paired``; a test's name for each."""
    if paired:
        error = standard_error(b.pulls - a.pulls)
        return contrast_of(a.estimate(), b.estimate(), error, a.n - 1, test=tests[0], n=a.n)
    return unpaired_contrast(a.estimate(), b.estimate(), a.error, b.error, a.n, b.n, test=tests[1])
