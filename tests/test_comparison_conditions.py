"""Why two timings may not be compared: conditions that differ, and what disturbed a measurement."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparison_fixtures import make_timed

from workbench.comparison import compare
from workbench.comparison.conditions import conditions_differ, disturbances, drift, mode_gap

SAME = {
    "device": "NVIDIA H100",
    "driver": "570.86",
    "torch": "2.6.0",
    "threads": 1,
    "batch_size": 1,
    "precision": "float32",
}


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"device": "NVIDIA L4"}, "other-device", "another device: A on NVIDIA H100, B on NVIDIA L4"),
        ({"device": None}, "other-device", "another device: A on NVIDIA H100, B on an unknown one"),
        ({"driver": "550.54"}, "other-driver", "another GPU driver: A 570.86, B 550.54"),
        ({"torch": "2.7.1"}, "other-torch", "another torch: A 2.6.0, B 2.7.1"),
        ({"threads": 4}, "other-timing-threads", "other threads: A 1, B 4"),
        ({"batch_size": 32}, "other-batch-size", "other batch size: A 1, B 32"),
        ({"precision": "bfloat16"}, "other-precision", "other precision: A float32, B bfloat16"),
    ],
)
def test_each_condition_has_its_reason(change: dict[str, Any], code: str, message: str) -> None:
    (reason,) = conditions_differ(SAME, {**SAME, **change})
    assert (reason.code, reason.message) == (code, message)
    assert "race A B" in reason.repair


def test_conditions_that_are_the_same_or_not_told_are_no_reason() -> None:
    assert conditions_differ(SAME, SAME) == ()
    assert conditions_differ(SAME, {"device": "NVIDIA H100", "torch": None}) == ()


@pytest.mark.parametrize(
    ("conditions", "code", "words"),
    [
        (
            {"device_processes": ["python (pid 7)", "blender (pid 9)"]},
            "shared-device",
            "blender (pid 9) used the device",
        ),
        ({"throttle": "thermal"}, "throttled", "slowed its clocks (thermal)"),
        ({"drift": -0.2}, "drift", "calls became 20% faster"),
        ({"mode_gap": 0.5}, "two-modes", "one of two times, 50% apart"),
        ({"mode_gap": 2.0}, "two-modes", "the longer 3.0 times the shorter"),
    ],
)
def test_each_disturbance_has_its_reason(conditions: dict[str, Any], code: str, words: str) -> None:
    (reason,) = disturbances(conditions, who="B")
    assert reason.code == code
    assert reason.message.startswith("B: ")
    assert words in reason.message
    assert "race A B" in reason.repair


def test_a_quiet_measurement_has_none() -> None:
    quiet = {"device_processes": [], "throttle": "", "drift": 0.02, "mode_gap": 0.0}
    assert disturbances(quiet, who="A") == ()


BLOCK = np.arange(1000) // 50


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(5)


def test_a_drift_is_what_calls_within_a_block_do_not_show(random: np.random.Generator) -> None:
    steady = random.lognormal(0, 0.2, (50, 1000))
    assert sum(drift(ms, BLOCK) != 0 for ms in steady) <= 1
    slower = steady * np.linspace(1, 1.3, 1000)
    assert np.mean([drift(ms, BLOCK) for ms in slower]) == pytest.approx(0.2 / 1.15, abs=0.02)
    assert drift(slower[0], None) == 0
    assert drift(slower[0], np.zeros(1000)) == 0


@pytest.mark.parametrize("n", [300, 2000])
def test_a_long_tail_has_one_mode_and_a_mixture_two(random: np.random.Generator, n: int) -> None:
    one = (
        random.lognormal(0, 0.2, n),
        1 + random.exponential(1, n),
        random.uniform(1, 2, n),
        random.normal(1, 0.02, n),
    )
    assert [mode_gap(ms) for ms in one] == [0.0] * 4
    for share, factor in ((0.5, 1.5), (0.2, 1.3), (0.8, 2.0)):
        two = np.where(random.random(n) < share, factor, 1) * random.lognormal(0, 0.03, n)
        assert mode_gap(two) == pytest.approx(factor - 1, rel=0.1)
    assert mode_gap(two[:100]) == 0


def test_what_drifts_by_itself_must_differ_by_more(random: np.random.Generator) -> None:
    drifting = np.linspace(1.0, 1.8, 1000) * random.lognormal(0, 0.05, 1000)
    steady = random.permutation(drifting)
    found = []
    for ms in (steady, drifting):
        timed = make_timed(1.0, seed=2)
        assert timed.calls is not None
        run = {**timed.run, "latency": {**timed.run["latency"], "p50_ms": float(np.median(ms))}}
        b = replace(timed, run=run, calls=replace(timed.calls, ms=ms, block=BLOCK))
        comparison = compare(make_timed(1.0, seed=1), b)
        row = comparison.row("p50_ms")
        assert row is not None
        found.append((row.verdict.value, "drift" in {caution.code for caution in comparison.warnings}))
    assert found == [("a", False), ("unresolved", True)]


@pytest.mark.parametrize("conditions", [{"device_processes": ["python (pid 7)"]}, {"throttle": "power brake"}])
def test_a_disturbed_device_decides_nothing(conditions: dict[str, Any]) -> None:
    comparison = compare(make_timed(1.0, seed=1), make_timed(3.0, seed=2, **conditions))
    row = comparison.row("p50_ms")
    assert row is not None
    assert row.verdict.value == "unresolved"
    assert row.reason.endswith("race settles it")
    assert {"shared-device", "throttled"} & {caution.code for caution in comparison.warnings}
