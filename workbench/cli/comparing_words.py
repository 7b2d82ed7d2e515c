"""The words of the commands that set runs beside each other: ``diff``, ``race`` and ``tradeoff``."""

from typing import TYPE_CHECKING

from workbench.cli.command_words import EXPRESSION_HELP, add_command, add_forms

if TYPE_CHECKING:
    from workbench.cli.command_words import Commands

_DIFF_EPILOGUE = """\
Gates: 'accuracy.delta < -0.01', 'p95_ms.relative > 0.1', 'macro_f1.verdict == a', 'not comparable', 'warnings ~
busy-machine'. Paths are those of --json. All gates are tried, and each is answered in a sentence on stderr.
--baseline TAG takes the newest run that is done, has the tag and learned from the same data as B.
"""


def add_comparing(commands: "Commands") -> None:
    """``diff``, ``race`` and ``tradeoff``."""
    _add_diff(commands)
    _add_race(commands)
    _add_tradeoff(commands)


def _add_diff(commands: "Commands") -> None:
    words = "compare two runs: accuracy, latency, cost and size"
    diff = add_command(commands, "diff", "comparing:diff", words, json=False)
    diff.usage = "workbench diff A B [options]\n       workbench diff B --baseline TAG [options]"
    diff.epilog = _DIFF_EPILOGUE
    diff.add_argument("a", metavar="A", help="a run; every difference is B - A").required = False
    # Not nargs="?", which would be used up before an option that stands between A and B.
    diff.add_argument("b", metavar="B", help="the run to compare it with").required = False
    diff.add_argument("--baseline", metavar="TAG", help="compare with the newest run that has this tag, as A")
    diff.add_argument(
        "--group",
        metavar="KIND",
        choices=("seeds", "splits", "auto"),
        help="compare all runs like A with all like B: those that differ in seeds, in splits, or auto",
    )
    form = add_forms(diff, "print CSV, a line for each row")
    form.add_argument("--markdown", action="store_true", help="print Markdown, for a pull request")
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


def _add_race(commands: "Commands") -> None:
    race = add_command(commands, "race", "racing:race", "measure both models' latency again under the same conditions")
    race.add_argument("a", metavar="A")
    race.add_argument("b", metavar="B")
    race.add_argument(
        "--seconds",
        type=float,
        default=30.0,
        metavar="N",
        help="time calls for at most so long (default 30; starting the processes comes on top)",
    )


def _add_tradeoff(commands: "Commands") -> None:
    weigh = add_command(
        commands, "tradeoff", "tradeoff:tradeoff", "weigh up all runs of a data set: quality, latency, cost"
    )
    weigh.add_argument("--where", metavar="EXPR", help=EXPRESSION_HELP)
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
