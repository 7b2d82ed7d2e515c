"""Training: one loop for each kind of model, each a generator of events that is read from top to bottom.

``loop`` trains networks, ``language_loop`` language models, ``fitting`` scikit-learn classifiers. To stop a training
is to close its generator: a network then keeps a checkpoint from which a later call goes on, bit by bit as if it had
never stopped.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training came to. ``best_epoch`` is the one whose weights were kept; None where nothing chose."""

    epochs: float | None = None
    """Of a language model with the part of the last one that was done."""
    best_epoch: int | None = None
    iterations: int | None = None
    """Iterations of a solver, where the model has no epochs."""
    steps: int | None = None
    """Of a language model, whose best weights are those of ``best_step``."""
    best_step: int | None = None
    earlier_seconds: float = 0.0
    """What earlier attempts, which were stopped, had trained for."""
