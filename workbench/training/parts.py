"""The parts of the data that a training sees, as tensors that lie on its device whole: batches are slices of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor, nn

_EVALUATION_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Part:
    """Rows (n, features) float32 and their classes (n,) int64, on one device."""

    x: "Tensor"
    y: "Tensor"

    @classmethod
    def of(cls, x: npt.NDArray[np.float32], y: npt.NDArray[np.int64], device: str) -> "Part":
        """The part of arrays ``x`` (n, features) and ``y`` (n,)."""
        import torch  # heavy

        return cls(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device))

    def __len__(self) -> int:
        return len(self.y)


def evaluate(network: "nn.Module", part: Part) -> tuple[float, float]:
    """Mean cross-entropy in nats, and accuracy, of ``network`` on ``part``; leaves it in evaluation mode."""
    import torch
    from torch.nn.functional import cross_entropy

    network.eval()
    loss, correct = 0.0, 0
    with torch.inference_mode():
        for start in range(0, len(part), _EVALUATION_BATCH):
            x, y = part.x[start : start + _EVALUATION_BATCH], part.y[start : start + _EVALUATION_BATCH]
            logits = network(x)
            loss += float(cross_entropy(logits, y, reduction="sum"))
            correct += int((logits.argmax(dim=1) == y).sum())
    return loss / len(part), correct / len(part)
