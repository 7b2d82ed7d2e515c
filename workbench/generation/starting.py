"""Reaching the process that holds a model, and starting it where there is none.

Whoever finds nobody listening takes the lock of the place, makes the socket itself, and hands both to the new process:
two who start at the same time wait for each other, and a request is never early, since it lies in the socket's queue
until the process has come up. The process is in a session of its own: neither a closed terminal nor the end of who
started it touches it.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import Final

from store.locks import open_lock, try_flock
from workbench.devices import Choice
from workbench.environment import usable_cores
from workbench.errors import GeneratorError, UsageError
from workbench.generation.places import Place, connect, listen, place_of
from workbench.generation.protocol import PROTOCOL, Channel, Gone, Greeting
from workbench.inert import inert
from workbench.runs.leases import Lent
from workbench.runs.trainer_process import surroundings
from workbench.runs.waiting import lease_name

WORKER: Final = (sys.executable, "-m", "workbench.generation.worker")
START_S: Final = 60.0
"""A process that has not greeted by then hangs: it greets before it imports anything that is heavy."""
_POLL_S: Final = 0.02
_TRIES: Final = 2
_MOST_THREADS: Final = 8
_LAST_WORDS: Final = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """The process that is to answer: which model, for which store, where, how precisely, and on how many threads."""

    store: Path
    model: str
    """As ``str(ModelSource)`` names it, a run by its id."""
    choice: Choice
    dtype: str
    threads: int

    @property
    def place(self) -> Place:
        """Where it is found."""
        return place_of(self.store, lease_name(self.choice), self.model, self.dtype)


def default_threads(asked: int | None) -> int:
    """``asked``, else half of the cores that may be used, at most 8; raises UsageError where there are not so many."""
    cores = usable_cores()
    if asked is None:
        return max(1, min(_MOST_THREADS, cores // 2))
    if not 1 <= asked <= cores:
        raise UsageError(f"{asked} threads cannot be had here: use 1 to {cores}, the cores of this machine.")
    return asked


def reach(wanted: Wanted) -> tuple[Channel, Greeting]:
    """A connection to the process, which is started if need be; it may still be loading the model.

    Raises GeneratorError where it does not come up, hangs, or speaks another version of the protocol.
    """
    place = wanted.place
    deadline = time.monotonic() + START_S
    started = 0
    while time.monotonic() < deadline:
        connection = connect(place)
        if connection is not None:
            # One that is about to end closes it without a word.
            if (greeted := _greeting(connection, deadline)) is not None:
                return greeted
        elif started == _TRIES:
            raise GeneratorError(
                f"The process for {wanted.model} ended at its start, {_TRIES} times{last_words(place)}. Free memory, "
                f"or look at its log."
            )
        else:
            started += _start(wanted, place)
        time.sleep(_POLL_S)
    raise GeneratorError(
        f"The process for {wanted.model} has not answered for {START_S:.0f} s{last_words(place)}. Ask again, or end it."
    )


def greet(place: Place, patience_s: float = 2.0) -> tuple[Channel, Greeting] | None:
    """A connection to the process that listens there; None where none does, or where it says nothing.

    Raises GeneratorError where it speaks another version of the protocol.
    """
    connection = connect(place)
    return None if connection is None else _greeting(connection, time.monotonic() + patience_s)


def last_words(place: Place) -> str:
    """The last line that the process or its libraries printed, as the end of a sentence; empty where there is none."""
    try:
        lines = [line for line in place.log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return f" (last in {place.log}: {inert(lines[-1].strip(), _LAST_WORDS)})" if lines else ""


def _greeting(connection: socket.socket, deadline: float) -> tuple[Channel, Greeting] | None:
    channel = Channel(connection)
    try:
        while select([channel], [], [], max(0.0, deadline - time.monotonic()))[0]:
            for message in channel.read_ready():
                return channel, _understood(message)
    except (Gone, ValueError):
        pass  # it is about to end, or is none of ours: closed below
    except BaseException:
        channel.close()
        raise
    channel.close()
    return None


def _understood(message: dict[str, object]) -> Greeting:
    said = message.get("generator")
    if isinstance(said, dict) and said.get("protocol") != PROTOCOL:
        raise GeneratorError(
            f"The process {said.get('pid')} that holds {said.get('model')} is of another Workbench ("
            f"{said.get('workbench')}): it speaks version {said.get('protocol')} of the protocol, this one {PROTOCOL}. "
            f"End it with `kill {said.get('pid')}` and ask again."
        )
    return Greeting.from_json(message)


def _start(wanted: Wanted, place: Place) -> bool:
    """Starts the process, unless another is doing so; whether it was started."""
    lock = open_lock(place.lock)
    try:
        if not try_flock(lock) or _is_answered(place):
            return False
        listener = listen(place)
        try:
            _spawn(wanted, place, lock, listener.fileno())
        finally:
            listener.close()
        return True
    finally:
        os.close(lock)


def _is_answered(place: Place) -> bool:
    """Whether somebody listens by now: the lock may have been taken and given back since we looked."""
    connection = connect(place)
    if connection is None:
        return False
    connection.close()
    return True


def _spawn(wanted: Wanted, place: Place, lock: int, listener: int) -> None:
    choice = wanted.choice
    visible = None if choice.device == "cpu" else lease_name(choice)
    lent = Lent(device=choice.device, threads=wanted.threads, uuid=visible)
    log = os.open(place.log, os.O_WRONLY | os.O_TRUNC | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    words = [str(wanted.store), wanted.model, choice.device, lease_name(choice), wanted.dtype, str(wanted.threads)]
    try:
        process = subprocess.Popen(
            [*WORKER, *words, place.name, str(lock), str(listener)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **surroundings(lent), "TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"},
            pass_fds=(lock, listener),
            start_new_session=True,
        )
    except OSError as error:
        place.socket.unlink(missing_ok=True)
        raise GeneratorError(
            f"No process could be started for {wanted.model} ({error.strerror}). Free memory, and try again."
        ) from error
    finally:
        os.close(log)
    # If we outlive it, somebody must take note of its end, or it stays in the process table as a zombie.
    threading.Thread(target=process.wait, name=f"generator-{process.pid}", daemon=True).start()
