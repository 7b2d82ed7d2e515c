"""``workbench devices``: one frame in words and as JSON, and the same figures as on the screen, to the digit."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from nvml_fixtures import StubMachine, missing_library, nvml_library, stub_machine  # noqa: F401
from screens_fixtures import GIB, Desk, filled

from screens.devices.machine import Machine
from screens.devices.rows import device_rows
from screens.pieces import plain
from screens.signs import UNICODE
from workbench.__main__ import main
from workbench.runs.leases import lend_cores, lend_device, new_holder
from workbench.telemetry import NvmlSampler

BOARD = (
    "name NVIDIA H100 80GB HBM3",
    f"total {80 * GIB}",
    f"used {61 * GIB}",
    "util 97",
    "temp 72",
    "power 612345",
    "limit 700000",
    "clock 1410",
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "store.db") as desk:
        yield desk


@pytest.fixture
def text(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Any:
    def read(*options: str) -> str:
        assert main(["--store", str(desk.path), "devices", *options]) == 0
        return capsys.readouterr().out

    return read


def test_the_text_and_the_screen_agree_to_the_digit(machine: StubMachine, text: Any) -> None:
    machine.set("gpus 2", *BOARD, "util@1 5", f"used@1 {int(0.37 * GIB)}", "power@1 71512", "temp@1 38")
    samples = NvmlSampler().sample()
    said = [" ".join(line.split()) for line in text().splitlines()]
    for row in device_rows(Machine(samples), 77, UNICODE, lambda key: False):
        line = plain(row.line)
        figures = re.findall(r"\d+ %|[\d.]+/[\d.]+ \w+|\d+ °C", line)
        assert len(figures) == 4
        printed = next(other for other in said if other.startswith(line.split()[0]))
        for figure in figures:
            assert figure in printed


def test_a_lost_board_has_its_sentence_in_its_row_and_hides_no_other(machine: StubMachine, text: Any) -> None:
    machine.set("gpus 2", *BOARD, "fail@1 * 15")
    lines = text("--once").splitlines()
    assert any(line.startswith("cuda:0") and "97 %" in line for line in lines)
    assert any(line.startswith("cuda:1") and "lost" in line for line in lines)


def test_whose_processes_are_on_a_board_is_told_with_their_run(machine: StubMachine, desk: Desk, text: Any) -> None:
    mine = psutil.Process().pid
    machine.set("gpus 1", *BOARD, f"process 1 {2 * GIB}", f"process {mine} {GIB}")
    lines = [line.split() for line in text().splitlines()]
    ours = next(words for words in lines if words[:2] == ["cuda:0", "1"])
    assert "run" in ours
    assert next(words for words in lines if words[:2] == ["cuda:0", str(mine)])[-1] == "yours"


def test_the_queue_and_the_leases_stand_below(no_library: None, desk: Desk, text: Any) -> None:
    holder = new_holder(desk.path, desk.live.id, "cpu")
    cores = lend_cores(2, holder, cores=4)
    board = lend_device("GPU-1f0c2ab4-77aa", "cuda:0", 1, new_holder(desk.path.with_name("other.db"), 3, "cuda:0"))
    assert cores is not None
    assert board is not None
    try:
        lines = [" ".join(line.split()) for line in text().splitlines()]
        document = json.loads(text("--json"))
    finally:
        cores.close()
        board.close()
    assert any(re.match(rf"cores 0-1 run {desk.live.id} .*demo-mlp$", line) for line in lines)
    assert any(line.startswith("cuda:0 GPU-1f0c2ab4 run 3 of") for line in lines)
    assert any("queued-behind" in line and line.endswith(f"run {desk.live.id} holds 2 cores") for line in lines)
    assert any("demo-cnn" in line and line.endswith("training") for line in lines)
    assert [(lease["what"], lease["run"]) for lease in document["leases"]] == [
        ("core 0", desk.live.id),
        ("core 1", desk.live.id),
        ("GPU-1f0c2ab4-77aa", 3),
    ]
    assert document["queue"][0]["why"] == f"run {desk.live.id} holds 2 cores"
    assert document["queue"][0]["queued_at"].endswith("Z")
    assert {run["name"] for run in document["running"]} == {"demo-mlp", "demo-cnn"}


def test_the_document_keeps_its_keys_and_names_the_run_of_a_process(machine: StubMachine, text: Any) -> None:
    machine.set("gpus 1", *BOARD, f"process 1 {2 * GIB}", f"process 999999 {GIB}")
    document = json.loads(text("--json"))
    assert set(document) >= {"nvml", "devices"}
    assert set(document["nvml"]) == {"available", "message", "driver"}
    host, board = document["devices"]
    assert (host["device"], board["device"]) == ("host", "cuda:0")
    assert board["power_w"] == 612.345
    first, second = board["processes"]
    assert first["pid"] == 1
    assert isinstance(first["run"], int)
    assert second["run"] is None
    assert document["room"]["disk_total_bytes"] > 0


def test_without_a_driver_the_text_says_so_calmly(no_library: None, text: Any) -> None:
    said = text()
    assert said.startswith("device")
    assert "No GPU to show" in said
    assert "disk " in said


def test_a_store_that_cannot_be_read_hides_no_device(
    no_library: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("this is no database, but long enough to be taken for one by its size alone" * 20)
    assert main(["--store", str(broken), "devices"]) == 0
    captured = capsys.readouterr()
    assert "host" in captured.out
    assert str(broken) in captured.err
