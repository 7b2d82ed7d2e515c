"""Estimates: what past runs of the same model on the same kind of device say of the next one, and nothing else."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from screens_fixtures import fill

from store.database import open_for_writing
from store.details import merge_environment, set_data, set_figures
from store.folders import create_run_folder, hold_lock
from store.records import Figure, FigureGroup, NewRun, RunStatus
from store.runs import add_run, claim, end_run
from workbench.estimates import Estimate, PastRun, Span, Wanted, describe_estimate, estimate, past_runs, sizes_of

WANTED = Wanted(
    model="mlp",
    dataset="digits",
    rows=1797,
    features=64,
    parameters={"hidden": (128, 64), "batch_size": 64, "epochs": 60, "patience": 0, "dropout": 0.1},
    kind="cpu",
    hardware="Xeon",
    test_fraction=0.2,
    val_fraction=0.2,
)


def past(**changes: object) -> PastRun:
    run = PastRun(
        run_id=1,
        dataset="digits",
        kind="cpu",
        hardware="Xeon",
        n_train=1149,
        features=64,
        epochs=30.0,
        sizes=sizes_of(WANTED.parameters),
        device_seconds=3.0,
        other_seconds=2.0,
        memory_bytes=400 * 2**20,
    )
    return replace(run, **changes)  # type: ignore[arg-type]


def test_the_training_part_is_what_the_split_leaves() -> None:
    assert WANTED.n_train == 1149


def test_device_time_grows_with_epochs_and_the_rest_stays() -> None:
    found = estimate(WANTED, [past()])
    assert found.device_seconds == Span(6.0, 6.0, 6.0)
    assert found.seconds == Span(8.0, 8.0, 8.0)
    assert found.basis == "From 1 run of mlp on digits on this CPU."


def test_several_runs_give_a_median_and_a_range() -> None:
    found = estimate(WANTED, [past(device_seconds=seconds) for seconds in (2.0, 3.0, 7.0)])
    assert found.seconds == Span(6.0, 8.0, 16.0)
    assert "3 runs" in found.basis
    assert describe_estimate(found, None) == "about 8.0 s (6.0 s to 16.0 s) · memory 400 MiB · cost n/a"


def test_the_cost_is_that_of_the_device_not_of_the_wait() -> None:
    assert describe_estimate(estimate(WANTED, [past()]), 600.0).endswith("cost $1.00")


def test_a_run_that_may_stop_early_takes_at_most_so_long() -> None:
    wanted = replace(WANTED, parameters={**WANTED.parameters, "patience": 10})
    assert describe_estimate(estimate(wanted, [past()]), None).startswith("at most 8.0 s")


def test_runs_of_the_same_sizes_count_before_others_on_the_same_data() -> None:
    other = past(sizes={"hidden": (512,), "batch_size": 64}, device_seconds=30.0)
    assert estimate(WANTED, [past(), other]).seconds == Span(8.0, 8.0, 8.0)
    found = estimate(WANTED, [other])
    assert found.seconds == Span(62.0, 62.0, 62.0)
    assert "of other sizes" in found.basis


def test_without_a_run_on_the_data_the_nearest_in_size_is_scaled_and_named() -> None:
    near = past(dataset="/data/churn.csv", n_train=2298, features=32)
    far = past(dataset="iris", n_train=96, features=4)
    found = estimate(WANTED, [far, near])
    assert found.basis == "Scaled from 1 run of mlp on churn.csv on this CPU."
    assert found.device_seconds == Span(3.0, 3.0, 3.0)


@pytest.mark.parametrize("other", [{"kind": "cuda", "hardware": "H100"}, {"hardware": "EPYC"}, {"hardware": None}])
def test_another_device_says_nothing(other: dict[str, object]) -> None:
    found = estimate(WANTED, [past(**other)])
    assert found == Estimate("No past run of mlp on this CPU: a smoke run tells in seconds.")
    assert describe_estimate(found, 1.0) == ""


def test_a_model_without_epochs_grows_with_its_examples_only() -> None:
    wanted = replace(WANTED, model="logistic-regression", parameters={"C": 1.0, "max_iter": 500}, rows=3594)
    found = estimate(wanted, [past(epochs=1.0, sizes={})])
    assert found.device_seconds is not None
    assert found.device_seconds.middle == pytest.approx(6.0, rel=0.01)


def test_memory_that_is_not_known_is_not_known() -> None:
    assert "memory n/a" in describe_estimate(estimate(WANTED, [past(memory_bytes=None)]), None)


def test_past_runs_are_read_from_the_store(tmp_path: Path) -> None:
    with open_for_writing(tmp_path / "w.db") as db:
        new = NewRun("r", "mlp", "digits", "classification", 0, 0, "cpu", 1, {"hidden": [128, 64], "epochs": 60}, {})
        run = add_run(db, new)
        lock = hold_lock(create_run_folder(db.path, run.id))
        claim(db, run.id, device="cpu", threads=1, host="h", boot_id="b", supervisor_pid=1, at=100.0)
        set_figures(
            db,
            run.id,
            [
                Figure(FigureGroup.COST, "device_seconds", 3.0),
                Figure(FigureGroup.METRICS, "epochs", 30.0),
                Figure(FigureGroup.SIZE, "peak_memory_bytes", 1000.0),
            ],
        )
        set_data(db, run.id, {"train": 1149, "report": {"features": 64}})
        merge_environment(db, run.id, {"cpu": "Xeon"})
        assert past_runs(db, "mlp") == ()
        end_run(db, run.id, RunStatus.DONE, error=None, at=105.0)
        (found,) = past_runs(db, "mlp")
        assert (found.n_train, found.epochs, found.device_seconds, found.other_seconds) == (1149, 30.0, 3.0, 2.0)
        assert (found.hardware, found.features, found.memory_bytes) == ("Xeon", 64, 1000.0)
        assert found.sizes == {"hidden": (128, 64)}
        assert past_runs(db, "cnn") == ()
        os.close(lock)


def test_runs_that_do_not_say_how_long_they_worked_are_passed_over(tmp_path: Path) -> None:
    desk = fill(tmp_path / "w.db")
    try:
        assert past_runs(desk.db, "mlp") == ()
    finally:
        desk.db.close()
