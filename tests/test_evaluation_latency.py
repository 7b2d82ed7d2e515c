"""Latency by a predictor whose time is known, and cost by figures done by hand."""

import gc
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from nvml_fixtures import nvml_library, stub_machine  # noqa: F401
from training_fixtures import drain, workspace

from store.records import DeviceProcess, Sample
from workbench.evaluation import latency
from workbench.evaluation.columns import unpack
from workbench.evaluation.cost import (
    Energy,
    Price,
    cost_figures,
    energy_between,
    price_of,
    read_board,
    text_cost_figures,
)
from workbench.evaluation.latency import latency_figures, measure_latency
from workbench.evaluation.size import size_figures
from workbench.events import Progressed


class FakePredictor:
    """A model on a machine whose clock moves only while it predicts: so many milliseconds a call."""

    device = "cpu"
    parameters = None
    precision = None

    def __init__(self, milliseconds):
        self.milliseconds = milliseconds
        self.now_ns = 0
        self.rows = []
        self.threads = set()
        self.collecting = set()

    def predict(self, rows):
        self.rows.append(rows.tolist())
        self.threads.add(torch.get_num_threads())
        self.collecting.add(gc.isenabled())
        self.now_ns += round(self.milliseconds(len(self.rows)) * 1e6)
        return np.full((len(rows), 2), 0.5)


@pytest.fixture
def measure(monkeypatch, tmp_path):
    """Measures a fake predictor on three rows, by its own clock."""

    def run(milliseconds, lent=None):
        predictor = FakePredictor(milliseconds)
        monkeypatch.setattr(latency.time, "perf_counter_ns", lambda: predictor.now_ns)
        monkeypatch.setattr(latency.time, "perf_counter", lambda: predictor.now_ns / 1e9)
        rows = np.arange(3, dtype=np.float32).reshape(3, 1)
        events, measured = drain(measure_latency(predictor, rows, lent or workspace(tmp_path)))
        return predictor, events, measured

    return run


def values(figures):
    return {figure.name: figure.value for figure in figures}


def test_quick_calls_are_timed_one_by_one_up_to_the_most(measure):
    _, _, measured = measure(lambda call: 0.25)
    assert values(measured.figures) == pytest.approx(
        {
            "batch_size": 1,
            "threads": 1,
            "trials": 2000,
            "p50_ms": 0.25,
            "p90_ms": 0.25,
            "p95_ms": 0.25,
            "p99_ms": 0.25,
            "mean_ms": 0.25,
            "throughput_per_s": 4000,
        }
    )
    assert unpack(measured.trials.columns["ms"]) == pytest.approx(np.full(2000, 0.25))
    assert unpack(measured.trials.columns["block"]).tolist() == [index // 50 for index in range(2000)]
    assert unpack(measured.trials.columns["process"]).max() == 0


def test_slower_calls_are_timed_400_times_even_if_that_takes_longer(measure):
    _, _, measured = measure(lambda call: 50)
    assert measured.trials.n == 400
    assert values(measured.figures)["p99_ms"] == pytest.approx(50)


def test_calls_too_slow_for_400_in_a_minute_leave_p99_open_and_can_be_stopped_between(measure):
    _, events, measured = measure(lambda call: 1000)
    assert 20 <= measured.trials.n < 60
    p99 = next(figure for figure in measured.figures if figure.name == "p99_ms")
    assert (p99.value, p99.note) == (None, f"needs 400 trials, there are {measured.trials.n}")
    assert len([event for event in events if isinstance(event, Progressed)]) == measured.trials.n


def test_test_examples_are_taken_one_at_a_time_in_their_order_round_and_round(measure):
    predictor, _, _ = measure(lambda call: 20)
    assert {len(rows) for rows in predictor.rows} == {1}
    warmed = 40
    assert [rows[0][0] for rows in predictor.rows[warmed + 2 : warmed + 8]] == [0, 1, 2, 0, 1, 2]


def test_calls_run_with_one_thread_and_threads_are_given_back(measure):
    torch.set_num_threads(2)
    predictor, _, _ = measure(lambda call: 1)
    assert predictor.threads == {1}
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)


def test_timed_calls_run_without_the_garbage_collector_and_it_is_switched_on_again(measure):
    predictor, _, measured = measure(lambda call: 1.0)
    assert measured.trials.conditions["warm_up_calls"] == 40
    assert predictor.collecting == {True, False}  # on while warming up, off while timed
    assert gc.isenabled()


