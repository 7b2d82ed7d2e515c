"""The outcomes of two runs side by side and the differences that they show, by the task that the runs have."""

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.comparison.classes import class_rows
from workbench.comparison.contrast import Contrast
from workbench.comparison.evidence import Evidence
from workbench.comparison.options import Options
from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes, UnitOutcomes, ValueOutcomes
from workbench.comparison.pairing import Pair, pair_up
from workbench.comparison.quality import quality_contrasts
from workbench.comparison.regression import value_contrasts
from workbench.comparison.result import ClassRows
from workbench.comparison.text import unit_contrasts

_OTHER_DATA = "other data, and not the same {}s: the difference may be that of the data"


@dataclass(frozen=True, eq=False)
class Measured:
    """Two runs' outcomes, paired where they can be, and a contrast of each figure that both allow."""

    pair: Pair[RunOutcomes]
    contrasts: Mapping[str, Contrast]
    classes: tuple[ClassRows, ...] = ()
    """The rows of each class, of classifiers."""


def measure(a: Evidence, b: Evidence, options: Options) -> Measured | None:
    """The outcomes measured against each other; None where a run has none, or they are of two kinds."""
    match a.outcomes, b.outcomes:
        case ExampleOutcomes() as first, ExampleOutcomes() as second:
            classes = pair_up(first, second, options.common_examples)
            doubt = _doubt(a, b, classes)
            contrasts = quality_contrasts(classes)
            return Measured(classes, _doubted(contrasts, doubt), class_rows(classes, options, doubt))
        case ValueOutcomes() as first, ValueOutcomes() as second:
            values = pair_up(first, second, options.common_examples)
            return Measured(values, _doubted(value_contrasts(values), _doubt(a, b, values)))
        case UnitOutcomes() as first, UnitOutcomes() as second:
            units = pair_up(first, second, options.common_examples)
            return Measured(units, _doubted(unit_contrasts(units), _doubt(a, b, units)))
    return None


def _doubt(a: Evidence, b: Evidence, pair: Pair[RunOutcomes]) -> str | None:
    """Why a difference between the test parts may not be one between the models."""
    contents = [(side.run.get("data") or {}).get("fingerprint") for side in (a, b)]
    return None if pair.paired or None in contents or contents[0] == contents[1] else _OTHER_DATA.format(pair.a.noun)


def _doubted(contrasts: Mapping[str, Contrast], doubt: str | None) -> Mapping[str, Contrast]:
    return {name: contrast.doubted(doubt) for name, contrast in contrasts.items()}
