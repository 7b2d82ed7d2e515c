"""The g of vi: pressed twice within a second it goes to the top."""

import time

from textual.widget import Widget

_WITHIN_S = 1.0


class SecondG(Widget):
    """A list whose first g does nothing yet."""

    _first_g_at = 0.0

    def action_top(self) -> None:
        """Go to the first row."""
        raise NotImplementedError

    def action_top_on_second(self) -> None:
        """Go to the first row on the second g of a pair."""
        now = time.monotonic()
        if now - self._first_g_at < _WITHIN_S:
            self._first_g_at = 0.0
            self.action_top()
        else:
            self._first_g_at = now
