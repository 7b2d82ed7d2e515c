"""The words of the command line: every command, its options and their help, and nothing that is slow to import."""

import re
from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter, _SubParsersAction
from typing import TYPE_CHECKING

from workbench import __version__

if TYPE_CHECKING:
    Commands = _SubParsersAction[ArgumentParser]

_EPILOGUE = """\
A RUN is an id, a unique name, 'last' or 'last~N'. DATA is a name of 'workbench datasets' or a .csv/.tsv file.
Every read takes --json. Exit codes: 0 success, 1 a failed run or gate, 2 wrong use, 3 the tool itself could not.
"""
_DIFF_EPILOGUE = """\
Gates: 'accuracy.delta < -0.01', 'p95_ms.relative > 0.1', 'macro_f1.verdict == a', 'not comparable', 'warnings ~
busy-machine'. Paths are those of --json. All gates are tried, and each is answered in a sentence on stderr.
--baseline TAG takes the newest run that is done, has the tag and learned from the same data as B.
"""
_GENERATE_EPILOGUE = """\
The text goes to stdout as it is made: raw into a pipe, with control characters made visible on a terminal. The model
stays loaded in a process of its own until nobody has asked for 10 minutes ([generation] idle_minutes in the settings),
or until --unload. A suite has an object on each line, as {"prompt": "The cat", "contains": "mat", "max_tokens": 20};
besides contains there are regex and equals.
"""
_LANGUAGE_MODEL_HELP = "gpt2 or another id of the hub's cache, hf:FOLDER, FILE.gguf, or run:ID"
_EXPRESSION_HELP = "e.g. 'accuracy >= 0.95 and model == mlp' (==, !=, <, <=, >, >=, ~ contains; and, or, not)"


