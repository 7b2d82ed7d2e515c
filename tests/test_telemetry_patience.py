"""Drivers that hang: nobody waits for them longer than stated, and the host goes on."""

import time
from collections.abc import Callable

import pytest
from nvml_fixtures import StubMachine, missing_library, nvml_library, stub_machine  # noqa: F401

from store.records import Sample
from workbench.telemetry import BackgroundSampler, NvmlSampler, Reading, probe
from workbench.telemetry.patience import DriverSilent, PatientSampler, answer_within

HANG = "hang nvmlDeviceGetUtilizationRates"


class CountingSampler:
    """A host whose load is the number of readings taken."""

    def __init__(self) -> None:
        self.readings = 0
        self.closed = False

    def sample(self) -> tuple[Sample, ...]:
        self.readings += 1
        return (Sample("host", time.time(), load_1m=float(self.readings)),)

    def close(self) -> None:
        self.closed = True


def wait_for(sampler: BackgroundSampler, wanted: Callable[[Reading], bool]) -> Reading:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        reading = sampler.latest()
        if wanted(reading):
            return reading
        time.sleep(0.005)
    raise AssertionError(f"never came: the last was {sampler.latest()}")


def gpu(reading: Reading) -> Sample:
    return next(sample for sample in reading.samples if sample.device.startswith("cuda"))


def host(reading: Reading) -> Sample:
    return next(sample for sample in reading.samples if sample.device == "host")


def test_an_answer_in_time_is_handed_on_and_so_is_a_failure() -> None:
    assert answer_within(20.0, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        answer_within(20.0, lambda: 1 // 0)


def test_a_probe_of_a_hanging_driver_ends_and_says_so(machine: StubMachine) -> None:
    machine.set("hang nvmlInit")
    report = probe(patience_s=0.05)
    machine.set()
    assert report.gpus == ()
    assert (report.state.available, report.state.broken) == (False, True)
    assert "has not answered for 0 s" in report.state.message


def test_a_silent_driver_is_said_with_its_seconds(machine: StubMachine) -> None:
    machine.set("hang nvmlInit")
    with pytest.raises(DriverSilent, match=r"has not answered for 0 s\. If nvidia-smi hangs too"):
        answer_within(0.01, NvmlSampler().sample)
    machine.set()


def test_a_patient_sampler_asks_nothing_new_until_the_old_answer_came(machine: StubMachine) -> None:
    machine.set("util 10")
    sampler = PatientSampler(NvmlSampler(), patience_s=20.0)
    assert sampler.sample()[0].utilisation == 10.0
    machine.set(HANG)
    sampler._patience_s = 0.05
    silent = sampler.sample()[0]
    assert "has not answered" in (silent.error or "")
    assert (silent.uuid, silent.utilisation) == ("GPU-00000000-aaaa", None)
    pending = sampler._pending
    assert "has not answered" in (sampler.sample()[0].error or "")
    assert sampler._pending is pending
    machine.set("util 30")
    assert pending is not None
    pending.answer(20.0)
    assert sampler.sample()[0].utilisation == 30.0
    assert sampler._pending is None
    sampler.close()


def test_the_background_reads_host_and_gpu(machine: StubMachine) -> None:
    machine.set("util 12")
    sampler = BackgroundSampler(0.01)
    reading = sampler.wait_first(20.0)
    assert gpu(reading).utilisation == 12.0
    assert host(reading).memory_total_bytes
    assert reading.age_s is not None
    machine.set("util 13")
    wait_for(sampler, lambda reading: gpu(reading).utilisation == 13.0)
    sampler.close()


def test_while_the_driver_hangs_the_host_goes_on_and_afterwards_the_gpu_is_back(machine: StubMachine) -> None:
    machine.set("gpus 2", "util 12")
    counting = CountingSampler()
    sampler = BackgroundSampler(0.01, silence_s=0.05, host=counting)
    sampler.wait_first(20.0)
    machine.set("gpus 2", HANG)
    silent = wait_for(sampler, lambda reading: bool(gpu(reading).error))
    names = [(sample.device, sample.uuid) for sample in silent.samples if sample.device != "host"]
    assert names == [("cuda:0", "GPU-00000000-aaaa"), ("cuda:1", "GPU-00000001-aaaa")]
    assert "has not answered for" in (gpu(silent).error or "")
    assert gpu(silent).utilisation is None
    load = host(silent).load_1m or 0.0
    wait_for(sampler, lambda reading: (host(reading).load_1m or 0.0) > load)
    machine.set("gpus 2", "util 55")
    wait_for(sampler, lambda reading: gpu(reading).utilisation == 55.0)
    sampler.close()
    assert counting.closed


def test_a_silent_driver_gives_one_error_a_period_however_often_it_is_asked(machine: StubMachine) -> None:
    machine.set("hang nvmlInit")
    sampler = BackgroundSampler(3600.0, silence_s=0.01)
    first = wait_for(sampler, lambda reading: len(reading.samples) == 2)
    assert gpu(sampler.latest()).at == gpu(first).at
    sampler.close(timeout_s=0.01)
    machine.set()


def test_a_driver_that_hangs_from_the_start_is_one_nameless_device(machine: StubMachine) -> None:
    machine.set("hang nvmlInit")
    sampler = BackgroundSampler(0.01, silence_s=0.05)
    reading = wait_for(sampler, lambda reading: len(reading.samples) == 2)
    assert (gpu(reading).device, gpu(reading).uuid) == ("cuda", None)
    assert "has not answered" in (gpu(reading).error or "")
    sampler.close(timeout_s=0.01)
    machine.set()


def test_without_a_gpu_the_background_reads_the_host_alone(no_library: None) -> None:
    sampler = BackgroundSampler(0.01)
    assert [sample.device for sample in sampler.wait_first(20.0).samples] == ["host"]
    sampler.close()


def test_before_the_first_reading_there_is_no_age(machine: StubMachine) -> None:
    machine.set("hang nvmlInit")

    class Stuck(CountingSampler):
        def sample(self) -> tuple[Sample, ...]:
            return ()

    sampler = BackgroundSampler(60.0, host=Stuck(), gpu=Stuck())
    assert sampler.wait_first(20.0) == Reading((), None)
    sampler.close()
    machine.set()
