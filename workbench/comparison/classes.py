"""Precision, recall and F1 of every class in both runs, in one pass over the combinations that occur.

Recall of a class is a share of the examples of that class, so it has the test and the interval of shares. Precision
and F1 are ratios of counts of which both sides vary: the jackknife over the examples that touch the class, that is are
of it or were taken for it by either run. All p-values together are one list for Holm's correction, since one looks at
all of them.
"""

import math
from dataclasses import dataclass

import numpy as np

from workbench.comparison.arrays import Floats, Ints
from workbench.comparison.contingency import Cells, ClassCounts, count_cells, count_classes, ratio
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.means import bounded_estimate, contrast_of, unpaired_contrast
from workbench.comparison.options import Options
from workbench.comparison.outcomes import ExampleOutcomes
from workbench.comparison.pairing import Pair
from workbench.comparison.result import ClassRows
from workbench.comparison.shares import paired_shares, share_estimate, unpaired_shares
from workbench.comparison.verdicts import holm, judge_one
from workbench.evaluation.metrics import CLASS_METRICS

_Key = tuple[int, str]


def class_rows(pair: Pair[ExampleOutcomes], options: Options, doubt: str | None = None) -> tuple[ClassRows, ...]:
    """The rows of every class, in the order of the labels; none without examples, no verdicts with a ``doubt``."""
    if min(pair.a.n, pair.b.n) == 0:
        return ()
    if pair.paired:
        cells = count_cells(len(pair.a.labels), pair.a.truth, pair.a.predicted, pair.b.predicted)
        a, b = (_Side(cells, predicted, count_classes(cells, predicted)) for predicted in cells.predicted)
    else:
        a, b = (_side_of(outcomes) for outcomes in (pair.a, pair.b))
    contrasts = _recalls(a, b, paired=pair.paired) | _ratios(a, b, paired=pair.paired)
    adjusted = holm({key: contrast.p_value for key, contrast in contrasts.items() if contrast.p_value is not None})
    rows = {
        key: judge_one(CLASS_METRICS[key[1]], contrast.doubted(doubt), adjusted.get(key), options)
        for key, contrast in contrasts.items()
    }
    return tuple(
        ClassRows(
            label,
            support_a=int(a.counts.support[number]),
            support_b=int(b.counts.support[number]),
            precision=rows[number, "precision"],
            recall=rows[number, "recall"],
            f1=rows[number, "f1"],
        )
        for number, label in enumerate(pair.a.labels)
    )


@dataclass(frozen=True, eq=False)
class _Side:
    """One run's predictions among combinations, and its counts of each class."""

    cells: Cells
    predicted: Ints
    counts: ClassCounts


@dataclass(frozen=True, eq=False)
class _Touches:
    """Which combinations touch which class: arrays of both, of shape (touches,), and how many examples each has."""

    number: Ints
    cell: Ints
    weight: Floats

    @classmethod
    def of(cls, cells: Cells) -> "_Touches":
        """Every combination touches its true class, and each other one that a run took it for, once."""
        columns: tuple[Ints, ...] = (cells.truth, *cells.predicted)
        parts = []
        for place, column in enumerate(columns):
            new = np.ones(len(column), dtype=bool)
            for earlier in columns[:place]:
                new &= column != earlier
            parts.append((column[new], np.flatnonzero(new)))
        number, cell = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return cls(number, cell, cells.counts[cell].astype(np.float64))


def _side_of(outcomes: ExampleOutcomes) -> _Side:
    cells = count_cells(len(outcomes.labels), outcomes.truth, outcomes.predicted)
    return _Side(cells, cells.predicted[0], count_classes(cells, cells.predicted[0]))


def _recalls(a: _Side, b: _Side, *, paired: bool) -> dict[_Key, Contrast]:
    """Recall by class: shares of the examples of the class."""
    hits_a, hits_b, support_a, support_b = (
        column.astype(np.int64).tolist()
        for column in (a.counts.hits, b.counts.hits, a.counts.support, b.counts.support)
    )
    if not paired:
        sides = zip(hits_a, support_a, hits_b, support_b, strict=True)
        return {(number, "recall"): _unpaired_recall(*side) for number, side in enumerate(sides)}
    right = (a.predicted == a.cells.truth) & (b.predicted == a.cells.truth)
    both = np.bincount(a.cells.truth, a.cells.counts * right, a.cells.classes).astype(np.int64).tolist()
    sides = zip(hits_a, hits_b, both, support_a, strict=True)
    return {(number, "recall"): _paired_recall(*side) for number, side in enumerate(sides)}


def _paired_recall(right_a: int, right_b: int, both: int, support: int) -> Contrast:
    return (
        paired_shares(right_a, right_b, both, support) if support else _not_defined("no test example is of this class")
    )


