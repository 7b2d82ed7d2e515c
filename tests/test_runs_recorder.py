"""A full disk: never an exception into the training, order kept, points thinned only when the buffer is full too."""

import errno
import os
from itertools import pairwise
from pathlib import Path

import pytest

from workbench.events import Finished, LineLogged, PointsLogged
from workbench.runs.recorder import Recorder
from workbench.runs.spool import Entry, PointsLost, SpoolReader


class Disk:
    """Writes as the system does, until it is full; then in part, and then not at all."""

    def __init__(self) -> None:
        self.room: int | None = None
        self.error = errno.ENOSPC

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.room is None:
            return os.write(fd, data)
        if self.room == 0:
            raise OSError(self.error, os.strerror(self.error))
        taken = os.write(fd, data[: self.room])
        self.room -= taken
        return taken


class Clock:
    """Goes on by a second at each look, so that no retry is held back."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def recorder_on(disk: Disk, path: Path, buffer_bytes: int = 1 << 20) -> Recorder:
    return Recorder(path, write=disk.write, clock=Clock(), buffer_bytes=buffer_bytes)


def entries(path: Path) -> list[Entry]:
    reader = SpoolReader(path)
    found = reader.read(0, last=True).records
    reader.close()
    return [record.entry for record in found]


@pytest.mark.parametrize("room", [0, 1, 7, 8, 30])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])
def test_what_finds_no_room_is_written_later_and_in_order(path: Path, disk: Disk, room: int, error: int) -> None:
    recorder = recorder_on(disk, path)
    expected: list[Entry] = []

    def write(event: PointsLogged | LineLogged) -> None:
        recorder.write(event)
        expected.append(event)

    write(PointsLogged(1, {"loss": 1.0}))
    disk.room, disk.error = room, error
    write(PointsLogged(2, {"loss": 2.0, "new_name": 3.0}))
    write(LineLogged("in need"))
    in_file = entries(path)
    assert in_file == expected[: len(in_file)]
    disk.room = None
    write(PointsLogged(3, {"loss": 4.0}))
    assert recorder.close()
    assert entries(path) == expected


def test_the_file_never_holds_part_of_a_record(path: Path, disk: Disk) -> None:
    recorder = recorder_on(disk, path)
    recorder.write(LineLogged("whole"))
    whole = path.stat().st_size
    disk.room = 5
    recorder.write(LineLogged("cut off"))
    assert path.stat().st_size == whole


def test_points_beyond_the_buffer_are_thinned_evenly_and_counted(path: Path, disk: Disk) -> None:
    recorder = recorder_on(disk, path, buffer_bytes=2000)
    recorder.log(0, {"loss": 0.0, "accuracy": 0.0})
    disk.room = 0
    for step in range(1, 1001):
        recorder.log(step, {"loss": float(step), "accuracy": 0.0})
    disk.room = None
    recorder.log(1001, {"loss": 1001.0, "accuracy": 0.0})
    assert recorder.close()
    found = entries(path)
    kept = [entry.step for entry in found if isinstance(entry, PointsLogged)]
    lost = sum(entry.count for entry in found if isinstance(entry, PointsLost))
    assert lost == 2 * (1002 - len(kept))
    assert kept == sorted(set(kept))
    gaps = [later - earlier for earlier, later in pairwise(kept)]
    assert max(gaps) <= 4 * 1000 / len(kept)
    assert len(kept) > 20


def test_with_room_again_every_point_is_kept_again(path: Path, disk: Disk) -> None:
    recorder = recorder_on(disk, path, buffer_bytes=500)
    disk.room = 0
    for step in range(100):
        recorder.log(step, {"loss": 0.0})
    disk.room = None
    for step in range(100, 200):
        recorder.log(step, {"loss": 0.0})
    recorder.close()
    kept = [entry.step for entry in entries(path) if isinstance(entry, PointsLogged)]
    assert kept[-99:] == list(range(101, 200))


def test_nothing_but_points_is_ever_thinned(path: Path, disk: Disk) -> None:
    recorder = recorder_on(disk, path, buffer_bytes=300)
    disk.room = 0
    for number in range(200):
        recorder.write(LineLogged(f"line {number}"))
        recorder.log(number, {f"metric {number % 7}": 0.0})
    recorder.write(Finished("done"))
    disk.room = None
    assert recorder.close()
    found = entries(path)
    lines = [entry.text for entry in found if isinstance(entry, LineLogged)]
    assert lines == [f"line {number}" for number in range(200)]
    assert Finished("done") in found


def test_closing_says_whether_everything_was_written(path: Path, disk: Disk) -> None:
    recorder = recorder_on(disk, path)
    disk.room = 0
    recorder.write(Finished("done"))
    assert not recorder.close()
