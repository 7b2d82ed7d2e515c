"""The scores of a classifier on one part of the data, from its classes and probabilities.

One rule holds for what is not defined: a score without examples to define it is None, never 0; the F1 of a class that
occurs but is never predicted is 0 (its precision is not defined and counts 0 in the mean: not predicting a class must
not raise a score).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from store.records import ClassFigures, Figure, FigureGroup
from workbench.evaluation.calibration import calibrate
from workbench.formatting import format_some

CLIP = 1e-7
"""Probabilities of the true class below this count as this in the log loss, so that one example cannot decide it."""

_NO_EXAMPLES = "the part holds no examples"
_NO_PROBABILITIES = "no probabilities were given"

Truth = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that is said about a classifier on the test part."""

    figures: tuple[Figure, ...]
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Rows are true classes, columns predicted ones."""

    def value(self, name: str) -> float | None:
        """The value of the figure called ``name``."""
        return next(figure.value for figure in self.figures if figure.name == name)


def score(
    labels: Sequence[str],
    truth: Truth,
    probabilities: Probabilities | None,
    *,
    predicted: Truth | None = None,
    scores: npt.NDArray[np.float64] | None = None,
) -> Scores:
    """The scores of ``probabilities`` (n, K) against ``truth`` (n,); the prediction is the most probable class.

    A model that was measured elsewhere may have ``predicted`` (n,) something else, and given no probabilities (None:
    what needs them is not known), or ``scores`` (n, K) in their place, which only rank.
    """
    if predicted is None:
        assert probabilities is not None
        predicted = probabilities.argmax(axis=1)
    confusion = confusion_matrix(truth, predicted, len(labels))
    classes = class_figures(labels, confusion)
    figures = (
        _metric("accuracy", float(np.mean(predicted == truth)) if len(truth) else None),
        _metric("balanced_accuracy", _mean([row.recall for row in classes if row.support])),
        _metric("macro_f1", _mean([row.f1 for row in classes])),
        _metric("macro_precision", _macro_precision(classes), _never_predicted(classes)),
        _metric("macro_recall", _mean([row.recall for row in classes])),
        _metric("weighted_f1", _weighted(classes, [row.f1 for row in classes])),
        _metric(
            "weighted_precision", _weighted(classes, [row.precision for row in classes]), _never_predicted(classes)
        ),
        _metric("weighted_recall", _weighted(classes, [row.recall for row in classes])),
        *_probability_figures(labels, truth, predicted, probabilities, scores),
    )
    return Scores(figures, classes, tuple(tuple(int(count) for count in row) for row in confusion))


def _probability_figures(
    labels: Sequence[str],
    truth: Truth,
    predicted: Truth,
    probabilities: Probabilities | None,
    scores: npt.NDArray[np.float64] | None,
) -> tuple[Figure, ...]:
    """The figures that need probabilities; the last of them only scores."""
    ranked = probabilities if probabilities is not None else scores
    area = _metric("roc_auc", None, _NO_PROBABILITIES) if ranked is None else roc_auc(labels, truth, ranked)
    if probabilities is None:
        unknown = ("log_loss", "brier", "calibration_error")
        return (*(_metric(name, None, _NO_PROBABILITIES) for name in unknown), area)
    return (
        log_loss(truth, probabilities),
        _metric("brier", brier(truth, probabilities)),
        calibration_error(truth, predicted, probabilities),
        area,
    )


def part_figures(part: str, truth: Truth, probabilities: Probabilities) -> tuple[Figure, ...]:
    """Accuracy and log loss on the ``train`` or ``val`` part, with the part's name before theirs."""
    loss = log_loss(truth, probabilities)
    return (
        _metric(f"{part}_accuracy", accuracy(truth, probabilities), None if len(truth) else _NO_EXAMPLES),
        _metric(f"{part}_log_loss", loss.value, loss.note),
    )


def accuracy(truth: Truth, probabilities: Probabilities) -> float | None:
    """Share of examples whose most probable class is the true one; None without examples."""
    return float(np.mean(probabilities.argmax(axis=1) == truth)) if len(truth) else None


def confusion_matrix(truth: Truth, predicted: npt.NDArray[Any], classes: int) -> npt.NDArray[np.int64]:
    """Counts (K, K): rows are true classes, columns predicted ones."""
    counts: npt.NDArray[np.int64] = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def class_figures(labels: Sequence[str], confusion: npt.NDArray[np.int64]) -> tuple[ClassFigures, ...]:
    """Precision, recall and F1 of each class, None where there is nothing to divide by."""
    return tuple(
        ClassFigures(
            label=label,
            precision=_ratio(right, said),
            recall=_ratio(right, support),
            f1=_ratio(2 * right, said + support),
            support=support,
        )
        for label, right, said, support in zip(
            labels,
            np.diagonal(confusion).tolist(),
            confusion.sum(axis=0).tolist(),
            confusion.sum(axis=1).tolist(),
            strict=True,
        )
    )


