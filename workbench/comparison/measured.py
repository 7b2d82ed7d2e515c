"""The outcomes of two runs side by side and the differences that they show, by the task that the runs have."""

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes
from workbench.comparison.pairing import Pair, pair_up
from workbench.comparison.quality import quality_contrasts
from workbench.comparison.result import Contrast, Options


@dataclass(frozen=True, eq=False)
class Measured:
    """Two runs' outcomes, paired where they can be, and a contrast of each figure that both allow."""

    pair: Pair[RunOutcomes]
    contrasts: Mapping[str, Contrast]


def measure(a: RunOutcomes | None, b: RunOutcomes | None, options: Options) -> Measured | None:
    """The outcomes measured against each other; None where a run has none, or they are of two kinds."""
    match a, b:
        case ExampleOutcomes(), ExampleOutcomes():
            classes = pair_up(a, b, options.common_examples)
            return Measured(classes, quality_contrasts(classes))
    return None
