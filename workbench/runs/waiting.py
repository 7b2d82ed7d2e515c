"""A queued run's wait: for its turn in the store's queue, and then for its device or its cores."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from store.database import Database
from store.folders import is_alive, run_folder
from store.records import Run
from store.waiting_runs import queued_before
from workbench.devices import Choice, candidates
from workbench.errors import DeviceError
from workbench.models import find_model
from workbench.runs import leases
from workbench.runs.leases import Lent
from workbench.runs.persistence import persist
from workbench.runs.stop_requests import StopRequests

POLL_S = 0.2


@dataclass(slots=True)
class Queueing:
    """One run in the queue, and what it may take when its turn comes."""

    db: Database
    run: Run
    say: Callable[[str], None]
    _choices: list[Choice] = field(default_factory=list)
    _said: str = ""

    def wait(self, stop: StopRequests) -> tuple[Lent, Choice] | None:
        """What the run was lent; None if it was asked to stop first. Raises DeviceError where its device is gone."""
        self._choices = devices_of(self.run)
        wanted: tuple[int, ...] = ()
        try:
            while True:
                persist(stop.look)
                if stop.level is not None:
                    return None
                ahead = persist(self._ahead)
                if not ahead and (taken := self._take()) is not None:
                    return taken
                wanted = wanted or leases.announce_wanted(map(lease_name, self._choices))
                self._explain(ahead)
                time.sleep(POLL_S)
        finally:
            for fd in wanted:
                os.close(fd)

    def _ahead(self) -> list[int]:
        """Runs that come first: those of the queue whose supervisor waits too, since a dead one would wait for ever."""
        queue = queued_before(self.db, self.run.id, self.run.device)
        return [run_id for run_id in queue if is_alive(run_folder(self.db.path, run_id))]

    def _take(self) -> tuple[Lent, Choice] | None:
        threads = self.run.threads or 1
        for choice in self._choices:
            holder = leases.new_holder(self.db.path, self.run.id, choice.device)
            if choice.device == "cpu":
                lent = leases.lend_cores(threads, holder)
            else:
                lent = leases.lend_device(lease_name(choice), choice.device, threads, holder)
            if lent is not None:
                return lent, choice
        return None

    def _explain(self, ahead: list[int]) -> None:
        if ahead:
            sentence = f"Waiting: run {ahead[-1]} is ahead in the queue."
        else:
            wanted = " or ".join(choice.device for choice in self._choices)
            if wanted == "cpu":
                wanted = f"{self.run.threads or 1} CPU core{'s' if (self.run.threads or 1) > 1 else ''}"
            holders = " and ".join(self._others()) or "another run"
            sentence = f"Waiting for {wanted}: {holders} at work."
        if sentence != self._said:
            self._said = sentence
            self.say(sentence)

    def _others(self) -> list[str]:
        return [holder.seen_from(str(self.db.path)) for holder in leases.working_runs()]


def lease_name(choice: Choice) -> str:
    """By what a device is leased: ``cpu``, a GPU's UUID, or without one its number, as for CUDA."""
    return choice.uuid or choice.device.removeprefix("cuda:")


def devices_of(run: Run) -> list[Choice]:
    """The devices that a queued run may take, best first; raises DeviceError or BadValue where there is none.

    A run that was meant for a GPU when it was launched never takes the CPU because the GPU has gone since.
    """
    if run.device == "cpu":
        return [Choice("cpu", None, None, "it was asked for")]
    choices = candidates(run.device, find_model(run.model).devices)
    if choices[0].device == "cpu":
        raise DeviceError(f"The GPU that run {run.id} was queued for is gone: {choices[0].reason}. Start it again.")
    return choices
