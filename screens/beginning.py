"""What begins when: the threads of the app are started in the order in which their work is needed.

The store is read once it is known which rows and columns are in sight, so that the first page is complete; the meters
and the looking after dead runs, whose imports would take the time from the first rows, come when these are painted.
"""

import asyncio
import gc
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from textual import work

from screens.dashboard.cached_models import watch_cache
from screens.devices.meters import Meters, watch_meters
from screens.messages import CacheRead, DevicesRead
from screens.poller import Poller
from screens.terminal import has_hung_up
from screens.upkeep import Upkeep

TERMINAL_EVERY_S = 1.0
"""How often it is looked whether there is still a terminal."""


class Beginning(Upkeep):
    """The app's part that starts its threads."""

    _poller: Poller[Any]
    _open_meters: Callable[[], Meters] | None
    _reads = _is_settled = False

    def __init__(self, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._leaving = threading.Event()

    def _begin_reading(self) -> None:
        """Start the poller once the table has said which rows and columns it has room for, or is seen to be hidden."""
        if not self._reads:
            self._reads = True
            self.run_worker(self._poller.run, thread=True, exit_on_error=False, group="poller", name="poller")

    def _settle(self) -> None:
        """Start the threads that the first rows need not wait for: what they import would take the time from those."""
        if self._is_settled:
            return
        self._is_settled = True
        if not self.is_headless:
            gc.freeze()  # what is there now stays, and no later collection need look through it while a key waits
            gc.enable()
        if self._open_meters is not None:
            self._watch_devices(self._open_meters)
        self._watch_cache()
        self.recover_soon()

    def _leave_on_signals(self) -> None:
        """Put the terminal back before a signal ends us."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))
        if not self.is_headless and sys.__stdin__ is not None:
            self.set_interval(TERMINAL_EVERY_S, partial(self._leave_with_terminal, sys.__stdin__.fileno()))

    def _leave_with_terminal(self, fileno: int) -> None:
        """End where the terminal went away without a signal, as of a process in a session of its own.

        Textual would go on asking it for keys, without a pause and for ever.
        """
        if has_hung_up(fileno):
            self.exit(return_code=128 + signal.SIGHUP)

    @work(thread=True, exit_on_error=False, group="meters")
    def _watch_devices(self, open_meters: Callable[[], Meters]) -> None:
        watch_meters(open_meters, self._leaving, lambda samples: self.post_message(DevicesRead(samples)))

    @work(thread=True, exit_on_error=False, group="cache")
    def _watch_cache(self) -> None:
        watch_cache(self._leaving, lambda models: self.post_message(CacheRead(models)))