def test_warm_up_goes_on_until_calls_are_steady(measure):
    _, _, measured = measure(lambda call: {1: 5.0, 2: 3.0}.get((call + 19) // 20, 1.0))
    conditions = measured.trials.conditions
    assert (conditions["warm_up_calls"], conditions["steady"]) == (80, True)
    assert max(unpack(measured.trials.columns["ms"])) == 1.0


def test_calls_that_never_become_steady_are_measured_and_said_to_be_so(measure):
    _, _, measured = measure(lambda call: 1.0 + (call // 20) % 2)
    assert measured.trials.conditions["steady"] is False
    assert "within 5% of the one before" in measured.trials.conditions["warm_up_rule"]


def test_the_conditions_of_the_lease_are_kept_with_the_trials(measure, tmp_path):
    held = []

    @contextmanager
    def lease():
        held.append("taken")
        yield {"exclusive": False, "shared_with": ["run 3 trains on this host"]}
        held.append("given back")

    _, _, measured = measure(lambda call: 1, replace(workspace(tmp_path), measuring=lease))
    assert held == ["taken", "given back"]
    conditions = measured.trials.conditions
    assert conditions["exclusive"] is False
    assert conditions["shared_with"] == ["run 3 trains on this host"]
    assert {"batch_size", "threads", "device", "load_before", "load_after"} <= conditions.keys()


def test_a_measurement_that_is_stopped_gives_everything_back(monkeypatch, tmp_path):
    given_back = []

    @contextmanager
    def lease():
        try:
            yield {}
        finally:
            given_back.append(True)

    lent = replace(workspace(tmp_path), measuring=lease)
    measuring = measure_latency(FakePredictor(lambda call: 0), np.zeros((2, 1), dtype=np.float32), lent)
    next(measuring)
    measuring.close()
    assert given_back == [True]
    assert gc.isenabled()


def test_percentiles_are_those_of_numpy():
    times = np.random.default_rng(0).exponential(2.0, 500)
    figures = values(latency_figures(times, {"batch_size": 1, "threads": 1}))
    assert [figures[f"p{q}_ms"] for q in (50, 90, 95, 99)] == pytest.approx(np.percentile(times, [50, 90, 95, 99]))
    assert figures["throughput_per_s"] == pytest.approx(1000 / times.mean())


# Cost


def test_dollars_are_seconds_times_the_price():
    figures = values(cost_figures(Price("H100", 3.6), Energy(1250.0), device_seconds=100, mean_ms=2.0, accuracy=0.8))
    assert figures == pytest.approx(
        {
            "train_usd": 0.1,
            "usd_per_1k_predictions": 0.002,
            "usd_per_1k_correct": 0.0025,
            "energy_j": 1250,
            "device_seconds": 100,
        }
    )


def test_without_a_price_dollars_are_not_known_and_the_note_says_how_to_set_one():
    figures = cost_figures(Price("cpu", None), Energy(None, "why"), device_seconds=1, mean_ms=1, accuracy=1)
    by_name = {figure.name: figure for figure in figures}
    for name in ("train_usd", "usd_per_1k_predictions", "usd_per_1k_correct"):
        assert by_name[name].value is None
        assert "no price is set for cpu: name it under [prices_usd_per_hour]" in by_name[name].note
    assert (by_name["energy_j"].value, by_name["energy_j"].note) == (None, "why")
    assert by_name["device_seconds"].value == 1


@pytest.mark.parametrize("accuracy", [0.0, None])
def test_a_model_that_is_never_right_has_no_price_for_a_right_prediction(accuracy):
    figures = cost_figures(Price("cpu", 1.0), Energy(None), device_seconds=1, mean_ms=1, accuracy=accuracy)
    figure = next(figure for figure in figures if figure.name == "usd_per_1k_correct")
    assert (figure.value, figure.note) == (None, "no prediction was right")


def test_the_price_comes_from_the_settings(home):
    path = home / "config" / "settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[prices_usd_per_hour]\ncpu = 0.36\n")
    assert price_of("cpu") == Price("cpu", 0.36)
    assert price_of("cpu").of(10) == pytest.approx(0.001)


def board(energy_j, *pids):
    return Sample(
        "cuda:0", 0.0, energy_j=energy_j, processes=tuple(DeviceProcess(pid, None, None, None) for pid in pids)
    )


def test_energy_is_what_the_counter_rose_by():
    assert energy_between(board(1000.0, 7), board(1600.0, 7), "cuda:0") == Energy(600.0)


@pytest.mark.parametrize(
    ("before", "after", "device", "note"),
    [
        (None, None, "cpu", "only GPUs count"),
        (None, board(5.0), "cuda:0", "no energy counter"),
        (board(None), board(None), "cuda:0", "no energy counter"),
        (board(1.0, 7), board(2.0, 7, 8), "cuda:0", "another process shared the board"),
        (board(9.0, 7), board(2.0, 7), "cuda:0", "began again"),
    ],
)
def test_energy_that_cannot_be_told_is_not_known_and_says_why(before, after, device, note):
    energy = energy_between(before, after, device)
    assert energy.joules is None
    assert note in energy.note


def test_no_board_is_read_on_the_cpu():
    assert read_board("cpu") is None


def test_the_board_behind_a_device_of_torch_is_found_by_its_uuid_and_counts_what_a_token_takes(machine, monkeypatch):
    shown = SimpleNamespace(uuid="00000001-aaaa")  # torch's only GPU is NVML's second one
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: shown)
    machine.set("gpus 2", "energy@0 5000", "energy@1 100000")
    before = read_board("cuda:0")
    machine.set("gpus 2", "energy@0 9000000", "energy@1 140000")
    writing = energy_between(before, read_board("cuda:0"), "cuda:0")
    assert (before.device, writing) == ("cuda:1", Energy(40.0))
    figures = text_cost_figures(
        Price("cuda", 3.6), Energy(None, "why"), device_seconds=10, mean_ms=2.0, writing=writing, tokens=400
    )
    assert {figure.name: figure.value for figure in figures} == {
        "train_usd": pytest.approx(0.01),
        "usd_per_million_tokens": pytest.approx(2.0),
        "energy_j": None,
        "energy_per_token_j": pytest.approx(0.1),
        "device_seconds": 10,
    }


# Size


def test_size_counts_what_there_is():
    figures = {figure.name: figure for figure in size_figures(None, 512, "cpu")}
    assert (figures["parameters"].value, figures["parameters"].note) == (None, "this model has no weights")
    assert figures["checkpoint_bytes"].value == 512
    assert figures["peak_memory_bytes"].value > 10_000_000
    assert values(size_figures(7, 1, "cpu"))["parameters"] == 7
