"""``import``: a model measured elsewhere becomes a run that is compared like any other."""

import os
from argparse import Namespace
from pathlib import Path

from store.details import get_detail
from store.labels import check_tags
from store.records import FigureGroup
from workbench.cli.output import narrate, print_json
from workbench.cli.showing import print_result
from workbench.cli.stores import open_to_write
from workbench.errors import BadValue
from workbench.importing import ImportRequest, keep, read_import
from workbench.importing.request import read_figures, read_pairs, read_value
from workbench.importing.roles import Told
from workbench.run_json import run_json
from workbench.runs.launcher import check_name


def import_run(arguments: Namespace) -> int:
    """Read the files, say what was taken for what, and store the run."""
    request = request_from(arguments)
    imported = read_import(request)
    with open_to_write(arguments) as db:
        run = keep(db, imported)
        detail = get_detail(db, run.id)
    for sentence in imported.findings.said:
        narrate(sentence)
    for warning in detail.data["report"]["warnings"]:
        narrate(f"Warning: {warning['message']}")
    narrate(f"Run {run.id} ({run.name}) holds {imported.outcomes.n:,} examples of {run.dataset}.")
    if arguments.json:
        print_json(run_json(detail))
    else:
        print_result(detail, run.status)
    return 0


def request_from(arguments: Namespace) -> ImportRequest:
    """What the words ask for; raises BadValue, UnknownName or BadTag with a sentence."""
    columns = Told(
        id=arguments.id,
        truth=arguments.truth,
        prediction=arguments.prediction,
        probabilities=arguments.probabilities,
        scores=arguments.scores,
    )
    return ImportRequest(
        name=check_name(arguments.name),
        outcomes=Path(os.path.expanduser(arguments.outcomes)),
        trials=None if arguments.trials is None else Path(os.path.expanduser(arguments.trials)),
        columns=columns,
        labels=_labels(arguments.labels),
        positive=arguments.positive,
        task=arguments.task,
        dataset=arguments.data,
        target=arguments.target,
        model=arguments.model,
        figures=(*read_figures(FigureGroup.COST, arguments.cost), *read_figures(FigureGroup.SIZE, arguments.size)),
        parameters={name: read_value(text) for name, text in read_pairs(arguments.settings).items()},
        environment={name: read_value(text) for name, text in read_pairs(arguments.environment).items()},
        device=arguments.device,
        threads=_at_least_one("--threads", arguments.threads),
        batch_size=_at_least_one("--batch-size", arguments.batch_size),
        seed=arguments.seed,
        group=arguments.group,
        tags=check_tags(arguments.tags),
        notes=arguments.note or "",
    )


def _labels(text: str | None) -> tuple[str, ...]:
    labels = tuple(part.strip() for part in (text or "").split(",") if part.strip())
    if len(set(labels)) != len(labels) or (text is not None and len(labels) < 2):
        raise BadValue(f"--labels names each class once, with commas between, as cat,dog: not {text!r}.")
    return labels


def _at_least_one(option: str, number: int | None) -> int | None:
    if number is not None and number < 1:
        raise BadValue(f"{option} must be at least 1, not {number}.")
    return number
