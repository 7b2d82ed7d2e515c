"""Trying again when the store is busy or its disk is full: what a supervisor has to say can wait, never be lost."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from store.errors import StoreCorrupt, StoreError, StoreNewer, UnknownRun

Result = TypeVar("Result")

PATIENCE_S: Final = 3600.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_HOPELESS = (StoreCorrupt, StoreNewer, UnknownRun)


def persist(action: Callable[[], Result], *, patience_s: float = PATIENCE_S) -> Result:
    """What ``action`` returns, tried until the store allows it; raises its last StoreError after ``patience_s``.

    Giving up is safe: the spool keeps everything, and the next writing command finds the run lost and folds it.
    """
    deadline = time.monotonic() + patience_s
    pause = _FIRST_PAUSE_S
    while True:
        try:
            return action()
        except StoreError as error:
            if isinstance(error, _HOPELESS) or time.monotonic() > deadline:
                raise
            note(error)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def note(error: StoreError) -> None:
    """Writes the error where it can be written: standard error is the supervisor's own log file.

    That file mostly lies on the disk whose fullness is the news: a line that does not fit is left away.
    """
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {error.message}\n"
    with suppress(OSError):
        os.write(sys.stderr.fileno(), line.encode(errors="backslashreplace"))
