"""``run`` and ``rerun``: start a run in processes of its own, and follow it."""

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from store.database import Database
from store.details import get_detail
from store.labels import check_tags
from store.records import Run, RunStatus
from store.runs import find_run
from workbench.cli.following import Left, follow
from workbench.cli.output import narrate, print_json
from workbench.cli.showing import print_result
from workbench.cli.stores import open_to_write
from workbench.data import is_file
from workbench.errors import BadValue
from workbench.models import ModelEntry, find_model
from workbench.parameters import Value, parse_settings
from workbench.run_json import run_json
from workbench.runs.launcher import launch
from workbench.runs.launcher import rerun as launch_again
from workbench.runs.liveness import effective_status
from workbench.spec import DataSpec, RunSpec


def run(arguments: Namespace) -> int:
    """Start the run that the command line describes."""
    spec = spec_from(arguments)
    with open_to_write(arguments) as db:
        started = launch(db, spec, name=arguments.name, tags=check_tags(arguments.tags))
        return _see_through(db, started, arguments)


def rerun(arguments: Namespace) -> int:
    """Start a run with the spec of an earlier one, which becomes its parent; seeds may be others."""
    with open_to_write(arguments) as db:
        earlier = find_run(db, arguments.run)
        started = launch_again(db, earlier, seed=arguments.seed, split_seed=arguments.split_seed)
        return _see_through(db, started, arguments)


def spec_from(arguments: Namespace) -> RunSpec:
    """The run spec that the words describe; the launcher checks it against the catalogues and the data."""
    entry = find_model(arguments.model)
    preset = preset_settings(entry, arguments.preset) if arguments.preset else []
    parameters: dict[str, Value] = parse_settings(entry.parameters, [*preset, *arguments.settings])
    if arguments.epochs is not None:
        if not any(parameter.name == "epochs" for parameter in entry.parameters):
            raise BadValue(f"{entry.name} is not trained in epochs; leave --epochs out.")
        parameters["epochs"] = arguments.epochs
    # A file is named by its whole path: a rerun may be started from another folder.
    dataset = str(Path(os.path.expanduser(arguments.data)).resolve()) if is_file(arguments.data) else arguments.data
    fractions = {"test_fraction": arguments.test_fraction, "val_fraction": arguments.val_fraction}
    data: dict[str, Any] = {name: value for name, value in fractions.items() if value is not None}
    return RunSpec(
        model=entry.name,
        data=DataSpec(
            dataset=dataset, target=arguments.target, text=arguments.text, split_seed=arguments.split_seed, **data
        ),
        parameters=parameters,
        seed=arguments.seed,
        device=arguments.device,
        threads=arguments.threads if arguments.threads is not None else 0,
    )


def preset_settings(entry: ModelEntry, name: str) -> list[str]:
    """What a preset sets of the model's own parameters, as ``name=value``; raises BadValue where it is of another."""
    from workbench.presets import find_preset  # only who names a preset waits for its file

    preset = find_preset(name)
    if preset.model != entry.name:
        raise BadValue(f"The preset {name!r} is one of {preset.model}, not of {entry.name}.")
    own = {parameter.name for parameter in entry.parameters}
    return [f"{key}={text}" for key, text in preset.values.items() if key in own]


def _see_through(db: Database, started: Run, arguments: Namespace) -> int:
    """Follow ``started`` to its end unless told to detach, and print what came of it."""
    narrate(f"Run {started.id} ({started.name}) has started in processes of its own.")
    ended = [started]
    if not arguments.detach:
        try:
            ended = follow(db, [started])
        except Left:
            return 0
    detail = get_detail(db, started.id)
    status = effective_status(db.path, ended[0])
    if arguments.json:
        print_json(run_json(detail, status=status))
    elif not arguments.detach:
        print_result(detail, status)
    return 0 if arguments.detach or status is RunStatus.DONE else 1
