"""Run A beside run B: which is better in accuracy, latency, cost and size, by how much, and whether it is real.

``compare`` is pure: from the evidence of two runs to a frozen ``Comparison``. It measures (``quality``, ``latency``,
``figures``), then judges (``verdicts``), then says it (``cautions``, ``summary``; ``report`` draws it). It needs NumPy
and nothing heavier, so that a screen can compare in a thread of its own process.
"""

from collections.abc import Mapping

from workbench.comparison.cautions import cautions, obstacles
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.differences import environment_differences, parameter_differences
from workbench.comparison.disagreements import Answer, Example, Examples, Kind, disagreeing_examples
from workbench.comparison.evidence import (
    Evidence,
    ExampleOutcomes,
    RunOutcomes,
    TimedCalls,
    UnitOutcomes,
    ValueOutcomes,
    load_evidence,
)
from workbench.comparison.figures import figure_row
from workbench.comparison.latency import latency_rows
from workbench.comparison.measured import measure
from workbench.comparison.options import Options
from workbench.comparison.pairing import Pair
from workbench.comparison.provisional import class_without_verdict, provisional, without_verdict
from workbench.comparison.raced import RacedCalls, load_race
from workbench.comparison.result import (
    GROUPS,
    Caution,
    ClassRows,
    Comparison,
    Difference,
    Disagreements,
    Row,
    Verdict,
    row_of,
)
from workbench.comparison.summary import summarise
from workbench.comparison.tokenizers import token_obstacle, without_tokens
from workbench.comparison.verdicts import judge
from workbench.evaluation.metrics import METRICS, Metric

__all__ = [
    "GROUPS",
    "Answer",
    "Caution",
    "ClassRows",
    "Comparison",
    "Difference",
    "Disagreements",
    "Estimate",
    "Evidence",
    "Example",
    "ExampleOutcomes",
    "Examples",
    "Kind",
    "Options",
    "RacedCalls",
    "Row",
    "RunOutcomes",
    "TimedCalls",
    "UnitOutcomes",
    "ValueOutcomes",
    "Verdict",
    "compare",
    "disagreeing_examples",
    "load_evidence",
    "load_race",
]

_DEFAULTS = Options()
_OTHER_WORK = ("other-task", "other-target", "other-labels")


def compare(a: Evidence, b: Evidence, *, options: Options = _DEFAULTS, race: RacedCalls | None = None) -> Comparison:
    """The comparison of two runs; every delta is B minus A. Same evidence and options, same answer.

    With a ``race`` between them, latency and what follows from it are the race's, and not what each measured by itself.
    """
    blocking = obstacles(a, b)
    measured = None if blocking else measure(a, b, options)
    pair = measured.pair if measured is not None else None
    rows: dict[str, Row] = {}
    if measured is not None:
        contrasts = _anchored(measured.contrasts, measured.pair, a, b)
        rows.update({row.metric: row for row in judge(contrasts, options)})
    rows.update({row.metric: row for row in latency_rows(a, b, options, race)})
    _add_figures(rows, a, b)
    obstacle = token_obstacle(pair)
    if obstacle is not None:
        rows = without_tokens(rows, obstacle)
    for caution in reversed(blocking):  # so that the gravest is the one that stands
        rows = {name: _blocked(row, caution) for name, row in rows.items()}
    ordered = {name: rows[name] for name in METRICS if name in rows}
    classes = measured.classes if measured is not None else ()
    unfinished = provisional("A", a) or provisional("B", b)
    if unfinished is not None:
        ordered = {name: without_verdict(row, unfinished.message) for name, row in ordered.items()}
        classes = tuple(class_without_verdict(of_class, unfinished.message) for of_class in classes)
    warnings = cautions(a, b, pair, race)
    paired = pair is not None and pair.paired
    return Comparison(
        a=a.run,
        b=b.run,
        comparable=not blocking,
        paired=paired,
        warnings=warnings,
        rows=tuple(ordered.values()),
        disagreements=pair.disagreements if pair is not None else None,
        parameters=parameter_differences(a.run, b.run),
        environment=environment_differences(a.run, b.run),
        summary=summarise(a, b, ordered, warnings, paired=paired),
        classes=classes,
        race=race.to_json() if race is not None else None,
    )


def _anchored(
    contrasts: Mapping[str, Contrast], pair: Pair[RunOutcomes], a: Evidence, b: Evidence
) -> Mapping[str, Contrast]:
    """The contrasts about the runs' published values, where they rest on the whole test part of both."""
    assert a.outcomes is not None
    assert b.outcomes is not None
    if (pair.a.n, pair.b.n) != (a.outcomes.n, b.outcomes.n):
        return contrasts
    return {
        name: contrast.anchored(a.figure("metrics", name), b.figure("metrics", name))
        for name, contrast in contrasts.items()
    }


def _add_figures(rows: dict[str, Row], a: Evidence, b: Evidence) -> None:
    """Adds the rows of figures that neither outcomes nor trials gave, derived ones after their sources."""
    for metric in sorted(METRICS.values(), key=lambda metric: len(metric.derived_from)):
        if metric.name not in rows:
            row = figure_row(a, b, metric, rows)
            if row is not None:
                rows[metric.name] = row


def _blocked(row: Row, caution: Caution) -> Row:
    """The row under a reason for which outcomes cannot be compared, if it is one that the reason touches.

    Another task, target or label set touches every figure of predicting, its time included; missing outcomes touch the
    scores only. Counted and once-measured figures stand.
    """
    touched = row.group == "accuracy" or (caution.code in _OTHER_WORK and _is_of_predicting(METRICS[row.metric]))
    if not touched:
        return row
    contrast = Contrast(row.a, row.b, row.delta)
    return row_of(METRICS[row.metric], contrast, None, Verdict.NOT_COMPARABLE, caution.message)


def _is_of_predicting(metric: Metric) -> bool:
    return not metric.counted and not metric.measured_once
