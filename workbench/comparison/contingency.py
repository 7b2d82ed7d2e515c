"""How often each combination of truth and predictions occurs, and the scores that depend on nothing else.

F1, precision and recall depend on the outcomes only through these counts, which are few however many the examples.
"""

from dataclasses import dataclass

import numpy as np

from workbench.comparison.arrays import Floats, Ints

SCORES = ("balanced_accuracy", "macro_f1", "macro_precision", "macro_recall", "weighted_f1", "weighted_precision")

_MOST_BINS = 4_000_000


@dataclass(frozen=True, eq=False)
class Cells:
    """The combinations of truth and one or two predictions that occur, and how often each does."""

    classes: int
    truth: Ints
    predicted: tuple[Ints, ...]
    """One array for each run that the combinations are of."""
    counts: Ints

    @property
    def n(self) -> int:
        """The number of examples."""
        return int(self.counts.sum())


def count_cells(classes: int, truth: Ints, *predicted: Ints) -> Cells:
    """The combinations in arrays of class numbers, each of shape (n,)."""
    code = truth.astype(np.int64)
    for column in predicted:
        code = code * classes + column
    bins = classes ** (1 + len(predicted))
    if bins <= _MOST_BINS:
        histogram = np.bincount(code, minlength=bins)
        code = np.flatnonzero(histogram)
        counts = histogram[code]
    else:
        code, counts = np.unique(code, return_counts=True)
    columns = []
    for _ in predicted:
        code, column = np.divmod(code, classes)
        columns.append(column)
    return Cells(classes, code, tuple(reversed(columns)), counts)


def score(cells: Cells, predicted: Ints) -> dict[str, float]:
    """The scores of SCORES for ``predicted``, one of the runs that the combinations are of.

    Precision and F1 are means over the classes that occur in truth or prediction, 0 for one that is never predicted;
    recall and balanced accuracy are means over the classes that occur in truth. Weighted means count each class as
    often as it occurs in truth.
    """
    classes = count_classes(cells, predicted)
    recall = float(classes.recall.sum()) / classes.occurring
    return {
        "balanced_accuracy": recall,
        "macro_f1": float(classes.f1.sum()) / classes.met,
        "macro_precision": float(classes.precision.sum()) / classes.met,
        "macro_recall": recall,
        "weighted_f1": float(classes.support @ classes.f1) / cells.n,
        "weighted_precision": float(classes.support @ classes.precision) / cells.n,
    }


def score_without_one(cells: Cells, predicted: Ints) -> dict[str, Floats]:
    """For each combination the scores that are left when one of its examples is taken away, shape (cells,).

    One example less touches its true class and the class that it was taken for, and no other. 0 where none is left.
    """
    classes = count_classes(cells, predicted)
    t, p, rest = cells.truth, predicted, cells.n - 1
    right = (t == p).astype(np.float64)
    wrong = 1 - right
    hits, support, claimed, both = classes.hits, classes.support, classes.claimed, classes.support + classes.claimed
    recall = classes.recall.sum() - classes.recall[t] + ratio(hits[t] - right, support[t] - 1)
    precision_of_p = ratio(hits[p] - right, claimed[p] - 1)
    precision = classes.precision.sum() - classes.precision[p] + precision_of_p
    f1_of_t, f1_of_p = ratio(2 * (hits[t] - right), both[t] - 1 - right), ratio(2 * hits[p], both[p] - 1)
    f1 = classes.f1.sum() - classes.f1[t] + f1_of_t + wrong * (f1_of_p - classes.f1[p])
    # Weighted by support, of which the true class loses one.
    weighted_f1 = float(support @ classes.f1) - support[t] * classes.f1[t] + (support[t] - 1) * f1_of_t
    weighted_f1 = weighted_f1 + wrong * support[p] * (f1_of_p - classes.f1[p])
    weighted_precision = float(support @ classes.precision) - support[p] * classes.precision[p]
    weighted_precision = weighted_precision + (support[p] - right) * precision_of_p - wrong * classes.precision[t]
    met = classes.met - (both[t] == 1 + right) - wrong * (both[p] == 1)
    mean_recall = ratio(recall, classes.occurring - (support[t] == 1).astype(np.float64))
    return {
        "balanced_accuracy": mean_recall,
        "macro_f1": ratio(f1, met),
        "macro_precision": ratio(precision, met),
        "macro_recall": mean_recall,
        "weighted_f1": weighted_f1 / rest if rest else np.zeros_like(weighted_f1),
        "weighted_precision": weighted_precision / rest if rest else np.zeros_like(weighted_precision),
    }


@dataclass(frozen=True, eq=False)
class ClassCounts:
    """How often each class is true, is predicted, and both, each of shape (classes,)."""

    support: Floats
    claimed: Floats
    hits: Floats

    @property
    def recall(self) -> Floats:
        """Of each class's examples the share that is recognised."""
        return ratio(self.hits, self.support)

    @property
    def precision(self) -> Floats:
        """Of what is taken for each class the share that is of it."""
        return ratio(self.hits, self.claimed)

    @property
    def f1(self) -> Floats:
        """The harmonic mean of both, in counts."""
        return ratio(2 * self.hits, self.support + self.claimed)

    @property
    def occurring(self) -> int:
        """How many classes occur in truth."""
        return int(np.count_nonzero(self.support))

    @property
    def met(self) -> int:
        """How many classes occur in truth or prediction."""
        return int(np.count_nonzero(self.support + self.claimed))


def count_classes(cells: Cells, predicted: Ints) -> ClassCounts:
    """The classes' counts for ``predicted``, one of the runs that the combinations are of."""

    def count(classes: Ints, weights: Floats) -> Floats:
        return np.bincount(classes, weights, cells.classes).astype(np.float64)

    weights = cells.counts.astype(np.float64)
    return ClassCounts(
        support=count(cells.truth, weights),
        claimed=count(predicted, weights),
        hits=count(predicted, weights * (cells.truth == predicted)),
    )


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient, 0 where there is nothing to divide by."""
    quotient: Floats = np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
    return quotient
