"""The scores of a regression on one part of the data, from the true values and the predicted ones.

What is not defined is None with a note, never 0: every score of a part without examples, R² of a truth that does not
vary, and all of them where a prediction is no finite number.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from store.records import Figure, FigureGroup

Values = npt.NDArray[np.float64]


def value_figures(truth: Values, predicted: Values, part: str = "") -> tuple[Figure, ...]:
    """Root and mean squared error, mean absolute error and R² of ``predicted`` (n,) against ``truth`` (n,).

    ``part`` (``train`` or ``val``) stands before the names of another part than the test part.
    """
    prefix = f"{part}_" if part else ""
    note = _why_not(truth, predicted)
    scores: dict[str, Callable[[Values, Values], float]] = {
        "rmse": root_mean_squared_error,
        "mse": mean_squared_error,
        "mae": mean_absolute_error,
    }
    figures = [_metric(f"{prefix}{name}", None if note else of(truth, predicted), note) for name, of in scores.items()]
    share = None if note else r_squared(truth, predicted)
    return (*figures, _metric(f"{prefix}r2", share, note or ("the truth does not vary" if share is None else None)))


def mean_squared_error(truth: Values, predicted: Values) -> float:
    """The mean of (predicted - truth)²."""
    return float(np.mean(np.square(predicted - truth)))


def root_mean_squared_error(truth: Values, predicted: Values) -> float:
    """The root of the mean squared error, in the unit of the target."""
    return float(np.sqrt(mean_squared_error(truth, predicted)))


def mean_absolute_error(truth: Values, predicted: Values) -> float:
    """The mean of |predicted - truth|, in the unit of the target."""
    return float(np.mean(np.abs(predicted - truth)))


def r_squared(truth: Values, predicted: Values) -> float | None:
    """1 - the squared errors' sum over that of always predicting the part's mean; None where the truth is constant."""
    spread = float(np.square(truth - truth.mean()).sum())
    return 1 - float(np.square(predicted - truth).sum()) / spread if spread > 0 else None


def _why_not(truth: Values, predicted: Values) -> str | None:
    if not len(truth):
        return "the part holds no examples"
    odd = int(np.count_nonzero(~np.isfinite(predicted)))
    return f"{odd:,} of {len(truth):,} predictions are not finite numbers" if odd else None


def _metric(name: str, value: Any, note: str | None = None) -> Figure:
    return Figure(FigureGroup.METRICS, name, value, note)
