"""The device of a race, and its lease: a GPU if both models were trained on one, else the CPU, which both can use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.devices import Choice, candidates
from workbench.errors import DeviceError
from workbench.evaluation.latency import THREADS
from workbench.race.entrants import Entrant
from workbench.runs import leases
from workbench.runs.leases import Lent


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
    choices = candidates("cuda")
    for choice in choices:
        uuid = choice.uuid or choice.device.removeprefix("cuda:")
        lent = leases.lend_device(uuid, choice.device, THREADS, leases.new_holder(store_path, a.run_id, choice.device))
        if lent is not None:
            return lent, choice
    others = " and ".join(holder.seen_from(str(store_path)) for holder in leases.working_runs()) or "another run"
    raise DeviceError(f"No GPU is free to race on: {others} at work. Wait for its end, or stop it.")
