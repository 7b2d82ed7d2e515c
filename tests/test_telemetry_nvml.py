"""GPUs read through NVML, by a stub of the driver: what is known, what is not, and what goes wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from nvml_fixtures import StubMachine, missing_library, nvml_library, stub_machine  # noqa: F401

from store.records import Sample
from workbench.telemetry import NvmlSampler, gpus, nvml_state, open_sampler, probe
from workbench.telemetry.processes import shorten


@pytest.fixture
def sampler(machine: StubMachine) -> Iterator[NvmlSampler]:
    # Any figure beside those that a test names is the stub's own; no waiting between two tries of a driver.
    sampler = NvmlSampler(retry_s=0.0)
    yield sampler
    sampler.close()


def sample_one(sampler: NvmlSampler) -> Sample:
    (sample,) = sampler.sample()
    return sample


def test_every_field_of_a_board_is_read_in_the_units_of_a_sample(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("name NVIDIA H100", "util 37", "used 1000", "total 4000", "temp 45", "power 123456", "limit 700000",
                "clock 1410", "clock_max 1980", "fan 62", "energy 61797")  # fmt: skip
    sample = sample_one(sampler)
    assert (sample.device, sample.uuid, sample.name) == ("cuda:0", "GPU-00000000-aaaa", "NVIDIA H100")
    assert sample.utilisation == 37.0
    assert (sample.memory_used_bytes, sample.memory_total_bytes) == (1000, 4000)
    assert sample.temperature_c == 45.0
    assert (sample.power_w, sample.power_limit_w) == (123.456, 700.0)
    assert (sample.clock_mhz, sample.clock_max_mhz, sample.fan_percent) == (1410.0, 1980.0, 62.0)
    assert sample.throttle == ""
    assert sample.energy_j == 61.797
    assert sample.error is None


def test_energy_differs_by_what_the_counter_counted(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("energy 1000500")
    before = sample_one(sampler).energy_j
    machine.set("energy 1250500")
    after = sample_one(sampler).energy_j
    assert before is not None
    assert after is not None
    assert after - before == 250.0


@pytest.mark.parametrize(
    ("function", "field"),
    [
        ("nvmlDeviceGetUtilizationRates", "utilisation"),
        ("nvmlDeviceGetPowerUsage", "power_w"),
        ("nvmlDeviceGetEnforcedPowerLimit", "power_limit_w"),
        ("nvmlDeviceGetClockInfo", "clock_mhz"),
        ("nvmlDeviceGetMaxClockInfo", "clock_max_mhz"),
        ("nvmlDeviceGetFanSpeed", "fan_percent"),
        ("nvmlDeviceGetTotalEnergyConsumption", "energy_j"),
        ("nvmlDeviceGetName", "name"),
    ],
)
@pytest.mark.parametrize("code", [3, 4, 13, 999])
def test_a_field_that_the_driver_does_not_tell_is_none_and_the_others_are_there(
    machine: StubMachine, sampler: NvmlSampler, function: str, field: str, code: int
) -> None:
    machine.set(f"fail {function} {code}")
    sample = sample_one(sampler)
    assert getattr(sample, field) is None
    assert sample.error is None
    others = {"utilisation", "power_w", "power_limit_w", "clock_mhz", "energy_j", "name", "temperature_c", "throttle"}
    assert all(getattr(sample, other) is not None for other in others - {field})


def test_memory_falls_back_to_the_older_function(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("used 1000", "fail nvmlDeviceGetMemoryInfo_v2 13")
    assert sample_one(sampler).memory_used_bytes == 1512  # the older one counts what the driver keeps for itself
    machine.set("fail nvmlDeviceGetMemoryInfo_v2 13", "fail nvmlDeviceGetMemoryInfo 3")
    sample = sample_one(sampler)
    assert (sample.memory_used_bytes, sample.memory_total_bytes) == (None, None)


def test_temperature_falls_back_to_the_older_function(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("temp 45", "fail nvmlDeviceGetTemperatureV 13")
    assert sample_one(sampler).temperature_c == 46.0  # the stub's older function adds one, to be told from the newer
    machine.set("fail nvmlDeviceGetTemperatureV 13", "fail nvmlDeviceGetTemperature 3")
    assert sample_one(sampler).temperature_c is None


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (0x00, ""),
        (0x01 | 0x02 | 0x10 | 0x100, ""),  # idle, clocks that somebody set, kept in step with other boards
        (0x04, "power cap"),
        (0x20, "thermal"),
        (0x40 | 0x08, "thermal"),
        (0x80 | 0x08, "power brake"),
        (0x08, "hardware"),
        (0x04 | 0x20, "thermal, power cap"),
    ],
)
def test_what_slows_a_board_down_is_said_in_short_words(
    machine: StubMachine, sampler: NvmlSampler, reasons: int, said: str
) -> None:
    machine.set(f"reasons {reasons}")
    assert sample_one(sampler).throttle == said


def test_what_slows_a_board_down_falls_back_to_the_older_function(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("reasons 4", "fail nvmlDeviceGetCurrentClocksEventReasons 13")
    assert sample_one(sampler).throttle == "thermal, power cap"  # the stub's older function adds a bit
    machine.set("fail nvmlDeviceGetCurrentClocksEventReasons 13", "fail nvmlDeviceGetCurrentClocksThrottleReasons 3")
    sample = sample_one(sampler)
    assert (sample.throttle, sample.error) == (None, None)


@pytest.mark.parametrize(("code", "said"), [(15, "The GPU is lost"), (16, "must be reset"), (10, "driver reports")])
def test_one_lost_gpu_does_not_hide_the_other(machine: StubMachine, sampler: NvmlSampler, code: int, said: str) -> None:
    machine.set("gpus 2")
    sampler.sample()
    machine.set("gpus 2", f"fail@0 nvmlDeviceGetHandleByIndex_v2 {code}")
    lost, other = sampler.sample()
    assert lost.error is not None
    assert said in lost.error
    assert (lost.device, lost.uuid, lost.name) == ("cuda:0", "GPU-00000000-aaaa", "NVIDIA Stub GPU")
    assert (lost.utilisation, lost.memory_used_bytes, lost.energy_j) == (None, None, None)
    assert (other.device, other.error, other.utilisation) == ("cuda:1", None, 37.0)


def test_a_gpu_lost_in_the_middle_of_a_reading_is_lost_and_comes_back(
    machine: StubMachine, sampler: NvmlSampler
) -> None:
    machine.set("fail nvmlDeviceGetPowerUsage 15")
    assert "lost" in (sample_one(sampler).error or "")
    machine.set("util 50")
    assert (sample_one(sampler).error, sample_one(sampler).utilisation) == (None, 50.0)


def test_a_gpu_that_was_never_readable_has_no_identity(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("fail * 15")
    sample = sample_one(sampler)
    assert (sample.device, sample.uuid, sample.name) == ("cuda:0", None, None)


def test_under_mig_the_counter_of_the_board_is_nobodys(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("mig 2", "energy 5000")
    assert sample_one(sampler).energy_j is None
    assert sample_one(sampler).power_w is not None


def test_processes_of_both_kinds_are_named_once_each(machine: StubMachine, sampler: NvmlSampler) -> None:
    own = os.getpid()
    machine.set(f"process {own} 1000", f"process {own} 3000 graphics", "process 4194999 NA")
    mine, hidden = sorted(sample_one(sampler).processes, key=lambda process: process.pid != own)
    assert (mine.pid, mine.memory_bytes) == (own, 3000)
    assert mine.command is not None
    assert mine.user is not None
    assert (hidden.pid, hidden.memory_bytes, hidden.user, hidden.command) == (4194999, None, None, None)


@pytest.mark.parametrize("code", [3, 4, 13])
def test_a_driver_that_does_not_name_processes_names_none(
    machine: StubMachine, sampler: NvmlSampler, code: int
) -> None:
    machine.set("process 1 5 graphics", f"fail nvmlDeviceGetComputeRunningProcesses_v3 {code}")
    sample = sample_one(sampler)
    assert sample.error is None
    assert [process.pid for process in sample.processes] == [1]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["/usr/bin/python3", "-u", "/home/a/train.py", "--key", "secret"], "python3 train.py"),
        (["python3.11", "-m", "workbench.runs.trainer", "/x"], "python3.11 -m workbench.runs.trainer"),
        (["python", "-c", "print('secret')"], "python"),
        (["python"], "python"),
        (["/opt/bin/mysqld", "--password=secret"], "mysqld"),
    ],
)
def test_arguments_of_other_peoples_programs_are_not_kept(words: list[str], shown: str) -> None:
    assert shorten(words) == shown


def test_a_missing_library_is_a_normal_state(no_library: None) -> None:
    state = nvml_state()
    assert not state.available
    assert not state.broken
    assert "No NVIDIA driver is installed" in state.message
    assert gpus() == ()
    assert NvmlSampler().sample() == ()
    sampler = open_sampler()
    assert [sample.device for sample in sampler.sample()] == ["host"]
    sampler.close()


def test_a_driver_that_is_not_loaded_is_a_normal_state(machine: StubMachine) -> None:
    state = nvml_state()
    assert (state.available, state.broken) == (False, False)
    assert "not loaded" in state.message


@pytest.mark.parametrize(
    ("code", "said"), [(18, "different versions"), (4, "may not talk"), (13, "too old"), (999, "driver reports")]
)
def test_a_driver_that_refuses_is_broken_rather_than_missing(machine: StubMachine, code: int, said: str) -> None:
    machine.set(f"fail nvmlInit {code}")
    state = nvml_state()
    assert (state.available, state.broken) == (False, True)
    assert said in state.message
    assert NvmlSampler().sample() == ()


def test_a_driver_that_cannot_count_its_boards_is_broken(machine: StubMachine) -> None:
    machine.set("fail nvmlDeviceGetCount_v2 999")
    assert probe().state.broken
    assert NvmlSampler().sample() == ()


def test_the_driver_tells_its_version_and_its_cuda(machine: StubMachine) -> None:
    machine.set("driver 580.95.05", "cuda 12090")
    state = nvml_state()
    assert (state.available, state.driver, state.cuda) == (True, "580.95.05", (12, 9))
    assert state.message == "NVIDIA driver 580.95.05."


def test_a_driver_that_hides_its_versions_is_available_all_the_same(machine: StubMachine) -> None:
    machine.set("fail nvmlSystemGetDriverVersion 3", "fail nvmlSystemGetCudaDriverVersion_v2 3")
    state = nvml_state()
    assert (state.available, state.driver, state.cuda) == (True, None, None)


def test_gpus_are_listed_with_what_decides_their_use(machine: StubMachine) -> None:
    machine.set("gpus 3", "name@1 Other", "capability@1 75", "process@1 7 8", "mig@1 2", "fail@2 * 15")
    first, second, third = gpus()
    assert (first.device, first.uuid, first.capability, first.in_use) == ("cuda:0", "GPU-00000000-aaaa", (9, 0), False)
    assert (second.name, second.capability, second.in_use, second.mig) == ("Other", (7, 5), True, True)
    assert second.instances == ("MIG-00000004-bbbb", "MIG-00000005-bbbb")
    assert (third.uuid, third.error is not None) == (None, True)


def test_after_a_reload_the_driver_is_entered_again(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("load 1", "util 10")
    assert sample_one(sampler).utilisation == 10.0
    machine.set("load 2", "util 20")
    away = sample_one(sampler)
    assert "reloaded" in (away.error or "")
    assert away.uuid == "GPU-00000000-aaaa"
    assert sample_one(sampler).utilisation == 20.0


def test_an_unloaded_driver_leaves_errors_and_is_asked_again_only_now_and_then(machine: StubMachine) -> None:
    now = 0.0
    sampler = NvmlSampler(retry_s=5.0, clock=lambda: now)
    machine.set("gpus 2", "util 10")
    assert [sample.error for sample in sampler.sample()] == [None, None]
    machine.unload()
    assert all(sample.error for sample in sampler.sample())
    machine.set("gpus 2", "load 1", "util 30")
    now = 4.9
    assert all(sample.error for sample in sampler.sample())
    assert not sampler.state.available
    now = 5.1
    assert [sample.utilisation for sample in sampler.sample()] == [30.0, 30.0]
    sampler.close()
    sampler.close()


def test_a_driver_that_loses_a_board_in_a_reload_forgets_it(machine: StubMachine, sampler: NvmlSampler) -> None:
    machine.set("gpus 2")
    sampler.sample()
    machine.set("gpus 1", "load 1")
    sampler.sample()
    assert [sample.device for sample in sampler.sample()] == ["cuda:0"]
    machine.unload()
    assert [sample.device for sample in sampler.sample()] == ["cuda:0"]


def test_the_library_is_found_by_the_linker_as_on_a_real_machine(machine: StubMachine) -> None:
    machine.set("gpus 2", "driver 575.1")
    program = "from workbench.telemetry import probe; r = probe(); print(r.state.driver, len(r.gpus))"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(machine.library.parent)}
    done = subprocess.run(
        (sys.executable, "-c", program), env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["575.1", "2"]


def test_importing_telemetry_does_not_import_the_binding() -> None:
    program = (
        "import sys, workbench.telemetry, workbench.devices; print('pynvml' in sys.modules, 'torch' in sys.modules)"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]
