"""What one run of a group adds to each score: its value, and how far every test example pulls it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.confusion import influence
from workbench.comparison.contingency import SCORES, count_cells, score
from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes, UnitOutcomes, ValueOutcomes
from workbench.comparison.quality import squared_errors
from workbench.comparison.ranking import area_and_pulls

SHARES = ("accuracy", "weighted_recall")
"""The share of right answers, which is a figure under two names."""

_FEWEST_UNITS = 30
_SOFT_CLIP = -math.log(1e-3)


@dataclass(frozen=True, slots=True, eq=False)
class RunScore:
    """A score of one run, and the influence value of each of its n examples."""

    metric: str
    value: float
    pulls: Floats


def scores_of(outcomes: RunOutcomes) -> Iterator[RunScore]:
    """The scores that the outcomes give, one after another, so that only one column is held at a time.

    A score that is not defined (a class that does not occur, a probability that is no number) is left out.
    """
    if outcomes.n == 0:
        return
    if isinstance(outcomes, ExampleOutcomes):
        for name in SHARES:
            yield _mean(name, outcomes.predicted == outcomes.truth)
        yield from _of_confusion(outcomes)
        yield from _of_probabilities(outcomes)
    elif isinstance(outcomes, ValueOutcomes):
        yield from _of_values(outcomes)
    elif isinstance(outcomes, UnitOutcomes) and outcomes.n >= _FEWEST_UNITS:
        yield _of_units("bits_per_byte", outcomes.bits, outcomes.bytes)


def softened_log_loss(outcomes: RunOutcomes) -> float | None:
    """The log loss with probabilities clipped at 0.001, where a few confident errors cannot decide."""
    if not isinstance(outcomes, ExampleOutcomes) or outcomes.loss is None or np.isnan(outcomes.loss).any():
        return None
    return float(np.minimum(outcomes.loss, _SOFT_CLIP).mean(dtype=np.float64))


def _of_confusion(outcomes: ExampleOutcomes) -> Iterator[RunScore]:
    classes = len(outcomes.labels)
    cells = count_cells(classes, outcomes.truth, outcomes.predicted)
    values, pulls = score(cells, cells.predicted[0]), influence(cells, cells.predicted[0])
    # The cells stand in the order of this code.
    code = outcomes.truth.astype(np.int64) * classes + outcomes.predicted
    cell_of = np.searchsorted(cells.truth * classes + cells.predicted[0], code)
    for name in SCORES:
        yield RunScore(name, values[name], pulls[name][cell_of])


def _of_probabilities(outcomes: ExampleOutcomes) -> Iterator[RunScore]:
    if outcomes.loss is not None and not np.isnan(outcomes.loss).any():
        yield _mean("log_loss", outcomes.loss)
    errors = squared_errors(outcomes)
    if errors is not None and not np.isnan(errors).any():
        yield _mean("brier", errors)
    area = area_and_pulls(outcomes)
    if area is not None:
        yield RunScore("roc_auc", *area)


def _of_values(outcomes: ValueOutcomes) -> Iterator[RunScore]:
    truth = outcomes.truth.astype(np.float64)
    errors = outcomes.predicted.astype(np.float64) - truth
    if not np.isfinite(errors).all():
        return
    squares = np.square(errors)
    yield _mean("mae", np.abs(errors))
    yield _mean("mse", squares)
    mean_square = float(squares.mean())
    root = float(np.sqrt(mean_square))
    if root > 0:
        yield RunScore("rmse", root, (squares - mean_square) / (2 * root))
    around = np.square(truth - truth.mean())
    variance = float(around.mean())
    if variance > 0:
        unexplained = mean_square / variance
        yield RunScore("r2", 1 - unexplained, (unexplained * around - squares) / variance)


def _mean(metric: str, values: Array) -> RunScore:
    column = values.astype(np.float64)
    mean = float(column.mean())
    return RunScore(metric, mean, column - mean)


def _of_units(metric: str, numerator: Array, denominator: Array) -> RunScore:
    """A sum over a sum of the units of a text. Neighbours are alike, so blocks of them stand for single examples."""
    above, below = numerator.astype(np.float64), denominator.astype(np.float64)
    value = float(above.sum() / below.sum())
    pulls = (above - value * below) / below.mean()
    n = len(pulls)
    blocks = n // math.ceil(n ** (1 / 3))
    starts = np.arange(blocks) * n // blocks
    return RunScore(metric, value, np.add.reduceat(pulls, starts) * blocks / n)
