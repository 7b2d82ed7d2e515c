"""What timings depend on besides the model, as the process that times finds it: kept with every trial.

Two timings are compared by these (``workbench.comparison.conditions``): the same library, driver and precision, a board
that nobody else used and that nothing slowed down.
"""

import os
from collections.abc import Sequence
from typing import Any, Protocol

from store.records import Sample


class Timed(Protocol):
    """A model that is timed: a classifier, or one that writes text."""

    @property
    def device(self) -> str:
        """Where it computes, as torch names it."""

    @property
    def precision(self) -> str | None:
        """The type of number that torch computes with; None for a model that torch does not compute."""


def describe_surroundings(predictor: Timed, boards: Sequence[Sample | None]) -> dict[str, Any]:
    """Torch and precision of the model, driver, others on the board and what slowed it, by readings before and after.

    ``torch`` and ``precision`` are None for a model that torch does not compute; what only a GPU has is left out on the
    CPU.
    """
    return {"torch": _torch(predictor), "precision": predictor.precision, **_board(predictor, boards)}


def strangers_on(board: Sample, own_pid: int) -> list[str]:
    """The processes on a board besides our own, in words.

    In a container the driver may name our process by another number; one process alone is taken for ours.
    """
    others = [process for process in board.processes if process.pid != own_pid]
    if len(others) == len(board.processes) == 1:
        return []
    return [f"{process.command or 'a process'} (pid {process.pid})" for process in others]


def _torch(predictor: Timed) -> str | None:
    if predictor.precision is None:
        return None
    import torch  # whoever predicts with it has imported it

    return str(torch.__version__)


def _board(predictor: Timed, boards: Sequence[Sample | None]) -> dict[str, Any]:
    if not predictor.device.startswith("cuda"):
        return {}
    from workbench.telemetry import nvml_state

    read = [board for board in boards if board is not None]
    others = {words: None for board in read for words in strangers_on(board, os.getpid())}
    slowed = {cause: None for board in read for cause in (board.throttle or "").split(", ") if cause}
    return {"driver": nvml_state().driver, "device_processes": list(others), "throttle": ", ".join(slowed)}
