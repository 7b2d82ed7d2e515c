"""How far a classifier's confidence is from the share of its answers that are right.

Bins of equally many examples, and the squared gap of each less what chance alone makes of it: the debiased estimator of
Kumar, Liang and Ma 2019 (Verified Uncertainty Calibration, NeurIPS 32, definition 4.2). The plain binned error is
biased upwards, by more for the better calibrated model and on the smaller test part (Roelofs et al. 2022, AISTATS 25),
so it would tell two equally calibrated models apart.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

BINS = 15
_FEWEST_IN_A_BIN = 20

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """The calibration of n answers: their bins, and of each of them the count, the mean gap and the gap's variance."""

    bin_of: npt.NDArray[np.int64]
    """The bin of each example, shape (n,)."""
    gaps: Floats
    """Confidence less 1 for a right answer and 0 for a wrong one, shape (n,)."""
    counts: Floats
    mean_gaps: Floats
    variances: Floats

    @property
    def squared(self) -> float:
        """The debiased mean square of the gaps; below 0 where they are less than chance makes them."""
        biased = np.square(self.mean_gaps) - self.variances / self.counts
        return float(self.counts @ biased) / float(self.counts.sum())

    @property
    def error(self) -> float:
        """The calibration error, from 0 to 1: the root of the mean square, 0 where that is below 0."""
        return math.sqrt(max(0.0, self.squared))


def calibrate(confidence: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> Calibration | None:
    """The calibration of answers given with ``confidence`` (n,), of which ``right`` (n,) were.

    None of fewer than 20 answers. Equal confidences share a bin, so that the order of the examples does not matter.
    """
    n = len(confidence)
    if n < _FEWEST_IN_A_BIN:
        return None
    bins = max(1, min(BINS, n // _FEWEST_IN_A_BIN))
    edges = np.sort(confidence)[np.arange(1, bins) * n // bins]
    bin_of = np.searchsorted(edges, confidence, side="right")
    filled = np.bincount(bin_of) > 0
    bin_of = (np.cumsum(filled) - 1)[bin_of]
    gaps = confidence.astype(np.float64) - right
    counts = np.bincount(bin_of).astype(np.float64)
    mean_gaps = np.bincount(bin_of, gaps) / counts
    squares = np.bincount(bin_of, np.square(gaps - mean_gaps[bin_of]))
    variances = squares / np.maximum(counts - 1, 1)
    return Calibration(bin_of, gaps, counts, mean_gaps, variances)
