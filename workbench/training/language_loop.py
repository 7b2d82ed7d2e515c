"""The training loop of language models: one function that is read from top to bottom.

As the loop of other networks (``loop``) it yields at least once a step, goes on exactly where it was closed, and ends
before the step that would spoil the weights. What is different: steps are counted, not epochs, since an epoch of text
may take a day; a step may take several batches; and each look at the validation part shows a text that the model makes.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import Diverged
from workbench.events import Event, LineLogged, PointsLogged, Progressed
from workbench.language.beginnings import Beginning
from workbench.training import Trained, keeping
from workbench.training.blocks import Blocks, add_gradients, evaluate_blocks
from workbench.training.keeping import keep
from workbench.training.language_config import LanguageConfig
from workbench.training.language_state import LanguageState
from workbench.training.loop import LinePace, refuse_divergence, write_loss
from workbench.training.losstap import LossTap
from workbench.training.state import Position, count_batches
from workbench.training.stopping import EarlyStopping

if TYPE_CHECKING:
    from torch import Tensor

PROGRESS_EVERY_S = 0.1
SPEED_EVERY_S = 1.0
_MOST_PERPLEXED = 700.0
"""Nats from which on a perplexity is no number that can be written."""

Sample = Callable[[], str]
"""Has the model make a text, as it is now; one line."""


@dataclass(frozen=True, slots=True)
class Course:
    """How many steps a training makes, and when it looks at the validation part."""

    steps: int
    epoch_steps: int
    look_every: int

    @classmethod
    def of(cls, blocks: int, config: LanguageConfig) -> "Course":
        """The course over so many blocks of text."""
        epoch_steps = math.ceil(count_batches(blocks, config.batch_size) / config.accumulation)
        steps = config.epochs * epoch_steps
        return cls(min(steps, config.most_steps or steps), epoch_steps, config.evaluate_every or epoch_steps)

    def looks_at(self, at: Position) -> bool:
        """Whether the validation part is to be looked at where the training stands."""
        is_due = at.step % self.look_every == 0 or at.step == self.steps
        return at.step > 0 and at.evaluated != at.step and is_due


def train_language_model(
    beginning: Beginning, train: Blocks, val: Blocks, config: LanguageConfig, *, folder: Path, sample: Sample
) -> Generator[Event, None, Trained]:
    """Trains a network, on the device of its blocks, and leaves it with its best weights; ``folder`` is the checkpoint.

    Series: ``train_loss`` (nats a token), ``learning_rate`` and ``grad_norm`` (before it is clipped) each step;
    ``tokens_per_s`` (read in training, without looks) each second; at each look ``val_loss`` and ``val_perplexity``, of
    at most ``blocks.MOST_TOKENS`` tokens. Raises Diverged with the step and what to try.
    """
    import torch  # heavy: the trainer imports it in its first phase
    from torch.nn.utils import clip_grad_norm_

    network, device = beginning.network, train.device
    state = LanguageState(
        folder=folder,
        network=network,
        optimizer=config.optimizer_for(network),
        shuffling=torch.Generator().manual_seed(config.seed),
        stopping=EarlyStopping(config.patience),
        beginning=beginning,
    )
    if state.restore():
        yield LineLogged(f"going on after step {state.position.step:,}")
    at, course, autocast = state.position, Course.of(len(train), config), config.autocast(device)
    look = Look(state, course, val.thinned(), config, sample)
    trained = [weights for weights in network.parameters() if weights.requires_grad]
    meters, spoilt, kept = Meters(LossTap.of(device), LossTap.of(device), look), False, False
    state.saved_in(0.0)
    try:
        steps = state.steps(len(train), config.batch_size, config.accumulation)
        while True:
            if course.looks_at(at):
                yield from look.take(meters.read_speed())
                meters.restart()
            if at.step >= course.steps or state.stopping.exhausted:
                break
            batches = next(steps, None)
            if batches is None:
                state.finish_epoch(None)
                steps = state.steps(len(train), config.batch_size, config.accumulation)
                continue
            network.train()
            state.set_rate(config.rate_at(at.step + 1, course.steps))
            loss = add_gradients(network, train, batches, autocast)
            norm = clip_grad_norm_(trained, config.clip_norm or math.inf)
            arrived = meters.put(at.step + 1, loss, norm)
            state.optimizer.step()
            state.optimizer.zero_grad()
            state.count_step(len(batches))
            yield from meters.tell(arrived, tokens=sum(map(len, batches)) * train.predicted)
            if time.monotonic() >= state.save_due:
                yield from meters.tell(meters.take(everything=True), tokens=0)  # no spoilt weights over sound ones
                yield from state.save_in_passing()
                meters.restart()
        yield from meters.tell(meters.take(everything=True), tokens=0)
        yield Progressed(at.step, course.steps, "steps")
        yield from keep(state.save, folder, at.step, keeping.ROOM_WAIT_S)
        kept = True
    except Diverged:
        spoilt = True
        raise
    finally:
        if not kept:
            state.save(spoilt=spoilt or not meters.all_finite())

    state.use_best_weights()
    best = state.stopping.best_epoch
    if at.step < course.steps:
        yield LineLogged(
            f"stopped early after step {at.step:,}: the validation loss has not fallen since step {best:,}, whose "
            f"weights are kept"
        )
    return Trained(epochs=state.epochs_done, steps=at.step, best_step=best, earlier_seconds=at.earlier_seconds)


@dataclass(slots=True)
class Look:
    """A look at the validation part in mid-training, and what is told of it."""

    state: LanguageState
    course: Course
    val: Blocks
    config: LanguageConfig
    sample: Sample
    losses: list[float] = field(default_factory=list)
    """Training losses since the last look."""
    tokens_per_s: float | None = None
    """How fast tokens were read in training when that was measured last."""
    pace: LinePace = field(init=False)

    def __post_init__(self) -> None:
        """The pace is that of the whole course."""
        self.pace = LinePace(self._number_of(self.course.steps))

    def _number_of(self, step: int) -> int:
        return math.ceil(step / self.course.look_every)

    @property
    def advice(self) -> str:
        """What to try when a loss is no number any more."""
        return f"Try a learning_rate below {self.config.learning_rate:g}, a longer warmup or a smaller clip_norm."

    def take(self, speed: dict[str, float]) -> Generator[Event, None, None]:
        """Evaluates, keeps the weights if they are the best so far, and tells; ``speed`` is that of training until now.

        Nothing here draws from the generators that training draws from.
        """
        at, config = self.state.position, self.config
        network, autocast = self.state.beginning.network, config.autocast(self.val.device)
        standing = Progressed(at.step, self.course.steps, "steps")
        loss = yield from evaluate_blocks(network, self.val, config.batch_size, autocast, standing)
        refuse_divergence([(at.step, loss)], self.advice, "validation loss")
        self.state.judge(at.step, loss)
        at.evaluated = at.step
        values = {**speed, "val_loss": loss}
        if loss < _MOST_PERPLEXED:
            values["val_perplexity"] = math.exp(loss)
        yield PointsLogged(at.step, values)
        for line in self.pace.lines(self._number_of(at.step), self._describe(values)):
            yield line
            yield LineLogged(f"sample · {self.sample()}")
        self.losses.clear()

    def _describe(self, values: dict[str, float]) -> str:
        """The look in a line: ``step  100/600 · val loss 5.6612 · perplexity 287.5 · loss 5.812 · 12,248 tokens/s``."""
        step, steps = f"{self.state.position.step:,}", f"{self.course.steps:,}"
        parts = [f"step {step:>{len(steps)}}/{steps} · val loss {write_loss(values['val_loss'])}"]
        if "val_perplexity" in values:
            parts.append(f"perplexity {values['val_perplexity']:,.4g}")
        if self.losses:
            parts.append(f"loss {write_loss(sum(self.losses) / len(self.losses))}")
        if self.tokens_per_s is not None:
            parts.append(f"{self.tokens_per_s:,.0f} tokens/s")
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Losses and lengths of gradients that have come from the device, each with its step."""

    losses: list[tuple[int, float]]
    norms: list[tuple[int, float]]


