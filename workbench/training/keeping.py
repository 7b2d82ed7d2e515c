"""Keeping a checkpoint on a disk that may be full: a long training must not be lost for want of a little room."""

import time
from collections.abc import Callable, Generator
from pathlib import Path

from workbench.errors import DiskError
from workbench.events import Event, LineLogged, Progressed
from workbench.models.checkpoint import describe_checkpoint

ROOM_WAIT_S = 600.0
"""How long a finished training waits for room to keep its weights: a person has to make it."""
_ROOM_CHECK_S = 0.5


def keep(save: Callable[[], None], folder: Path, step: int | None, wait_s: float) -> Generator[Event, None, None]:
    """Calls ``save``, which writes the checkpoint ``folder``, and tells of it.

    A disk that cannot be written is told of once and waited for, up to ``wait_s`` seconds, between any two of which the
    run can be stopped; then DiskError is raised. With 0 it is told of and nothing more.
    """
    deadline, told = time.monotonic() + wait_s, False
    while True:
        try:
            save()
        except DiskError as error:
            if wait_s and time.monotonic() >= deadline:
                raise
            if not told:
                then = f"Trying again for {wait_s / 60:.0f} minutes." if wait_s else "The training goes on without it."
                yield LineLogged(f"{error.message} {then}", "warning")
                told = True
        else:
            yield describe_checkpoint(folder, step)
            return
        if not wait_s:
            return
        time.sleep(_ROOM_CHECK_S)
        yield Progressed(0, None, "tries")
