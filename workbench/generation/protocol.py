"""The lines that pass between a process that holds a language model and those who ask it: versioned JSON on a socket.

Whoever connects is greeted with a ``Greeting``; a client of another version reads no further than its ``protocol``. One
connection carries one request at a time: the client sends an object with ``ask`` (``generate``, ``tokens``, ``score``,
``unload``) and may send ``{"ask": "stop"}`` after it. It gets any number of ``{"note": sentence}``, ``{"event": …}``
and ``{"progress": {"done": …, "total": …}}``, and at the end one of ``{"done": …}``, ``{"error": {"kind": …,
"message": …}}`` or ``{"leaving": reason}``: the process ends and has not begun this request, which is to be made again.
"""

import json
import os
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from store.documents import finite_json
from workbench import errors
from workbench.errors import ReportedError

PROTOCOL: Final = 1
LONGEST_LINE: Final = 256 * 2**20
"""Bytes of one message: more than any text that is asked about."""
_SEND_TIMEOUT_S: Final = 10
_CHUNK: Final = 2**16

_KINDS: Final[Mapping[str, type[ReportedError]]] = {
    kind.__name__: kind
    for kind in (
        errors.BadValue,
        errors.UnusableModel,
        errors.UsageError,
        errors.DeviceError,
        errors.OutOfMemory,
        errors.DiskError,
        errors.GeneratorError,
        ReportedError,
    )
}


class Gone(Exception):
    """The other side has closed the connection, or takes nothing more."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a process that holds a model says of itself to whoever connects."""

    protocol: int
    workbench: str
    pid: int
    store: str
    model: str
    device: str
    """``cpu``, ``cuda:0``."""
    dtype: str
    state: str
    """``starting``, ``waiting`` (for its device), ``loading``, ``idle`` or ``busy``."""
    waiting: int
    """Requests that have not begun."""
    memory_bytes: int | None
    """Of the model; None before it is loaded."""
    idle_since_at: float | None
    """None unless it is idle."""

    def to_json(self) -> dict[str, Any]:
        """The greeting as it is sent."""
        return {"generator": asdict(self)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Greeting":
        """The greeting that was sent, other keys passed over; raises ValueError for anything else."""
        try:
            said = document["generator"]
            return cls(**{field.name: said[field.name] for field in fields(cls)})
        except (KeyError, TypeError) as error:
            raise ValueError(f"no greeting: {error}") from None


class Channel:
    """One connection, as messages. ``send`` may be called from any thread, ``read`` from one."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._lock = threading.Lock()
        self._rest = bytearray()
        # Whoever stops reading must not stop a process that serves others.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_TIMEOUT_S, 0))

    def fileno(self) -> int:
        """For ``select``."""
        return self._socket.fileno()

    def send(self, message: Mapping[str, Any]) -> None:
        """Sends one message; raises Gone where nobody takes it."""
        # ASCII only: a lone surrogate in a text must not break the line.
        line = json.dumps(finite_json(message), allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            with self._lock:
                self._socket.sendall(line)
        except OSError as error:
            raise Gone(os.strerror(error.errno or 0)) from error

    def read(self) -> Iterator[dict[str, Any]]:
        """The messages that arrive, until the other side closes; raises Gone for a broken or endless line."""
        while True:
            try:
                data = self._socket.recv(_CHUNK)
            except OSError:
                return
            if not data:
                return
            yield from self._split(data)

    def read_ready(self) -> list[dict[str, Any]]:
        """The messages that one read gives, perhaps none yet; raises Gone where the other side has closed."""
        try:
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise Gone(os.strerror(error.errno or 0)) from error
        if not data:
            raise Gone("closed")
        return list(self._split(data))

    def close(self) -> None:
        """Closes the connection, also under a thread that reads from it."""
        with suppress(OSError):  # the other side was first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _split(self, data: bytes) -> Iterator[dict[str, Any]]:
        self._rest += data
        if len(self._rest) > LONGEST_LINE:
            raise Gone("a line without an end")
        if b"\n" not in data:
            return
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                raise Gone("a line that is no JSON") from None
            if not isinstance(message, dict):
                raise Gone("a line that is no message")
            yield message


def error_to_json(error: ReportedError) -> dict[str, Any]:
    """An error as a message: its class, or the nearest above it that is on the list, and its sentence."""
    kind = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _KINDS)
    return {"error": {"kind": kind, "message": error.message}}


def error_from_json(document: Mapping[str, Any]) -> ReportedError:
    """The error that ``error_to_json`` wrote."""
    said = document["error"]
    return _KINDS.get(said.get("kind", ""), ReportedError)(str(said.get("message")))
