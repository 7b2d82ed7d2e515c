"""The pure half of the run screen: its head, its blocks of words, its charts of devices, its matrix, its panels."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from screens_fixtures import GIB, STARTED_AT, a_row, a_run

from screens.confusion import Matrix, MatrixView, difference, draw_matrix, in_sight, lay_out
from screens.page import RunRow
from screens.pieces import plain, width_of
from screens.run.blocks import Block, Entry
from screens.run.blocks import lay_out as lay_out_blocks
from screens.run.classes import Order, class_matrix
from screens.run.data import data_page
from screens.run.files import Folder, RunFile
from screens.run.header import Pace, header_line, with_words
from screens.run.history import history_page, stretch_of, strip
from screens.run.panels import first_choice, in_order, panels_of
from screens.run.text import files_page, missing_classes, overview
from screens.signs import ASCII, UNICODE
from screens.tab_line import tab_line
from store.records import (
    Attempt,
    ClassFigures,
    DeviceProcess,
    Figure,
    FigureGroup,
    MetricSummary,
    Phase,
    RunDetail,
    RunStatus,
    Sample,
)
from workbench.run_words import series_rows

TABS = ("Overview", "Curves", "Log", "Classes", "Data", "Devices", "Files")
NO_PRICE = "no price is set for cpu: name it in the settings file"
ATTEMPT = Attempt(7, 1, "here", "boot", 41, 42, STARTED_AT, None, None, None, 0, 0)
REPORT = {
    "rows": 150,
    "features": 4,
    "missing": {"total": 3, "by_column": {"petal width": 3}},
    "class_balance": {"setosa": {"train": 40, "val": 5, "test": 5}, "virginica": {"train": 60, "val": 20, "test": 20}},
    "dropped_columns": [{"column": "id", "reason": "identifier"}],
    "constant_columns": ["country"],
    "odd_cells": {"age": 2},
    "leak_suspects": [{"column": "outcome", "accuracy": 0.991, "baseline": 0.6667}],
    "warnings": [{"code": "leak", "message": "The column outcome foretells the target."}],
}


def a_detail(**changes) -> RunDetail:
    detail = RunDetail(
        run=a_run(parameters={"hidden": [128, 64], "learning_rate": 0.001}),
        figures=(
            Figure(FigureGroup.METRICS, "accuracy", 0.91944),
            Figure(FigureGroup.LATENCY, "p50_ms", 0.1061),
            Figure(FigureGroup.COST, "train_usd", None, "no price is set for cpu: name it in the settings file"),
            Figure(
                FigureGroup.COST,
                "usd_per_1k_predictions",
                None,
                "no price is set for cpu: name it in the settings file",
            ),
        ),
        environment={"python": "3.11.7", "torch": "2.13.0+cpu"},
        data={"train": 100, "val": 25, "test": 25, "labels": ["setosa", "virginica"], "report": REPORT},
        classes=(ClassFigures("setosa", 1.0, 0.9, 0.947, 10), ClassFigures("virginica", 0.9, 1.0, 0.947, 15)),
        confusion=((9, 1), (0, 15)),
        checkpoint="checkpoint",
        attempts=(ATTEMPT,),
        summaries=(MetricSummary("val_loss", 12, 0.25, 240, 0.2, 200, 1.9, 20, 0.2, 200),),
    )
    return replace(detail, **changes)


def a_row_of(status: RunStatus, **changes) -> RunRow:
    row = a_row(status=status, **changes)
    return replace(row, status=status)


def text_of(lines) -> str:
    return "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [36, 40, 60, 79, 110, 198])
def test_no_line_of_any_tab_is_wider_than_its_room(signs, width: int) -> None:
    row, detail = a_row(name="a-name-" * 9, error="it broke " * 40), a_detail()
    folder = Folder(7, Path("/data/runs/7"), (RunFile("checkpoint/" + "w" * 60, 10**9, STARTED_AT),))
    pages = [
        overview(row, detail, width, signs),
        data_page(row, detail, width, signs),
        files_page(row, detail, folder, width, signs),
        history_page(some_samples(90), row.run, (ATTEMPT,), width, 20, signs),
        [header_line(row, STARTED_AT + 9, 12.0, "A", width, signs)],
        [tab_line(TABS, 3, width, signs)],
    ]
    assert [width_of(line) for lines in pages for line in lines if width_of(line) > width] == []


def test_overview_says_the_figures_as_show_does_and_why_some_are_not_known() -> None:
    text = text_of(overview(a_row_of(RunStatus.DONE), a_detail(), 79, UNICODE))
    assert {"accuracy 0.9194", "latency p50 0.106 ms"} <= {" ".join(line.split()) for line in text.splitlines()}
    assert text.count("no price is set") == 1
    assert "as above" in text
    assert "best 0.2000 at 200" in text
    assert text.index("Metrics") < text.index("Run") < text.index("Parameters")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (RunStatus.QUEUED, "No figures yet: the run waits for its turn."),
        (RunStatus.RUNNING, "No figures yet: the run is training."),
        (RunStatus.FAILED, "No figures: the run failed before it came to them."),
        (RunStatus.STOPPED, "No figures: the run was stopped before it came to them."),
        (RunStatus.LOST, "No figures: the run was lost before it came to them."),
        (RunStatus.DONE, "No figures were stored with this run."),
    ],
)
def test_what_is_missing_is_said_with_its_reason(status: RunStatus, words: str) -> None:
    row = a_row_of(status, phase=Phase.TRAINING)
    assert words in text_of(overview(row, RunDetail(row.run), 79, UNICODE))
    assert missing_classes(row, RunDetail(row.run)).startswith("No figures of classes")


def test_an_error_comes_first_and_whole() -> None:
    row = a_row_of(RunStatus.FAILED, error="The training loss became NaN at step 41. Lower the learning rate.")
    lines = overview(row, RunDetail(row.run), 60, UNICODE)
    assert plain(lines[0]) == "Error"
    assert "Lower the learning rate." in " ".join(text_of(lines).split())


def test_a_wide_terminal_shows_results_beside_the_spec() -> None:
    first = plain(overview(a_row_of(RunStatus.DONE), a_detail(), 140, UNICODE)[0])
    assert first.split() == ["Metrics", "Run"]


def test_data_names_every_trouble_of_the_report() -> None:
    text = text_of(data_page(a_row(), a_detail(), 79, UNICODE))
    for words in (
        "The column outcome foretells the target.",
        "petal width",
        "3 · 2.0%",
        "identifier",
        "country",
        "alone it is right in 99.1%, the commonest class in 66.7%",
    ):
        assert words in text
    assert [line.split()[:5] for line in text.splitlines() if "virginica" in line] == [
        ["virginica", "60", "20", "20", "66.7%"]
    ]


def test_data_that_nobody_has_read_is_not_called_good() -> None:
    row = a_row_of(RunStatus.FAILED)
    text = text_of(data_page(row, RunDetail(row.run), 79, UNICODE))
    assert "the run ended before it had read its data" in text
    assert "nothing to warn of" not in text


def test_files_are_listed_with_the_checkpoint_and_how_to_use_it() -> None:
    folder = Folder(7, Path("/data/runs/7"), (RunFile("checkpoint/model.safetensors", 2048, 0), RunFile("lock", 0, 0)))
    text = text_of(files_page(a_row_of(RunStatus.DONE), a_detail(), folder, 79, UNICODE))
    assert "/data/runs/7/checkpoint" in text
    assert "workbench rerun 7" in text
    assert next(line for line in text.splitlines() if "model.safetensors" in line).endswith("checkpoint")
    assert "2.00 KiB" in text
    assert "torch" in text


def test_a_folder_that_is_not_there_is_no_error() -> None:
    folder = Folder(7, Path("/data/runs/7"), is_there=False)
    assert "There is no folder /data/runs/7" in " ".join(
        text_of(files_page(a_row_of(RunStatus.DONE), a_detail(checkpoint=None), folder, 60, UNICODE)).split()
    )


def test_series_say_their_best_or_their_range() -> None:
    summaries = (MetricSummary("learning_rate", 2, 0.1, 20, 0.1, 20, 0.2, 10, None, None),)
    rows = list(series_rows(a_detail(summaries=summaries)))
    assert rows == [("learning rate", "0.1000", "step 20 · from 0.1000 to 0.2000")]


def test_blocks_line_their_columns_up_and_leave_empty_ones_away() -> None:
    blocks = [
        Block("One", (Entry("a", "1.0"), Entry("long label", "10.25")), numeric=True),
        Block("Two"),
        Block("Three", (Entry("b", "2"),), numeric=True),
    ]
    assert text_of(lay_out_blocks(blocks, 40, UNICODE)).splitlines() == [
        "One",
        "  a             1.0",
        "  long label  10.25",
        "",
        "Three",
        "  b               2",
    ]


# The head.


def test_the_head_says_name_state_progress_and_time_left() -> None:
    line = plain(header_line(a_row(), STARTED_AT + 60, 95.2, "A", 100, UNICODE))
    assert line == "7 · mlp-digits A  ● running · mlp on digits · training 12/40 · 1m 35s left"


def test_where_there_is_little_room_the_name_and_the_state_stay() -> None:
    line = plain(header_line(a_row(), STARTED_AT + 60, 95.2, "", 34, UNICODE))
    assert line.startswith("7 · mlp-digits  ● running")
    assert width_of(header_line(a_row(name="x" * 90), STARTED_AT, None, "", 40, UNICODE)) <= 40


def test_tabs_stay_in_their_places_when_another_is_opened() -> None:
    first, last = (plain(tab_line(TABS, place, 79, UNICODE)) for place in (0, 6))
    assert first == last
    narrow = plain(tab_line(TABS, 2, 40, UNICODE))
    assert "3 Log" in narrow
    assert "Files" not in narrow


def test_what_a_tab_says_stands_at_the_end_of_the_head() -> None:
    head = header_line(a_row(), STARTED_AT + 60, None, "", 60, UNICODE)
    line = with_words(head, ["paused", "'nan' 3 of 12"], 90, UNICODE)
    assert width_of(line) == 90
    assert plain(line).endswith("  paused · 'nan' 3 of 12")


def test_time_left_follows_the_pace_that_was_seen() -> None:
    pace, run = Pace(), a_run(progress_done=10, progress_total=40, started_at=STARTED_AT)
    pace.observe(run, STARTED_AT + 100)
    assert pace.seconds_left(run, STARTED_AT + 100) == pytest.approx(300)
    later = replace(run, progress_done=20)
    pace.observe(later, STARTED_AT + 120)
    assert pace.seconds_left(later, STARTED_AT + 120) == pytest.approx(40)
    assert pace.seconds_left(later, STARTED_AT + 130) == pytest.approx(30)
    assert pace.seconds_left(replace(run, progress_total=None), STARTED_AT + 130) is None


# Devices.


def some_samples(n: int, **changes) -> list[Sample]:
    return [
        Sample(
            "cuda:0",
            STARTED_AT + 2 * place,
            name="NVIDIA H100 80GB HBM3",
            utilisation=50.0 + place % 50,
            memory_used_bytes=40 * GIB,
            memory_total_bytes=80 * GIB,
            energy_j=1000.0 + 100 * place,
            **changes,
        )
        for place in range(n)
    ]


def test_device_history_says_extremes_and_energy() -> None:
    text = text_of(history_page(some_samples(31), a_run(), (ATTEMPT,), 79, 10, UNICODE))
    assert "cuda:0 · H100 80GB HBM3 · 31 readings · energy 3.00 kJ" in text
    assert [line.split()[-6:] for line in text.splitlines() if line.startswith("  use")] == [
        ["50", "%", "65", "%", "80", "%"]
    ]


def test_an_energy_counter_that_began_again_loses_nothing_but_that() -> None:
    samples = some_samples(3) + [replace(sample, at=sample.at + 50) for sample in some_samples(3)]
    assert "energy 400 J" in text_of(history_page(samples, a_run(), (), 79, 10, UNICODE))


def test_others_on_the_device_and_what_slowed_it_are_named() -> None:
    others = (DeviceProcess(42, 5, "me", "python"), DeviceProcess(99, 20 * GIB, "bob", "train.py"))
    text = text_of(
        history_page(some_samples(4, processes=others, throttle="thermal"), a_run(), (ATTEMPT,), 79, 10, ASCII)
    )
    assert "train.py (pid 99, bob) up to 20.0 GiB" in text
    assert "pid 42" not in text
    assert "thermal: in 4 of 4 readings" in text


def test_without_readings_it_is_said_why() -> None:
    waiting = a_run(status=RunStatus.QUEUED, started_at=None)
    assert "waits for its turn" in text_of(history_page([], waiting, (), 79, 20, UNICODE))
    assert "No reading" in text_of(history_page([], a_run(), (), 79, 20, UNICODE))


def test_a_growing_history_adds_columns_and_leaves_the_others() -> None:
    readings = [(STARTED_AT + place, 10.0 + place % 7) for place in range(60)]
    seconds = stretch_of(59, 40, is_live=True)
    assert seconds == stretch_of(40, 40, is_live=True) * 2 == 2.0
    whole = strip(readings, STARTED_AT, seconds, 40, 100, 1, UNICODE)[0]
    before = strip(readings[:41], STARTED_AT, seconds, 40, 100, 1, UNICODE)[0]
    assert whole.startswith(before[:-1])


@given(st.lists(st.floats(0, 200), min_size=1, max_size=60), st.integers(1, 4), st.sampled_from([UNICODE, ASCII]))
def test_a_strip_is_never_wider_than_its_columns(values: list[float], tall: int, signs) -> None:
    readings = [(STARTED_AT + 2 * place, value) for place, value in enumerate(values)]
    rows = strip(readings, STARTED_AT, 3.0, 30, 100.0, tall, signs)
    assert len(rows) == tall
    assert all(len(row) <= 30 for row in rows)


# Classes.


def test_classes_stand_worst_first_on_demand_with_what_is_right_on_the_diagonal() -> None:
    detail = a_detail(
        classes=(ClassFigures("setosa", 1.0, 0.9, 0.95, 10), ClassFigures("virginica", 0.5, 0.5, 0.5, 15)),
        confusion=((9, 1), (7, 8)),
    )
    matrix = class_matrix(detail, Order.WORST)
    assert matrix is not None
    assert matrix.labels == ("virginica", "setosa")
    assert matrix.counts == ((8, 7), (1, 9))
    assert class_matrix(detail, Order.LARGEST).labels == ("virginica", "setosa")
    assert class_matrix(a_detail(classes=())) is None


def test_without_counts_the_figures_of_the_classes_still_stand() -> None:
    matrix = class_matrix(a_detail(confusion=()))
    assert matrix is not None
    text = text_of(draw_matrix(matrix, MatrixView(), 60, 10, UNICODE))
    assert "precision" in text
    assert "virginica" in text


def square(n: int) -> Matrix:
    counts = tuple(tuple(30 if row == column else (row * 7 + column) % 3 for column in range(n)) for row in range(n))
    figures = tuple(("30", "0.9712", "0.9655", "0.9683") for _ in range(n))
    return Matrix(
        tuple(f"class {place}" for place in range(n)), counts, ("support", "precision", "recall", "F1"), figures
    )


def test_the_cell_of_the_cursor_is_read_in_full() -> None:
    lines = draw_matrix(Matrix(("cat", "dog"), ((8, 2), (1, 9))), MatrixView(0, 1), 70, 12, UNICODE)
    assert plain(lines[-1]) == "true cat, predicted dog: 2 · 20.0% of its row · 18.2% of its column"
    assert [piece.kind for line in lines for piece in line if "cursor" in piece.kind] == ["wrong cursor"]


def test_many_classes_become_a_map_and_scroll_to_the_cursor() -> None:
    matrix = square(120)
    view = in_sight(matrix, MatrixView(100, 90), 78, 18)
    layout = lay_out(matrix, view, 78, 18)
    assert layout.is_map
    assert view.top <= 100 < view.top + layout.rows
    assert view.left <= 90 < view.left + layout.columns
    assert not lay_out(matrix, replace(view, as_map=False), 78, 18).is_map


def test_a_difference_leans_to_the_better_side() -> None:
    a, b = Matrix(("cat", "dog"), ((8, 2), (1, 9))), Matrix(("dog", "cat"), ((10, 0), (4, 6)))
    change = difference(a, b)
    assert change.counts == ((-2, 2), (-1, 1))
    kinds = [piece.kind for line in draw_matrix(change, MatrixView(1, 1), 70, 12, ASCII) for piece in line]
    assert [kind for kind in kinds if kind.startswith(("better", "worse"))].count("worse") == 4


@given(st.integers(1, 40), st.integers(8, 130), st.integers(1, 40), st.data())
def test_a_matrix_never_leaves_its_room_and_always_shows_its_cursor(n: int, width: int, height: int, data) -> None:
    view = MatrixView(data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1)))
    lines = draw_matrix(square(n), view, width, height, data.draw(st.sampled_from([UNICODE, ASCII])))
    assert len(lines) <= height
    assert all(cell_len(plain(line)) <= width for line in lines)


# Curves.


def test_series_of_one_scale_share_a_panel() -> None:
    panels = panels_of(["train_loss", "val_accuracy", "val_loss", "train_accuracy", "learning_rate"])
    assert [(panel.title, panel.metrics) for panel in panels] == [
        ("loss", ("train_loss", "val_loss")),
        ("score", ("val_accuracy", "train_accuracy")),
        ("learning rate", ("learning_rate",)),
    ]


def test_losses_and_the_score_are_drawn_first() -> None:
    known = ["learning_rate", "train_loss", "train_accuracy", "val_loss", "val_accuracy"]
    assert first_choice(known) == ("train_loss", "val_loss", "val_accuracy")
    assert first_choice(["examples_per_s"]) == ("examples_per_s",)
    assert first_choice([]) == ()
    assert in_order(known)[-1] == "learning_rate"
