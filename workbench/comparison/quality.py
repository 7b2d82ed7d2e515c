"""The measured differences of how well two runs predict: one contrast for each figure of the accuracy group."""

import math
from dataclasses import replace

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.confusion import confusion_contrasts
from workbench.comparison.evidence import ExampleOutcomes
from workbench.comparison.means import paired_means, welch_means
from workbench.comparison.pairing import Pair
from workbench.comparison.proportions import mcnemar_exact, newcombe, tango, wilson
from workbench.comparison.ranking import auc_contrast
from workbench.comparison.result import Contrast, Estimate

_HARD_CLIP = -math.log(1e-7)
_SOFT_CLIP = -math.log(1e-3)
_CLIPPED = _HARD_CLIP - 1e-3
"""Losses from here on were clipped: they are stored with fewer digits."""


def quality_contrasts(pair: Pair[ExampleOutcomes]) -> dict[str, Contrast]:
    """The contrasts that the outcomes of both runs allow, by metric."""
    if min(pair.a.n, pair.b.n) == 0:
        return {}
    contrasts = {
        "accuracy": _accuracy(pair),
        **confusion_contrasts(pair),
        "log_loss": _log_loss(pair),
        "brier": _brier(pair),
        "roc_auc": auc_contrast(pair),
    }
    return {name: contrast for name, contrast in contrasts.items() if contrast is not None}


def _accuracy(pair: Pair[ExampleOutcomes]) -> Contrast:
    right_a, right_b = (int(np.count_nonzero(side.predicted == side.truth)) for side in (pair.a, pair.b))
    n_a, n_b = pair.a.n, pair.b.n
    a = Estimate(right_a / n_a, *wilson(right_a, n_a))
    b = Estimate(right_b / n_b, *wilson(right_b, n_b))
    counts = pair.disagreements
    if counts is None:
        return Contrast(
            a,
            b,
            delta=right_b / n_b - right_a / n_a,
            interval=newcombe(right_a, n_a, right_b, n_b),
            narrow=newcombe(right_a, n_a, right_b, n_b, level=0.90),
            n=n_a + n_b,
        )
    only_a, only_b, n = counts.only_a, counts.only_b, counts.n
    return Contrast(
        a,
        b,
        delta=(only_b - only_a) / n,
        interval=tango(only_a, only_b, n),
        narrow=tango(only_a, only_b, n, level=0.90),
        test="mcnemar-exact",
        p_value=mcnemar_exact(only_a, only_b),
        n=n,
        standard_error=math.sqrt(only_a + only_b - (only_b - only_a) ** 2 / n) / n,
        note=_decided_by(only_a, only_b, n),
    )


def _decided_by(only_a: int, only_b: int, n: int) -> str:
    if only_a + only_b == 0:
        return f"both are right on the same of {n:,} examples"
    decide = "decides" if only_a + only_b == 1 else "decide"
    return f"{only_a + only_b:,} of {n:,} examples {decide}: A alone is right on {only_a:,}, B alone on {only_b:,}"


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
    a, b = _squared_errors(pair.a), _squared_errors(pair.b)
    if a is None or b is None or _holds_nan(a, b):
        return None
    return paired_means(a, b) if pair.paired else welch_means(a, b)


def _squared_errors(outcomes: ExampleOutcomes) -> Floats | None:
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
