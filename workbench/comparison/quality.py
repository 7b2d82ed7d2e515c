"""The measured differences of how well two runs predict: one contrast for each figure of the accuracy group."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.calibration import calibration_contrast
from workbench.comparison.confusion import confusion_contrasts
from workbench.comparison.contingency import SCORES
from workbench.comparison.contrast import Contrast
from workbench.comparison.evidence import ExampleOutcomes
from workbench.comparison.means import paired_means, welch_means
from workbench.comparison.pairing import Pair
from workbench.comparison.ranking import auc_contrast
from workbench.comparison.shares import paired_shares, unpaired_shares
from workbench.inert import inert

_OF_CLASSES = (*SCORES, "roc_auc")
_LONGEST_LABEL = 40
_ENOUGH_DEGREES = 25
"""With fewer degrees of freedom intervals at 95 % for scores of classes hold the truth in 46 to 93 % of cases."""
_HARD_CLIP = -math.log(1e-7)
_SOFT_CLIP = -math.log(1e-3)
_CLIPPED = _HARD_CLIP - 1e-3
"""Losses from here on were clipped: they are stored with fewer digits."""


def quality_contrasts(pair: Pair[ExampleOutcomes]) -> dict[str, Contrast]:
    """The contrasts that the outcomes of both runs allow, by metric."""
    if min(pair.a.n, pair.b.n) == 0:
        return {}
    accuracy = _accuracy(pair)
    contrasts = {
        "accuracy": accuracy,
        "weighted_recall": accuracy,  # the same figure under another name
        **confusion_contrasts(pair),
        "log_loss": _log_loss(pair),
        "brier": _brier(pair),
        "calibration_error": calibration_contrast(pair),
        "roc_auc": auc_contrast(pair),
    }
    known = {name: contrast for name, contrast in contrasts.items() if contrast is not None}
    return untested_where_few(known, pair.a, pair.b)


def untested_where_few(contrasts: Mapping[str, Contrast], *sides: ExampleOutcomes) -> dict[str, Contrast]:
    """The same contrasts, those of scores of classes without interval and test where a class has too few examples."""
    too_few = next((words for side in sides if (words := _too_few(side))), None)
    return {
        name: contrast.untested(too_few) if too_few and name in _OF_CLASSES else contrast
        for name, contrast in contrasts.items()
    }


def _too_few(outcomes: ExampleOutcomes) -> str | None:
    """What is to be said where scores of classes hang on so few examples of one that no interval for them is right.

    Such a score is a mean over classes; if their examples vary alike, its variance is a sum of parts 1 / n_k, of which
    the rarest class has the largest: Satterthwaite's formula gives the degrees of freedom of the sum.
    """
    counts = np.bincount(outcomes.truth, minlength=len(outcomes.labels))
    parts = 1 / counts[counts > 0]
    alone = counts[counts > 0] == 1  # an example alone does not tell how its class varies
    unsure = np.divide(np.square(parts), counts[counts > 0] - 1, out=np.full(len(parts), np.inf), where=~alone)
    if np.square(parts.sum()) / unsure.sum() >= _ENOUGH_DEGREES:
        return None
    rarest = int(np.argmin(np.where(counts > 0, counts, outcomes.n + 1)))
    count = "one test example is" if counts[rarest] == 1 else f"{counts[rarest]} test examples are"
    return f"only {count} of class {inert(outcomes.labels[rarest], _LONGEST_LABEL)}, too few for an interval"


def _accuracy(pair: Pair[ExampleOutcomes]) -> Contrast:
    right_a, right_b = (side.predicted == side.truth for side in (pair.a, pair.b))
    count_a, count_b = int(np.count_nonzero(right_a)), int(np.count_nonzero(right_b))
    if pair.paired:
        return paired_shares(count_a, count_b, int(np.count_nonzero(right_a & right_b)), pair.a.n)
    return unpaired_shares(count_a, pair.a.n, count_b, pair.b.n)


def _log_loss(pair: Pair[ExampleOutcomes]) -> Contrast | None:
    if pair.a.loss is None or pair.b.loss is None or _holds_nan(pair.a.loss, pair.b.loss):
        return None
    a, b = (np.minimum(side, _HARD_CLIP).astype(np.float64) for side in (pair.a.loss, pair.b.loss))
    contrast = paired_means(a, b) if pair.paired else welch_means(a, b)
    clipped_a, clipped_b = (int(np.count_nonzero(side >= _CLIPPED)) for side in (a, b))
    softened = np.minimum(b, _SOFT_CLIP).mean() - np.minimum(a, _SOFT_CLIP).mean()
    doubt = contrast.doubt
    if contrast.delta is not None and softened * contrast.delta < 0:
        doubt = "the sign turns when probabilities are clipped at 0.001: a few very confident errors decide"
    note = None
    if clipped_a or clipped_b:
        note = f"probabilities clipped at 1e-7: {clipped_a:,} of A's, {clipped_b:,} of B's"
    return replace(contrast, note=note, doubt=doubt)


def _brier(pair: Pair[ExampleOutcomes]) -> Contrast | None:
    a, b = squared_errors(pair.a), squared_errors(pair.b)
    if a is None or b is None or _holds_nan(a, b):
        return None
    return paired_means(a, b) if pair.paired else welch_means(a, b)


def squared_errors(outcomes: ExampleOutcomes) -> Floats | None:
    """Each example's squared error summed over all classes, from 0 to 2."""
    if outcomes.probabilities is None:
        return None
    probabilities = outcomes.probabilities.astype(np.float32)
    if probabilities.ndim == 1:
        errors: Floats = 2 * np.square(probabilities - (outcomes.truth == 1), dtype=np.float64)
        return errors
    of_truth = probabilities[np.arange(outcomes.n), outcomes.truth]
    squares: Floats = np.einsum("ij,ij->i", probabilities, probabilities, dtype=np.float64)
    return squares - 2 * of_truth + 1


def _holds_nan(*columns: Array) -> bool:
    """Whether a model gave something that is no number: a score of it is not defined."""
    return any(bool(np.isnan(column).any()) for column in columns)
