"""How a network is trained: the parameters of the catalogue as one frozen value with types."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from workbench.parameters import Value

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Everything besides data and network that decides a training. ``patience`` 0 never stops early."""

    epochs: int
    batch_size: int
    learning_rate: float
    schedule: str
    weight_decay: float
    decoupled_decay: bool
    patience: int
    seed: int

    @classmethod
    def of(cls, parameters: Mapping[str, Value], seed: int) -> "TrainingConfig":
        """The config in a run's complete ``parameters``."""
        return cls(
            epochs=cast(int, parameters["epochs"]),
            batch_size=cast(int, parameters["batch_size"]),
            learning_rate=cast(float, parameters["learning_rate"]),
            schedule=cast(str, parameters["schedule"]),
            weight_decay=cast(float, parameters["weight_decay"]),
            decoupled_decay=cast(bool, parameters["decoupled_decay"]),
            patience=cast(int, parameters["patience"]),
            seed=seed,
        )

    def rate_in(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0."""
        if self.schedule == "cosine":
            return self.learning_rate * 0.5 * (1 + math.cos(math.pi * epoch / self.epochs))
        return self.learning_rate

    def optimizer_for(self, network: "nn.Module") -> "Optimizer":
        """Adam, or AdamW where decay is decoupled; fused, since a loop over weights costs most in small networks."""
        from torch import optim  # heavy

        method = optim.AdamW if self.decoupled_decay else optim.Adam
        return method(network.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay, fused=True)
