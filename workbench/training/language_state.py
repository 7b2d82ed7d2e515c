"""The state of a language model's training: that of any network, kept as a checkpoint that transformers loads."""

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.events import Event
from workbench.language.beginnings import Beginning
from workbench.language.keeping import put_weights, trained_weights, write_language_model
from workbench.training.keeping import keep
from workbench.training.state import TrainingState

if TYPE_CHECKING:
    from torch import Tensor

SAVE_EVERY_S = 10.0
_SAVING_SHARE = 0.02
"""Of the time of a training: a checkpoint of a gigabyte is not written every ten seconds."""


@dataclass(slots=True, kw_only=True)
class LanguageState(TrainingState):
    """A language model in training. Its position counts batches; a step may take several."""

    beginning: Beginning
    save_due: float = 0.0

    def weights(self) -> "dict[str, Tensor]":
        """What training changes: all weights, or LoRA's matrices."""
        return trained_weights(self.beginning.network)

    def load_weights(self, weights: "Mapping[str, Tensor]") -> None:
        """Puts what ``weights`` gave back; raises LookupError or RuntimeError where it does not fit."""
        put_weights(self.beginning.network, weights)

    def write_weights(self, weights: "Mapping[str, Tensor]") -> None:
        """Writes the model with these weights, and its tokenizer; raises DiskError."""
        write_language_model(self.folder, self.beginning.network, self.beginning.tokenizer, weights)

    def steps(self, blocks: int, batch_size: int, accumulation: int) -> "Iterator[list[Tensor]]":
        """The batches (row numbers) of each step that is left of the epoch."""
        left = list(self.batches(blocks, batch_size))
        return iter([left[first : first + accumulation] for first in range(0, len(left), accumulation)])

    def count_step(self, batches: int) -> None:
        """Counts a step of so many batches as done."""
        self.position.batch += batches
        self.position.step += 1

    def save_in_passing(self) -> Generator[Event, None, None]:
        """Keeps a checkpoint if there is room for it, and puts off the next one."""
        began = time.monotonic()
        yield from keep(self.save, self.folder, self.position.step, 0.0)
        self.saved_in(time.monotonic() - began)

    def saved_in(self, seconds: float) -> None:
        """Puts the next checkpoint off by as long as makes saving, which took so many seconds, a small part of all."""
        self.save_due = time.monotonic() + max(SAVE_EVERY_S, seconds / _SAVING_SHARE)
