"""Which device a run takes, and how a GPU that cannot be used is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from nvml_fixtures import StubMachine, missing_library, nvml_library, stub_machine  # noqa: F401

from store.records import DeviceProcess, Sample
from workbench.devices import Choice, Machine, candidates, choose_device, fitting_torch, foreign_processes, strangers
from workbench.devices import look as look_here
from workbench.errors import BadValue, DeviceError
from workbench.telemetry import Gpu, NvmlReport, NvmlState
from workbench.torch_build import TorchBuild, torch_build

CUDA_TORCH = TorchBuild("2.9.0+cu128", cuda="12.8")
CPU_TORCH = TorchBuild("2.13.0+cpu")
WORKING = NvmlState(True, "NVIDIA driver 570.1.", driver="570.1", cuda=(12, 8))
NOTHING = NvmlState(False, "No NVIDIA driver is installed here (libnvidia-ml.so.1 was not found).")
FIRST = Gpu(0, "GPU-aaaa-1", "NVIDIA A100", capability=(8, 0))
SECOND = Gpu(1, "GPU-bbbb-2", "NVIDIA H100", capability=(9, 0))
LOST = Gpu(2, None, None, error="The GPU is lost.")


def machine_of(
    *gpus: Gpu, state: NvmlState = WORKING, torch: TorchBuild | None = CUDA_TORCH, visible: str | None = None
) -> Callable[[], Machine]:
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    return lambda: Machine(NvmlReport(state, gpus), torch, environment)


def must_not_look() -> Machine:
    raise AssertionError("the driver was asked without need")


def devices(choices: list[Choice]) -> list[str]:
    return [choice.device for choice in choices]


@pytest.mark.parametrize(("asked", "allowed"), [("cpu", ("cpu", "cuda")), ("cpu", ("cpu",)), ("auto", ("cpu",))])
def test_the_cpu_is_taken_without_asking_the_driver(asked: str, allowed: tuple[str, ...]) -> None:
    choice = choose_device(asked, allowed, must_not_look)
    assert (choice.device, choice.uuid, choice.name) == ("cpu", None, None)
    assert choice.reason in ("it was asked for", "this model runs on the CPU only")


def test_a_gpu_for_a_model_that_has_no_use_for_it_is_refused() -> None:
    for asked in ("cuda", "cuda:0"):
        with pytest.raises(BadValue, match="runs on the CPU only"):
            choose_device(asked, ("cpu",), must_not_look)


@pytest.mark.parametrize("word", ["gpu", "cuda:", "cuda:x", "cuda:-1", "CPU", "", "cuda:1.5"])
def test_a_word_that_is_no_device_is_refused(word: str) -> None:
    with pytest.raises(BadValue, match="is no device"):
        choose_device(word, look=must_not_look)


def test_auto_takes_the_first_gpu_that_nobody_computes_on() -> None:
    busy = Gpu(0, "GPU-aaaa-1", "NVIDIA A100", capability=(8, 0), in_use=True)
    found = candidates("auto", look=machine_of(busy, SECOND))
    assert devices(found) == ["cuda:1", "cuda:0"]
    assert found[0] == Choice("cuda:1", "GPU-bbbb-2", "NVIDIA H100", "first of 2 usable GPUs")


def test_auto_without_a_gpu_takes_the_cpu_and_says_why() -> None:
    choice = choose_device("auto", look=machine_of(state=NOTHING, torch=CPU_TORCH))
    assert (choice.device, choice.reason) == (
        "cpu",
        "no NVIDIA driver is installed here (libnvidia-ml.so.1 was not found)",
    )
    assert choose_device("auto", look=machine_of()).reason == "there is no GPU"


def test_auto_with_every_gpu_hidden_takes_the_cpu_and_says_why() -> None:
    for hidden in ("", "-1", "NoDevFiles"):
        choice = choose_device("auto", look=machine_of(FIRST, visible=hidden))
        assert (choice.device, choice.reason) == ("cpu", f"CUDA_VISIBLE_DEVICES={hidden!r} hides every GPU")


def test_auto_with_a_broken_driver_refuses_rather_than_crawl_on_the_cpu() -> None:
    broken = NvmlState(False, "The versions differ. Reboot.", broken=True)
    with pytest.raises(DeviceError, match=r"There is no GPU to use. The versions differ. Reboot. .*--device cpu"):
        choose_device("auto", look=machine_of(state=broken))


@pytest.mark.parametrize("asked", ["auto", "cuda", "cuda:1"])
def test_a_gpu_that_a_cpu_only_torch_cannot_use_is_refused_with_the_fix(asked: str) -> None:
    with pytest.raises(DeviceError) as caught:
        choose_device(asked, look=machine_of(FIRST, SECOND, torch=CPU_TORCH))
    message = caught.value.message
    assert "torch 2.13.0+cpu (CPU-only build)" in message
    assert ("NVIDIA H100" if asked == "cuda:1" else "NVIDIA A100") in message
    assert "NVIDIA driver 570.1, which supports CUDA up to 12.8" in message
    assert "pip install --force-reinstall torch" in message
    assert "cu128" in message
    assert "--device cpu" in message


def test_a_torch_that_is_too_new_for_the_driver_is_refused() -> None:
    torch = TorchBuild("2.13.0", cuda="13.0")
    with pytest.raises(DeviceError, match=r"CUDA 13.0 build\) is too new for cuda:0 .*Update the driver, or: .*cu128"):
        choose_device("auto", look=machine_of(FIRST, torch=torch))


def test_a_newer_minor_version_than_the_drivers_is_no_trouble() -> None:
    state = NvmlState(True, "", driver="525.1", cuda=(12, 0))
    assert choose_device("auto", look=machine_of(FIRST, state=state)).device == "cuda:0"


def test_a_driver_that_hides_its_cuda_version_is_given_the_benefit_of_the_doubt() -> None:
    state = NvmlState(True, "", driver="525.1")
    assert choose_device("auto", look=machine_of(FIRST, state=state)).device == "cuda:0"


@pytest.mark.parametrize(
    ("capability", "cuda", "driver", "usable"),
    [
        ((7, 0), "12.8", (13, 0), True),
        ((7, 0), "13.0", (13, 0), False),
        ((7, 5), "13.0", (13, 0), True),
        ((9, 0), "11.7", (12, 8), False),
        ((9, 0), "11.8", (12, 8), True),
        ((12, 0), "12.6", (12, 8), False),
        ((12, 0), "12.8", (12, 8), True),
    ],
)
def test_a_board_that_the_toolkit_does_not_know_is_refused(
    capability: tuple[int, int], cuda: str, driver: tuple[int, int], usable: bool
) -> None:
    gpu = Gpu(0, "GPU-x", "Some board", capability=capability)
    look = machine_of(gpu, state=NvmlState(True, "", "1", driver), torch=TorchBuild("2.9", cuda=cuda))
    if usable:
        assert choose_device("auto", look=look).device == "cuda:0"
    else:
        with pytest.raises(DeviceError, match="does not support the compute capability"):
            choose_device("auto", look=look)


def test_a_missing_torch_is_named() -> None:
    with pytest.raises(DeviceError, match="torch is not installed"):
        choose_device("auto", look=machine_of(FIRST, torch=None))


def test_a_lost_gpu_is_passed_over_by_auto_and_refused_when_asked_for() -> None:
    choice = choose_device("auto", look=machine_of(LOST, FIRST))
    assert (choice.device, choice.reason) == ("cuda:0", "first of 1 usable GPUs; 1 cannot be used")
    with pytest.raises(DeviceError, match="The GPU is lost"):
        choose_device("cuda:2", look=machine_of(FIRST, SECOND, LOST))
    with pytest.raises(DeviceError, match="The GPU is lost"):
        choose_device("auto", look=machine_of(LOST))


def test_a_number_or_a_uuid_means_one_gpu() -> None:
    look = machine_of(FIRST, SECOND)
    for asked in ("cuda:1", "GPU-bbbb-2", "GPU-bb"):
        assert candidates(asked, look=look) == [Choice("cuda:1", "GPU-bbbb-2", "NVIDIA H100", "it was asked for")]


def test_a_gpu_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(DeviceError) as caught:
        choose_device("cuda:7", look=machine_of(FIRST, SECOND))
    assert "cuda:7 does not exist" in caught.value.message
    assert "cuda:0 (NVIDIA A100, GPU-aaaa-1), cuda:1 (NVIDIA H100, GPU-bbbb-2)" in caught.value.message
    with pytest.raises(DeviceError, match="the beginning of several UUIDs"):
        choose_device("GPU-", look=machine_of(FIRST, SECOND))


def test_asking_for_a_gpu_where_there_is_none_is_an_error() -> None:
    for asked in ("cuda", "cuda:0", "GPU-x"):
        with pytest.raises(DeviceError, match="There is no GPU to use"):
            choose_device(asked, look=machine_of(state=NOTHING))
    with pytest.raises(DeviceError, match="It sees no GPU"):
        choose_device("cuda", look=machine_of())


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        ("1", ["cuda:1"]),
        ("1,0", ["cuda:1", "cuda:0"]),
        ("GPU-bbbb", ["cuda:1"]),
        ("0,5,1", ["cuda:0"]),
        ("0,0", ["cuda:0"]),
        (" 1 ", ["cuda:1"]),
    ],
)
def test_the_environment_limits_the_choice_as_cuda_does(visible: str, expected: list[str]) -> None:
    assert devices(candidates("auto", look=machine_of(FIRST, SECOND, visible=visible))) == expected


def test_a_hidden_gpu_is_refused_by_name() -> None:
    with pytest.raises(DeviceError, match="cuda:0 is hidden by CUDA_VISIBLE_DEVICES='1'"):
        choose_device("cuda:0", look=machine_of(FIRST, SECOND, visible="1"))
    with pytest.raises(DeviceError, match="hides every GPU"):
        choose_device("cuda", look=machine_of(FIRST, SECOND, visible=""))


def test_under_mig_the_instances_are_what_can_be_taken() -> None:
    divided = Gpu(0, "GPU-aaaa-1", "NVIDIA A100", capability=(8, 0), mig=True, instances=("MIG-1", "MIG-2"))
    uuids = [choice.uuid for choice in candidates("auto", look=machine_of(divided))]
    assert uuids == ["MIG-1", "MIG-2"]
    only = candidates("auto", look=machine_of(divided, SECOND, visible="MIG-2"))
    assert [(choice.device, choice.uuid) for choice in only] == [("cuda:0", "MIG-2")]
    empty = Gpu(0, "GPU-aaaa-1", "NVIDIA A100", capability=(8, 0), mig=True)
    with pytest.raises(DeviceError, match="MIG mode and has no instance"):
        choose_device("auto", look=machine_of(empty))


@pytest.mark.parametrize(
    ("cuda", "said"),
    [
        ((13, 1), "cu130"),
        ((12, 9), "cu128"),
        ((12, 4), "cu126"),
        ((11, 4), "cu118"),
        ((10, 2), "Update the NVIDIA driver"),
        (None, "CUDA build of torch"),
    ],
)
def test_the_fitting_torch_follows_the_driver(cuda: tuple[int, int] | None, said: str) -> None:
    assert said in fitting_torch(cuda)


def test_a_real_look_finds_the_stubs_gpus_and_the_installed_torch(machine: StubMachine) -> None:
    machine.set("gpus 2", "driver 580.2", "cuda 13000")
    found = look_here()
    assert [gpu.device for gpu in found.nvml.gpus] == ["cuda:0", "cuda:1"]
    assert found.torch == torch_build()


def test_a_real_look_without_a_driver_leads_to_the_cpu(no_library: None) -> None:
    choice = choose_device("auto")
    assert choice.device == "cpu"
    assert choice.reason.startswith("no NVIDIA driver")


def test_others_on_a_device_are_warned_of_and_the_own_are_not() -> None:
    own, other = DeviceProcess(1, 5, "me", "python"), DeviceProcess(2, None, "eve", "python3 train.py")
    nameless = DeviceProcess(3, None, None, None)
    sample = Sample("cuda:0", 0.0, processes=(own, other, nameless))
    assert foreign_processes(sample, {1}) == (other, nameless)
    (warning,) = strangers([sample, Sample("host", 0.0)], {1})
    assert "cuda:0 is shared with python3 train.py (pid 2, eve), a process (pid 3)" in warning
    assert strangers([sample], {1, 2, 3}) == []


def test_many_others_are_counted() -> None:
    crowd = tuple(DeviceProcess(pid, None, None, "x") for pid in range(5))
    assert "and 2 more" in strangers([Sample("cuda:0", 0.0, processes=crowd)], ())[0]


def test_the_build_of_torch_is_read_without_importing_it(tmp_path: Path) -> None:
    file = tmp_path / "version.py"
    file.write_text(
        "from typing import Optional\n__version__ = '2.9.0+cu128'\ndebug = False\n"
        "cuda: Optional[str] = '12.8'\nhip: Optional[str] = None\n"
    )
    build = torch_build(file)
    assert build == TorchBuild("2.9.0+cu128", cuda="12.8")
    assert build.cuda_version == (12, 8)
    assert build.describe() == "torch 2.9.0+cu128 (CUDA 12.8 build)"
    file.write_text("__version__ = '2.9.0+rocm6.3'\ncuda = None\nhip = '6.3'\n")
    rocm = torch_build(file)
    assert rocm is not None
    assert (rocm.cuda_version, rocm.describe()) == (None, "torch 2.9.0+rocm6.3 (ROCm 6.3 build)")


def test_a_torch_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    file = tmp_path / "version.py"
    assert torch_build(file) is None
    file.write_text("this is (not python")
    assert torch_build(file) is None
