"""The calibration error of two runs, with intervals but without a test.

The error is the root of a mean square that is about 0 for a calibrated model, where no root has a simple distribution:
verdicts on calibration come from the Brier score and the log loss, of which it is a part. The intervals are those of
the mean square, its root taken. Its variance has a part that is linear in the gaps of the bins, from influence values,
and the variance of their squares, which is all that is left where every gap is 0.
"""

import math

import numpy as np

from workbench.comparison.arrays import Array
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import z_of
from workbench.comparison.outcomes import ExampleOutcomes
from workbench.comparison.pairing import Pair
from workbench.evaluation.calibration import Calibration, calibrate


def calibration_contrast(pair: Pair[ExampleOutcomes]) -> Contrast | None:
    """The contrast of the calibration error; None where a run kept no probabilities, or has too few examples.

    The interval of the difference holds whatever the two errors have to do with each other: both lie in intervals of
    half the risk (Bonferroni). It is on the wide side; where an error is about 0 a narrower one would miss too often.
    """
    a, b = _calibrated(pair.a), _calibrated(pair.b)
    if a is None or b is None:
        return None
    (low_a, high_a), (low_b, high_b) = error_interval(a, 0.975), error_interval(b, 0.975)
    return Contrast(
        Estimate(a.error, *error_interval(a)),
        Estimate(b.error, *error_interval(b)),
        delta=b.error - a.error,
        interval=(low_b - high_a, high_b - low_a),
        n=pair.a.n if pair.paired else pair.a.n + pair.b.n,
    )


def error_interval(calibration: Calibration, level: float = 0.95) -> tuple[float, float]:
    """The interval for the calibration error in its bins."""
    n, square = len(calibration.gaps), calibration.squared
    mean_gap = calibration.mean_gaps[calibration.bin_of]
    debiased = np.square(calibration.mean_gaps) - calibration.variances / calibration.counts
    pulls = 2 * mean_gap * (calibration.gaps - mean_gap) + debiased[calibration.bin_of] - square
    linear = float(pulls @ pulls) / (n * (n - 1))
    of_squares = 2 * float(np.square(calibration.variances / n).sum())
    half = z_of(level) * math.sqrt(linear + of_squares)
    return math.sqrt(max(0.0, square - half)), math.sqrt(max(0.0, square + half))


def _calibrated(outcomes: ExampleOutcomes) -> Calibration | None:
    if outcomes.probabilities is None or np.isnan(outcomes.probabilities).any():
        return None
    return calibrate(_confidence(outcomes.probabilities), outcomes.predicted == outcomes.truth)


def _confidence(probabilities: Array) -> Array:
    """The probability of the most probable class."""
    if probabilities.ndim > 1:
        highest: Array = probabilities.max(axis=1)
        return highest
    second = probabilities.astype(np.float32)
    return np.maximum(second, 1 - second)
