"""``demo``: two real models on real data, side by side, and their diff."""

import os
import sys
from argparse import Namespace

from store.database import Database
from store.records import Run, RunStatus
from store.runs import get_run
from workbench.cli.following import Left, follow
from workbench.cli.output import narrate, print_report
from workbench.cli.stores import open_to_write, path_of
from workbench.comparison.compared import compare_runs
from workbench.comparison.report import to_renderable
from workbench.demonstration import DATASET, MODELS, TAG, demo_specs
from workbench.runs.launcher import launch
from workbench.settings import load_settings


def demo(arguments: Namespace) -> int:
    """Train ``mlp`` and ``cnn`` on the digits, watch them where there is a terminal, and print their diff."""
    from screens.terminal import refuse_terminal

    headless = arguments.headless or not (sys.stdin.isatty() and sys.stdout.isatty())
    refusal = None if headless else refuse_terminal(os.environ)
    if refusal:
        narrate(refusal)
    with open_to_write(arguments) as db:
        runs = [launch(db, spec, name=name, tags=(TAG,)) for name, spec in demo_specs()]
        narrate(f"Training {' and '.join(MODELS)} on {DATASET}, each in processes of its own.")
        if not headless and not refusal:
            _watch_in_interface(arguments, runs[0])
        try:
            runs = follow(db, runs)
        except Left:
            return 0
        return _conclude(db, runs)


def _watch_in_interface(arguments: Namespace, run: Run) -> None:
    from screens.app import run_app

    run_app(path_of(arguments), select=run.id)


def _conclude(db: Database, runs: list[Run]) -> int:
    runs = [get_run(db, run.id) for run in runs]
    for run in runs:
        if run.status is not RunStatus.DONE:
            narrate(f"Run {run.id} ({run.name}) is {run.status}. {run.error or ''}".rstrip())
    a, b = runs
    if any(run.status is not RunStatus.DONE for run in runs):
        narrate(f"There is nothing to compare. 'workbench logs {a.id}' and 'workbench logs {b.id}' tell why.")
        return 1
    print_report(to_renderable(compare_runs(db, a.id, b.id, load_settings()).comparison))
    narrate(f"Again: 'workbench diff {a.id} {b.id}'. All of one run: 'workbench show {a.id}'. Interface: 'workbench'.")
    return 0
