"""Looking after runs that died: the app's part that has lost runs confirmed and queued ones started again."""

import time
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import App

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

RECOVER_EVERY_S = 5.0


class Upkeep(App[None]):
    """Recovers at the start, and whenever a page shows a run whose processes are gone."""

    _recovered_at = float("-inf")
    _awaits_recovery = False

    def recover_soon(self) -> None:
        """Have dead runs confirmed, once in RECOVER_EVERY_S at most.

        A wish that comes too early is granted later: a dead run changes no page any more, so nobody would ask again.
        """
        if cast("WorkbenchApp", self).read_only or self._awaits_recovery:
            return
        self._awaits_recovery = True
        self.set_timer(max(0.01, self._recovered_at + RECOVER_EVERY_S - time.monotonic()), self._recover_now)

    def _recover_now(self) -> None:
        self._awaits_recovery = False
        self._recovered_at = time.monotonic()
        self._recover_runs()

    @work(thread=True, exit_on_error=False, group="recovery", exclusive=True)
    def _recover_runs(self) -> None:
        cast("WorkbenchApp", self).engine.recover()
