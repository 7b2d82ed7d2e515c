"""From the files of a model measured elsewhere to all that the store keeps of it, before anything is stored.

Figures come from the same functions as those of a run that was trained here, so that the same outcomes give the same
figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from store.packed_records import ExampleSet, Outcomes, Trials
from store.records import Figure, FigureGroup
from workbench.errors import UnusableData
from workbench.evaluation.latency import latency_figures
from workbench.evaluation.scores import Scores
from workbench.importing.cells import read_texts
from workbench.importing.examples import build_example_set
from workbench.importing.findings import Findings
from workbench.importing.identity import check_ids, ids_of, place_ids
from workbench.importing.request import ImportRequest
from workbench.importing.roles import Roles, say_roles
from workbench.importing.table import SourceTable, read_source
from workbench.importing.tasks import Answers, read_answers, settle_task
from workbench.importing.trials import read_trials
from workbench.spec import ELSEWHERE

LANGUAGE = "language-modelling"


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """A model measured elsewhere, ready to be stored. Its outcomes stand in the order of its example set."""

    request: ImportRequest
    task: str
    labels: tuple[str, ...]
    example_set: ExampleSet
    outcomes: Outcomes
    scores: Scores
    figures: tuple[Figure, ...]
    trials: Trials | None
    findings: Findings


def read_import(request: ImportRequest) -> Imported:
    """Reads the files of ``request``; raises UnusableData with all that is wrong with them, by line."""
    findings = Findings()
    table = _open(request.outcomes, findings, header=True)
    read = None if table is None else _read_outcomes(table, request, findings)
    timed = None if request.trials is None else _open(request.trials, findings, header=None)
    measured = None if timed is None else read_trials(timed, _conditions(request), findings)
    findings.check()
    assert read is not None
    task, answers, example_set = read
    scores = answers.score()
    figures = [*scores.figures, *request.figures]
    if measured is not None:
        trials, times = measured
        figures += latency_figures(times, trials.conditions)
    return Imported(
        request=request,
        task=task,
        labels=answers.labels,
        example_set=example_set,
        outcomes=answers.pack(example_set.key),
        scores=scores,
        figures=(*figures, *_cost_of_correct(figures)),
        trials=None if measured is None else measured[0],
        findings=findings,
    )


def _open(path: Path, findings: Findings, *, header: bool | None) -> SourceTable | None:
    try:
        return read_source(path, header=header)
    except UnusableData as error:
        findings.refuse(error.message)
        return None


def _read_outcomes(
    table: SourceTable, request: ImportRequest, findings: Findings
) -> tuple[str, Answers, ExampleSet] | None:
    """The task, the answers and the examples in the same order; None with the problems found."""
    task, roles = settle_task(table, request.columns, request.task, findings)
    if findings.problems:
        return None  # without its columns nothing more can be said of the file
    ids = _read_ids(table, roles, findings)
    answers = read_answers(table, roles, task, request, findings)
    if answers is None or findings.problems:
        return None
    say_roles(roles, findings)
    # Units of text stay in the order of the text: neighbours are alike, and resampled together.
    order = np.arange(table.rows) if task == LANGUAGE else np.argsort(ids, kind="stable")
    return task, answers.in_order(order), build_example_set(table, roles, ids, order)


def _read_ids(table: SourceTable, roles: Roles, findings: Findings) -> npt.NDArray[np.uint64]:
    if roles.id is not None:
        texts = read_texts(table.columns[roles.id])
        ids = ids_of(texts)
        check_ids(table, texts, ids, findings)
        return ids
    findings.warn(
        "no-ids",
        f"{table.file_name} has no column of ids (--id COL): its rows pair only with those of a file that has the same "
        f"truths in the same order.",
    )
    telling = roles.truth or roles.units.get("bytes")
    return place_ids([] if telling is None else read_texts(table.columns[telling]), table.rows)


def _conditions(request: ImportRequest) -> dict[str, object]:
    """What is known of how the calls were timed."""
    return {
        "batch_size": request.batch_size,
        "threads": request.threads,
        "device": request.device or ELSEWHERE,
        "imported": True,
    }


def _cost_of_correct(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Dollars per 1,000 correct predictions, where those per 1,000 predictions and the accuracy are known."""
    known = {figure.name: figure.value for figure in figures}
    usd, accuracy = known.get("usd_per_1k_predictions"), known.get("accuracy")
    if usd is None or not accuracy or "usd_per_1k_correct" in known:
        return ()
    return (Figure(FigureGroup.COST, "usd_per_1k_correct", usd / accuracy),)
