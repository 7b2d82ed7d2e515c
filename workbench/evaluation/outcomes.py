"""A model's probabilities on the test part, packed as the outcomes that the store keeps for every example."""

from typing import Any

import numpy as np
import numpy.typing as npt

from store.records import Outcomes
from workbench.evaluation.columns import pack
from workbench.evaluation.scores import example_losses


def make_outcomes(
    example_set: str, labels: tuple[str, ...], truth: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64]
) -> Outcomes:
    """The outcomes of ``truth`` (n,) and ``probabilities`` (n, K), in the order of the example set.

    Predictions are taken from the probabilities before they are rounded to float16. Of two classes only the second's
    probability is kept.
    """
    classes = np.min_scalar_type(max(len(labels) - 1, 0))
    kept = probabilities[:, 1] if len(labels) == 2 else probabilities
    columns = {
        "truth": pack(truth.astype(classes)),
        "predicted": pack(probabilities.argmax(axis=1).astype(classes)),
        "probabilities": pack(kept.astype(np.float16)),
        "loss": pack(_shortened(example_losses(truth, probabilities))),
    }
    return Outcomes(example_set=example_set, labels=labels, n=len(truth), columns=columns)


def _shortened(losses: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """``losses`` as float32 rounded to 16 significant bits (to nearest, within a relative 2e-5).

    The last byte of a mantissa is noise that no compression shrinks: a million losses would take a megabyte for it.
    """
    bits = losses.astype(np.float32).view(np.uint32)
    half = np.uint32(0x7F) + ((bits >> np.uint32(8)) & np.uint32(1))
    return ((bits + half) & np.uint32(0xFFFFFF00)).view(np.float32)
