"""What the machine's figures are called, and the room that it has left."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from store.records import DeviceProcess, Sample
from workbench import device_words as words
from workbench.telemetry import room
from workbench.telemetry.room import Room, read_room

GIB = 1024**3


@pytest.mark.parametrize(
    ("used", "total", "text"),
    [
        (61 * GIB, 80 * GIB, "61.0/80 GiB"),
        (int(9.13 * GIB), 24 * GIB, "9.1/24 GiB"),
        (91 * GIB, 512 * GIB, "91/512 GiB"),
        (0, 8 * GIB, "0.0/8.0 GiB"),
        (900 * GIB, 2048 * GIB, "0.9/2.0 TiB"),
        (7, 512, "7/512 B"),
        (None, 80 * GIB, "n/a"),
        (GIB, None, "n/a"),
    ],
)
def test_a_part_has_the_unit_of_its_whole(used: int | None, total: int | None, text: str) -> None:
    assert words.of_words(used, total) == text


@pytest.mark.parametrize(
    ("joules", "text"),
    [(None, "n/a"), (0.0, "0 J"), (300.0, "300 J"), (61_200.0, "61.2 kJ (17.0 Wh)"), (7.2e6, "7.20 MJ (2.00 kWh)")],
)
def test_energy_is_joules_and_watt_hours(joules: float | None, text: str) -> None:
    assert words.energy_words(joules) == text


def test_what_the_driver_does_not_say_is_not_known() -> None:
    silent = Sample("cuda:0", 0.0)
    for say in (
        words.utilisation_words,
        words.memory_words,
        words.temperature_words,
        words.power_words,
        words.clock_words,
    ):
        assert say(silent) == "n/a"
    assert words.throttle_words(silent) == ""
    assert words.load_words(silent) == "load n/a"
    assert words.price_words(None) == ""
    assert words.user_words(DeviceProcess(1, None, None, None)) == "n/a"
    assert words.clock_of_words(Sample("cuda:0", 0.0)) == "clock n/a"


def test_boards_are_told_apart_by_the_beginning_of_their_uuid() -> None:
    assert words.short_uuid("GPU-1f0c2ab4-77aa-11ee-8c99-0242ac120002") == "GPU-1f0c2ab4"
    assert words.short_uuid(None) == ""


def test_a_moment_of_today_is_a_clock_time_and_another_has_its_day() -> None:
    noon = 1_763_812_800.0
    assert ":" in words.since_words(noon, noon + 60)
    assert "-" not in words.since_words(noon, noon + 60)
    assert words.since_words(noon, noon + 3 * 86_400).count("-") == 1
    assert words.since_words(None, noon) == "n/a"


def test_the_room_of_a_store_that_is_not_there_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    found = read_room(tmp_path / "not" / "yet" / "store.db")
    assert found.disk_total_bytes
    assert found.disk_used_bytes is not None
    assert 0 < found.disk_used_bytes <= found.disk_total_bytes
    disk, swap = words.room_words(found)
    assert disk.startswith("disk ")
    assert "swap" in swap


def test_a_disk_that_does_not_answer_stays_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    silent: Callable[[Path], tuple[int, int]] = lambda folder: (int(answered.wait(30)), 1)  # noqa: E731
    monkeypatch.setattr(room, "_ask_disk", silent)
    found = read_room(tmp_path / "store.db", patience_s=0.01)
    answered.set()
    assert found.disk_total_bytes is None
    assert words.room_words(found)[0] == "disk n/a"
    assert words.room_words(Room(tmp_path, swap_used_bytes=0, swap_total_bytes=0))[1] == "no swap"
