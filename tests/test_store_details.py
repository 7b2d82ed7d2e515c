"""Figures, environment, data, classes, logs, samples, outcomes and trials: what goes in comes out."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from store_fixtures import BORN_AT, add_queued, add_running

from store import details, logs, outcomes, samples
from store.connection import Database
from store.database import open_for_writing
from store.errors import UnknownRun
from store.packed_records import Column, ExampleSet, Outcomes, Trials
from store.records import ClassFigures, DeviceProcess, Figure, FigureGroup, Sample

ACCURACY = (FigureGroup.METRICS, "accuracy")
P50 = (FigureGroup.LATENCY, "p50_ms")


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


# --- details ------------------------------------------------------------------------------------------------------


def test_a_new_run_has_nothing_known_of_it(db: Database) -> None:
    run = add_queued(db)
    detail = details.get_detail(db, run.id)
    assert detail.run == run
    assert (detail.figures, detail.environment, detail.data, detail.classes, detail.confusion) == ((), {}, {}, (), ())
    assert (detail.checkpoint, detail.attempts, detail.summaries) == (None, (), ())


def test_everything_small_comes_back_in_one_record(db: Database) -> None:
    run = add_running(db)
    figures = (Figure(*ACCURACY, 0.9), Figure(FigureGroup.COST, "train_usd", None, "no price is set"))
    classes = (ClassFigures("a", 0.5, None, 1.0, 3), ClassFigures("b", None, 0.0, None, 0))
    details.set_figures(db, run.id, figures)
    details.set_classes(db, run.id, classes, ((3, 0), (1, 2)))
    details.set_data(db, run.id, {"fingerprint": "f", "labels": ("a", "b"), "report": {"missing": math.nan}})
    details.set_checkpoint(db, run.id, "checkpoint.safetensors")
    detail = details.get_detail(db, run.id)
    assert set(detail.figures) == set(figures)
    assert detail.figure(*ACCURACY) == 0.9
    assert detail.figure(FigureGroup.COST, "train_usd") is None
    assert (detail.classes, detail.confusion) == (classes, ((3, 0), (1, 2)))
    assert detail.data == {"fingerprint": "f", "labels": ["a", "b"], "report": {"missing": None}}
    assert detail.checkpoint == "checkpoint.safetensors"
    assert [attempt.number for attempt in detail.attempts] == [1]


def test_a_later_figure_replaces_an_earlier_one_and_nan_is_not_known(db: Database) -> None:
    run = add_running(db)
    details.set_figures(db, run.id, [Figure(*ACCURACY, 0.1), Figure(*P50, 3.0)])
    details.set_figures(db, run.id, [Figure(*ACCURACY, math.nan, "diverged")])
    detail = details.get_detail(db, run.id)
    assert set(detail.figures) == {Figure(*ACCURACY, None, "diverged"), Figure(*P50, 3.0)}


def test_the_environment_is_merged(db: Database) -> None:
    run = add_running(db)
    details.merge_environment(db, run.id, {"python": "3.11", "load": [1, 2]})
    details.merge_environment(db, run.id, {"load": [3], "gpu": None})
    assert details.get_detail(db, run.id).environment == {"python": "3.11", "load": [3], "gpu": None}


def test_many_details_take_as_many_queries_as_one(db: Database) -> None:
    ids = [add_running(db).id for _ in range(5)]
    for run_id in ids:
        details.set_figures(db, run_id, [Figure(*ACCURACY, run_id / 10)])
    asked: list[str] = []
    db.connection.set_trace_callback(asked.append)
    one = len((details.get_details(db, ids[:1]), asked)[1])
    asked.clear()
    many = details.get_details(db, ids[::-1])
    assert len(asked) == one
    assert [detail.run.id for detail in many] == ids[::-1]
    assert [detail.figure(*ACCURACY) for detail in many] == [run_id / 10 for run_id in ids[::-1]]
    with pytest.raises(UnknownRun, match="no run 99"):
        details.get_details(db, [ids[0], 99])


def test_the_table_of_figures_holds_what_was_asked_for(db: Database) -> None:
    first, second, third = (add_running(db).id for _ in range(3))
    details.set_figures(
        db, first, [Figure(*ACCURACY, 0.1), Figure(*P50, 1.0), Figure(FigureGroup.SIZE, "parameters", 9)]
    )
    details.set_figures(db, second, [Figure(*ACCURACY, None)])
    assert details.figures_table(db, [ACCURACY, P50]) == {
        first: {"accuracy": 0.1, "p50_ms": 1.0},
        second: {"accuracy": None},
    }
    assert details.figures_table(db, [ACCURACY], [second, third]) == {second: {"accuracy": None}}
    assert details.figures_table(db, [], [first]) == details.figures_table(db, [ACCURACY], []) == {}


# --- logs ---------------------------------------------------------------------------------------------------------


def test_log_lines_come_in_order_and_after_a_line(db: Database) -> None:
    run, other = add_running(db), add_running(db)
    for number in range(10):
        logs.add_log_lines(db, run.id, 1, [(BORN_AT + number, "info", f"line {number}")])
        logs.add_log_lines(db, other.id, 1, [(BORN_AT, "warning", "of another")])
    lines = logs.read_log(db, run.id)
    assert [line.text for line in lines] == [f"line {number}" for number in range(10)]
    assert (lines[3].run_id, lines[3].attempt, lines[3].at, lines[3].level) == (run.id, 1, BORN_AT + 3, "info")
    assert logs.read_log(db, run.id, after_id=lines[6].id) == lines[7:]
    assert logs.read_log(db, run.id, limit=2) == lines[:2]
    assert logs.tail_log(db, run.id, 3) == lines[-3:]
    assert logs.tail_log(db, run.id, 3, after_id=lines[8].id) == lines[-1:]


def test_log_text_is_kept_as_it_came(db: Database) -> None:
    run = add_running(db)
    texts = ["\x1b]0;title\x07", "[red]markup[/red]", "\x00\r\n\t", "", "\u202ertl"]
    logs.add_log_lines(db, run.id, 1, [(BORN_AT, "output", text) for text in [*texts, "\udcff"]])
    assert [line.text for line in logs.read_log(db, run.id)] == [*texts, "\\udcff"]


# --- samples ------------------------------------------------------------------------------------------------------

GPU = Sample(
    device="cuda:0",
    at=BORN_AT,
    uuid="GPU-1",
    name="H100",
    utilisation=93.0,
    memory_used_bytes=2**36,
    memory_total_bytes=2**37,
    temperature_c=60.0,
    power_w=300.5,
    power_limit_w=700.0,
    clock_mhz=1410.0,
    clock_max_mhz=1980.0,
    throttle="thermal",
    fan_percent=62.0,
    energy_j=1e9,
    processes=(DeviceProcess(1, 2**30, "me", "python"), DeviceProcess(2, None, None, None)),
)
HOST = Sample(device="host", at=BORN_AT, utilisation=12.5, load_1m=1.5, run_memory_bytes=10)


def test_samples_come_back_whole(db: Database) -> None:
    run = add_running(db)
    lost = Sample("cuda:1", BORN_AT + 1, error="GPU is lost")
    samples.add_samples(db, run.id, 1, [GPU, HOST, lost])
    assert samples.read_samples(db, run.id) == [GPU, HOST, lost]
    assert samples.read_samples(db, run.id, "host") == [HOST]
    assert samples.read_samples(db, run.id + 1) == []


def test_the_newest_sample_of_each_device(db: Database) -> None:
    run, other = add_running(db), add_running(db)
    for second in range(3):
        samples.add_samples(db, run.id, 1, [Sample("host", BORN_AT + second, load_1m=float(second))])
    samples.add_samples(db, run.id, 1, [GPU])
    samples.add_samples(db, other.id, 1, [Sample("host", BORN_AT + 99)])
    assert samples.newest_samples(db, run.id) == [GPU, Sample("host", BORN_AT + 2, load_1m=2.0)]


def test_a_figure_that_is_no_number_is_not_known(db: Database) -> None:
    run = add_running(db)
    samples.add_samples(db, run.id, 1, [Sample("host", BORN_AT, utilisation=math.nan)])
    samples.add_samples(db, run.id, 1, [])
    assert samples.read_samples(db, run.id)[0].utilisation is None


# --- outcomes and trials ------------------------------------------------------------------------------------------


def make_outcomes(key: str) -> Outcomes:
    columns = {"truth": Column("<u1", (3,), b"\x00\x01"), "probabilities": Column("<f2", (3, 2), b"\xff" * 9)}
    return Outcomes(example_set=key, labels=("no", "yes"), n=3, columns=columns)


def test_outcomes_come_back_to_the_byte_and_replace_older_ones(db: Database) -> None:
    run = add_running(db)
    assert outcomes.get_outcomes(db, run.id) is None
    kept = ExampleSet("k", 3, Column("<u8", (3,), b"ids"), b"previews")
    outcomes.put_example_set(db, kept)
    outcomes.put_example_set(db, ExampleSet("k", 9, Column("<u8", (9,), b"other"), b""))
    assert outcomes.get_example_set(db, "k") == kept
    assert outcomes.get_example_set(db, "nothing") is None
    for _ in range(2):
        outcomes.set_outcomes(db, run.id, make_outcomes("k"))
        assert outcomes.get_outcomes(db, run.id) == make_outcomes("k")


def test_contents_are_added_to_an_example_set_that_was_kept_without_them(db: Database) -> None:
    bare = ExampleSet("k", 3, Column("<u8", (3,), b"ids"), b"previews")
    outcomes.put_example_set(db, bare)
    full = replace(bare, contents=b"contents")
    outcomes.put_example_set(db, full)
    assert outcomes.get_example_set(db, "k") == full
    for later in (bare, replace(bare, contents=b"other")):
        outcomes.put_example_set(db, later)
        assert outcomes.get_example_set(db, "k") == full


def test_trials_are_added_and_come_newest_first(db: Database) -> None:
    run = add_running(db)
    older, newer = (
        Trials({"batch_size": 1, "load": None}, 2, {"ms": Column("<f8", (2,), bytes([place]))}, BORN_AT + place)
        for place in (1, 2)
    )
    outcomes.add_trials(db, run.id, newer)
    outcomes.add_trials(db, run.id, older)
    assert outcomes.get_trials(db, run.id) == [newer, older]
    assert outcomes.get_trials(db, run.id + 1) == []
