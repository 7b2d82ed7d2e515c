"""A quiet stretch in which latency is measured: no other run of this user works on the machine meanwhile.

Runs that work on the CPU hold the quiet lock together. One that measures gives up its share, waits for its turn among
those that measure, and then for the lock alone. Everyone releases before waiting, so nobody waits in a circle; the wait
is bounded, and what could not be had is said in the conditions instead of spoiling the figures in silence.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from store.locks import open_lock, try_flock
from workbench.environment import usable_cores
from workbench.runs import leases

WAIT_S: Final = 60.0
_POLL_S = 0.05


@contextmanager
def measuring(
    quiet_fd: int | None,
    itself: tuple[str, int],
    *,
    say: Callable[[str], None],
    give_up: Callable[[], bool] = lambda: False,
    wait_s: float = WAIT_S,
) -> Iterator[dict[str, Any]]:
    """Waits until this run is alone, at most ``wait_s``, and yields the conditions (see ``Workspace.measuring``).

    ``quiet_fd`` is the run's share of the quiet lock, None for a run on a GPU, which has none. ``itself`` is the run's
    store and id. ``give_up`` ends the wait early, as when the run shall stop.
    """
    folder = leases.runtime_folder()
    measure = open_lock(folder / f"{leases.MEASURE}.lock")
    quiet = quiet_fd if quiet_fd is not None else open_lock(folder / f"{leases.QUIET}.lock")
    began = time.monotonic()
    deadline = began + wait_s
    try:
        if quiet_fd is not None:
            fcntl.flock(quiet, fcntl.LOCK_UN)
        exclusive = try_flock(measure) and try_flock(quiet)
        if not exclusive:
            others = " and ".join(_others(itself)) or "another run"
            say(f"Waiting at most {wait_s:.0f} s to measure latency on a quiet machine: {others} at work.")
            exclusive = all(_wait(fd, fcntl.LOCK_EX, deadline, give_up) for fd in (measure, quiet))
        yield {
            "exclusive": exclusive,
            "shared_with": [] if exclusive else _others(itself),
            "waited_s": round(time.monotonic() - began, 3),
            "cores": usable_cores(),
        }
    finally:
        if quiet_fd is None:
            os.close(quiet)
        else:
            _wait(quiet, fcntl.LOCK_SH, float("inf"), give_up)
        os.close(measure)


def _wait(fd: int, kind: int, deadline: float, give_up: Callable[[], bool]) -> bool:
    while not (taken := try_flock(fd, kind)) and time.monotonic() < deadline and not give_up():
        time.sleep(_POLL_S)
    return taken


def _others(itself: tuple[str, int]) -> list[str]:
    holders = leases.working_runs()
    return [holder.seen_from(itself[0]) for holder in holders if (holder.store, holder.run_id) != itself]