@dataclass(slots=True)
class Meters:
    """What is told of the steps: their losses and gradients as they arrive, and how fast tokens are read."""

    losses: LossTap
    norms: LossTap
    look: Look
    began: float = field(default_factory=time.perf_counter)
    tokens: int = 0
    progress_due: float = 0.0

    def put(self, step: int, loss: "Tensor", norm: "Tensor") -> Arrived:
        """Sends loss and gradient's length of a step on their way; what has arrived, refused where it has diverged."""
        self.losses.put(step, loss)
        self.norms.put(step, norm)
        return self.take()

    def take(self, *, everything: bool = False) -> Arrived:
        """What has arrived, or everything that is on its way; raises Diverged."""
        advice = self.look.advice
        losses = refuse_divergence(self.losses.take(everything=everything), advice)
        return Arrived(losses, refuse_divergence(self.norms.take(everything=everything), advice, "gradient"))

    def all_finite(self) -> bool:
        """Whether all that is on its way is a number; a stop may overtake the loss that tells of spoilt weights."""
        in_flight = [*self.losses.take(everything=True), *self.norms.take(everything=True)]
        return all(math.isfinite(value) for _, value in in_flight)

    def tell(self, arrived: Arrived, *, tokens: int) -> Iterator[Event]:
        """The points of a step that has read so many ``tokens``, and its progress where it is time for that."""
        look, at = self.look, self.look.state.position
        self.tokens += tokens
        values: dict[int, dict[str, float]] = {}
        for step, loss in arrived.losses:
            look.losses.append(loss)
            values[step] = {"train_loss": loss, "learning_rate": look.config.rate_at(step, look.course.steps)}
        for step, norm in arrived.norms:
            values.setdefault(step, {})["grad_norm"] = norm
        yield from (PointsLogged(step, found) for step, found in values.items())
        if time.perf_counter() - self.began >= SPEED_EVERY_S and self.tokens:
            yield PointsLogged(at.step, self.read_speed())
            self.restart()
        if not arrived.losses or time.monotonic() >= self.progress_due:
            self.progress_due = time.monotonic() + PROGRESS_EVERY_S
            yield Progressed(at.step, look.course.steps, "steps")

    def read_speed(self) -> dict[str, float]:
        """Tokens a second since the last ``restart`` as a point; nothing where no step was made."""
        if not self.tokens:
            return {}
        self.look.tokens_per_s = self.tokens / (time.perf_counter() - self.began)
        return {"tokens_per_s": self.look.tokens_per_s}

    def restart(self) -> None:
        """Begins to count anew, as after something that is no training."""
        self.began, self.tokens = time.perf_counter(), 0
