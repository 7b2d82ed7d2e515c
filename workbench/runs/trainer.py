"""The trainer: the process that does a run's heavy work and writes down what comes of it.

``python -m workbench.runs.trainer FOLDER``. It knows its folder and nothing of the store: ``spec.json`` says what to
do, ``resources.json`` with what, and everything it finds goes to the spool. A stop is a flag that is looked at between
two events; the engine's generator is then closed, which keeps its checkpoint. Whatever happens, the last record says
how it ended, and the exit code says it again.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

from store.errors import ReportedError
from store.records import Phase
from workbench.events import Event, Finished, LineLogged, PhaseEntered
from workbench.runs import output, spool
from workbench.runs.host import ask_for_signal_when_parent_dies
from workbench.runs.measuring import measuring
from workbench.runs.recorder import Recorder
from workbench.spec import RunSpec
from workbench.workspace import Workspace

SPEC_FILE: Final = "spec.json"
RESOURCES_FILE: Final = "resources.json"
EXIT_CODES: Final = {"done": 0, "failed": 1, "stopped": 3}
EXIT_NO_ROOM: Final = 74
"""The disk was full to the end: the last records, this one's reason among them, could not be written."""
_ROOM_WAIT_S = 600.0
_STOPPED_ROOM_WAIT_S = 10.0

Execute = Callable[[RunSpec, Workspace], Iterator[Event]]


@dataclass(frozen=True, slots=True)
class Resources:
    """What the supervisor lends its trainer. The descriptors are inherited; they keep lock and leases held."""

    store: str
    run_id: int
    device: str
    threads: int
    supervisor_pid: int
    kept_fds: tuple[int, ...]
    quiet_fd: int | None

    def write(self, folder: Path) -> None:
        """Writes the file that ``read`` reads."""
        (folder / RESOURCES_FILE).write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> "Resources":
        """The resources that stand in the run's folder."""
        document = json.loads((folder / RESOURCES_FILE).read_text())
        return cls(**{**document, "kept_fds": tuple(document["kept_fds"])})


class StopFlag:
    """Whether somebody asked for a stop by SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.raised = False

    def __bool__(self) -> bool:
        return self.raised

    def listen(self) -> None:
        """Makes the two signals raise the flag; a dropped terminal line means nothing to a trainer."""
        signal.signal(signal.SIGTERM, self._raise)
        signal.signal(signal.SIGINT, self._raise)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def ignore(self) -> None:
        """Everything is written: a signal must not kill the process on its way out and look like a cause."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _raise(self, _number: int, _frame: FrameType | None) -> None:
        self.raised = True


def main(folder: Path, execute: Execute | None = None) -> int:
    """Does the run whose folder this is; returns the exit code. ``execute`` is the engine unless another is given."""
    stop = StopFlag()
    stop.listen()
    output.print_without_failing()
    resources = Resources.read(folder)
    _stay_with_supervisor(resources, stop)
    recorder = Recorder(folder / spool.FILE_NAME)
    finished = _Work(folder, resources, recorder, stop).run(execute)
    recorder.write(finished)
    # Whoever asked for a stop will not wait ten minutes for room on the disk.
    written = recorder.close(wait_s=_STOPPED_ROOM_WAIT_S if stop else _ROOM_WAIT_S)
    stop.ignore()
    return EXIT_CODES[finished.status] if written else EXIT_NO_ROOM


def _stay_with_supervisor(resources: Resources, stop: StopFlag) -> None:
    """A supervisor that is killed takes us along, cleanly; a library's child must not keep what is lent to us."""
    ask_for_signal_when_parent_dies(signal.SIGTERM)
    if os.getppid() != resources.supervisor_pid:  # it died before we could ask
        stop.raised = True
    for fd in resources.kept_fds:
        os.set_inheritable(fd, False)


class _Work:
    """One execution of the engine, from spec to last word."""

    def __init__(self, folder: Path, resources: Resources, recorder: Recorder, stop: StopFlag) -> None:
        self._folder = folder
        self._resources = resources
        self._recorder = recorder
        self._stop = stop
        self._phase: Phase | None = None

    def run(self, execute: Execute | None) -> Finished:
        """The trainer's last word; the one broad ``except`` of the trainer stands here."""
        try:
            spec = RunSpec.from_json(json.loads((self._folder / SPEC_FILE).read_text()))
            completed = self._consume((execute or _engine())(spec, self._workspace()))
        except ReportedError as error:
            return self._failure(error.message)
        except Exception as error:
            traceback.print_exc()
            while_doing = f" while {self._phase.value}" if self._phase else ""
            return self._failure(f"{type(error).__name__}{while_doing}: {error} (the traceback is in the log)")
        return Finished("done" if completed else "stopped")

    def _consume(self, events: Iterator[Event]) -> bool:
        """Writes each event before asking for the next; whether the engine came to its own end."""
        for event in events:
            self._recorder.write(event)
            if isinstance(event, PhaseEntered):
                self._phase = event.phase
            if self._stop:
                if isinstance(events, Generator):
                    events.close()
                self._report_checkpoint()
                return False
        return True

    def _report_checkpoint(self) -> None:
        """A generator that is being closed keeps its checkpoint but can no longer say so."""
        from workbench.models.checkpoint import find_checkpoint  # the engine has imported it; a test's stand-in has not

        if (kept := find_checkpoint(self._folder)) is not None:
            self._recorder.write(kept)

    def _failure(self, message: str) -> Finished:
        """A run that was asked to stop has stopped, whatever broke on the way out."""
        return Finished("stopped" if self._stop else "failed", message)

    def _workspace(self) -> Workspace:
        resources = self._resources
        quietly = partial(
            measuring,
            resources.quiet_fd,
            (resources.store, resources.run_id),
            say=lambda text: self._recorder.write(LineLogged(text)),
            give_up=lambda: bool(self._stop),
        )
        return Workspace(self._folder, resources.device, resources.threads, quietly)


def _engine() -> Execute:
    from workbench.execution import execute  # brings torch and scikit-learn

    return execute


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
