"""A trainer as it is, but with an engine that only acts as its run's parameters say. No heavy library is imported."""

import atexit
import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from store.records import Phase
from workbench.errors import Diverged
from workbench.events import Event, LineLogged, PhaseEntered, PointsLogged, Progressed
from workbench.runs import trainer
from workbench.spec import RunSpec
from workbench.workspace import Workspace


class Counter:
    """Counts in a file that outlives any kill: the page belongs to the kernel."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), 8)

    def set(self, number: int) -> None:
        self._page[:8] = number.to_bytes(8, "little")


def points(workspace: Workspace, steps: int, pause_s: float) -> Iterator[Event]:
    """One point a step; a step is counted when its log call has returned, which is when we are asked for more."""
    counter = Counter(workspace.folder / "returned")
    for step in range(1, steps + 1):
        yield PointsLogged(step, {"loss": 1.0 / step})
        counter.set(step)
        if pause_s:
            time.sleep(pause_s)


def work(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    """Trains for so many steps, prints a line, and keeps a checkpoint when it is closed."""
    parameters = spec.parameters
    yield PhaseEntered(Phase.TRAINING)
    yield LineLogged("begins")
    print("printed by a library", flush=True)
    try:
        yield from points(workspace, int(parameters.get("steps", 1_000_000)), float(parameters.get("pause_s", 0.001)))
    finally:
        folder = workspace.folder / "checkpoint"
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"weights")
    yield Progressed(1, 1, "epochs")


def raise_error(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    yield PhaseEntered(Phase.TRAINING)
    raise ValueError("shapes (3, 4) and (5,) do not fit")


def diverge(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    yield PointsLogged(12, {"loss": float("nan")})
    raise Diverged("The loss became NaN at step 12. Lower the learning rate.")


def ignore_stop(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    """A library that replaces signal handlers, or a call that does not come back."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield from points(workspace, 3, 0.0)
    time.sleep(60)


def tell_at_exit(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    atexit.register(lambda: print(f"on the way out SIGTERM is {signal.getsignal(signal.SIGTERM)!r}", flush=True))
    yield PhaseEntered(Phase.TRAINING)


def exit_suddenly(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    yield PhaseEntered(Phase.TRAINING)
    os._exit(7)


def fill_disk(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    """The spool may not grow past 4 KiB for a while."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield from points(workspace, int(spec.parameters["steps"]), 0.0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def measure(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    with workspace.measuring() as conditions:
        yield LineLogged(f"exclusive {conditions['exclusive']}")


def describe(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    names = (
        "OMP_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "TOKENIZERS_PARALLELISM",
        "OMP_WAIT_POLICY",
        "CUDA_VISIBLE_DEVICES",
        "PYTHONSAFEPATH",
    )
    yield LineLogged(" ".join(f"{name}={os.environ[name]}" for name in names))
    yield LineLogged(f"device={workspace.device} threads={workspace.threads} stdin={sys.stdin.read()!r}")
    yield LineLogged(f"group={os.getpgrp() == os.getpid()} umask={os.umask(0o077):o}")


ACTS: dict[str, Callable[[RunSpec, Workspace], Iterator[Any]]] = {
    function.__name__: function
    for function in (work, raise_error, diverge, ignore_stop, tell_at_exit, exit_suddenly, fill_disk, measure, describe)
}


def act(spec: RunSpec, workspace: Workspace) -> Iterator[Event]:
    yield from ACTS[str(spec.parameters["act"])](spec, workspace)


if __name__ == "__main__":
    sys.exit(trainer.main(Path(sys.argv[1]), execute=act))
