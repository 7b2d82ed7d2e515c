"""What the words of every command have in common: how one is added, and how its help is laid out."""

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter, _MutuallyExclusiveGroup, _SubParsersAction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    Commands = _SubParsersAction[ArgumentParser]

EXPRESSION_HELP: Final = "e.g. 'accuracy >= 0.95 and model == mlp' (==, !=, <, <=, >, >=, ~ contains; and, or, not)"


class Formatter(RawDescriptionHelpFormatter):
    """Help that keeps the epilogue's lines and leaves room for the longer options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32)


def add_command(
    commands: "Commands", name: str, handler: str, summary: str, *, json: bool = True, short_help: bool = True
) -> ArgumentParser:
    """A command that ``handler``, 'module:function' below this package, answers; with ``--json`` unless it has none."""
    parser = commands.add_parser(
        name, help=summary, description=summary, formatter_class=Formatter, add_help=short_help
    )
    parser.set_defaults(handler=f"workbench.cli.{handler}")
    # SUPPRESS: said after the command it overrides what stood before it, unsaid it leaves that alone.
    parser.add_argument("--store", metavar="PATH", default=SUPPRESS, help=SUPPRESS)
    parser.add_argument("--take-over", action="store_true", default=SUPPRESS, help=SUPPRESS)
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def add_forms(parser: ArgumentParser, csv: str = "print CSV") -> _MutuallyExclusiveGroup:
    """``--json`` and ``--csv``, of which one may be asked for; more may be added."""
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print JSON")
    forms.add_argument("--csv", action="store_true", help=csv)
    return forms
