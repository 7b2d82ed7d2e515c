"""The device of a race, and its lease: a GPU if both models were trained on one, else the CPU, which both can use."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from workbench.devices import Choice, candidates
from workbench.errors import DeviceError
from workbench.evaluation.latency import THREADS
from workbench.generation import LEASE_ID
from workbench.race.entrants import Entrant
from workbench.runs import leases
from workbench.runs.leases import Lent
from workbench.runs.waiting import lease_name

_GIVING_UP_S: Final = 5.0
_POLL_S: Final = 0.1


@contextmanager
def lent_device(store_path: Path, a: Entrant, b: Entrant) -> Iterator[tuple[Lent, Choice]]:
    """The device that both are raced on, held for the block's length; raises DeviceError where no GPU is free.

    The CPU needs no lease of its own: whoever measures there has all runs of this user keep still.
    """
    if not (a.device.startswith("cuda") and b.device.startswith("cuda")):
        yield Lent(device="cpu", threads=THREADS), Choice("cpu", None, None, "not both models were trained on a GPU")
        return
    lent, choice = _lend(store_path, a)
    try:
        yield lent, choice
    finally:
        lent.close()


def _lend(store_path: Path, a: Entrant) -> tuple[Lent, Choice]:
    """A GPU, for which an idle process that makes text is given a moment to end."""
    choices = candidates("cuda")
    wanted = leases.announce_wanted(map(lease_name, choices))
    deadline = time.monotonic() + _GIVING_UP_S
    try:
        while True:
            for choice in choices:
                holder = leases.new_holder(store_path, a.run_id, choice.device)
                lent = leases.lend_device(lease_name(choice), choice.device, THREADS, holder)
                if lent is not None:
                    return lent, choice
            working = leases.working_runs()
            if time.monotonic() > deadline or all(holder.run_id != LEASE_ID for holder in working):
                break
            time.sleep(_POLL_S)
    finally:
        for fd in wanted:
            os.close(fd)
    others = " and ".join(holder.seen_from(str(store_path)) for holder in working) or "another run"
    raise DeviceError(f"No GPU is free to race on: {others} at work. Wait for its end, or stop it.")
