"""What a model said about its test part, packed as the outcomes that the store keeps for every example.

Of classes the probabilities, of numbers the numbers, of text the code lengths of its units: the columns of each stand
in ``store.packed_records.Outcomes``.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from store.packed_records import Outcomes
from workbench.evaluation.columns import pack
from workbench.evaluation.scores import example_losses


def make_outcomes(
    example_set: str,
    labels: tuple[str, ...],
    truth: npt.NDArray[np.int64],
    probabilities: npt.NDArray[np.float64] | None,
    *,
    predicted: npt.NDArray[np.int64] | None = None,
    losses: npt.NDArray[np.float64] | None = None,
    scores: npt.NDArray[np.float64] | None = None,
) -> Outcomes:
    """The outcomes of ``truth`` (n,) and ``probabilities`` (n, K), in the order of the example set.

    Predictions are taken from the probabilities before they are rounded to float16, and so is each example's loss. Of
    two classes only the second's probability is kept. A model that was measured elsewhere may have given its
    predictions and losses, (n,) each, no probabilities, or ``scores`` (n, K) that only rank.
    """
    classes = np.min_scalar_type(max(len(labels) - 1, 0))
    if predicted is None:
        assert probabilities is not None
        predicted = probabilities.argmax(axis=1)
    columns = {"truth": pack(truth.astype(classes)), "predicted": pack(predicted.astype(classes))}
    if probabilities is not None:
        kept = probabilities[:, 1] if len(labels) == 2 else probabilities
        columns["probabilities"] = pack(kept.astype(np.float16))
        columns["loss"] = pack(_shortened(example_losses(truth, probabilities) if losses is None else losses))
    elif scores is not None:
        columns["scores"] = pack((scores[:, 1] if len(labels) == 2 else scores).astype(np.float32))
    return Outcomes(example_set=example_set, labels=labels, n=len(truth), columns=columns)


def make_value_outcomes(
    example_set: str, truth: npt.NDArray[np.float64], predicted: npt.NDArray[np.float64]
) -> Outcomes:
    """The outcomes of a regression: ``truth`` (n,) and ``predicted`` (n,), in the order of the example set."""
    columns = {"truth": pack(truth.astype(np.float64)), "predicted": pack(predicted.astype(np.float64))}
    return Outcomes(example_set=example_set, labels=(), n=len(truth), columns=columns)


def make_unit_outcomes(
    example_set: str,
    bits: npt.NDArray[np.float64],
    n_bytes: npt.NDArray[Any],
    tokens: npt.NDArray[Any],
    right: npt.NDArray[Any] | None = None,
) -> Outcomes:
    """The outcomes of a language model, one row a unit of text, in the order of the text, each column of shape (n,).

    ``bits`` is the length of the unit's code, ``n_bytes`` its length in UTF-8, ``tokens`` how many tokens it makes,
    ``right`` how many of them were the most probable.
    """
    columns = {
        "bits": pack(bits.astype(np.float64)),
        "bytes": pack(n_bytes.astype(np.uint32)),
        "tokens": pack(tokens.astype(np.uint32)),
    }
    if right is not None:
        columns["right"] = pack(right.astype(np.uint32))
    return Outcomes(example_set=example_set, labels=(), n=len(bits), columns=columns)


def _shortened(losses: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """``losses`` as float32 rounded to 16 significant bits (to nearest, within a relative 2e-5).

    The last byte of a mantissa is noise that no compression shrinks: a million losses would take a megabyte for it.
    """
    bits = losses.astype(np.float32).view(np.uint32)
    half = np.uint32(0x7F) + ((bits >> np.uint32(8)) & np.uint32(1))
    return ((bits + half) & np.uint32(0xFFFFFF00)).view(np.float32)
