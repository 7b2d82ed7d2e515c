"""The process that holds one language model: it answers one request after the other until nobody asks any more.

Started by ``starting`` with the lock of its place and the socket that it is to listen on. It greets before it imports
anything heavy, loads the model for the first request, and again when its files have changed. An error in an answer is
sent to who asked and the process goes on; after one that nobody foresaw it ends, since what torch holds may be in
pieces, and the next request starts another.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from store.database import open_read_only
from store.folders import run_folder
from store.runs import find_run
from workbench import __version__
from workbench.defects import keep_traceback
from workbench.errors import BadValue, GeneratorError, ReportedError
from workbench.generation.desk import Desk, Request, Stopped
from workbench.generation.holding import Holding
from workbench.generation.places import Place
from workbench.generation.protocol import PROTOCOL, Greeting, error_to_json
from workbench.generation.room import make_room, one_loads_at_a_time
from workbench.language.checkpoints import check_packages
from workbench.language.sources import ModelFiles, find_files, parse_source
from workbench.runs.leases import runtime_folder
from workbench.settings import settings_as_far_as_readable

if TYPE_CHECKING:
    from workbench.generation.engine import Engine

_POLL_S: Final = 0.2
_ENDING_S: Final = 5.0
"""For a request under way when the process is told to end."""


@dataclass(slots=True)
class Worker:
    """One model on one device, for one store."""

    store: Path
    model: str
    device: str
    dtype: str
    holding: Holding
    idle_s: float
    ended: threading.Event = field(default_factory=threading.Event)
    """Set by a signal that asks the process to end."""
    _state: str = "starting"
    _engine: "Engine | None" = None
    _stamp: tuple[Any, ...] = ()
    _idle_since_at: float = field(default_factory=time.time)

    def greet(self, waiting: int) -> Greeting:
        """What this process says of itself now; any thread may ask."""
        engine = self._engine
        return Greeting(
            protocol=PROTOCOL,
            workbench=__version__,
            pid=os.getpid(),
            store=str(self.store),
            model=self.model,
            device=self.device,
            dtype=self.dtype,
            state=self._state,
            waiting=waiting,
            memory_bytes=None if engine is None else engine.memory_bytes,
            idle_since_at=self._idle_since_at if self._state == "idle" else None,
        )

    def serve(self, desk: Desk) -> None:
        """Answers requests until the process was idle long enough, was asked to end, or must make room for a run."""
        while True:
            request = desk.next(_POLL_S)
            if request is None:
                reason = self._reason_to_end(desk)
                if reason is not None and desk.close_if_idle(reason):
                    return
                continue
            try:
                fit = self._answer(request)
            finally:
                self._state, self._idle_since_at = "idle", time.time()
                desk.finish()
            if not fit or self.ended.is_set() or self.holding.must_end():
                desk.close("the process makes room for a run" if fit else "the process has failed")
                return

    def _reason_to_end(self, desk: Desk) -> str | None:
        if self.ended.is_set() or desk.unload_asked.is_set():
            return "it was asked to unload the model"
        if self.holding.must_end():
            return "it makes room for a run"
        return "it was idle" if time.monotonic() - desk.idle_since >= self.idle_s else None

    def _answer(self, request: Request) -> bool:
        """Answers one request; whether this process is still fit to answer another."""
        try:
            done = self._work(request)
        except Stopped:
            request.send({"done": _NOTHING})
        except ReportedError as error:
            request.send(error_to_json(error))
            # Without a model there is nothing to keep: the next process sees what has been installed or mended.
            return self._engine is not None
        except Exception as error:
            path = keep_traceback(error)
            sentence = (
                f"{self.model} failed: {type(error).__name__}: {error}. It is loaded anew for the next request; the "
                f"details are in {path}."
            )
            request.send(error_to_json(GeneratorError(sentence)))
            return False
        else:
            request.send({"done": done})
        return True

    def _work(self, request: Request) -> Mapping[str, Any]:
        if request.message["ask"] not in _ANSWERS:
            raise BadValue(f"A generator can be asked {', '.join(_ANSWERS)}, not {request.message['ask']!r}.")
        stopped = self._stopper(request)
        self._state = "waiting"
        try:
            # A GPU's memory is looked at by who holds it. On the CPU, cores that are held while others are waited for
            # to make room might be the ones that they wait for.
            if self.holding.is_gpu and not self.holding.take(request.note, stopped):
                return _NOTHING
            engine = self._ready(request.note, stopped)
            if engine is None or not self.holding.take(request.note, stopped):
                return _NOTHING
            self._state = "busy"
            return _ANSWERS[request.message["ask"]](engine, request, stopped)
        finally:
            self.holding.rest()

    def _stopper(self, request: Request) -> Callable[[], bool]:
        def stopped() -> bool:
            if not request.stop.is_set() and self.holding.has_had_its_time():
                request.note("Stopped: a run waits for the device.")
                request.stop.set()
            return request.stop.is_set() or self.ended.is_set()

        return stopped

    def _ready(self, say: Callable[[str], None], stopped: Callable[[], bool]) -> "Engine | None":
        """The loaded model, as its files are now; None where ``stopped`` before that."""
        files = find_files(parse_source(self.model), self._run_folder)
        check_packages(files)
        stamp = tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files.weights)
        if self._engine is not None and stamp == self._stamp:
            return self._engine
        if self._engine is not None:
            say(f"The files of {self.model} have changed: it is loaded anew.")
        self._engine = None  # two of them might not fit
        with one_loads_at_a_time(self.device, say, stopped) as is_our_turn:
            if not is_our_turn:
                return None
            make_room(files, self.device, self.dtype, say, stopped)
            if not self.holding.take(say, stopped):
                return None
            self._engine = self._load(files, say)
        self._stamp = stamp
        return self._engine

    def _load(self, files: ModelFiles, say: Callable[[str], None]) -> "Engine":
        self._state = "loading"
        say(f"Loading {self.model} on {self.device}.")
        from workbench.generation.engine import Engine  # torch and transformers: seconds, after the first greeting

        return Engine.load(files, device="cpu" if self.device == "cpu" else "cuda:0", dtype=self.dtype)

    def _run_folder(self, name: str) -> Path:
        with open_read_only(self.store) as db:
            return run_folder(self.store, find_run(db, name).id)


def _generate(engine: "Engine", request: Request, stopped: Callable[[], bool]) -> Mapping[str, Any]:
    return engine.generate(request.message, request.send, stopped)


def _tokens(engine: "Engine", request: Request, _stopped: Callable[[], bool]) -> Mapping[str, Any]:
    return engine.tokens(request.message)


def _score(engine: "Engine", request: Request, stopped: Callable[[], bool]) -> Mapping[str, Any]:
    return engine.score(request.message, request.send, stopped)


_NOTHING: Final[Mapping[str, Any]] = {"stopped": True}
"""The answer to a request that was stopped before there was anything to answer."""

_ANSWERS: Final[Mapping[str, Callable[["Engine", Request, Callable[[], bool]], Mapping[str, Any]]]] = {
    "generate": _generate,
    "tokens": _tokens,
    "score": _score,
}


def main(words: list[str]) -> None:
    """Runs the process: store, model, device, what it is leased by, dtype, threads, place, and two open files."""
    store, model, device, lease, dtype, threads, name, lock, listener = words
    settings, _ = settings_as_far_as_readable()
    worker = Worker(
        store=Path(store),
        model=model,
        device=device,
        dtype=dtype,
        holding=Holding(Path(store), device, lease, int(threads)),
        idle_s=settings.generation_idle_minutes * 60,
    )
    os.set_inheritable(int(lock), False)
    place = Place(runtime_folder(), name)
    desk = Desk(socket.socket(fileno=int(listener)), worker.greet)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.ended.set())
    desk.open()
    try:
        worker.serve(desk)
    finally:
        # Before the lock is free: whoever finds no socket may start the next one.
        with suppress(OSError):
            place.socket.unlink()
    worker.holding.give_up()
    # Without the interpreter's end: threads that read from clients would keep it, and torch takes its time.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
