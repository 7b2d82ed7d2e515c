"""Whether a model fits beside what lies in a GPU's memory, by what the driver says is free there."""

from pathlib import Path

import pytest
from generation_fixtures import write_model
from nvml_fixtures import StubMachine, nvml_library, stub_machine  # noqa: F401

from workbench.errors import OutOfMemory
from workbench.generation.room import RESERVE_BYTES, bytes_free, bytes_needed, make_room
from workbench.language.sources import ModelFiles, find_files, parse_source

BILLION = 10**9


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    """A model of a billion numbers."""
    return find_files(parse_source(f"hf:{write_model(tmp_path / 'model', BILLION)}"), lambda _: tmp_path)


def fits(files: ModelFiles, device: str, dtype: str) -> bool:
    try:
        make_room(files, device, dtype, pytest.fail, lambda: False)
    except OutOfMemory:
        return False
    return True


def test_what_a_model_takes_goes_by_its_numbers_and_their_precision(files: ModelFiles) -> None:
    assert bytes_needed(files, "float32") == int(4 * BILLION * 1.05) + RESERVE_BYTES
    assert bytes_needed(files, "bfloat16") == int(2 * BILLION * 1.05) + RESERVE_BYTES


def test_what_is_free_on_a_gpu_is_what_the_driver_says_of_that_one(machine: StubMachine, files: ModelFiles) -> None:
    machine.set("gpus 2", f"total {8 * BILLION}", f"used@0 {2 * BILLION}", f"used@1 {5 * BILLION}")
    assert (bytes_free("cuda:0"), bytes_free("cuda:1")) == (6 * BILLION, 3 * BILLION)
    assert fits(files, "cuda:0", "float32")
    assert not fits(files, "cuda:1", "float32")
    assert fits(files, "cuda:1", "bfloat16")
    refused = (
        r"needs about 4.16 GiB in float32, and 2.79 GiB are free on cuda:1.*in bfloat16, which needs about 2.21 GiB"
    )
    with pytest.raises(OutOfMemory, match=refused):
        make_room(files, "cuda:1", "float32", pytest.fail, lambda: False)


def test_where_nobody_says_what_is_free_the_model_is_tried(machine: StubMachine, files: ModelFiles) -> None:
    machine.set("gpus 1", "fail nvmlDeviceGetMemoryInfo 3", "fail nvmlDeviceGetMemoryInfo_v2 3")
    assert bytes_free("cuda:0") is None
    assert bytes_free("cuda:5") is None
    assert fits(files, "cuda:0", "float32")
