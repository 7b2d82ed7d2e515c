"""The words of the command line: every command, its options and their help, and nothing that is slow to import.

Those of comparing and of generating stand in modules of their own.
"""

import re
from argparse import ArgumentParser
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.cli.command_words import EXPRESSION_HELP, Formatter, add_command, add_forms
from workbench.cli.comparing_words import add_comparing
from workbench.cli.generating_words import add_generating

if TYPE_CHECKING:
    from workbench.cli.command_words import Commands

_EPILOGUE = """\
A RUN is an id, a unique name, 'last' or 'last~N'. DATA is a name of 'workbench datasets' or a .csv/.tsv file.
Every read takes --json. Exit codes: 0 success, 1 a failed run or gate, 2 wrong use, 3 the tool itself could not.
"""


def build_parser() -> ArgumentParser:
    """The parser of the whole command line; each command sets ``handler`` to 'module:function'."""
    parser = ArgumentParser(
        prog="workbench",
        description="Train, watch and compare models from the terminal. Without a command: open the interface.",
        epilog=_EPILOGUE,
        formatter_class=Formatter,
    )
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    parser.add_argument(
        "--store", metavar="PATH", help="the store's file (else $WORKBENCH_STORE, else the data folder)"
    )
    parser.add_argument(
        "--take-over", action="store_true", help="make this host the writer of a store on a network disk"
    )
    parser.add_argument("--read-only", action="store_true", help="open the interface to look, not to change anything")
    parser.set_defaults(handler="workbench.cli.interface:open_interface")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _add_catalogues(commands)
    _add_running(commands)
    _add_import(commands)
    add_generating(commands)
    _add_reading(commands)
    add_comparing(commands)
    _add_changing(commands)
    _add_machine(commands)
    return parser


def _add_catalogues(commands: "Commands") -> None:
    demo = add_command(
        commands, "demo", "demo:demo", "train two models on bundled data and show their diff", json=False
    )
    demo.add_argument("--headless", action="store_true", help="do not open the interface: print progress and the diff")
    add_command(commands, "models", "catalogues:list_models", "the models, their families and parameters")
    add_command(commands, "datasets", "catalogues:list_datasets", "the bundled data sets")


def _add_running(commands: "Commands") -> None:
    run = add_command(commands, "run", "running:run", "train and evaluate a model in processes of its own")
    run.add_argument(
        "model", metavar="MODEL", help="a name of 'workbench models', or hf:FOLDER, hf:ID or run:ID to train further"
    )
    run.add_argument("data", metavar="DATA", help="a name of 'workbench datasets', a table, or a text")
    run.add_argument("--target", metavar="COL", help="the column to predict; needed for a .csv or .tsv file")
    run.add_argument("--text", metavar="COL", help="the field of a .jsonl file to learn as text, if it has several")
    run.add_argument(
        "--set", metavar="NAME=VALUE", dest="settings", action="append", default=[], help="set a model parameter"
    )
    run.add_argument(
        "--preset", metavar="NAME", help="begin with a preset of the model; --set and the rest go before it"
    )
    run.add_argument("--epochs", type=int, metavar="N", help="short for --set epochs=N")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="of the training (default 0)")
    run.add_argument(
        "--split-seed", type=int, default=0, metavar="N", help="of the split, part of the data (default 0)"
    )
    run.add_argument("--test-fraction", type=float, metavar="F", help="share of the examples kept for the test")
    run.add_argument("--val-fraction", type=float, metavar="F", help="share of the rest kept for validation")
    run.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda or cuda:N (default auto)")
    run.add_argument("--threads", type=int, metavar="N", help="CPU cores that the run takes")
    run.add_argument("--name", metavar="S", help="a name for the run (default MODEL-DATA)")
    run.add_argument("--tag", metavar="T", dest="tags", action="append", default=[], help="a tag; may be repeated")
    run.add_argument("--detach", action="store_true", help="start it and return at once")
    rerun = add_command(commands, "rerun", "running:rerun", "run the same spec again")
    rerun.add_argument("run", metavar="RUN")
    rerun.add_argument("--seed", type=int, metavar="N", help="another seed of the training")
    rerun.add_argument("--split-seed", type=int, metavar="N", help="another split of the data")
    rerun.add_argument("--detach", action="store_true", help="start it and return at once")


