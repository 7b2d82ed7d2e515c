"""Early stopping: when the validation loss has not fallen for long enough."""

from dataclasses import dataclass


@dataclass(slots=True)
class EarlyStopping:
    """Watches the validation loss, epoch by epoch; ``patience`` 0 watches for the best epoch but never stops.

    A language model is looked at every so many steps: its epochs here are steps.
    """

    patience: int
    best_loss: float | None = None
    best_epoch: int | None = None
    waited: int = 0
    """Looks since the best one."""

    def observe(self, epoch: int, loss: float) -> bool:
        """Takes note of an epoch's loss and says whether it is the best so far."""
        if self.best_loss is None or loss < self.best_loss:
            self.best_loss, self.best_epoch, self.waited = loss, epoch, 0
            return True
        self.waited += 1
        return False

    @property
    def exhausted(self) -> bool:
        """Whether training should stop now."""
        return 0 < self.patience <= self.waited
