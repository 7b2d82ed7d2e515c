"""The poller: one thread that watches the store and posts a whole page whenever the page would look different.

It owns its reader, whose connection belongs to this thread. Five times a second while a run lives, once a second
otherwise, it asks whether anybody has written (some microseconds), and once a second whether the runs in sight still
live; only when one of these, or the screen's wish, has changed is a page made, and only a page that differs from the
last one is posted. An idle store costs next to nothing.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from textual.message import Message

from screens.messages import NewsCame, StoreUnreadable, StoreUpdated
from screens.news import News
from screens.page import Page, Wish
from store.errors import ReportedError

CHECK_EVERY_S = 0.2
CHECK_IDLE_EVERY_S = 1.0
LOOK_EVERY_S = 1.0
_REST = 4.0
"""After a slow reading the poller rests this many times as long as it took: watching never takes a core."""
_LONGEST_REST_S = 2.0

S = TypeVar("S")


class Reader(Protocol[S]):
    """Reads the store for one thread, in two steps: what the store says, and how that looks by locks and clock."""

    def version(self) -> object:
        """A value that differs once another process has written."""
        ...

    def read(self, wish: Wish) -> S:
        """Everything the store says about the wished page, in one transaction."""
        ...

    def look(self, snapshot: S, wish: Wish) -> Page:
        """The page that a snapshot makes now."""
        ...

    def news(self) -> tuple[News, ...]:
        """What has happened since the last call, each thing once."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class Poller(Generic[S]):
    """Runs in a thread worker until ``stop``; ``wish`` may be called from any thread at any time."""

    def __init__(self, open_reader: Callable[[], Reader[S]], post: Callable[[Message], object], wish: Wish) -> None:
        self._open_reader = open_reader
        self._post = post
        self._wish = wish
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._reader: Reader[S] | None = None
        self._snapshot: S | None = None
        self._seen: tuple[object, Wish] | None = None
        self._looked_at = 0.0
        self._posted: Page | None = None
        self._problem: str | None = None

    def wish(self, wish: Wish) -> None:
        """Say what the screen wants to see. That more of the log has been drawn is no reason to read at once."""
        before, self._wish = self._wish, wish
        if _without_log(before) != _without_log(wish):
            self._wake.set()

    def hurry(self) -> None:
        """Ask now whether anybody has written: we have."""
        self._wake.set()

    def stop(self) -> None:
        """End the loop soon."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """The thread's loop."""
        try:
            rest_s = 0.0
            while not self._stopping.is_set():
                self._wake.wait(rest_s)
                self._wake.clear()
                if self._stopping.is_set():
                    break
                began = time.monotonic()
                self._guarded_turn()
                is_idle = self._posted is not None and self._posted.live == 0
                pace_s = CHECK_IDLE_EVERY_S if is_idle else CHECK_EVERY_S
                rest_s = min(_LONGEST_REST_S, max(pace_s, _REST * (time.monotonic() - began)))
        finally:
            self._drop_reader()

    def _drop_reader(self) -> None:
        """Close the reader; the next turn opens one that knows nothing of the trouble of this one."""
        reader, self._reader, self._seen = self._reader, None, None
        if reader is not None:
            reader.close()

    def _guarded_turn(self) -> None:
        """One turn; what goes wrong is said once, and tried again, since a busy or missing store may come back."""
        try:
            self._turn()
            problem = None
        except ReportedError as error:
            problem = error.message
        except Exception as error:
            problem = f"The store could not be read ({type(error).__name__}: {error}). Trying again."
        if problem is not None:
            self._drop_reader()
        if problem != self._problem:
            self._problem = problem
            self._post(StoreUnreadable(problem))

    def _turn(self) -> None:
        if self._reader is None:
            self._reader = self._open_reader()
        wish = self._wish
        seen = (self._reader.version(), _without_log(wish))
        now = time.monotonic()
        if seen != self._seen or self._snapshot is None:
            self._snapshot = self._reader.read(wish)
            self._seen = seen
            if news := self._reader.news():
                self._post(NewsCame(news))
        elif now - self._looked_at < LOOK_EVERY_S or not (self._posted and self._posted.may_change):
            return
        self._looked_at = now
        page = self._reader.look(self._snapshot, wish)
        if page != self._posted and not self._stopping.is_set():
            self._posted = page
            self._post(StoreUpdated(page))


def _without_log(wish: Wish) -> Wish:
    return replace(wish, log_after=0)