class _Formatter(RawDescriptionHelpFormatter):
    """Help that keeps the epilogue's lines and leaves room for the longer options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32)


def build_parser() -> ArgumentParser:
    """The parser of the whole command line; each command sets ``handler`` to 'module:function'."""
    parser = ArgumentParser(
        prog="workbench",
        description="Train, watch and compare models from the terminal. Without a command: open the interface.",
        epilog=_EPILOGUE,
        formatter_class=_Formatter,
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
    _add_generating(commands)
    _add_reading(commands)
    _add_changing(commands)
    _add_machine(commands)
    return parser


def _command(
    commands: "Commands", name: str, handler: str, summary: str, *, json: bool = True, short_help: bool = True
) -> ArgumentParser:
    parser = commands.add_parser(
        name, help=summary, description=summary, formatter_class=_Formatter, add_help=short_help
    )
    parser.set_defaults(handler=f"workbench.cli.{handler}")
    # SUPPRESS: said after the command it overrides what stood before it, unsaid it leaves that alone.
    parser.add_argument("--store", metavar="PATH", default=SUPPRESS, help=SUPPRESS)
    parser.add_argument("--take-over", action="store_true", default=SUPPRESS, help=SUPPRESS)
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_catalogues(commands: "Commands") -> None:
    demo = _command(commands, "demo", "demo:demo", "train two models on bundled data and show their diff", json=False)
    demo.add_argument("--headless", action="store_true", help="do not open the interface: print progress and the diff")
    _command(commands, "models", "catalogues:list_models", "the models, their families and parameters")
    _command(commands, "datasets", "catalogues:list_datasets", "the bundled data sets")


def _add_running(commands: "Commands") -> None:
    run = _command(commands, "run", "running:run", "train and evaluate a model in processes of its own")
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
    rerun = _command(commands, "rerun", "running:rerun", "run the same spec again")
    rerun.add_argument("run", metavar="RUN")
    rerun.add_argument("--seed", type=int, metavar="N", help="another seed of the training")
    rerun.add_argument("--split-seed", type=int, metavar="N", help="another split of the data")
    rerun.add_argument("--detach", action="store_true", help="start it and return at once")


def _add_import(commands: "Commands") -> None:
    own = _command(commands, "import", "importing:import_run", "a model measured elsewhere becomes a run to compare")
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


def _add_generating(commands: "Commands") -> None:
    summary = "text from a language model, or from two on the same prompt; or a suite of prompts as a test"
    make = _command(commands, "generate", "generating:generate", summary)
    make.usage = "workbench generate MODEL [PROMPT | - | --file FILE] [options]"
    make.epilog = _GENERATE_EPILOGUE
    make.add_argument("model", metavar="MODEL", help=_LANGUAGE_MODEL_HELP)
    # Not nargs="?", which would be used up before an option that stands between MODEL and PROMPT.
    make.add_argument(
        "prompt", metavar="PROMPT", help="what the text begins with; - reads it from stdin"
    ).required = False
    make.add_argument("--against", metavar="MODEL", help="a second model, B, for the same prompt and settings")
    make.add_argument("--file", metavar="FILE", help="ask a suite of prompts (.jsonl), and exit 1 if one fails")
    for option, kind, words in (
        ("max-new-tokens", int, "how many tokens at most (default 64)"),
        ("temperature", float, "0 takes the most probable token each time (default), 1 draws as the model says"),
        ("top-k", int, "draw from the K most probable tokens"),
        ("top-p", float, "draw from the most probable tokens that together have this probability"),
        ("min-p", float, "draw from tokens with this share of the most probable one's probability"),
        ("repetition-penalty", float, "above 1: what has occurred becomes less probable"),
        ("samples", int, "how many texts (default 1)"),
        ("seed", int, "the same seed gives the same text (default 0)"),
    ):
        make.add_argument(f"--{option}", type=kind, metavar="N", help=words)
    make.add_argument("--stop", metavar="S", action="append", default=[], help="end before this text; may be repeated")
    _add_generator(make)
    make.add_argument("--unload", action="store_true", help="only have the process that holds the model end")
    summary = "how well a language model predicts a text, alone or beside another one"
    score = _command(commands, "perplexity", "perplexity:perplexity", summary)
    score.add_argument("model", metavar="MODEL", help=_LANGUAGE_MODEL_HELP)
    score.add_argument(
        "file", metavar="FILE", help="a text file, or - for stdin; of a .jsonl file each line a document"
    )
    score.add_argument("--against", metavar="MODEL", help="a second model, B, compared on the same units of text")
    score.add_argument("--field", metavar="NAME", default="text", help="the field of a .jsonl file (default text)")
    _add_generator(score)
    checks = _command(commands, "checks", "checks:checks", "what language models made of prompts, newest first")
    checks.add_argument(
        "ids", metavar="ID", type=int, nargs="*", help="one check to see whole, or two to see them part"
    )
    checks.add_argument("--search", metavar="WORDS", help="only those with all of these words in prompt, text or model")
    checks.add_argument("--limit", type=int, default=20, metavar="N", help="at most N checks (default 20)")


def _add_generator(parser: ArgumentParser) -> None:
    """What a command that asks a language model says about its process."""
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda or cuda:N (default auto)")
    parser.add_argument(
        "--dtype", default="float32", choices=("float32", "bfloat16", "float16"), help="precision (default float32)"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="CPU cores, if a process has to be started")


def _add_reading(commands: "Commands") -> None:
    runs = _command(commands, "runs", "listing:list_runs", "the runs, newest first")
    runs.add_argument("--where", metavar="EXPR", help=_EXPRESSION_HELP)
    runs.add_argument("--sort", metavar="KEY", help="a metric or parameter, best first; KEY:asc or KEY:desc to choose")
    runs.add_argument("--limit", type=int, metavar="N", help="at most N runs")
    runs.add_argument("--fold", action="store_true", help="runs that differ only in seed as one: mean and spread")
    show = _command(commands, "show", "showing:show", "spec, environment, metrics, cost, latency, data quality")
    show.add_argument("run", metavar="RUN")
    series = _command(commands, "series", "reading:series", "every point that a run logged")
    series.add_argument("run", metavar="RUN")
    series.add_argument("--metric", metavar="M", help="only this metric")
    series.add_argument("--csv", action="store_true", help="print CSV")
    outcomes = _command(commands, "outcomes", "reading:outcomes", "what a run's model said about every test example")
    outcomes.add_argument("run", metavar="RUN")
    outcomes.add_argument("--wrong", action="store_true", help="only the examples that it got wrong")
    outcomes.add_argument("--csv", action="store_true", help="print CSV")
    logs = _command(commands, "logs", "reading:logs", "the log of a run")
    logs.add_argument("run", metavar="RUN")
    logs.add_argument("--follow", action="store_true", help="go on until the run ends")
    _add_diff(commands)
    _add_race(commands)
    _add_tradeoff(commands)


def _add_tradeoff(commands: "Commands") -> None:
    weigh = _command(
        commands, "tradeoff", "tradeoff:tradeoff", "weigh up all runs of a data set: quality, latency, cost"
    )
    weigh.add_argument("--where", metavar="EXPR", help=_EXPRESSION_HELP)
    weigh.add_argument("--data", metavar="NAME", help="the data set; default: that of the newest finished run")
    weigh.add_argument("--x", metavar="FIGURE", default="p95_ms", help="the price, such as usd_per_1k_predictions")
    weigh.add_argument("--y", metavar="FIGURE", help="the quality; default: accuracy, or the main score of the task")
    weigh.add_argument(
        "--need",
        metavar="FIGURE=NUMBER",
        action="append",
        default=[],
        help="what a run must keep, e.g. accuracy=0.95 (at least) or p95_ms=20 (at most); may be repeated",
    )
    weigh.add_argument(
        "--weight",
        metavar="ROLE=NUMBER",
        action="append",
        default=[],
        help="what quality, latency or cost counts; may be repeated",
    )
    weigh.add_argument(
        "--usd-per-correct", metavar="USD", type=float, default=0.0, help="what a right answer is worth to you"
    )
    weigh.add_argument("--mixed", action="store_true", help="weigh up latencies measured under other conditions, too")


def _add_race(commands: "Commands") -> None:
    race = _command(commands, "race", "racing:race", "measure both models' latency again under the same conditions")
    race.add_argument("a", metavar="A")
    race.add_argument("b", metavar="B")
    race.add_argument(
        "--seconds",
        type=float,
        default=30.0,
        metavar="N",
        help="time calls for at most so long (default 30; starting the processes comes on top)",
    )


def _add_diff(commands: "Commands") -> None:
    diff = _command(commands, "diff", "comparing:diff", "compare two runs: accuracy, latency, cost and size")
    diff.usage = "workbench diff A B [options]\n       workbench diff B --baseline TAG [options]"
    diff.epilog = _DIFF_EPILOGUE
    diff.add_argument("a", metavar="A", help="a run; every difference is B - A")
    # Not nargs="?", which would be used up before an option that stands between A and B.
    diff.add_argument("b", metavar="B", help="the run to compare it with").required = False
    diff.add_argument("--baseline", metavar="TAG", help="compare with the newest run that has this tag, as A")
    diff.add_argument(
        "--group",
        metavar="KIND",
        choices=("seeds", "splits", "auto"),
        help="compare all runs like A with all like B: those that differ in seeds, in splits, or auto",
    )
    form = diff.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print Markdown, for a pull request")
    form.add_argument("--csv", action="store_true", help="print CSV, a line for each row")
    form.add_argument("--html", action="store_true", help="print a page with charts that needs nothing else")
    diff.add_argument(
        "--slices",
        metavar="COLUMN",
        action="append",
        default=[],
        help="both models by a column of the data, or by truth, predicted_a, predicted_b; may be repeated",
    )
    diff.add_argument(
        "--worst-slices", metavar="N", type=int, help="the N slices on which B is behind, the surest first"
    )
    diff.add_argument("--slice-score", metavar="SCORE", help="slice by this score, such as log_loss")
    diff.add_argument(
        "--fail-if",
        metavar="EXPR",
        action="append",
        default=[],
        help="exit 1 if this holds, or cannot be known; may be repeated",
    )


def _add_changing(commands: "Commands") -> None:
    stop = _command(commands, "stop", "changing:stop", "stop runs; each keeps a checkpoint")
    stop.add_argument("runs", metavar="RUN", nargs="+")
    stop.add_argument("--force", action="store_true", help="kill at once instead of after a grace time")
    stop.add_argument("--no-wait", action="store_true", help="ask and return, without waiting for the end")
    delete = _command(commands, "delete", "changing:delete", "delete runs that have ended, with all that was kept")
    delete.add_argument("runs", metavar="RUN", nargs="+")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    _add_tag(commands)


def _add_tag(commands: "Commands") -> None:
    summary = "the tags and notes of a run: shows them, or changes them"
    tag = _command(commands, "tag", "labelling:tag", summary, short_help=False)
    # A tag to take away looks like an option, so that here it is read as argparse reads a negative number; for the
    # same reason there is no -h.
    tag._negative_number_matcher = re.compile("-[^-]")  # noqa: SLF001
    tag.add_argument("--help", action="help", help="show this help message and exit")
    tag.add_argument("run", metavar="RUN")
    tag.add_argument("changes", metavar="+TAG|-TAG", nargs="*", help="add a tag, or take one away")
    tag.add_argument("--note", metavar="TEXT", help="replace the notes; '' removes them")


def _add_machine(commands: "Commands") -> None:
    devices = _command(
        commands, "devices", "devices:devices", "GPUs, CPU, memory and disk, who uses them and who waits"
    )
    often = devices.add_mutually_exclusive_group()
    often.add_argument("--once", action="store_true", help="one reading (what happens without it, too)")
    often.add_argument("--watch", action="store_true", help="go on until Ctrl-C")
    doctor = _command(commands, "doctor", "machine:doctor", "what works here, and what would end a detached run")
    doctor.add_argument("--deep", action="store_true", help="also import torch and compute on each device")
