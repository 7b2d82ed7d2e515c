"""A race from the two runs' ids to its own: the only thing that a command or a screen calls.

Processes are started one after another, each on a machine that keeps still for it; after each the width of the
interval is looked at. Nothing is stored before the end, and all of it then.
"""

import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from store.database import Database, open_for_writing
from store.packed_records import NewRace
from store.races import add_race
from workbench.comparison.race_bootstrap import RaceTrials, relative_width, trials_from
from workbench.comparison.raced import race_instability
from workbench.evaluation.columns import pack
from workbench.evaluation.latency import BATCH_SIZE, THREADS, WARM_UP_RULE
from workbench.race.board import lent_device
from workbench.race.child import SIDES, Plan, trials_path
from workbench.race.design import DEFAULT_SECONDS, Design
from workbench.race.entrants import find_entrants
from workbench.race.process import messages_of
from workbench.race.progress import RacePhase, RaceProgress
from workbench.runs.measuring import measuring
from workbench.runs.trainer_process import surroundings

ROWS: Final = (sys.executable, "-m", "workbench.race.rows")
RUNNER: Final = (sys.executable, "-m", "workbench.race.runner")
_COLUMNS = ("ms", "pair", "side", "position")


def run_race(
    store_path: Path,
    a_id: int,
    b_id: int,
    *,
    seconds: float = DEFAULT_SECONDS,
    say: Callable[[RaceProgress], None] = lambda _: None,
    stop: threading.Event | None = None,
    design: Design | None = None,
    seed: int | None = None,
    runner: Sequence[str] = RUNNER,
) -> int | None:
    """Times the models of two ended runs side by side and keeps the race; its id, or None if it was stopped.

    It opens the store in the thread that calls it, and ``say`` is called there. ``seconds`` bound the timed calls.
    Raises ReportedError: UnknownRun, UsageError where a run cannot race or its data have changed, DeviceError,
    StoreError, or one that says which process died. Nothing is kept then, nor where it was stopped.
    """
    design = design or Design(seconds=seconds)
    is_stopped = (stop or threading.Event()).is_set
    with open_for_writing(store_path) as db, ExitStack() as lent_things:
        a, b = find_entrants(db, a_id, b_id)
        folder = Path(lent_things.enter_context(tempfile.TemporaryDirectory(prefix="workbench-race-")))
        lent, choice = lent_things.enter_context(lent_device(db.path, a, b))
        device = "cpu" if choice.device == "cpu" else "cuda:0"
        plan = Plan(a, b, device, secrets.randbits(31) if seed is None else seed, design, os.getpid())
        plan.write(folder)
        race = _Race(plan, folder, surroundings(lent), is_stopped, say, tuple(runner))
        examples = race.prepare()
        if is_stopped():
            return None
        conditions = lent_things.enter_context(
            measuring(None, (str(db.path), a.run_id), say=race.say_waiting, give_up=is_stopped)
        )
        trials = race.run()
        if trials is None:
            return None
        board = {"device": choice.device, "device_name": choice.name}
        return _keep(db, race, trials, {**conditions, **board, "examples": examples})


