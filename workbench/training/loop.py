"""The training loop of networks: one function that is read from top to bottom.

It yields at least once a batch, so that whoever consumes it can stop it between two steps; closing it, or an exception
in it, keeps a checkpoint from which a later call in the same folder goes on exactly. A loss that is NaN or infinite
ends it before the step that would spoil the weights (on CUDA, where losses arrive late, before anything is kept).
"""

import math
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import Diverged
from workbench.events import Event, LineLogged, PointsLogged, Progressed
from workbench.training import Trained, keeping
from workbench.training.config import TrainingConfig
from workbench.training.keeping import keep
from workbench.training.losstap import LossTap
from workbench.training.parts import Part, evaluate
from workbench.training.state import TrainingState
from workbench.training.stopping import EarlyStopping

if TYPE_CHECKING:
    from torch import nn

SAVE_EVERY_S = 10.0
PROGRESS_EVERY_S = 0.1
MOST_LINES = 1000
LINE_EVERY_S = 1.0


def train(
    network: "nn.Module", train_part: Part, val_part: Part, config: TrainingConfig, *, device: str, folder: Path
) -> Generator[Event, None, Trained]:
    """Trains ``network`` (on ``device``) and leaves it with its best weights; ``folder`` is that of the checkpoint.

    Series: ``train_loss`` each step; each epoch ``train_accuracy`` (of the predictions made while training, with
    dropout), ``examples_per_s`` (of training alone), ``learning_rate``, ``val_loss`` and ``val_accuracy``. Without a
    validation part nothing stops it early and the last weights count. Raises Diverged with the step and what to try.
    """
    import torch  # heavy: the trainer imports it in its first phase
    from torch.nn.functional import cross_entropy

    state = TrainingState(
        folder=folder,
        network=network,
        optimizer=config.optimizer_for(network),
        shuffling=torch.Generator().manual_seed(config.seed),
        stopping=EarlyStopping(config.patience),
    )
    if state.restore():
        yield LineLogged(f"going on after epoch {state.position.epoch}, step {state.position.step:,}")
    at, tap = state.position, LossTap.of(device)
    advice = (
        f"Try a learning_rate below {config.learning_rate:g}, and look for extreme values in the data's quality report."
    )
    pace = LinePace(config.epochs)
    progress_due, save_due, spoilt = 0.0, time.monotonic() + SAVE_EVERY_S, False
    kept = False
    try:
        while at.epoch < config.epochs and not state.stopping.exhausted:
            network.train()
            rate = state.set_rate(config.rate_in(at.epoch))
            epoch = EpochTally(number=at.epoch + 1, of=config.epochs)
            for batch in state.batches(len(train_part), config.batch_size):
                rows = batch.to(device)
                logits, truth = network(train_part.x[rows]), train_part.y[rows]
                loss = cross_entropy(logits, truth)
                tap.put(at.step + 1, loss)
                arrived = refuse_divergence(tap.take(), advice)
                state.optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                state.optimizer.step()
                state.count_batch(logits.argmax(dim=1) == truth)
                epoch.count(len(batch), arrived)
                yield from points(arrived)
                if not arrived or time.monotonic() >= progress_due:
                    progress_due = time.monotonic() + PROGRESS_EVERY_S
                    yield Progressed(state.epochs_done, config.epochs, "epochs")

            arrived = refuse_divergence(tap.take(everything=True), advice)
            epoch.count(0, arrived)
            values = {"train_accuracy": state.epoch_accuracy(len(train_part)), **epoch.close(), "learning_rate": rate}
            if len(val_part):
                values["val_loss"], values["val_accuracy"] = evaluate(network, val_part)
                refuse_divergence([(at.step, values["val_loss"])], advice)
            state.finish_epoch(values.get("val_loss"))
            yield from points(arrived)
            yield PointsLogged(at.step, values)
            yield from pace.lines(at.epoch, epoch.describe(values))
            yield Progressed(at.epoch, config.epochs, "epochs")
            if time.monotonic() >= save_due:
                yield from keep(state.save, folder, at.step, 0.0)
                save_due = time.monotonic() + SAVE_EVERY_S
        yield from keep(state.save, folder, at.step, keeping.ROOM_WAIT_S)
        kept = True
    except Diverged:
        spoilt = True
        raise
    finally:
        in_flight = tap.take(everything=True)  # a stop may overtake the loss that tells of spoilt weights
        if not kept:
            state.save(spoilt=spoilt or not all(math.isfinite(loss) for _, loss in in_flight))

    state.use_best_weights()
    if at.epoch < config.epochs:
        yield LineLogged(
            f"stopped early after epoch {at.epoch}: the validation loss has not fallen since epoch "
            f"{state.stopping.best_epoch}, whose weights are kept"
        )
    return Trained(at.epoch, state.stopping.best_epoch, earlier_seconds=at.earlier_seconds)