def _add_import(commands: "Commands") -> None:
    own = add_command(commands, "import", "importing:import_run", "a model measured elsewhere becomes a run to compare")
    own.add_argument("name", metavar="NAME", help="what the run is called")
    own.add_argument(
        "--outcomes", metavar="FILE", required=True, help="one row an example: .csv, .tsv, .jsonl, .json or .parquet"
    )
    own.add_argument("--trials", metavar="FILE", help="timed calls: a column ms, perhaps block and process")
    own.add_argument("--id", metavar="COL", help="the column that says which example a row is (default id)")
    own.add_argument("--truth", metavar="COL", help="the column of what is true (else guessed, and said)")
    own.add_argument("--prediction", metavar="COL", help="the column of what the model said")
    own.add_argument("--probabilities", metavar="COL", help="their column, or what those of the classes begin with: p_")
    own.add_argument("--scores", metavar="COL", help="the same of scores that only rank")
    own.add_argument("--labels", metavar="A,B", help="all classes, in the order of columns that do not name them")
    own.add_argument("--positive", metavar="LABEL", help="the class of two that a single number is about")
    own.add_argument(
        "--task", choices=("classification", "regression", "language-modelling"), help="else seen from the columns"
    )
    own.add_argument("--data", metavar="NAME", help="the data set (else that of a run with the same examples)")
    own.add_argument("--target", metavar="COL", help="what is predicted, as it is called in the data set")
    own.add_argument("--model", metavar="S", help="what the model is called (default NAME)")
    for option, words in (
        ("cost", "figures of cost, as usd_per_1k=0.4,train_usd=12"),
        ("size", "figures of size, as parameters=7000000"),
        ("environment", "a fact about where it ran, as gpu=H100"),
    ):
        own.add_argument(f"--{option}", metavar="NAME=VALUE", action="append", default=[], help=words)
    own.add_argument(
        "--set", metavar="NAME=VALUE", dest="settings", action="append", default=[], help="a parameter of the model"
    )
    own.add_argument("--device", metavar="D", help="what it was measured on: cpu, cuda, or its name")
    own.add_argument("--threads", type=int, metavar="N", help="CPU threads of the timed calls")
    own.add_argument("--batch-size", type=int, metavar="N", help="examples in each of the timed calls")
    own.add_argument("--seed", type=int, default=0, metavar="N", help="of its training (default 0)")
    own.add_argument("--group", metavar="S", help="runs of one group are read as one: mean and spread")
    own.add_argument("--tag", metavar="T", dest="tags", action="append", default=[], help="a tag; may be repeated")
    own.add_argument("--note", metavar="TEXT", help="notes on the run")


def _add_reading(commands: "Commands") -> None:
    runs = add_command(commands, "runs", "listing:list_runs", "the runs, newest first")
    runs.add_argument("--where", metavar="EXPR", help=EXPRESSION_HELP)
    runs.add_argument("--sort", metavar="KEY", help="a metric or parameter, best first; KEY:asc or KEY:desc to choose")
    runs.add_argument("--limit", type=int, metavar="N", help="at most N runs")
    runs.add_argument("--fold", action="store_true", help="runs that differ only in seed as one: mean and spread")
    show = add_command(commands, "show", "showing:show", "spec, environment, metrics, cost, latency, data quality")
    show.add_argument("run", metavar="RUN")
    series = add_command(commands, "series", "reading:series", "every point that a run logged", json=False)
    series.add_argument("run", metavar="RUN")
    series.add_argument("--metric", metavar="M", help="only this metric")
    add_forms(series)
    words = "what a run's model said about every test example"
    outcomes = add_command(commands, "outcomes", "reading:outcomes", words, json=False)
    outcomes.add_argument("run", metavar="RUN")
    outcomes.add_argument("--wrong", action="store_true", help="only the examples that it got wrong")
    add_forms(outcomes)
    logs = add_command(commands, "logs", "reading:logs", "the log of a run")
    logs.add_argument("run", metavar="RUN")
    logs.add_argument("--follow", action="store_true", help="go on until the run ends")


def _add_changing(commands: "Commands") -> None:
    stop = add_command(commands, "stop", "changing:stop", "stop runs; each keeps a checkpoint")
    stop.add_argument("runs", metavar="RUN", nargs="+")
    stop.add_argument("--force", action="store_true", help="kill at once instead of after a grace time")
    stop.add_argument("--no-wait", action="store_true", help="ask and return, without waiting for the end")
    delete = add_command(commands, "delete", "changing:delete", "delete runs that have ended, with all that was kept")
    delete.add_argument("runs", metavar="RUN", nargs="+")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    _add_tag(commands)


def _add_tag(commands: "Commands") -> None:
    summary = "the tags and notes of a run: shows them, or changes them"
    tag = add_command(commands, "tag", "labelling:tag", summary, short_help=False)
    # A tag to take away looks like an option, so that here it is read as argparse reads a negative number; for the
    # same reason there is no -h.
    tag._negative_number_matcher = re.compile("-[^-]")  # noqa: SLF001
    tag.add_argument("--help", action="help", help="show this help message and exit")
    tag.add_argument("run", metavar="RUN")
    tag.add_argument("changes", metavar="+TAG|-TAG", nargs="*", help="add a tag, or take one away")
    tag.add_argument("--note", metavar="TEXT", help="replace the notes; '' removes them")


def _add_machine(commands: "Commands") -> None:
    devices = add_command(
        commands, "devices", "devices:devices", "GPUs, CPU, memory and disk, who uses them and who waits"
    )
    often = devices.add_mutually_exclusive_group()
    often.add_argument("--once", action="store_true", help="one reading (what happens without it, too)")
    often.add_argument("--watch", action="store_true", help="go on until Ctrl-C")
    doctor = add_command(commands, "doctor", "machine:doctor", "what works here, and what would end a detached run")
    doctor.add_argument("--deep", action="store_true", help="also import torch and compute on each device")
