"""What the doctor says about Python, torch, the GPUs, the settings, the store and the terminal."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

import store.filesystems
from store.database import open_for_writing
from workbench.devices import Machine
from workbench.doctor import Check, Surroundings, examination, examine
from workbench.doctor.examination import (
    check_computing,
    check_devices,
    check_libraries,
    check_python,
    check_settings,
    check_space,
    check_store,
    check_terminal,
)
from workbench.runs.leases import FOLDER_VARIABLE
from workbench.telemetry import Gpu, NvmlReport, NvmlState
from workbench.torch_build import TorchBuild

WORKING = NvmlState(True, "NVIDIA driver 570.1.", driver="570.1", cuda=(12, 8))
NOTHING = NvmlState(False, "No NVIDIA driver is installed here.")
GPU = Gpu(0, "GPU-aaaa", "NVIDIA H100", capability=(9, 0))
CUDA_TORCH = TorchBuild("2.9.0", cuda="12.8")
BIG = os.terminal_size((120, 40))


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "config" / "settings.toml"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "leases"))


def machine(*gpus: Gpu, state: NvmlState = WORKING, torch: TorchBuild | None = CUDA_TORCH) -> Machine:
    return Machine(NvmlReport(state, gpus), torch)


def by_name(checks: list[Check]) -> dict[str, Check]:
    named = {check.name: check for check in checks}
    assert len(named) == len(checks)
    return named


def test_an_old_python_is_a_problem() -> None:
    assert check_python((3, 11, 0)).status == "ok"
    assert check_python((3, 10, 9)).status == "problem"


def test_a_machine_without_a_gpu_is_in_order() -> None:
    checks = by_name(list(check_devices(machine(state=NOTHING, torch=TorchBuild("2.13.0+cpu")))))
    assert {check.status for check in checks.values()} == {"ok"}
    assert "Runs use the CPU" in checks["nvidia driver"].message
    assert checks["torch"].message == "torch 2.13.0+cpu (CPU-only build)."


def test_a_usable_gpu_is_in_order() -> None:
    checks = by_name(list(check_devices(machine(GPU))))
    assert checks["cuda:0"] == Check("cuda:0", "ok", "NVIDIA H100 (GPU-aaaa).")
    assert "CUDA up to 12.8, 1 GPUs" in checks["nvidia driver"].message


def test_a_gpu_that_torch_cannot_use_is_a_problem_with_the_build_that_fits() -> None:
    checks = by_name(list(check_devices(machine(GPU, torch=TorchBuild("2.13.0+cpu")))))
    assert checks["cuda:0"].status == "problem"
    assert "cu128" in checks["cuda:0"].message


def test_a_gpu_in_use_is_a_warning_and_a_lost_one_a_problem() -> None:
    busy = Gpu(0, "GPU-aaaa", "NVIDIA H100", in_use=True)
    lost = Gpu(1, None, None, error="The GPU is lost.")
    checks = by_name(list(check_devices(machine(busy, lost))))
    assert checks["cuda:0"].status == "warning"
    assert checks["cuda:1"].status == "problem"
    assert "The GPU is lost." in checks["cuda:1"].message


def test_a_broken_driver_and_a_missing_torch_are_problems() -> None:
    broken = NvmlState(False, "The versions differ.", broken=True)
    checks = by_name(list(check_devices(machine(state=broken, torch=None))))
    assert checks["nvidia driver"].status == "problem"
    assert checks["torch"].status == "problem"
    assert checks["torch"].hint is not None


def test_missing_libraries_are_named_with_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_libraries().status == "ok"

    def version(name: str) -> str:
        if name in ("skops", "scipy"):
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(importlib.metadata, "version", version)
    check = check_libraries()
    assert (check.status, check.message, check.hint) == (
        "problem",
        "Missing: scipy, skops.",
        "pip install scipy skops",
    )


def test_settings_that_cannot_be_read_are_a_problem(tmp_path: Path) -> None:
    check = check_settings()
    assert check.status == "ok"
    assert "No prices are set" in check.message
    (tmp_path / "config" / "settings.toml").write_text("[prices_usd_per_hour]\ncpu = 0.1\n")
    assert check_settings() == Check("settings", "ok", f"{tmp_path}/config/settings.toml.")
    (tmp_path / "config" / "settings.toml").write_text("nonsense")
    assert check_settings().status == "problem"


def test_a_store_that_is_not_there_yet_is_in_order(tmp_path: Path) -> None:
    checks = by_name(list(check_store(tmp_path / "new" / "folder" / "x.db")))
    assert {check.status for check in checks.values()} == {"ok"}
    assert "does not exist yet" in checks["store"].message
    assert not (tmp_path / "new").exists()


def test_a_store_is_opened_and_a_foreign_file_refused(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "x.db").close()
    assert by_name(list(check_store(tmp_path / "x.db")))["store"].message == f"{tmp_path}/x.db can be read."
    (tmp_path / "y.db").write_text("this is no database, and it is longer than a header " * 10)
    assert by_name(list(check_store(tmp_path / "y.db")))["store"].status == "problem"


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (check,) = check_store(tmp_path / "x.db")
    assert check.status == "problem"
    assert "--store or WORKBENCH_STORE" in (check.hint or "")


def test_a_network_file_system_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text("36 35 98:0 / / rw - nfs4 server:/home rw\n")
    monkeypatch.setattr(store.filesystems, "MOUNTS", table)
    check = by_name(list(check_store(tmp_path / "x.db")))["store folder"]
    assert check.status == "warning"
    assert "lies on nfs4, a network file system" in check.message


def test_little_space_is_a_warning_and_none_a_problem(tmp_path: Path) -> None:
    statuses = [check_space(tmp_path, free).status for free in (10 << 30, 100 << 20, 1 << 20)]
    assert statuses == ["ok", "warning", "problem"]


@pytest.mark.parametrize(
    ("environment", "size", "encoding", "status", "said"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, BIG, "UTF-8", "ok", "COLORTERM=truecolor"),
        ({"TERM": "tmux", "TMUX": "/tmp/x"}, BIG, "utf-8", "ok", "inside tmux"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, BIG, "UTF-8", "ok", "NO_COLOR=1"),
        ({"TERM": "dumb"}, BIG, "UTF-8", "warning", "TERM=dumb"),
        ({}, BIG, "UTF-8", "warning", "TERM=unset"),
        ({"TERM": "xterm"}, os.terminal_size((60, 20)), "UTF-8", "warning", "60x20"),
        ({"TERM": "xterm"}, BIG, "ANSI_X3.4-1968", "warning", "ANSI_X3.4-1968"),
    ],
)
def test_the_terminal_is_judged(
    environment: dict[str, str],
    size: os.terminal_size,
    encoding: str,
    status: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda do_setlocale=True: encoding)
    check = check_terminal(Surroundings(environment=environment), size, is_terminal=True)
    assert check.status == status
    assert said in check.message
    assert (check.hint is None) == (status == "ok")


def test_a_pipe_needs_no_terminal() -> None:
    assert check_terminal(Surroundings(environment={}), BIG, is_terminal=False).status == "ok"


def test_computing_reports_each_device() -> None:
    program = 'print(\'noise\'); print(\'{"import_s": 1.5, "devices": {"cpu": null, "cuda:0": "no kernel image"}}\')'
    cpu, gpu = check_computing(program=program)
    assert (cpu.name, cpu.status) == ("computing on cpu", "ok")
    assert (gpu.name, gpu.status, gpu.message) == ("computing on cuda:0", "problem", "no kernel image")


def test_a_torch_that_crashes_or_hangs_is_a_problem() -> None:
    (crashed,) = check_computing(program="import os; os.abort()")
    assert crashed.status == "problem"
    (failed,) = check_computing(program="raise ImportError('libcudart.so.13 is missing')")
    assert "libcudart.so.13 is missing" in failed.message
    (hung,) = check_computing(timeout_s=0.2, program="import threading; threading.Event().wait()")
    assert "did not answer within 0 s" in hung.message


def test_the_whole_examination_names_each_thing_once_and_ends_its_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "check_computing", lambda: [Check("computing on cpu", "ok", "It computes.")])
    environment = {FOLDER_VARIABLE: str(tmp_path / "leases")}
    around = Surroundings(tmp_path, environment, "1000", look=lambda: machine(GPU), output_of=lambda command: None)
    checks = by_name(examine(tmp_path / "x.db", deep=True, around=around))
    assert {"python", "torch", "cuda:0", "libraries", "settings", "store", "leases", "logout"} <= set(checks)
    assert "computing on cpu" in checks
    assert all(check.message.endswith((".", "!")) for check in checks.values())
    quick = by_name(examine(tmp_path / "x.db", around=around))
    assert set(checks) - set(quick) == {"computing on cpu"}


def test_the_doctor_does_not_import_torch(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from workbench.doctor import examine;"
        f"examine(Path({str(tmp_path)!r}) / 'x.db'); print('torch' in sys.modules, 'sklearn' in sys.modules)"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]
