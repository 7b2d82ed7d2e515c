"""What a race makes of its trials: percentiles, intervals and verdicts, by simulated processes."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparison_fixtures import make_run, make_timed
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.comparison import Comparison, Evidence, Options, RacedCalls, compare
from workbench.comparison.race_bootstrap import RaceTrials, levelled, race_contrasts, relative_width, trials_from
from workbench.race import Design

LATENCY = ("p50_ms", "p90_ms", "p95_ms", "p99_ms", "mean_ms")
MIRROR = {"a": "b", "b": "a"}


def make_trials(
    *, shift: float = 0.0, processes: int = 6, pairs: int = 20, layout: float = 0.01, speed: float = 0.0, seed: int = 0
) -> RaceTrials:
    """A race whose B takes ``shift`` longer.

    ``layout`` is by how much a model's place in memory changes its times in a process, ``speed`` by how much the
    machine's speed varies from pair to pair (both standard deviations of a logarithm).
    """
    random = np.random.default_rng(seed)
    shape = (processes, pairs, 2, 25)
    logs = 0.1 * random.normal(size=shape)
    logs += layout * random.normal(size=(processes, 1, 2, 1))
    logs += speed * random.normal(size=(processes, pairs, 1, 1))
    logs[:, :, 1] += math.log1p(shift)
    process, pair, side, _ = np.indices(shape)
    return trials_from(np.exp(logs).ravel(), process.ravel(), pair.ravel(), side.ravel())


def make_race(trials: RaceTrials, **conditions: Any) -> RacedCalls:
    return RacedCalls(7, 1_700_000_000.0, trials, {"exclusive": True, "a": {"drift": 0.0}, "b": {}, **conditions})


def compare_raced(trials: RaceTrials, options: Options | None = None, **conditions: Any) -> Comparison:
    a, b = make_timed(5.0, seed=1), make_timed(5.0, seed=2)
    return compare(a, b, options=options or Options(), race=make_race(trials, **conditions))


def verdicts(comparison: Comparison) -> dict[str, str]:
    return {row.metric: row.verdict.value for row in comparison.rows}


def test_a_tenth_slower_is_found_out() -> None:
    comparison = compare_raced(make_trials(shift=0.1))
    row = comparison.row("p50_ms")
    assert row is not None
    assert (row.verdict.value, row.test, row.n) == ("a", "race-bootstrap", 6000)
    assert row.relative == pytest.approx(0.1, abs=0.03)
    assert row.delta_low is not None
    assert 0 < row.delta_low < row.delta
    assert "raced in 6 processes, p " in row.reason
    assert verdicts(comparison)["throughput_per_s"] == "a"


def test_a_model_and_its_copy_are_seldom_told_apart() -> None:
    found = [race_contrasts(make_trials(seed=seed, pairs=5, layout=0.03)) for seed in range(30)]
    assert sum((one["p50_ms"].p_value or 0) <= 0.05 for one in found) <= 2
    assert sum((one["p95_ms"].p_value or 0) <= 0.05 for one in found) <= 2


def test_the_interval_holds_the_true_difference() -> None:
    held = 0
    for seed in range(30):
        trials = make_trials(shift=0.05, layout=0.03, processes=8, pairs=5, seed=seed)
        contrast = race_contrasts(trials)["p50_ms"]
        assert contrast.interval is not None
        assert contrast.a.value is not None
        low, high = (end / contrast.a.value for end in contrast.interval)
        held += low <= 0.05 <= high
    assert held >= 28


def test_what_a_machine_does_to_both_models_is_taken_out() -> None:
    steady, uneven = (make_trials(shift=0.1, speed=speed) for speed in (0.0, 0.5))
    errors = [race_contrasts(trials)["p50_ms"].standard_error for trials in (steady, uneven)]
    assert errors[1] == pytest.approx(errors[0], rel=0.5)
    assert verdicts(compare_raced(uneven))["p50_ms"] == "a"
    factor = levelled(uneven).a.ms / uneven.a.ms
    assert len(np.unique(factor.round(9))) == len(uneven.process)  # one a pair, so that ratios within it stay


@settings(max_examples=5, deadline=None)
@given(shift=st.floats(-0.2, 0.2), seed=st.integers(0, 99))
def test_exchanging_the_sides_mirrors_a_race(shift: float, seed: int) -> None:
    trials = make_trials(shift=shift, pairs=5, seed=seed)
    there, back = compare_raced(trials), compare_raced(trials.swapped())
    for name in LATENCY:
        row, other = there.row(name), back.row(name)
        assert row is not None
        assert other is not None
        assert other.delta == pytest.approx(-row.delta)
        assert other.p_value == pytest.approx(row.p_value)
        assert other.verdict.value == MIRROR.get(row.verdict.value, row.verdict.value)


def test_a_model_raced_against_the_very_same_times_differs_in_nothing() -> None:
    trials = make_trials()
    contrasts = race_contrasts(replace(trials, b=trials.a))
    assert {name: (one.delta, one.p_value) for name, one in contrasts.items()} == dict.fromkeys(LATENCY, (0.0, 1.0))


def test_processes_that_disagree_widen_the_interval_however_many_calls_there_are() -> None:
    narrow, wide = (race_contrasts(make_trials(layout=layout, pairs=40)) for layout in (0.0, 0.05))
    assert wide["p50_ms"].standard_error > 4 * narrow["p50_ms"].standard_error


def test_the_percentiles_are_those_of_numpy_over_the_levelled_calls() -> None:
    trials = make_trials(speed=0.2)
    contrasts = race_contrasts(trials)
    for name, share in (("p50_ms", 50), ("p95_ms", 95)):
        assert contrasts[name].b.value == pytest.approx(np.percentile(levelled(trials).b.ms, share))


def test_a_margin_makes_raced_models_equivalent() -> None:
    comparison = compare_raced(make_trials(pairs=40), Options(margins={"p50_ms": 0.1}))
    assert verdicts(comparison)["p50_ms"] == "equivalent"
    assert verdicts(comparison)["p95_ms"] == "unresolved"


def test_p50_and_p95_are_adjusted_together_and_nothing_else_is() -> None:
    comparison = compare_raced(make_trials(shift=0.03, layout=0.02, seed=3))
    p = {name: comparison.row(name) for name in LATENCY}
    family = [(row.p_value, row.p_adjusted) for name, row in p.items() if name in ("p50_ms", "p95_ms") and row]
    smaller, larger = sorted(family)
    assert smaller[1] == pytest.approx(min(1.0, 2 * smaller[0]))
    assert larger[1] == pytest.approx(max(larger[0], smaller[1]))
    assert all(row.p_adjusted == row.p_value for name, row in p.items() if name in ("p90_ms", "mean_ms") and row)


def test_p99_needs_400_calls_a_side() -> None:
    comparison = compare_raced(make_trials(processes=5, pairs=3))
    row = comparison.row("p99_ms")
    assert row is not None
    assert (row.verdict.value, row.delta) == ("not-comparable", None)
    assert "p99 needs 400 trials of each model" in row.reason


def test_one_process_decides_nothing() -> None:
    comparison = compare_raced(make_trials(processes=1, shift=0.5))
    assert {verdicts(comparison)[name] for name in LATENCY} == {"unresolved"}


def test_what_follows_from_latency_follows_from_the_race() -> None:
    trials = make_trials(shift=0.5)

    def priced(seed: int) -> Evidence:
        timed = make_timed(5.0, seed=seed)
        mean = timed.run["latency"]["mean_ms"]
        run = make_run(id=seed, latency=timed.run["latency"], cost={"usd_per_1k_predictions": mean * 1e-6})
        return replace(timed, run=run)

    comparison = compare(priced(1), priced(2), race=make_race(trials))
    mean, throughput, price = (
        comparison.row(name) for name in ("mean_ms", "throughput_per_s", "usd_per_1k_predictions")
    )
    assert mean is not None
    assert throughput is not None
    assert price is not None
    for side in ("a", "b"):
        assert getattr(throughput, side).value == pytest.approx(1000 / getattr(mean, side).value)
        assert getattr(price, side).value == pytest.approx(getattr(mean, side).value * 1e-6)
    assert (throughput.verdict.value, price.verdict.value) == ("a", "a")


def test_the_document_names_the_race_and_warns_of_what_disturbed_it() -> None:
    document = compare_raced(
        make_trials(shift=0.2), device_processes=["python train.py (pid 7)"], b={"drift": 0.3}
    ).to_json()
    assert (document["race"]["id"], document["race"]["processes"], document["race"]["trials"]) == (7, 6, 6000)
    assert document["race"]["measured_at"] == "2023-11-14T22:13:20.000Z"
    codes = {warning["code"]: warning for warning in document["warnings"]}
    assert "python train.py (pid 7) used the device" in codes["shared-device"]["message"]
    assert codes["drift"]["message"] == "race, B: calls became 30% slower while they were timed"
    assert codes["drift"]["repair"]
    assert next(row for row in document["rows"] if row["metric"] == "p50_ms")["verdict"] == "a"
    assert compare(make_timed(5.0), make_timed(5.0, seed=1)).to_json()["race"] is None


def test_a_race_ends_by_the_width_of_its_interval_or_the_time_and_never_by_the_difference() -> None:
    design = Design()
    assert not design.is_enough(5, 0.001)
    assert design.is_enough(6, 0.039)
    assert not design.is_enough(6, 0.041)
    assert design.is_enough(12, math.inf)
    assert [design.expected_processes(count, 0.05) for count in (2, 6, 8)] == [6, 10, 12]
    equal, slower = (relative_width(make_trials(shift=shift, layout=0.0)) for shift in (0.0, 0.001))
    assert equal == pytest.approx(slower, rel=0.05)
