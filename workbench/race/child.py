"""The child's end of a race's pipe: its plan, one JSON line a message, and an orderly end whatever happens.

What libraries print goes to standard error, which the parent keeps in a file: standard output carries messages alone.
"""

import json
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from store.errors import ReportedError
from workbench.race.design import Design
from workbench.race.entrants import Entrant
from workbench.runs.host import ask_for_signal_when_parent_dies

PLAN_FILE: Final = "race.json"
SIDES: Final = ("a", "b")

Tell = Callable[..., None]
"""Sends a message of these keys and values to the parent."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process of a race knows. ``device`` is torch's name of it in a process that sees no other."""

    a: Entrant
    b: Entrant
    device: str
    seed: int
    design: Design
    parent_pid: int

    @property
    def entrants(self) -> tuple[Entrant, Entrant]:
        """A and B."""
        return self.a, self.b

    def write(self, folder: Path) -> None:
        """Writes the file that ``read`` reads."""
        document = {**asdict(self), "a": self.a.to_json(), "b": self.b.to_json()}
        (folder / PLAN_FILE).write_text(json.dumps(document), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Plan":
        """The plan of the race whose folder this is."""
        document = json.loads((folder / PLAN_FILE).read_text(encoding="utf-8"))
        entrants = {side: Entrant.from_json(document[side]) for side in SIDES}
        return cls(**{**document, **entrants, "design": Design(**document["design"])})


def run_child(folder: Path, work: Callable[[Plan, Tell], None]) -> int:
    """Does ``work`` and returns the exit code; the broad ``except`` of a race's processes stands here."""
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(**message: Any) -> None:
        messages.write(json.dumps(message) + "\n")
        messages.flush()

    plan = Plan.read(folder)
    ask_for_signal_when_parent_dies(signal.SIGKILL)
    if os.getppid() != plan.parent_pid:  # it died before we could ask
        return 1
    try:
        work(plan, tell)
    except ReportedError as error:
        tell(error=error.message, exit_code=error.exit_code)
        return 1
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def rows_path(folder: Path, side: str) -> Path:
    """Where the rows of one side lie, float32 of shape (n, d)."""
    return folder / f"rows-{side}.npy"


def trials_path(folder: Path, number: int) -> Path:
    """Where the trials of process ``number`` lie: arrays ms, pair, side and position of shape (calls,)."""
    return folder / f"trials-{number}.npz"
