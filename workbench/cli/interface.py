"""The bare command: open the interface. The one place where the engine reaches up to ``screens``."""

import gc
import os
import sys
from argparse import Namespace

from workbench.cli.stores import path_of
from workbench.errors import UsageError


def open_interface(arguments: Namespace) -> int:
    """Open the interface on the store until the user quits; runs go on."""
    from screens.terminal import refuse_terminal

    refusal = refuse_terminal(os.environ)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        refusal = "There is no terminal here to draw on. 'workbench --help' lists the commands that need none."
    if refusal:
        raise UsageError(refusal)
    # What is imported stays: looking through all of it again and again for garbage would cost a thirtieth of the start.
    gc.disable()
    from screens.app import run_app

    return run_app(path_of(arguments), read_only=arguments.read_only)