def points(losses: Iterable[tuple[int, float]]) -> Iterator[PointsLogged]:
    """The losses of some steps as events."""
    return (PointsLogged(step, {"train_loss": loss}) for step, loss in losses)


def refuse_divergence(losses: list[tuple[int, float]], advice: str, what: str = "loss") -> list[tuple[int, float]]:
    """``losses`` (step, value) as they are; raises Diverged with ``advice`` at the first that is NaN or infinite."""
    for step, loss in losses:
        if not math.isfinite(loss):
            became = "NaN" if math.isnan(loss) else "infinite"
            raise Diverged(f"The {what} became {became} at step {step:,}. {advice}")
    return losses


@dataclass(slots=True)
class LinePace:
    """Which of ``epochs`` epochs get a line: each of up to 1,000, about 1,000 of more, and all that take a second.

    A hundred thousand lines would tell a reader nothing, and would take more room than all points of the run.
    """

    epochs: int
    due_at: float = 0.0

    def lines(self, epoch: int, text: str) -> Iterator[LineLogged]:
        """The line of this epoch, counted from 1, if it gets one."""
        now = time.monotonic()
        if epoch % (self.epochs // MOST_LINES or 1) == 0 or epoch == self.epochs or now >= self.due_at:
            self.due_at = now + LINE_EVERY_S
            yield LineLogged(text)


@dataclass(slots=True)
class EpochTally:
    """What one epoch has seen in this process, for its speed and its line in the log."""

    number: int
    of: int
    began: float = field(default_factory=time.perf_counter)
    examples: int = 0
    losses: list[float] = field(default_factory=list)

    def count(self, examples: int, arrived: Iterable[tuple[int, float]]) -> None:
        """Counts the examples of a batch and the losses that have arrived meanwhile."""
        self.examples += examples
        self.losses += [loss for _, loss in arrived]

    def close(self) -> dict[str, float]:
        """The epoch's speed in examples a second; nothing where a stop had left it no batch to do."""
        return {"examples_per_s": self.examples / (time.perf_counter() - self.began)} if self.examples else {}

    def describe(self, values: Mapping[str, float]) -> str:
        """The epoch in a line: ``epoch  3/30 · val accuracy 0.931 · val loss 0.2184 · loss 0.412 · 41,200/s``.

        What tells most stands first, the examples a second last, and all of it has room in 80 columns; widths are
        fixed, so that lines can be read as columns.
        """
        parts = [f"epoch {self.number:>{len(str(self.of))}}/{self.of}"]
        if "val_loss" in values:
            parts.append(f"val accuracy {values['val_accuracy']:.3f} · val loss {write_loss(values['val_loss'])}")
        if self.losses:
            parts.append(f"loss {write_loss(sum(self.losses) / len(self.losses))}")
        if "examples_per_s" in values:
            parts.append(f"{values['examples_per_s']:,.0f}/s")
        return " · ".join(parts)


def write_loss(loss: float) -> str:
    """A loss in a fixed width, for as long as that tells anything."""
    return f"{loss:.4f}" if loss < 1e4 else f"{loss:.3e}"
