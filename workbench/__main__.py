"""The command ``workbench``: reads the words, runs one handler, turns errors into sentences and exit codes.

Handlers are named as text (``module:function``) in ``workbench.cli.parser`` and imported only when chosen, so that
``--help`` costs no more than Python and argparse do.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from store.errors import ReportedError
from workbench.cli.parser import build_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 a failed gate or run, 2 wrong use, 3 the tool could not."""
    _open_missing_streams()
    arguments = build_parser().parse_args(argv)
    module, _, function = arguments.handler.partition(":")
    try:
        code: int = getattr(import_module(module), function)(arguments)
        sys.stdout.flush()
    except ReportedError as error:
        return _report(error)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    except BrokenPipeError:
        return _close_quietly()
    except Exception as error:
        return _report_defect(error)
    return code


def _open_missing_streams() -> None:
    """Started without standard streams, as some schedulers do, we use the null device in their place.

    Else the next file that is opened, the store among them, would get their number, and what is printed with it. What
    a terminal or a file cannot encode becomes a question mark there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _report(error: ReportedError) -> int:
    from workbench.cli.output import narrate

    narrate(f"{error.title}: {error.message}")
    return error.exit_code


def _close_quietly() -> int:
    """Whoever read our output (``head``) has gone: not an error, but Python would complain once more at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _report_defect(error: Exception) -> int:
    """Something that we did not foresee: the sentence on the terminal, the traceback in a file to send us."""
    from workbench.cli.output import narrate
    from workbench.defects import keep_traceback

    path = keep_traceback(error)
    narrate(f"Workbench itself failed: {type(error).__name__}: {error}. Nothing was lost; the details are in {path}.")
    return 3


if __name__ == "__main__":
    sys.exit(main())
