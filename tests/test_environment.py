"""What is recorded of the machine and of the libraries that a run used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nvml_fixtures import StubMachine, nvml_library, stub_machine  # noqa: F401

from store.records import Sample
from workbench.devices import Choice
from workbench.environment import (
    boot_id,
    describe_git,
    describe_host,
    describe_libraries,
    describe_load,
    processor_name,
    usable_cores,
)


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(("git", *identity, *words), cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "train.py").write_text("1")
    git(tmp_path, "add", "train.py")
    git(tmp_path, "commit", "-qm", "One")
    return tmp_path


def test_the_host_is_flat_json_with_the_promised_keys() -> None:
    found = describe_host()
    assert {"python", "torch", "cpu", "gpu", "driver", "git", "git_dirty", "host", "boot_id", "load_before"} <= set(
        found
    )
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(value is None or isinstance(value, str | int | float | bool) for value in found.values())
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["cores_usable"] == usable_cores() >= 1


def test_keys_do_not_depend_on_the_device(machine: StubMachine) -> None:
    machine.set("driver 580.7", "cuda 12080")
    found = describe_host(Choice("cuda:0", "GPU-x", "NVIDIA H100", ""))
    assert (found["gpu"], found["gpu_uuid"]) == ("NVIDIA H100", "GPU-x")
    assert (found["driver"], found["driver_cuda"]) == ("580.7", "12.8")
    on_cpu = describe_host(Choice("cpu", None, None, ""))
    assert (on_cpu["gpu"], on_cpu["driver"]) == (None, None)
    assert set(on_cpu) == set(found)


def test_the_version_of_torch_is_told_without_importing_it() -> None:
    program = (
        "import sys, json; from workbench.environment import describe_host;"
        "print(json.dumps([describe_host()['torch'], 'torch' in sys.modules, 'pynvml' in sys.modules]))"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True, timeout=60)
    version, *imported = json.loads(done.stdout)
    assert version
    assert imported == [False, False]


def test_the_commit_and_its_changes_are_told(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert describe_git(repository) == {"git": commit, "git_dirty": False}
    (repository / "notes.txt").write_text("not tracked, so it changes no code")
    assert describe_git(repository) == {"git": commit, "git_dirty": False}
    (repository / "train.py").write_text("2")
    assert describe_git(repository) == {"git": commit, "git_dirty": True}
    (repository / "inside").mkdir()
    assert describe_git(repository / "inside")["git"] == commit


def test_outside_a_repository_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert describe_git(tmp_path) == {"git": None, "git_dirty": None}


def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert describe_git(tmp_path) == {"git": None, "git_dirty": None}


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert describe_git(repository) == {"git": None, "git_dirty": None}


def test_a_program_that_the_repository_names_is_not_started(repository: Path) -> None:
    hook = repository / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {repository}/started\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hook))
    describe_git(repository)
    assert not (repository / "started").exists()


def test_the_processor_is_named_as_it_names_itself(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text("processor\t: 0\nmodel name\t: Intel(R)  Xeon(R)   Platinum\nmodel name\t: other\n")
    assert processor_name(file) == "Intel(R) Xeon(R) Platinum"
    file.write_text("processor\t: 0\nHardware\t: BCM2835\n")
    assert processor_name(file) == "BCM2835"
    assert processor_name(tmp_path / "missing")


def test_cores_are_those_that_this_process_is_bound_to() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_the_boot_is_named() -> None:
    identity = boot_id()
    assert identity is not None
    assert len(identity) == 36


def test_load_during_a_run_is_that_of_its_samples() -> None:
    samples = [Sample("host", 0.0, load_1m=1.0), Sample("cuda:0", 0.0), Sample("host", 1.0, load_1m=4.0)]
    assert describe_load(samples) == {"load_during": 2.5, "load_during_max": 4.0}
    assert describe_load([]) == {"load_during": None, "load_during_max": None}


def test_only_libraries_that_were_imported_are_described() -> None:
    program = (
        "import sys, json; from workbench.environment import describe_libraries; before = describe_libraries();"
        "import torch; torch.set_num_threads(1); print(json.dumps([before, describe_libraries()]))"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, check=True, timeout=120, env=environment
    )
    before, after = json.loads(done.stdout)
    assert before["OMP_WAIT_POLICY"] == "PASSIVE"
    assert "torch" not in before
    assert (after["torch_threads"], after["deterministic_algorithms"]) == (1, False)
    assert after["torch"] == describe_host()["torch"]


def test_describing_imports_nothing() -> None:
    before = set(sys.modules)
    describe_libraries()
    assert {"torch", "sklearn"} & (set(sys.modules) - before) == set()
