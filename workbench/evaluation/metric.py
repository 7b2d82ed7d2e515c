"""What is declared of one figure: its unit and direction, and how two runs' values of it may be compared."""

from dataclasses import dataclass
from enum import StrEnum

from store.records import FigureGroup

CLASSIFICATION, REGRESSION, LANGUAGE = "classification", "regression", "language-modelling"
"""The tasks that a score can belong to, by the names that data sets and runs have them under."""


class HolmFamily(StrEnum):
    """Rows whose p-values are adjusted together by Holm's method, whatever is on the screen.

    A run has one task, so it has one family of scores: of classes accuracy, macro F1, log loss and ROC AUC; of numbers
    the mean squared and the mean absolute error, and R² where the runs answered different examples; of text bits per
    byte and next-token accuracy.
    """

    QUALITY = "quality"
    VALUES = "values"
    TEXT = "text"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a run.

    ``higher_is_better`` is None where neither direction is better. ``counted`` figures are exact and compare exactly;
    ``measured_once`` figures have n = 1 and never carry a verdict. A row with ``derived_from`` is computed from the
    figures named and takes over their verdict (where several are named: the verdict on which they agree).
    A score that is ``tested_as`` another orders any two models as that one does (RMSE as the mean squared error): it
    has an interval of its own, and the other's test; where that does not hold, it joins the other's family. ``effect``
    is the difference, in the metric's own unit, of which a comparison says how many examples would show it, unless the
    user names another; None: a 20th of the value.
    """

    name: str
    title: str
    group: FigureGroup
    unit: str
    higher_is_better: bool | None
    definition: str
    """What the figure is, in a sentence: a screen shows it as help."""
    family: HolmFamily | None = None
    derived_from: tuple[str, ...] = ()
    counted: bool = False
    measured_once: bool = False
    task: str | None = None
    """The task whose runs have the figure; None: every task's."""
    tested_as: str | None = None
    effect: float | None = None
    has_verdict: bool = True
    """False where a difference is shown with its interval, and judged by other figures."""
    per_token: bool = False
    """Whether it counts tokens, which are the tokenizer's: it compares only runs whose tokenizers cut a text alike."""

    @property
    def row_group(self) -> str:
        """The group of the metric's row in a comparison: accuracy, latency, cost or size."""
        return "accuracy" if self.group is FigureGroup.METRICS else self.group.value