def _unpaired_recall(right_a: int, support_a: int, right_b: int, support_b: int) -> Contrast:
    if support_a and support_b:
        return unpaired_shares(right_a, support_a, right_b, support_b)
    return _not_defined("a test part has no example of this class")


def _ratios(a: _Side, b: _Side, *, paired: bool) -> dict[_Key, Contrast]:
    """Precision and F1 by class: the jackknife over the examples that touch the class."""
    touches_a = _Touches.of(a.cells)
    touches_b = touches_a if paired else _Touches.of(b.cells)
    contrasts = {}
    for name in ("precision", "f1"):
        pulls_a, pulls_b = _pulls(name, a, touches_a), _pulls(name, b, touches_b)
        of_a, of_b = _Errors.of(pulls_a, touches_a, a.cells), _Errors.of(pulls_b, touches_b, b.cells)
        between = _Errors.of(pulls_b - pulls_a, touches_a, a.cells) if paired else None
        differing = a.predicted != b.predicted if paired else None
        deciding = (
            _sums(touches_a, differing[touches_a.cell].astype(np.float64), a.cells.classes)
            if differing is not None
            else None
        )
        for number in range(a.cells.classes):
            first, second = _estimate(name, a, of_a, number), _estimate(name, b, of_b, number)
            if first.value is None or second.value is None:
                contrast = Contrast(first, second, note=_why_undefined(name, first, second))
            elif between is not None and deciding is not None:
                n, differing = int(between.touching[number]), int(deciding[number])
                contrast = contrast_of(
                    first,
                    second,
                    between.error[number],
                    max(1, differing - 1),
                    test="paired-jackknife",
                    n=n,
                    deciding=differing,
                )
            else:
                contrast = unpaired_contrast(
                    first,
                    second,
                    of_a.error[number],
                    of_b.error[number],
                    int(of_a.touching[number]),
                    int(of_b.touching[number]),
                    test="welch-jackknife",
                )
            contrasts[number, name] = contrast
    return contrasts


def _pulls(name: str, side: _Side, touches: _Touches) -> Floats:
    """Of each touch n - 1 times what the class's score loses without one of its examples."""
    number, counts = touches.number, side.counts
    is_of = side.cells.truth[touches.cell] == number
    taken = side.predicted[touches.cell] == number
    hit = (is_of & taken).astype(np.float64)
    if name == "precision":
        lost: Floats = counts.precision[number] - ratio(counts.hits[number] - hit, counts.claimed[number] - taken)
    else:
        both = counts.support[number] + counts.claimed[number]
        lost = counts.f1[number] - ratio(2 * (counts.hits[number] - hit), both - is_of - taken)
    pulls: Floats = (side.cells.n - 1) * lost
    return pulls


@dataclass(frozen=True, eq=False)
class _Errors:
    """The standard error of each class's score, and how many examples touch the class, each of shape (classes,)."""

    error: list[float]
    touching: Floats

    @classmethod
    def of(cls, pulls: Floats, touches: _Touches, cells: Cells) -> "_Errors":
        """From influence values, which are 0 of all examples that do not touch the class."""
        n = cells.n
        sums, squares = (_sums(touches, values, cells.classes) for values in (pulls, np.square(pulls)))
        spread = np.maximum(squares - np.square(sums) / n, 0.0)
        error = np.sqrt(spread / (n * (n - 1))) if n > 1 else np.full(cells.classes, math.nan)
        return cls(error.tolist(), _sums(touches, np.ones(len(pulls)), cells.classes))


def _deciding(a: _Side, b: _Side, touches: _Touches) -> Floats:
    """On how many of the examples that touch each class the runs differ."""
    differing = (a.predicted != b.predicted)[touches.cell].astype(np.float64)
    return _sums(touches, differing, a.cells.classes)


def _sums(touches: _Touches, values: Floats, classes: int) -> Floats:
    """The sum over the examples that touch each class."""
    return np.bincount(touches.number, touches.weight * values, classes).astype(np.float64)


def _estimate(name: str, side: _Side, errors: _Errors, number: int) -> Estimate:
    """The class's score with its interval; nothing where it has nothing to divide by."""
    claimed, support = int(side.counts.claimed[number]), int(side.counts.support[number])
    if name == "precision":
        return share_estimate(int(side.counts.hits[number]), claimed)
    if claimed + support == 0:
        return Estimate()
    return bounded_estimate(float(side.counts.f1[number]), errors.error[number], max(1, errors.touching[number] - 1))


def _why_undefined(name: str, a: Estimate, b: Estimate) -> str:
    if name == "f1":
        return "no test example is of this class or was taken for it"
    if a.value is None and b.value is None:
        return "neither run takes anything for this class"
    return f"{'A' if a.value is None else 'B'} takes nothing for this class"


def _not_defined(note: str) -> Contrast:
    return Contrast(Estimate(), Estimate(), note=note)
