"""How often each combination of truth and predictions occurs, and the scores that depend on nothing else.

F1, precision and recall depend on the outcomes only through these counts, which are few however many the examples.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SCORES = ("balanced_accuracy", "macro_f1", "macro_precision", "macro_recall")

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

    @property
    def work(self) -> int:
        """What one resample costs."""
        return len(self.counts) * self.classes

    def resample(self, resamples: int, seed: int) -> Floats:
        """Counts of ``resamples`` bootstrap samples of the examples, shape (resamples, cells)."""
        draws = np.random.default_rng(seed).multinomial(self.n, self.counts / self.n, size=resamples)
        return draws.astype(np.float64)

    def mirrored(self) -> "Cells":
        """The same combinations with the two runs exchanged, in the order in which they would be counted."""
        first, second = self.predicted
        order = np.lexsort((first, second, self.truth))
        return Cells(self.classes, self.truth[order], (second[order], first[order]), self.counts[order])

    def listed(self) -> list[tuple[int, ...]]:
        """The combinations with their counts, as tuples that can be ordered."""
        return list(zip(self.truth.tolist(), *(p.tolist() for p in self.predicted), self.counts.tolist(), strict=True))


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


def score(cells: Cells, predicted: Ints, weights: Floats) -> dict[str, Floats]:
    """The scores under each row of ``weights``, shape (resamples, cells); NaN where a score is undefined.

    Precision and F1 are means over the classes that occur in truth or prediction, 0 for one that is never predicted;
    recall and balanced accuracy are means over the classes that occur in truth.
    """
    every_class = np.arange(cells.classes)
    is_truth = (cells.truth[:, None] == every_class).astype(np.float64)
    is_predicted = (predicted[:, None] == every_class).astype(np.float64)
    support, claimed = weights @ is_truth, weights @ is_predicted
    hits = weights @ (is_truth * is_predicted)
    met = support + claimed > 0
    recall = _mean_over(_ratio(hits, support), support > 0)
    return {
        "balanced_accuracy": recall,
        "macro_f1": _mean_over(_ratio(2 * hits, support + claimed), met),
        "macro_precision": _mean_over(_ratio(hits, claimed), met),
        "macro_recall": recall,
    }


def influence(cells: Cells, predicted: Ints) -> dict[str, Floats]:
    """How far each example of a cell pulls a score: the estimate's error is their mean over the examples (n, cells)."""
    weights = cells.counts.astype(np.float64)
    support = _sum_by(cells.truth, weights, cells.classes)
    claimed = _sum_by(predicted, weights, cells.classes)
    right = (cells.truth == predicted).astype(np.float64)
    hits = _sum_by(cells.truth, weights * right, cells.classes)
    met, occurring = max(1, int(np.sum(support + claimed > 0))), max(1, int(np.sum(support > 0)))
    by_support, by_claim, by_both = _inverse(support), _inverse(claimed), _inverse(support + claimed)
    recall, precision, f1 = hits * by_support, hits * by_claim, 2 * hits * by_both
    t, p, n = cells.truth, predicted, cells.n
    pull_on_recall = n / occurring * (right - recall[t]) * by_support[t]
    return {
        "balanced_accuracy": pull_on_recall,
        "macro_f1": n / met * (2 * right * by_both[t] - f1[t] * by_both[t] - f1[p] * by_both[p]),
        "macro_precision": n / met * (right - precision[p]) * by_claim[p],
        "macro_recall": pull_on_recall,
    }


def _sum_by(classes: Ints, weights: Floats, number: int) -> Floats:
    return np.bincount(classes, weights, number).astype(np.float64)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    quotient: Floats = np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
    return quotient


def _inverse(values: Floats) -> Floats:
    return _ratio(np.ones_like(values), values)


def _mean_over(values: Floats, counted: npt.NDArray[np.bool_]) -> Floats:
    """Row means over the classes that count; NaN for a row in which none does."""
    number = counted.sum(axis=1)
    total = np.where(counted, values, 0.0).sum(axis=1)
    means: Floats = np.divide(total, number, out=np.full(len(values), np.nan), where=number > 0)
    return means
