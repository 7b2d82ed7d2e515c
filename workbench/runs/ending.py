"""How a run ends: the decision, which is pure, and the last transaction, which supervisor and recovery share."""

from dataclasses import dataclass

from store.database import Database
from store.records import RunStatus
from store.runs import end_run
from store.series import fold_series, metric_names
from workbench.evaluation.metrics import direction_of
from workbench.events import Finished
from workbench.runs.folding import Folding
from workbench.runs.trainer import EXIT_NO_ROOM
from workbench.runs.trainer_process import Exit

_NO_EXIT = Exit(None, None)


@dataclass(frozen=True, slots=True)
class Ending:
    """The state that a run ends in, and why, in a sentence."""

    status: RunStatus
    error: str | None = None
    exit: Exit = _NO_EXIT


def decide(finished: Finished | None, left: Exit, *, stop_asked: bool, out_of_memory: bool) -> Ending:
    """How a run ended whose supervisor saw the trainer go.

    The trainer's last word counts first. Without one, a run that was asked to stop has stopped, however it was
    brought to it; any other has failed, of the exit code or the signal.
    """
    if finished is not None:
        return Ending(RunStatus(finished.status), finished.message, left)
    if stop_asked:
        return Ending(RunStatus.STOPPED, None, left)
    if left.code == EXIT_NO_ROOM:
        message = "The disk was full until the end: the last records of the run could not be written. Make room for it."
    elif left.signal is None:
        message = f"The trainer ended with exit code {left.code} and did not say why; its log may."
    elif out_of_memory:
        message = (
            "The trainer ran out of memory and the kernel killed it (SIGKILL). Use a smaller batch or a smaller "
            "model, or give the run more memory."
        )
    elif left.signal == "SIGKILL":
        message = "The trainer was killed by SIGKILL: by a person, by a scheduler's limit, or for want of memory."
    else:
        message = f"The trainer was killed by {left.signal}; its log may say why."
    return Ending(RunStatus.FAILED, message, left)


def decide_lost(finished: Finished | None, *, stop_asked: bool, restarted: bool) -> Ending:
    """How a run ended of which nobody is left: by its own last word if it still gave one, else it is lost."""
    if finished is not None and (finished.status != RunStatus.STOPPED or stop_asked):
        return Ending(RunStatus(finished.status), finished.message)
    if finished is not None:
        return Ending(RunStatus.LOST, "Its supervisor was killed; the trainer then stopped by itself.")
    if restarted:
        return Ending(RunStatus.LOST, "The machine was restarted while it ran.")
    return Ending(RunStatus.LOST, "Both of its processes were killed.")


def conclude(db: Database, run_id: int, folding: Folding, ending: Ending, at: float) -> bool:
    """Ends the run in the store and removes its spool; whether this call ended it.

    Everything must be folded. The spool goes last, once what was in it can no longer be lost with the machine.
    """
    directions = {name: direction_of(name) for name in metric_names(db, run_id)}
    # Not one transaction: folding may be cut off anywhere and go on, and only outside of one it gives pages back.
    fold_series(db, run_id, directions)
    ended = end_run(
        db,
        run_id,
        ending.status,
        error=ending.error,
        at=at,
        exit_code=ending.exit.code,
        signal=ending.exit.signal,
        lost_points=folding.lost_points,
    )
    db.checkpoint()
    folding.remove_spool()
    return ended
