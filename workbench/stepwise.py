"""Work that tells its progress through a callback, turned into a generator that a run can be stopped in.

A run is stopped between two of its events (``workbench.events``), and what only calls back yields none. So it works in
a thread of its own, and stands still at each call until the event was consumed; when the generator is closed, its next
call ends it.
"""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event as Flag
from typing import TypeVar

from workbench.events import Progressed

Result = TypeVar("Result")
Progress = Callable[[int, int], None]
"""Told how much is done, and how much there is to do."""


class _Abandoned(Exception):
    """Nobody waits for the result any more."""


def stepwise(work: Callable[[Progress], Result], unit: str) -> Generator[Progressed, None, Result]:
    """Does ``work``, which is given the callback; yields its progress in ``unit`` and returns what it does.

    Raises what it raises. Closed before the end, it waits until the work has called once more and so ended.
    """
    told: SimpleQueue[Progressed | None] = SimpleQueue()
    consumed, abandoned = Flag(), Flag()

    def tell(done: int, total: int) -> None:
        consumed.clear()
        told.put(Progressed(done, total, unit))
        consumed.wait()
        if abandoned.is_set():
            raise _Abandoned

    with ThreadPoolExecutor(1, thread_name_prefix="stepwise") as thread:
        future = thread.submit(work, tell)
        future.add_done_callback(lambda _: told.put(None))
        try:
            while (progressed := told.get()) is not None:
                yield progressed
                consumed.set()
        finally:
            abandoned.set()
            consumed.set()
        return future.result()