def example_losses(truth: Truth, probabilities: Probabilities) -> npt.NDArray[np.float64]:
    """Log loss (n,) of each example in nats: -ln of the true class's probability, clipped below at ``CLIP``."""
    losses: npt.NDArray[np.float64] = -np.log(np.clip(_of_truth(truth, probabilities), CLIP, 1.0))
    return losses + 0.0  # no negative zero for a probability of one


def log_loss(truth: Truth, probabilities: Probabilities) -> Figure:
    """Mean log loss in nats; its note says how many probabilities were clipped."""
    if not len(truth):
        return _metric("log_loss", None, _NO_EXAMPLES)
    clipped = int(np.count_nonzero(_of_truth(truth, probabilities) < CLIP))
    note = f"{clipped:,} of {len(truth):,} probabilities of the true class clipped at {CLIP:g}" if clipped else None
    return _metric("log_loss", float(example_losses(truth, probabilities).mean()), note)


def brier(truth: Truth, probabilities: Probabilities) -> float | None:
    """Brier's score in its original form, from 0 to 2: the squared error summed over all K classes, averaged.

    For two classes this is twice the one-sided form that looks at one class only. Brier, Monthly Weather Review 78
    (1950).
    """
    if not len(truth):
        return None
    squares = np.square(probabilities).sum(axis=1)
    # sum_k (p_k - y_k)^2 = sum_k p_k^2 - 2 p_true + 1, which needs no (n, K) array of ones and zeros.
    return float(np.mean(squares - 2 * _of_truth(truth, probabilities) + 1))


def calibration_error(truth: Truth, predicted: Truth, probabilities: Probabilities) -> Figure:
    """How far the probability of the predicted class is from the share that is right (``evaluation.calibration``)."""
    sure = probabilities[np.arange(len(truth)), predicted]
    calibration = calibrate(sure, predicted == truth) if len(truth) else None
    note = None if calibration is not None else "fewer than 20 test examples"
    return _metric("calibration_error", calibration.error if calibration is not None else None, note)


def roc_auc(labels: Sequence[str], truth: Truth, probabilities: Probabilities) -> Figure:
    """Area under the ROC curve of two classes; of more, the mean over the classes of one against the rest."""
    if len(labels) == 2:
        area = binary_auc(truth == 1, probabilities[:, 1])
        return _metric("roc_auc", area, None if area is not None else "the test part holds one class only")
    missing = [label for index, label in enumerate(labels) if not np.any(truth == index)]
    if missing:
        return _metric("roc_auc", None, f"the test part holds no example of {format_some(missing, 3)}")
    areas = [binary_auc(truth == index, probabilities[:, index]) for index in range(len(labels))]
    return _metric("roc_auc", _mean(areas))


def binary_auc(positive: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float | None:
    """Probability that a positive example scores above a negative one, ties counting half; None without both.

    The Mann-Whitney form, from the mean ranks of tied scores.
    """
    positives = int(np.count_nonzero(positive))
    negatives = len(positive) - positives
    if not positives or not negatives:
        return None
    _, place, ties = np.unique(scores, return_inverse=True, return_counts=True)
    mean_ranks = np.cumsum(ties) - (ties - 1) / 2
    rank_sum = float(mean_ranks[place][positive].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def _of_truth(truth: Truth, probabilities: Probabilities) -> npt.NDArray[np.float64]:
    chosen: npt.NDArray[np.float64] = probabilities[np.arange(len(truth)), truth]
    return chosen


def _macro_precision(classes: Sequence[ClassFigures]) -> float | None:
    """Over the classes that occur or are predicted; what occurs but is never predicted counts 0."""
    return _mean([row.precision or 0.0 for row in classes if row.f1 is not None])


def _never_predicted(classes: Sequence[ClassFigures]) -> str | None:
    names = [row.label for row in classes if row.support and row.precision is None]
    return f"never predicted, counted 0: {format_some(names, 3)}" if names else None


def _mean(values: Sequence[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None


def _weighted(classes: Sequence[ClassFigures], values: Sequence[float | None]) -> float | None:
    """The mean weighted by how often each class occurs; what is not defined counts 0."""
    total = sum(row.support for row in classes)
    weights = (row.support * (value or 0.0) for row, value in zip(classes, values, strict=True))
    return sum(weights) / total if total else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _metric(name: str, value: float | None, note: str | None = None) -> Figure:
    return Figure(FigureGroup.METRICS, name, value, note)