@dataclass(slots=True)
class _Race:
    """One race while it goes on."""

    plan: Plan
    folder: Path
    environment: Any
    is_stopped: Callable[[], bool]
    say: Callable[[RaceProgress], None]
    runner: tuple[str, ...]
    finished: list[dict[str, Any]] = field(default_factory=list)
    """The last message of each process that is done."""
    columns: list[dict[str, Any]] = field(default_factory=list)
    timed_s: float = 0.0
    width: float = float("inf")
    spent_s: float = 0.0
    """Of wall time, by the processes that are done."""

    def prepare(self) -> int:
        """Has the rows made; how many examples they are."""
        text = f"reading the data of {self.plan.a.title} and {self.plan.b.title} again"
        self.say(RaceProgress(RacePhase.PREPARING, 0.0, self.plan.design.fewest_processes, None, text))
        command = (*ROWS, str(self.folder))
        what = "The process that reads the data"
        messages = list(messages_of(command, self.folder, self.environment, self.is_stopped, what))
        return int(messages[-1]["examples"]) if messages else 0

    def say_waiting(self, text: str) -> None:
        """Tells of the wait for a quiet machine."""
        self.say(RaceProgress(RacePhase.WAITING, 0.0, self.plan.design.fewest_processes, None, text.rstrip(".")))

    def run(self) -> RaceTrials | None:
        """Starts process after process until the race is over; None if it was stopped."""
        trials = None
        while trials is None or not self.plan.design.is_enough(len(self.finished), self.width):
            if not self._run_one(len(self.finished)):
                return None
            trials = self._trials()
            if trials.processes >= self.plan.design.fewest_processes:
                self.width = relative_width(trials)
        return trials

    def _run_one(self, number: int) -> bool:
        """Has one process time both models; whether it did."""
        command = (*self.runner, str(self.folder), str(number))
        what = f"Process {number + 1} of the race"
        began = time.monotonic()
        self._tell(0.0)
        last: dict[str, Any] = {}
        for message in messages_of(command, self.folder, self.environment, self.is_stopped, what):
            last = message
            if "share" in message:
                self._tell(float(message["share"]))
        if not last.get("done"):
            return False
        self.finished.append(last)
        with np.load(trials_path(self.folder, number)) as found:
            self.columns.append({name: found[name] for name in _COLUMNS})
            self.timed_s += float(found["seconds"])
        self.spent_s += time.monotonic() - began
        return True

    def _tell(self, share: float) -> None:
        done = len(self.finished)
        of = max(done + 1, self.plan.design.expected_processes(done, self.width))
        left = self.spent_s / done * (of - done - share) if done else None
        text = f"process {done + 1} of about {of}, {self.plan.a.title} against {self.plan.b.title}"
        self.say(RaceProgress(RacePhase.RACING, done + share, of, left, text))

    def joined(self) -> dict[str, Any]:
        """All columns of all processes, with the number of the process."""
        lengths = [len(columns["ms"]) for columns in self.columns]
        process = np.repeat(np.arange(len(lengths), dtype=np.uint16), lengths)
        return {"process": process} | {
            name: np.concatenate([columns[name] for columns in self.columns]) for name in _COLUMNS
        }

    def _trials(self) -> RaceTrials:
        columns = self.joined()
        return trials_from(columns["ms"], columns["process"], columns["pair"], columns["side"])


def _keep(db: Database, race: _Race, trials: RaceTrials, found: dict[str, Any]) -> int:
    plan, columns = race.plan, race.joined()
    sides = dict(zip(SIDES, race_instability(trials), strict=True))
    conditions = {
        **found,
        "batch_size": BATCH_SIZE,
        "threads": THREADS,
        **_shared_conditions(race.finished),
        "load_before": race.finished[0]["load_before"],
        "load_after": race.finished[-1]["load_after"],
        "seed": plan.seed,
        "seconds": round(race.timed_s, 3),
        "relative_width": race.width,
        "stopped_by": "width" if race.width <= plan.design.width else "time",
        "block_calls": plan.design.block_calls,
        "unrecorded_calls": plan.design.unrecorded_calls,
        "warm_up_rule": WARM_UP_RULE,
        **{side: {**_own_conditions(race.finished, side), **sides[side]} for side in SIDES},
    }
    return add_race(
        db,
        NewRace(
            a_run_id=plan.a.run_id,
            b_run_id=plan.b.run_id,
            a_attempt=plan.a.attempt,
            b_attempt=plan.b.attempt,
            measured_at=time.time(),
            conditions=conditions,
            n=trials.n,
            columns={name: pack(column) for name, column in columns.items()},
        ),
    )


def _shared_conditions(finished: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What was found on the device, in whichever process it was seen."""
    seen = [message[side] for message in finished for side in SIDES]
    others = {words: None for one in seen for words in one.get("device_processes", ())}
    slowed = {cause: None for one in seen for cause in str(one.get("throttle") or "").split(", ") if cause}
    driver = next((one["driver"] for one in seen if one.get("driver")), None)
    return {"driver": driver, "device_processes": list(others), "throttle": ", ".join(slowed)}


def _own_conditions(finished: Sequence[dict[str, Any]], side: str) -> dict[str, Any]:
    """What is true of one model only."""
    seen = [message[side] for message in finished]
    return {
        "torch": seen[0]["torch"],
        "precision": seen[0]["precision"],
        "warm_up_calls": sum(one["warm_up_calls"] for one in seen),
        "steady": all(one["steady"] for one in seen),
    }
