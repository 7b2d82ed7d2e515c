"""Trained models behind one face: float32 rows in, class probabilities out.

Evaluation, latency and everything that loads a checkpoint speak to a ``Predictor`` only, so they are the same for a
network on a GPU and for a table of priors.
"""

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from workbench.models.building import DataShape

if TYPE_CHECKING:
    from torch import nn

Rows = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]


class Predictor(Protocol):
    """A trained classifier."""

    @property
    def device(self) -> str:
        """Where it computes, as torch names it."""

    @property
    def parameters(self) -> int | None:
        """How many numbers training could change; None for a model that has none."""

    @property
    def precision(self) -> str | None:
        """The type of number that torch computes with (``float32``); None for a model that torch does not compute."""

    def predict(self, rows: Rows) -> Probabilities:
        """Probabilities (n, K) of rows (n, d); both lie in host memory, so a return means that the device is done."""


class NetworkPredictor:
    """A torch network in evaluation mode."""

    def __init__(self, network: "nn.Module", device: str) -> None:
        self.device = device
        self.network = network.to(device).eval()
        self.parameters: int | None = sum(weights.numel() for weights in network.parameters())
        self.precision: str | None = str(next(network.parameters()).dtype).removeprefix("torch.")

    def predict(self, rows: Rows) -> Probabilities:
        """Probabilities (n, K): the softmax is taken in float64, so that they sum to one and small ones survive."""
        import torch  # heavy: whoever holds a network has imported it already

        with torch.inference_mode():
            logits = self.network(torch.from_numpy(rows).to(self.device))
            probabilities: Probabilities = torch.softmax(logits.cpu().double(), dim=1).numpy()
        return probabilities


class EstimatorPredictor:
    """A fitted scikit-learn classifier, whose classes are numbers below K."""

    device = "cpu"
    precision: str | None = None

    def __init__(self, estimator: Any, shape: DataShape) -> None:
        self.estimator = estimator
        self._classes = shape.classes
        coefficients = getattr(estimator, "coef_", None)
        self.parameters = None if coefficients is None else int(coefficients.size + estimator.intercept_.size)

    def predict(self, rows: Rows) -> Probabilities:
        """Probabilities (n, K); a class that the training part did not hold gets 0."""
        known = np.asarray(self.estimator.predict_proba(rows), dtype=np.float64)
        if known.shape[1] == self._classes:
            return known
        probabilities = np.zeros((len(rows), self._classes))
        probabilities[:, self.estimator.classes_] = known
        return probabilities
