"""The command ``workbench``: reads the words, runs one handler, turns errors into sentences and exit codes.

Handlers are named as text (``module:function``) in ``workbench.cli.parser`` and imported only when chosen, so that
``--help`` costs no more than Python and argparse do.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from store.errors import ReportedError
from workbench.cli.parser import build_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 a failed gate or run, 2 wrong use, 3 the tool could not."""
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


def _report(error: ReportedError) -> int:
    from workbench.cli.output import narrate

    narrate(f"{error.title}: {error.message}")
    return error.exit_code


def _close_quietly() -> int:
    """Whoever read our output (``head``) has gone: not an error, but Python would complain once more at its exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _report_defect(error: Exception) -> int:
    """Something that we did not foresee: the sentence on the terminal, the traceback in a file to send us."""
    from workbench.cli.defects import keep_traceback
    from workbench.cli.output import narrate

    path = keep_traceback(error)
    narrate(f"Workbench itself failed: {type(error).__name__}: {error}. Nothing was lost; the details are in {path}.")
    return 3


if __name__ == "__main__":
    sys.exit(main())
