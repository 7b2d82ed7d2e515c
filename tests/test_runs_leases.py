"""Leases: one holder a GPU, cores divided among runs, and a quiet machine for whoever measures."""

import os
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from workbench.errors import DiskError
from workbench.generation import LEASE_ID
from workbench.runs import leases
from workbench.runs.leases import (
    Holder,
    Lent,
    announce_wanted,
    is_wanted,
    lend_cores,
    lend_device,
    lend_device_beside,
    new_holder,
    runtime_folder,
)
from workbench.runs.measuring import measuring

HOLDER = new_holder(Path("/store.db"), 7, "cpu")


def lent(found: Lent | None) -> Lent:
    assert found is not None
    return found


def test_a_gpu_has_one_holder_at_a_time() -> None:
    first = lent(lend_device("GPU-1", "cuda:0", 1, HOLDER))
    assert lend_device("GPU-1", "cuda:0", 1, HOLDER) is None
    second = lent(lend_device("GPU-2", "cuda:1", 1, HOLDER))
    first.close()
    third = lent(lend_device("GPU-1", "cuda:0", 1, HOLDER))
    assert (third.device, third.uuid) == ("cuda:0", "GPU-1")
    for one in (second, third):
        one.close()


def test_cores_are_divided_and_given_back_whole() -> None:
    first = lent(lend_cores(3, HOLDER, cores=4))
    assert lend_cores(2, HOLDER, cores=4) is None
    second = lent(lend_cores(1, HOLDER, cores=4))
    assert lend_cores(1, HOLDER, cores=4) is None
    first.close()
    lent(lend_cores(3, HOLDER, cores=4)).close()
    second.close()


def test_what_is_lent_now_is_listed_with_its_holder() -> None:
    gpu = lent(lend_device("GPU-1", "cuda:0", 1, new_holder(Path("/a.db"), 3, "cuda:0")))
    cores = lent(lend_cores(2, HOLDER, cores=2))
    assert [(lease.what, lease.holder and lease.holder.run_id) for lease in leases.current()] == [
        ("core 0", 7),
        ("core 1", 7),
        ("GPU-1", 3),
    ]
    assert [holder.run_id for holder in leases.working_runs()] == [3, 7]
    gpu.close()
    cores.close()
    assert leases.current() == []


def test_processes_that_make_text_share_a_gpu_among_themselves_and_not_with_a_run() -> None:
    generating = replace(HOLDER, run_id=LEASE_ID, device="cuda:0")
    first = lent(lend_device_beside("GPU-1", "cuda:0", 1, generating))
    second = lent(lend_device_beside("GPU-1", "cuda:0", 1, replace(generating, pid=generating.pid + 1)))
    assert lend_device("GPU-1", "cuda:0", 1, HOLDER) is None
    assert [(lease.what, lease.holder and lease.holder.run_id) for lease in leases.current()] == [("GPU-1", 0)] * 2
    assert leases.working_runs()[0].seen_from("/other.db") == "text generation"
    first.close()
    second.close()
    run = lent(lend_device("GPU-1", "cuda:0", 1, HOLDER))
    assert lend_device_beside("GPU-1", "cuda:0", 1, generating) is None
    run.close()


def test_a_device_is_wanted_as_long_as_a_run_waits_for_it() -> None:
    assert not is_wanted("cpu")
    waiting = [*announce_wanted(["GPU-1", "cpu"]), *announce_wanted(["cpu"])]
    assert is_wanted("cpu")
    assert is_wanted("GPU-1")
    assert not is_wanted("GPU-2")
    for fd in waiting:
        os.close(fd)
    assert not is_wanted("cpu")


def test_a_note_that_cannot_be_read_hides_no_lease() -> None:
    gpu = lent(lend_device("GPU-1", "cuda:0", 1, HOLDER))
    (runtime_folder() / "device-GPU-1.lock").write_text("rubbish")
    assert [(lease.what, lease.holder) for lease in leases.current()] == [("GPU-1", None)]
    gpu.close()


