"""The spool: the append-only file through which a trainer reports, and the reader of it.

A header (magic and version) and then frames: length of the payload, its CRC-32, the payload. Every frame is appended by
one ``write``, so whatever kills the writer leaves whole frames and at most one torn tail, which the reader does not
see. A frame in the middle that does not answer to its checksum is damage: it is named in a sentence, never skipped in
silence.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from workbench.events import Event, PointsLogged
from workbench.runs.encoding import EVENT, LAYOUT, LOST, POINTS, Layout, decode_event, decode_lost, layout_id_of

FILE_NAME: Final = "spool"
MAGIC: Final = b"WBSPOOL\x01"
"""The last byte is the version of the format."""
FRAME_HEAD: Final = struct.Struct("<II")
READ_BYTES: Final = 1 << 20
_POINTS_KIND = bytes([POINTS])


@dataclass(frozen=True, slots=True)
class PointsLost:
    """A full disk left no room for this many points."""

    count: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes of the spool that cannot be read; a sentence."""

    message: str


Entry: TypeAlias = Event | PointsLost | Damaged


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a spool and when it was written."""

    at: float
    entry: Entry


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole records in the order in which they were written, and the offset behind the last of them."""

    records: tuple[Record, ...]
    end: int


def frame(payload: bytes) -> bytes:
    """``payload`` as it stands in the file."""
    return FRAME_HEAD.pack(len(payload), zlib.crc32(payload)) + payload


class SpoolReader:
    """Reads a spool, also while another process appends to it.

    The reader keeps no place of its own: the caller says from where to read, so that the place can be stored in the
    same transaction as what was read. Only the layouts that it has met are remembered.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._layouts: dict[int, Layout] = {}
        self._layouts_known_to = 0

    def close(self) -> None:
        """Closes the file."""
        os.close(self._fd)

    def size(self) -> int:
        """Bytes in the file now."""
        return os.fstat(self._fd).st_size

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the lock under which a spool is folded: two processes never fold the same one at once."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def read(self, offset: int, *, last: bool = False, limit: int = READ_BYTES) -> Batch:
        """The whole records behind ``offset``, about ``limit`` bytes of them; call again until it returns none.

        ``last`` says that nobody writes any more: only then is an unreadable frame damage, and not perhaps one that is
        just being taken back by a writer on a full disk.
        """
        if offset > self._layouts_known_to:
            self._learn_layouts(offset)
        records: list[Record] = []
        end = offset
        for payload, end in self._frames(offset, limit, last):
            records.extend([_damage(payload)] if isinstance(payload, str) else self._decode(payload, end))
        self._layouts_known_to = max(self._layouts_known_to, end)
        return Batch(tuple(records), end)

    def remember(self, end: int) -> Iterator[Record]:
        """Every record before ``end`` but the points: what a reader who starts there must know of what came before."""
        offset = 0
        while offset < end:
            start = offset
            for payload, behind in self._frames(start, min(READ_BYTES, end - start), last=True):
                offset = behind
                if not isinstance(payload, str) and payload[:1] != _POINTS_KIND:
                    yield from self._decode(payload, behind)
            if offset == start:
                return

    def _learn_layouts(self, end: int) -> None:
        for _ in self.remember(end):
            pass
        self._layouts_known_to = end

    def _frames(self, offset: int, limit: int, last: bool) -> Iterator[tuple[bytes | str, int]]:
        """Payloads (or a sentence for bytes that are none) and the offset behind each."""
        if offset == 0:
            magic = os.pread(self._fd, len(MAGIC), 0)
            if len(magic) < len(MAGIC):
                return
            if magic != MAGIC:
                yield "The spool was written by another version of Workbench and cannot be read.", self.size()
                return
            offset = len(MAGIC)
            yield b"", offset
        chunk = self._chunk(offset, limit)
        place = 0
        while place + FRAME_HEAD.size <= len(chunk):
            length, checksum = FRAME_HEAD.unpack_from(chunk, place)
            end = place + FRAME_HEAD.size + length
            if end > len(chunk):
                return
            payload = chunk[place + FRAME_HEAD.size : end]
            if not payload or zlib.crc32(payload) != checksum:
                if last:
                    yield self._skip(offset + place, offset + end)
                return
            yield payload, offset + end
            place = end

    def _chunk(self, offset: int, limit: int) -> bytes:
        """Up to ``limit`` bytes at ``offset``, or the whole first frame where that one is longer."""
        chunk = os.pread(self._fd, limit, offset)
        if len(chunk) >= FRAME_HEAD.size:
            needed = FRAME_HEAD.size + FRAME_HEAD.unpack_from(chunk)[0]
            if len(chunk) < needed <= self.size() - offset:
                chunk = os.pread(self._fd, needed, offset)
        return chunk

    def _skip(self, start: int, end: int) -> tuple[str, int]:
        """What to say of an unreadable frame, and where to go on: behind it if a sound frame follows, else nowhere."""
        following = self._chunk(end, READ_BYTES)
        sound = False
        if len(following) > FRAME_HEAD.size:
            length, checksum = FRAME_HEAD.unpack_from(following)
            payload = following[FRAME_HEAD.size : FRAME_HEAD.size + length]
            sound = len(payload) == length > 0 and zlib.crc32(payload) == checksum
        resume = end if sound or end == self.size() else self.size()
        return f"The spool is damaged at byte {start:,}: {resume - start:,} bytes of it could not be read.", resume

    def _decode(self, payload: bytes, end: int) -> list[Record]:
        """The record of a payload; none for what only the reader needs."""
        if not payload:
            return []
        kind = payload[0]
        try:
            if kind == POINTS:
                layout = self._layouts[layout_id_of(payload)]
                _, _, at, step, *values = layout.struct.unpack(payload)
                return [Record(at, PointsLogged(step, dict(zip(layout.names, values, strict=True))))]
            if kind == EVENT:
                event, at = decode_event(payload)
                return [Record(at, event)]
            if kind == LAYOUT:
                layout = Layout.decode(payload)
                self._layouts[layout.id] = layout
                return []
            if kind == LOST:
                return [Record(0.0, PointsLost(decode_lost(payload)))]
        except (ValueError, KeyError, TypeError, struct.error) as error:
            return [_damage(f"A record of the spool before byte {end:,} makes no sense ({error!r}).")]
        return [_damage(f"A record of the spool before byte {end:,} is of the unknown kind {kind}.")]


def _damage(message: str) -> Record:
    return Record(0.0, Damaged(message))
