"""The desk of a process that holds a model: who has connected, what they ask, and who has to wait.

One thread accepts, one reads from each connection; the requests queue for the one thread that works. Whoever hangs up
has its request stopped. The desk can be closed only while nobody waits, so that no request is lost between the last
look at the queue and the end of the process; what comes later is told to ask again.
"""

import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import BadValue, ReportedError
from workbench.generation.protocol import Channel, Gone, Greeting, error_to_json


class Stopped(Exception):
    """Whoever asked wants no answer any more, and there is no part of one to give."""


@dataclass(slots=True)
class Request:
    """One thing that was asked, and the way to who asked."""

    channel: Channel
    message: Mapping[str, Any]
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when it is to stop, or when nobody waits for the answer any more."""

    def note(self, sentence: str) -> None:
        """Tells who asked what is going on."""
        self.send({"note": sentence})

    def send(self, message: Mapping[str, Any]) -> None:
        """Sends a message to who asked; where nobody is there any more the request is stopped."""
        try:
            self.channel.send(message)
        except Gone:
            self.stop.set()


class Desk:
    """Accepts connections and queues their requests. ``greeting`` is asked for each newcomer, from several threads."""

    def __init__(self, listener: socket.socket, greeting: Callable[[int], Greeting]) -> None:
        self._listener = listener
        self._greeting = greeting
        self._queue: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._working: Request | None = None
        self._closed: str | None = None
        self.unload_asked = threading.Event()
        """Set when somebody asked that the process ends as soon as it has nothing to do."""
        self.idle_since = time.monotonic()

    def open(self) -> None:
        """Begins to accept connections, in a thread."""
        threading.Thread(target=self._accept, name="accept", daemon=True).start()

    def next(self, patience_s: float) -> Request | None:
        """The next request that is still wanted, for ``finish`` to be called after it; None if none came in time."""
        try:
            request = self._queue.get(timeout=patience_s)
        except queue.Empty:
            return None
        with self._lock:
            self._working = request
        return request

    def finish(self) -> None:
        """The request that ``next`` gave has been answered."""
        with self._lock:
            self._working, self.idle_since = None, time.monotonic()

    def close_if_idle(self, reason: str) -> bool:
        """Closes the desk unless a request waits; whether it is closed. Later requests are told to be made again."""
        with self._lock:
            if not self._queue.empty():
                return False
            self._closed = reason
        return True

    def close(self, reason: str) -> None:
        """Closes the desk; those who wait are told to ask again."""
        with self._lock:
            self._closed = reason
            waiting = []
            with suppress(queue.Empty):
                while True:
                    waiting.append(self._queue.get_nowait())
        for request in waiting:
            request.send({"leaving": reason})

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(Channel(connection),), name="client", daemon=True).start()

    def _attend(self, channel: Channel) -> None:
        """Reads what one client says until it hangs up."""
        request: Request | None = None
        try:
            channel.send(self._greeting(self._queue.qsize()).to_json())
            for message in channel.read():
                if message.get("ask") == "stop":
                    if request is not None:
                        request.stop.set()
                elif message.get("ask") == "unload":
                    channel.send(self._unload(only_if_idle=bool(message.get("only_if_idle"))))
                else:
                    request = Request(channel, message)
                    self._enqueue(request)
        except Gone:
            pass
        except ReportedError as error:
            with suppress(Gone):
                channel.send(error_to_json(error))
        finally:
            if request is not None:
                request.stop.set()
            channel.close()

    def _enqueue(self, request: Request) -> None:
        if not isinstance(request.message.get("ask"), str):
            raise BadValue("A request must name what it asks.")
        with self._lock:
            reason, ahead = self._closed, self._queue.qsize() + (self._working is not None)
            if reason is None:
                self._queue.put(request)
        if reason is not None:
            request.send({"leaving": reason})
        elif ahead:
            request.note(f"Waiting for {ahead} request{'s' if ahead > 1 else ''} to the same model.")

    def _unload(self, *, only_if_idle: bool) -> dict[str, Any]:
        with self._lock:
            busy = self._working is not None or not self._queue.empty()
        if busy and only_if_idle:
            return {"done": {"unloads": False}}
        self.unload_asked.set()
        return {"done": {"unloads": True}}
