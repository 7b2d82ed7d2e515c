"""The trainer's pen: appends events to the spool, and what a call returned from is in the file.

One ``write`` to the kernel an event, no buffer, no thread: a process killed the instant after a call has lost nothing.
A full disk never reaches the training: the file is cut back to its last whole frame, frames wait in memory and are
written as soon as there is room. When even that buffer is full, points (and only points) are thinned, every second,
then every fourth kept, so that the curve keeps its shape; how many are gone is written down with the next room.
"""

import os
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from workbench.events import Event, PointsLogged
from workbench.runs.encoding import POINTS, Layout, encode_event, encode_lost
from workbench.runs.spool import FRAME_HEAD, MAGIC, frame

BUFFER_BYTES: Final = 8 << 20
"""Points that a full disk may leave waiting in memory, as bytes of their frames, before they are thinned."""
_RETRY_S: Final = 0.25


class Recorder:
    """Appends to one spool. It belongs to one thread of one process."""

    def __init__(
        self,
        path: Path,
        *,
        buffer_bytes: int = BUFFER_BYTES,
        write: Callable[[int, bytes | memoryview], int] = os.write,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._write = write
        self._clock = clock
        self._end = os.fstat(self._fd).st_size
        self._torn = False
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._waiting = _Waiting(buffer_bytes)
        self._retry_at = 0.0
        if self._end == 0:
            self._put(MAGIC)

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Records one value of each metric at ``step``; values are host floats, NaN and infinity among them."""
        names = tuple(values)
        layout = self._layouts.get(names) or self._define(names)
        payload = layout.struct.pack(POINTS, layout.id, self._clock(), step, *values.values())
        self._put(FRAME_HEAD.pack(len(payload), zlib.crc32(payload)) + payload, len(names))

    def write(self, event: Event) -> None:
        """Records any event."""
        if isinstance(event, PointsLogged):
            self.log(event.step, event.values)
        else:
            self._put(frame(encode_event(event, self._clock())))

    def close(self, *, wait_s: float = 0.0) -> bool:
        """Closes the file once nothing waits for room any more, or after ``wait_s``; whether everything was written."""
        deadline = time.monotonic() + wait_s
        while not (drained := self._drain()) and time.monotonic() < deadline:
            time.sleep(_RETRY_S)
        os.close(self._fd)
        self._fd = -1
        return drained

    def _define(self, names: tuple[str, ...]) -> Layout:
        layout = Layout.of(len(self._layouts), names)
        self._put(frame(layout.encode()))
        self._layouts[names] = layout
        return layout

    def _put(self, whole_frame: bytes, points: int = 0) -> None:
        if self._waiting or not self._append(whole_frame):
            self._waiting.add(whole_frame, points)
            if self._clock() >= self._retry_at:
                self._drain()

    def _append(self, whole_frame: bytes) -> bool:
        """Whether the frame is in the file, whole; if it is not, no part of it is."""
        try:
            if self._torn:
                self._cut()
            written = self._write(self._fd, whole_frame)
            while written < len(whole_frame):
                self._torn = True
                written += self._write(self._fd, memoryview(whole_frame)[written:])
        except OSError:
            self._cut_if_torn()
            return False
        self._torn = False
        self._end += written
        return True

    def _cut(self) -> None:
        os.ftruncate(self._fd, self._end)
        self._torn = False

    def _cut_if_torn(self) -> None:
        try:
            if self._torn:
                self._cut()
        except OSError:
            pass  # still torn: the next append begins by cutting

    def _drain(self) -> bool:
        """Whether nothing waits any more after writing what there is room for."""
        while self._waiting:
            if not self._append(self._waiting.first()):
                self._retry_at = self._clock() + _RETRY_S
                return False
            self._waiting.drop_first()
        if lost := self._waiting.take_lost():
            self._put(frame(encode_lost(lost)))
        return not self._waiting


class _Waiting:
    """Frames that found no room, in order; thins the points among them when they grow past ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._frames: deque[tuple[bytes, int]] = deque()
        self._point_bytes = 0
        self._keep_one_in = 1
        self._offered = 0
        self._lost = 0

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, whole_frame: bytes, points: int) -> None:
        """Takes a frame of so many points (0: no points at all, never thinned)."""
        if points:
            self._offered += 1
            if self._offered % self._keep_one_in:
                self._lost += points
                return
            self._point_bytes += len(whole_frame)
        self._frames.append((whole_frame, points))
        if self._point_bytes > self._limit:
            self._thin()

    def first(self) -> bytes:
        """The frame that waits longest."""
        return self._frames[0][0]

    def drop_first(self) -> None:
        """Forgets the frame that waits longest, which has been written."""
        whole_frame, points = self._frames.popleft()
        if points:
            self._point_bytes -= len(whole_frame)
        if not self._frames:
            self._keep_one_in = 1

    def take_lost(self) -> int:
        """Points thinned since the last call."""
        lost, self._lost = self._lost, 0
        return lost

    def _thin(self) -> None:
        """Keeps every second frame of points, and from now on takes half as many."""
        self._keep_one_in *= 2
        kept: deque[tuple[bytes, int]] = deque()
        self._point_bytes = 0
        keep = False
        for whole_frame, points in self._frames:
            if points:
                keep = not keep
                if not keep:
                    self._lost += points
                    continue
                self._point_bytes += len(whole_frame)
            kept.append((whole_frame, points))
        self._frames = kept
