"""How to compare: which differences do not matter, and how little is too little to compare."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """How to compare. Margins are differences, in a metric's own unit, too small to matter: none by default."""

    margins: Mapping[str, float] = field(default_factory=dict)
    effects: Mapping[str, float] = field(default_factory=dict)
    """Differences of which a row says how many examples would show them, where it has no margin; in a metric's own
    unit, by default the metric's ``effect``."""
    latency_margin: float = 0.25
    """How much slower, as a share, timings that were taken apart must be to say anything about the models."""
    common_examples: int = 30
    """With fewer examples in common than this, unless both saw the same, runs are compared unpaired."""

    @classmethod
    def of(cls, settings: "Settings") -> "Options":
        """What the user has set."""
        return cls(settings.margins, settings.effects, settings.latency_apart_margin)
