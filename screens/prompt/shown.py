"""What the tabs of the generation screen are about: the prompt, the settings, and each model with its texts.

A frozen value, made anew whenever a text is finished, so that a pane may keep it and compare it with the next. Panes
call the generators in threads only (``AskingPane.ask``): a call blocks until the model has answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.generation_checks import CheckText
    from workbench.generation.checks import Check
    from workbench.generation.client import Generator
    from workbench.generation.settings import GenerationSettings


@dataclass(frozen=True, slots=True)
class ShownModel:
    """One model, and what it made of the prompt."""

    letter: str
    """``A`` or ``B``: how it is called, and the kind of piece (in lower case) that it is drawn as."""
    generator: "Generator"
    """Its ``source`` is the model; ``tokens`` and ``score`` ask it."""
    check: "Check | None" = None
    """None before it has made anything of this prompt under these settings, and after an error."""

    @property
    def label(self) -> str:
        """A short name for a heading, to be made inert by whoever draws it."""
        return self.generator.source.label

    @property
    def texts(self) -> "Sequence[CheckText]":
        """A text for each sample; none before the model has made any."""
        return self.check.texts if self.check is not None else ()


@dataclass(frozen=True, slots=True)
class Shown:
    """The prompt as it was sent, and who answered."""

    prompt: str
    settings: "GenerationSettings"
    models: tuple[ShownModel, ...]
    """A, or A and B; none before a model was chosen."""
    sample: int = 0
    """The sample that is looked at, from 0."""
    typed: str | None = None
    """The prompt as it stands in the editor now; None: as it was sent."""

    @property
    def at_hand(self) -> str:
        """The prompt that somebody who looks at it means: as it stands there."""
        return self.prompt if self.typed is None else self.typed

    @property
    def is_answered(self) -> bool:
        """Whether every model has made its texts."""
        return bool(self.models) and all(model.check is not None for model in self.models)

    @property
    def asked(self) -> tuple[tuple[str, str, str], ...]:
        """Which models are asked, on which device, in which numbers."""
        asked = (model.generator for model in self.models)
        return tuple((str(one.source), one.device, one.dtype) for one in asked)