def test_a_lease_lives_as_long_as_any_process_that_inherited_it() -> None:
    gpu = lent(lend_device("GPU-1", "cuda:0", 1, HOLDER))
    inherited = os.dup(gpu.fds[0])
    gpu.close()
    assert lend_device("GPU-1", "cuda:0", 1, HOLDER) is None
    os.close(inherited)
    lent(lend_device("GPU-1", "cuda:0", 1, HOLDER)).close()


def test_a_long_lease_looks_fresh_to_the_cleaners_of_tmp() -> None:
    mine = lent(lend_cores(1, HOLDER, cores=1))
    for path in runtime_folder().iterdir():
        os.utime(path, (0, 0))
    mine.keep_fresh()
    assert (runtime_folder() / "core-0.lock").stat().st_mtime > 0
    assert (runtime_folder() / "quiet.lock").stat().st_mtime > 0
    mine.close()


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(DiskError, match="only you can write"):
        runtime_folder({"WORKBENCH_RUNTIME_DIR": str(folder)})


def test_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(DiskError):
        runtime_folder({"WORKBENCH_RUNTIME_DIR": str(tmp_path / "link")})


def test_alone_on_the_machine_measuring_is_exclusive_at_once() -> None:
    mine = lent(lend_cores(1, HOLDER, cores=2))
    said: list[str] = []
    with measuring(mine.quiet_fd, ("/store.db", 7), say=said.append) as conditions:
        assert conditions["exclusive"] is True
        assert conditions["shared_with"] == []
        assert lend_cores(1, HOLDER, cores=2) is None, "a new run must wait while one measures"
    assert said == []
    lent(lend_cores(1, HOLDER, cores=2)).close()
    mine.close()


def test_beside_a_working_run_measuring_waits_so_long_and_then_says_with_whom_it_shared() -> None:
    mine = lent(lend_cores(1, HOLDER, cores=2))
    other = lent(lend_cores(1, new_holder(Path("/other.db"), 9, "cpu"), cores=2))
    said: list[str] = []
    with measuring(mine.quiet_fd, ("/store.db", 7), say=said.append, wait_s=0.0) as conditions:
        assert conditions["exclusive"] is False
        assert conditions["shared_with"] == ["run 9 of /other.db"]
    assert len(said) == 1
    assert "run 9 of /other.db" in said[0]
    other.close()
    with measuring(mine.quiet_fd, ("/store.db", 7), say=said.append) as conditions:
        assert conditions["exclusive"] is True
    mine.close()


def test_two_that_want_to_measure_are_alone_one_after_the_other() -> None:
    inside: list[int] = []
    found: list[bool] = []

    def measure(number: int, mine: Lent) -> None:
        with measuring(mine.quiet_fd, ("/store.db", number), say=[].append, wait_s=20.0) as conditions:
            inside.append(number)
            found.append(conditions["exclusive"] and len(inside) == 1)
            inside.remove(number)
        mine.close()

    both = [lent(lend_cores(1, HOLDER, cores=2)) for _ in range(2)]
    threads = [Thread(target=measure, args=(number, mine)) for number, mine in enumerate(both)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True, True]


def test_a_run_on_a_gpu_measures_under_the_same_lock() -> None:
    with measuring(None, ("/store.db", 7), say=[].append) as conditions:
        assert conditions["exclusive"] is True
        assert lend_cores(1, HOLDER, cores=2) is None


def test_a_wait_to_measure_ends_when_the_run_shall_stop() -> None:
    mine = lent(lend_cores(1, HOLDER, cores=2))
    other = lent(lend_cores(1, HOLDER, cores=2))
    with measuring(mine.quiet_fd, ("/store.db", 7), say=[].append, give_up=lambda: True) as conditions:
        assert conditions["exclusive"] is False
    mine.close()
    other.close()


def test_a_run_of_another_store_is_named_with_it() -> None:
    holder = Holder("/a.db", 3, 1, "cpu", 0.0)
    assert (holder.seen_from("/a.db"), holder.seen_from("/b.db")) == ("run 3", "run 3 of /a.db")
