"""How a language model is trained: the parameters of the catalogue as one frozen value with types."""

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from workbench.models.language import BF16
from workbench.parameters import Value

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

_BETAS = (0.9, 0.95)
"""Of GPT-3 (arXiv:2005.14165, appendix B): with noisy gradients a shorter memory of their size is steadier."""
_LOWEST_SHARE = 0.1
"""What a cosine ends at, of the learning rate (the same place)."""


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """Everything besides text and network that decides a training."""

    epochs: int
    most_steps: int
    """0 leaves it to the epochs."""
    batch_size: int
    accumulation: int
    learning_rate: float
    schedule: str
    warmup: float
    weight_decay: float
    clip_norm: float
    precision: str
    evaluate_every: int
    patience: int
    seed: int

    @classmethod
    def of(cls, parameters: Mapping[str, Value], seed: int) -> "LanguageConfig":
        """The config in a run's complete ``parameters``."""
        return cls(
            epochs=cast(int, parameters["epochs"]),
            most_steps=cast(int, parameters["steps"]),
            batch_size=cast(int, parameters["batch_size"]),
            accumulation=cast(int, parameters["accumulation"]),
            learning_rate=cast(float, parameters["learning_rate"]),
            schedule=cast(str, parameters["schedule"]),
            warmup=cast(float, parameters["warmup"]),
            weight_decay=cast(float, parameters["weight_decay"]),
            clip_norm=cast(float, parameters["clip_norm"]),
            precision=cast(str, parameters["precision"]),
            evaluate_every=cast(int, parameters["evaluate_every"]),
            patience=cast(int, parameters["patience"]),
            seed=seed,
        )

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate of a step, counted from 1, of ``steps``."""
        rising = math.ceil(self.warmup * steps)
        if step <= rising:
            return self.learning_rate * step / rising
        if self.schedule == "constant":
            return self.learning_rate
        share = (step - rising) / max(1, steps - rising)
        return self.learning_rate * (_LOWEST_SHARE + (1 - _LOWEST_SHARE) * 0.5 * (1 + math.cos(math.pi * share)))

    def optimizer_for(self, network: "nn.Module") -> "Optimizer":
        """AdamW over what is to be trained; what has one dimension only (biases, norms) is not decayed."""
        from torch import optim  # heavy

        trained = [weights for weights in network.parameters() if weights.requires_grad]
        groups: list[dict[str, Any]] = [
            {"params": [weights for weights in trained if weights.dim() > 1], "weight_decay": self.weight_decay},
            {"params": [weights for weights in trained if weights.dim() <= 1], "weight_decay": 0.0},
        ]
        filled = [group for group in groups if group["params"]]
        return optim.AdamW(filled, lr=self.learning_rate, betas=_BETAS, fused=True)

    def autocast(self, device: str) -> AbstractContextManager[Any]:
        """The stretch in which the network computes in the precision that was asked for; it may be entered again."""
        if self.precision != BF16:
            return nullcontext()
        import torch

        return torch.autocast(device.partition(":")[0], dtype=torch.bfloat16)
