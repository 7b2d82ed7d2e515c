"""The lock that says whether a run lives."""

import fcntl
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from store.folders import (
    create_run_folder,
    first_free_id,
    hold_lock,
    is_alive,
    living_runs,
    lock_path,
    run_folder,
    try_lock,
)

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def folder(store_file: Path) -> Path:
    store_file.parent.mkdir()
    return create_run_folder(store_file, 7)


def test_a_run_folder_lies_beside_the_store(store_file: Path, folder: Path) -> None:
    assert folder == run_folder(store_file, 7) == store_file.parent / "runs" / "7"
    assert create_run_folder(store_file, 7) == folder


def test_a_run_lives_while_its_lock_is_held(folder: Path) -> None:
    assert not is_alive(folder)
    held = hold_lock(folder)
    assert is_alive(folder)
    assert try_lock(folder) is None
    os.close(held)
    assert not is_alive(folder)
    again = try_lock(folder)
    assert again is not None
    assert is_alive(folder)
    os.close(again)


def test_what_is_not_there_is_not_alive(store_file: Path, folder: Path) -> None:
    assert not is_alive(folder)
    assert not lock_path(folder).exists()
    assert not is_alive(run_folder(store_file, 8))
    assert living_runs(store_file.with_name("elsewhere") / "store.db") == []


def hold_and_tell(folder: Path, told: Connection) -> None:
    hold_lock(folder)
    told.send("held")
    signal.pause()


def test_a_killed_owner_is_dead_at_once(folder: Path) -> None:
    here, there = SPAWN.Pipe()
    owner = SPAWN.Process(target=hold_and_tell, args=(folder, there))
    owner.start()
    assert here.recv() == "held"
    assert is_alive(folder)
    owner.kill()
    owner.join(30)
    assert not is_alive(folder)


def test_looking_keeps_nobody_from_the_lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = os.open(lock_path(folder), os.O_RDWR | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_SH)
    # The look ends while try_lock waits a moment.
    monkeypatch.setattr("store.folders.time.sleep", lambda _: fcntl.flock(looking, fcntl.LOCK_UN))
    taken = try_lock(folder)
    assert taken is not None
    for descriptor in (taken, looking):
        os.close(descriptor)


def test_two_who_look_do_not_take_each_other_for_the_owner(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.close(hold_lock(folder))
    original = os.close
    seen = []

    def look_again_before_closing(descriptor: int) -> None:
        monkeypatch.setattr(os, "close", original)
        seen.append(is_alive(folder))
        original(descriptor)

    monkeypatch.setattr(os, "close", look_again_before_closing)
    assert not is_alive(folder)
    assert seen == [False]


def test_living_runs_are_those_whose_lock_is_held(store_file: Path, folder: Path) -> None:
    (store_file.parent / "runs" / "notes").mkdir()
    held = [hold_lock(create_run_folder(store_file, run_id)) for run_id in (30, 4)]
    assert living_runs(store_file) == [4, 30]
    for descriptor in held:
        os.close(descriptor)


def test_an_id_is_free_when_no_folder_has_it(store_file: Path, folder: Path) -> None:
    create_run_folder(store_file, 8)
    assert [first_free_id(store_file, start) for start in (1, 7, 8)] == [1, 9, 9]
