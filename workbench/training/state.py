"""What a training must remember to go on later as if it had never stopped, and the file that holds it.

Everything lies in one safetensors file, replaced as a whole: current and best weights, the optimiser's moments, the
states of the random generators, and as metadata where in which epoch the training stood. The order of an epoch's
batches is not stored: it is drawn again from the generator's state at the epoch's beginning, and the batches that were
done are skipped.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.models.checkpoint import write_network, write_tensors
from workbench.training.stopping import EarlyStopping

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn
    from torch.optim import Optimizer

STATE_FILE = "training.safetensors"


def count_batches(examples: int, batch_size: int) -> int:
    """How many batches ``TrainingState.batches`` makes of a whole epoch."""
    whole, rest = divmod(examples, batch_size)
    return max(1, whole + (rest > 0 and not (rest == 1 and batch_size > 1 and whole > 0)))


@dataclass(slots=True)
class Position:
    """Where a training stands: whole epochs, batches of the next one, and steps of all."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    earlier_seconds: float = 0.0
    """What it took before this process took it up."""
    evaluated: int = 0
    """The step after which a language model was last evaluated."""


@dataclass(slots=True)
class TrainingState:
    """A network in training with everything that its next step depends on."""

    folder: Path
    """The checkpoint's folder."""
    network: "nn.Module"
    optimizer: "Optimizer"
    shuffling: "Generator"
    stopping: EarlyStopping
    position: Position = field(default_factory=Position)
    best_weights: "dict[str, Tensor] | None" = None
    epoch_order: "Tensor | None" = None
    """State of ``shuffling`` at the beginning of the epoch under way; None between epochs."""
    began: float = field(default_factory=time.perf_counter)
    epoch_batches: int = 1
    epoch_correct: "Tensor | int" = 0
    """Right predictions in the batches of this epoch so far; on the device, which nobody waits for."""

    def batches(self, examples: int, batch_size: int) -> "Iterator[Tensor]":
        """Shuffled row numbers of the batches that are left of the epoch.

        A last batch of a single example is joined to the one before: it has no spread to normalise by.
        """
        import torch  # heavy; whoever holds a state has imported it

        self.epoch_order = self.shuffling.get_state()
        order = torch.randperm(examples, generator=self.shuffling)
        batches = list(order.split(batch_size))  # type: ignore[no-untyped-call]
        if len(batches) > 1 and batch_size > 1 and len(batches[-1]) == 1:
            batches[-2:] = [torch.cat(batches[-2:])]
        self.epoch_batches = len(batches)
        return iter(batches[self.position.batch :])

    def count_batch(self, right: "Tensor") -> None:
        """Counts a step as done; ``right`` says of each of its examples whether it was predicted rightly."""
        self.epoch_correct = right.sum() + self.epoch_correct
        self.position.batch += 1
        self.position.step += 1

    def set_rate(self, rate: float) -> float:
        """Sets the learning rate, and returns it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate

    def epoch_accuracy(self, examples: int) -> float:
        """Share of right predictions in the whole epoch, which had so many ``examples``."""
        return int(self.epoch_correct) / examples

    @property
    def epochs_done(self) -> float:
        """Epochs so far, with the fraction of the one under way."""
        return self.position.epoch + self.position.batch / self.epoch_batches

    def finish_epoch(self, val_loss: float | None) -> None:
        """Counts the epoch as done, and keeps the weights where its validation loss is the best so far."""
        position = self.position
        position.epoch, position.batch = position.epoch + 1, 0
        self.epoch_correct, self.epoch_order = 0, None
        if val_loss is not None:
            self.judge(position.epoch, val_loss)

    def judge(self, at: int, val_loss: float) -> None:
        """Takes note of the validation loss ``at`` an epoch or a step, and keeps the weights where it is the best."""
        if self.stopping.observe(at, val_loss):
            self.best_weights = {name: tensor.clone() for name, tensor in self.weights().items()}

    def use_best_weights(self) -> None:
        """Gives the network the weights of its best epoch; without a validation loss it keeps its last."""
        if self.best_weights is not None:
            self.load_weights(self.best_weights)

    def weights(self) -> "dict[str, Tensor]":
        """What training changes in the network, as it is now."""
        return self.network.state_dict()

    def load_weights(self, weights: "Mapping[str, Tensor]") -> None:
        """Puts what ``weights`` gave back into the network; raises RuntimeError where it does not fit."""
        self.network.load_state_dict(weights)

    def write_weights(self, weights: "Mapping[str, Tensor]") -> None:
        """Writes what is needed to predict with ``weights``; raises DiskError."""
        write_network(self.folder, weights)

    def save(self, *, spoilt: bool = False) -> None:
        """Writes the checkpoint: the best weights for prediction, the current ones and all the rest to go on.

        Of a training whose current weights are ``spoilt`` it keeps the best ones only, if there are any.
        """
        import torch

        if self.best_weights is not None or not spoilt:
            self.write_weights(self.best_weights or self.weights())
        if spoilt:
            return
        tensors: dict[str, Any] = {
            "random.host": torch.get_rng_state(),
            "epoch.correct": torch.as_tensor(self.epoch_correct),
            "random.order": self.shuffling.get_state() if self.epoch_order is None else self.epoch_order,
            **_prefixed("weights", self.weights()),
            **_prefixed("best", self.best_weights or {}),
        }
        if self._on_cuda:
            tensors["random.cuda"] = torch.cuda.get_rng_state()
        for index, moments in self.optimizer.state_dict()["state"].items():
            tensors |= _prefixed(f"optimizer.{index}", moments)
        seconds = self.position.earlier_seconds + time.perf_counter() - self.began
        position = replace(self.position, earlier_seconds=seconds)
        metadata = {"position": json.dumps(asdict(position)), "stopping": json.dumps(asdict(self.stopping))}
        write_tensors(self.folder / STATE_FILE, tensors, metadata)

    def restore(self) -> bool:
        """Goes back to what ``save`` wrote into the folder; False where it wrote nothing."""
        import torch

        path = self.folder / STATE_FILE
        if not path.exists():
            return False
        try:
            tensors, metadata = _read(path)
            self.load_weights(_under("weights", tensors))
            self.best_weights = _under("best", tensors) or None
            self.optimizer.load_state_dict(self._optimizer_state(tensors))
            self.epoch_correct = int(tensors["epoch.correct"])
            self.position = Position(**json.loads(metadata["position"]))
            patience = self.stopping.patience
            self.stopping = EarlyStopping(**{**json.loads(metadata["stopping"]), "patience": patience})
            self.shuffling.set_state(tensors["random.order"])
            torch.set_rng_state(tensors["random.host"])
            if "random.cuda" in tensors and self._on_cuda:
                torch.cuda.set_rng_state(tensors["random.cuda"])
        except (OSError, LookupError, TypeError, ValueError, RuntimeError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise UsageError(f"Training cannot go on from {path} ({reason}). Delete the file to start again.") from None
        return True

    @property
    def _on_cuda(self) -> bool:
        return next(self.network.parameters()).is_cuda

    def _optimizer_state(self, tensors: "Mapping[str, Tensor]") -> dict[str, Any]:
        indices = {int(name.split(".")[1]) for name in tensors if name.startswith("optimizer.")}
        moments = {index: _under(f"optimizer.{index}", tensors) for index in sorted(indices)}
        return {"state": moments, "param_groups": self.optimizer.state_dict()["param_groups"]}


def _prefixed(prefix: str, tensors: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _under(prefix: str, tensors: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def _read(path: Path) -> "tuple[dict[str, Tensor], dict[str, str]]":
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(str(error)) from None
