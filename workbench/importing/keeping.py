"""A model measured elsewhere becomes a run of the store: done from the beginning, without training or checkpoint."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from store import details, outcomes
from store.database import Database
from store.ended_runs import add_ended_run
from store.logs import add_log_lines
from store.packed_records import ExampleSet
from store.records import NewRun, Run
from workbench.comparison.outcomes import outcomes_of
from workbench.data.caveats import list_caveats
from workbench.data.contents import left_out_caveats
from workbench.evaluation.columns import unpack
from workbench.evaluation.contents import unpack_contents
from workbench.importing.examples import own_key
from workbench.importing.reading import Imported
from workbench.runs.host import host_name
from workbench.runs.launcher import check_name
from workbench.spec import ELSEWHERE


def keep(db: Database, imported: Imported) -> Run:
    """Stores ``imported``, whole or not at all.

    Where the store holds a run that was tested on the very same examples with the same truths, data set, target and
    split are those of that run unless the request says otherwise, and it is said.
    """
    request, at = imported.request, time.time()
    name = check_name(request.name)
    with db.atomic():
        example_set = _settle(db, imported.example_set)
        twin = _twin(db, imported)
        if twin is not None:
            imported.findings.say(f"The examples are those of run {twin.id} ({twin.name}), on {twin.dataset}.")
        dataset = request.dataset or (twin.dataset if twin else request.outcomes.stem)
        target = request.target or (_target(db, twin) if twin else None)
        new = NewRun(
            name=name,
            model=request.model or name,
            dataset=dataset,
            task=imported.task,
            seed=request.seed,
            split_seed=twin.split_seed if twin else 0,
            device=request.device or ELSEWHERE,
            threads=request.threads,
            parameters=request.parameters,
            spec=_spec(imported, dataset, target),
            tags=request.tags,
            notes=request.notes,
            group=request.group,
            host=host_name(),
        )
        run = add_ended_run(db, new, at=at)
        _write(db, run, imported, example_set, target)
        add_log_lines(db, run.id, 0, [(at, level, sentence) for level, sentence in _story(imported)])
    return run


def _write(db: Database, run: Run, imported: Imported, example_set: ExampleSet, target: str | None) -> None:
    """Everything that belongs to the run beside its row."""
    details.set_figures(db, run.id, imported.figures)
    details.merge_environment(db, run.id, imported.request.environment)
    details.set_data(db, run.id, _data(imported, target))
    details.set_classes(db, run.id, imported.scores.classes, imported.scores.confusion)
    outcomes.put_example_set(db, example_set)
    outcomes.set_outcomes(db, run.id, replace(imported.outcomes, example_set=example_set.key))
    if imported.trials is not None:
        outcomes.add_trials(db, run.id, imported.trials)


def _story(imported: Imported) -> Iterator[tuple[str, str]]:
    """The lines of the run's log, with their levels: where it came from, what was taken for what, and all warnings."""
    yield "info", f"Imported from {imported.request.outcomes}: {imported.outcomes.n:,} examples."
    for sentence in imported.findings.said:
        yield "info", sentence
    for caveat in _caveats(imported):
        yield "warning", caveat["message"]


def _settle(db: Database, found: ExampleSet) -> ExampleSet:
    """The examples under the key of their ids, unless the store holds other contents under it.

    A file that says nothing of its examples shares what the store knows of them.
    """
    known = outcomes.get_example_set(db, found.key)
    brings = found.contents is not None
    if known is None or not brings or (known.contents, known.previews) == (found.contents, found.previews):
        return found
    return replace(found, key=own_key(found))


def _twin(db: Database, imported: Imported) -> Run | None:
    """The newest run that was tested on the same examples: equal ids alone may count the rows of any file."""
    runs = outcomes.runs_tested_on(db, imported.example_set.key)
    return next((run for run in runs if run.task == imported.task and _same_truth(db, run, imported)), None)


def _same_truth(db: Database, run: Run, imported: Imported) -> bool:
    """Whether a run on the same ids holds the same truth of each example."""
    stored = outcomes.get_outcomes(db, run.id)
    if stored is None or set(stored.labels) != set(imported.labels):
        return False
    ids = unpack(imported.example_set.ids)
    ours, theirs = (
        outcomes_of(found.labels, ids, {name: unpack(column) for name, column in found.columns.items()}, None)
        for found in (imported.outcomes, stored)
    )
    return bool(theirs.in_terms_of(ours).same_truth(ours).all())


def _target(db: Database, twin: Run) -> str | None:
    target = details.get_detail(db, twin.id).data.get("target")
    return None if target is None else str(target)


def _spec(imported: Imported, dataset: str, target: str | None) -> dict[str, Any]:
    """What there is to say of how it came about: it cannot be run again, and ``imported`` says so."""
    request = imported.request
    return {
        "model": request.model or request.name,
        "imported": {
            "outcomes": str(request.outcomes.resolve()),
            "trials": None if request.trials is None else str(request.trials.resolve()),
        },
        "data": {"dataset": dataset, "target": target},
        "parameters": dict(request.parameters),
        "seed": request.seed,
        "device": request.device,
        "threads": request.threads,
    }


def _data(imported: Imported, target: str | None) -> dict[str, Any]:
    """What is known of the data: nothing of what the model was trained on, so that there is no fingerprint."""
    n = imported.outcomes.n
    return {
        "fingerprint": None,
        "train": None,
        "val": None,
        "test": n,
        "labels": list(imported.labels),
        "target": target,
        "report": {"rows": n, "warnings": _caveats(imported)},
        "imported": True,
    }


def _caveats(imported: Imported) -> list[dict[str, str]]:
    found = list_caveats(imported.findings.warnings)
    packed = imported.example_set.contents
    return found + ([] if packed is None else left_out_caveats(unpack_contents(packed), imported.outcomes.n))
