"""The pure half of the interface: text and columns that fit, meters, keys, what a terminal can draw."""

import io
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from screens_fixtures import GIB, NOW, STARTED_AT, a_row, gpu_sample, host_sample

from screens.dashboard.cells import Context
from screens.dashboard.columns import header_cells, place_columns, row_cells
from screens.devices.pane_lines import NO_GPU, device_lines, settle
from screens.formatting import (
    bar,
    dataset_name,
    farewell,
    fit,
    progress_text,
    status_word,
    time_text,
)
from screens.page import Fold
from screens.signs import ASCII, UNICODE, Signs
from screens.terminal import choose_signs, prepare_streams, refuse_terminal
from screens.widgets.key_bar import fitting_keys
from store.records import Phase, RunStatus, Sample
from workbench.cells import crop, shorten


def test_long_names_keep_both_their_ends() -> None:
    shown = [shorten(f"mlp-digits-wide-dropout-seed-{seed}", 16, "…") for seed in (1, 2)]
    assert shown == ["mlp-d…out-seed-1", "mlp-d…out-seed-2"]


def test_sentences_keep_their_beginning() -> None:
    assert crop("The loss became NaN at step 41.", 12, "…") == "The loss be…"


@given(st.text(max_size=30), st.integers(0, 20))
def test_fitted_text_is_as_wide_as_its_column(text: str, width: int) -> None:
    printable = "".join(character for character in text if character.isprintable() and cell_len(character) > 0)
    for cut in ("middle", "end"):
        assert cell_len(fit(printable, width, "left", "…", cut=cut)) == width


def test_wide_letters_are_never_cut_in_half() -> None:
    assert fit("模型比较", 5, "left", "…", cut="end") == "模型…"
    assert fit("模型比较", 6, "left", "…") == "…比较 "


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_a_row_fills_its_columns_and_never_more_at_any_width(signs) -> None:
    row = a_row(name="x" * 60, error="an error " * 20)
    for width in range(20, 260):
        placed = place_columns(width)
        widths = [item.width for item in placed]
        cells = row_cells(row, placed, Context(NOW, signs))
        assert [cell_len(cell.text) for cell in cells] == widths
        assert [cell_len(title) for title in header_cells(placed, Context(NOW, signs))] == widths
        assert placed[-1].x + placed[-1].width <= width


def test_at_80_columns_a_fair_name_data_and_metrics_are_in_sight() -> None:
    keys = [item.column.key for item in place_columns(79)]
    assert keys == ["status", "name", "data", "metrics.accuracy", "metrics.log_loss", "latency.p50_ms", "time"]


def test_in_the_narrowest_window_names_leave_room_for_a_figure() -> None:
    placed = place_columns(38)
    assert [item.column.key for item in placed] == ["status", "name", "metrics.accuracy"]
    text = " ".join(cell.text for cell in row_cells(replace(a_row(), figures={}), placed, Context(NOW, UNICODE)))
    assert "12/40" in text
    assert UNICODE.ellipsis not in text


def test_two_columns_whose_texts_would_meet_are_set_apart() -> None:
    placed = place_columns(200)
    text = " ".join(cell.text for cell in row_cells(a_row(), placed, Context(NOW, UNICODE)))
    assert "42 s  cpu" in text


def test_of_a_folded_group_the_count_is_never_cut() -> None:
    fold = Fold((1, 2, 3), "mlp-digits-wide-dropout", {}, {})
    placed = place_columns(79)
    cells = row_cells(replace(a_row(), fold=fold), placed, Context(NOW, UNICODE))
    assert cells[1].text.startswith(f"{UNICODE.folded} 3 × mlp")


@pytest.mark.parametrize(("width", "name"), [(31, "H100"), (36, "H100 80GB"), (60, "H100 80GB HBM3")])
def test_a_device_has_as_many_words_of_its_name_as_fit(width: int, name: str) -> None:
    assert device_lines([gpu_sample()], width, UNICODE)[-1].text.rstrip().endswith(f"· {name}")


def test_names_and_files_come_out_inert() -> None:
    row = a_row(name="evil\x1b[2J\x1b]0;title\x07name", dataset="/tmp/\x1b[31mred.csv")
    text = "".join(cell.text for cell in row_cells(row, place_columns(200), Context(NOW, UNICODE)))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "evilname" in text
    assert "red.csv" in text


def test_a_figure_that_is_not_known_is_never_zero() -> None:
    live, ended = a_row(status=RunStatus.QUEUED), a_row(status=RunStatus.FAILED)
    for row, words in ((live, ""), (ended, "n/a")):
        cells = row_cells(replace(row, figures={"metrics.accuracy": None}), place_columns(79), Context(NOW, UNICODE))
        assert cells[3].text.strip() == words


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "running"),
        ({"stop_requested": "clean"}, "stopping"),
        ({"status": RunStatus.LOST}, "lost"),
        ({"status": RunStatus.DONE, "stop_requested": "clean"}, "done"),
    ],
)
def test_each_state_has_its_word(changes: dict[str, object], word: str) -> None:
    assert status_word(a_row(**changes)) == word


def test_a_run_of_another_host_that_says_nothing_is_silent_and_not_lost() -> None:
    assert status_word(replace(a_row(), silent_since=STARTED_AT)) == "silent"


def test_time_of_a_live_run_ticks_in_whole_seconds() -> None:
    assert time_text(a_row(), STARTED_AT + 41.7) == "41 s"
    assert time_text(a_row(), STARTED_AT + 61.2) == "1m 01s"
    assert time_text(a_row(finished_at=STARTED_AT + 12.34, status=RunStatus.DONE), 0) == "12.3 s"
    assert time_text(a_row(started_at=None, status=RunStatus.QUEUED), NOW) == ""


def test_progress_says_phase_and_share() -> None:
    assert progress_text(a_row()) == "training 12/40"
    assert progress_text(a_row(progress_total=None)) == "training 12 epochs"
    assert progress_text(a_row(progress_done=2_600_000, progress_total=6_291_456)) == "training 41%"
    assert progress_text(a_row(progress_done=None, phase=Phase.IMPORTING)) == "importing"
    assert progress_text(a_row(status=RunStatus.DONE)) == ""


@pytest.mark.parametrize(("share", "filled"), [(None, 0), (0.0, 0), (0.5, 4), (1.0, 8), (7.0, 8)])
def test_bars_stay_in_their_width(share: float | None, filled: int) -> None:
    full, empty = bar(share, 8, ASCII)
    assert (len(full), len(full) + len(empty)) == (filled, 8)


def test_files_are_called_by_their_last_part() -> None:
    assert dataset_name("/home/ana/data/churn.csv") == "churn.csv"
    assert dataset_name("digits") == "digits"


def test_farewell_names_what_goes_on() -> None:
    assert farewell([]) == "No run is live. Come back with 'workbench'."
    assert farewell(["a"]).startswith("1 run goes on without this screen: a.")
    assert "5 runs go on" in farewell(list("abcde"))


def test_without_a_gpu_the_pane_says_so_and_goes_on() -> None:
    lines = device_lines([host_sample()], 40, UNICODE)
    assert lines[0].text.startswith("host")
    assert "38 %" in lines[0].text
    assert lines[-1].text == NO_GPU
    assert lines[-1].kind == "secondary"


def test_a_gpu_shows_use_memory_temperature_and_power() -> None:
    text = "\n".join(line.text for line in device_lines([gpu_sample(), host_sample()], 60, UNICODE))
    assert text.startswith("host")
    for words in ("97 %", "61.0/80 GiB", "72 °C", "612/700 W", "H100"):
        assert words in text


def test_what_the_driver_does_not_say_is_not_zero() -> None:
    text = "\n".join(line.text for line in device_lines([Sample("cuda:0", NOW)], 60, UNICODE))
    assert "n/a" in text
    assert "0 %" not in text


def test_a_lost_gpu_has_its_error_in_its_own_line() -> None:
    lines = device_lines([host_sample(), gpu_sample(0), gpu_sample(1, error="GPU is lost.")], 60, ASCII)
    assert [line.text for line in lines if line.kind == "problem"] == ["cuda:1 ! GPU is lost."]
    assert any("97 %" in line.text for line in lines)


@pytest.mark.parametrize("width", [12, 20, 30, 46, 72])
def test_meters_fit(width: int) -> None:
    for line in device_lines([host_sample(), gpu_sample(), gpu_sample(1, error="x" * 90)], width, UNICODE):
        assert cell_len(line.text) <= width


def test_a_meter_that_hardly_moves_stands_still() -> None:
    shown = (host_sample(10.0),)
    nearly = replace(host_sample(12.5), at=NOW + 1, memory_used_bytes=int(9.15 * GIB), energy_j=5.0)
    assert settle(shown, [nearly]) == shown
    assert settle(shown, [replace(nearly, utilisation=40.0)])[0].utilisation == 40.0
    assert settle(shown, [replace(nearly, error="lost")])[0].error == "lost"


def test_help_and_quit_are_the_last_keys_to_go() -> None:
    keys = [("n", "new", "new_run"), ("s", "stop", "stop_run"), ("?", "help", "help"), ("q", "quit", "quit")]
    assert [key for key, _ in fitting_keys(keys, 80)] == ["n", "s", "?", "q"]
    assert [key for key, _ in fitting_keys(keys, 18)] == ["?", "q"]


def test_a_terminal_that_cannot_draw_is_refused_with_a_way_out() -> None:
    sentence = refuse_terminal({"TERM": "dumb"})
    assert sentence is not None
    assert "workbench runs" in sentence
    assert refuse_terminal({"TERM": "xterm-256color"}) is None
    assert refuse_terminal({}) is None


@pytest.mark.parametrize(
    ("environ", "encoding", "signs"),
    [
        ({"TERM": "xterm"}, "utf-8", UNICODE),
        ({"TERM": "xterm"}, "UTF8", UNICODE),
        ({"TERM": "xterm"}, "ascii", ASCII),
        ({"TERM": "xterm"}, "iso-8859-1", ASCII),
        ({"TERM": "linux"}, "utf-8", ASCII),
        ({"TERM": "xterm", "WORKBENCH_ASCII": "1"}, "utf-8", ASCII),
        ({"TERM": "xterm"}, None, ASCII),
    ],
)
def test_signs_are_chosen_by_what_the_terminal_can_show(environ, encoding, signs) -> None:
    assert choose_signs(environ, encoding) is signs


def _all_signs(signs: Signs) -> list[str]:
    values = [getattr(signs, item.name) for item in fields(signs)]
    words = [value for value in values if isinstance(value, str) and value not in ("°C", "C")]
    return [*signs.statuses.values(), *words]


def test_both_sets_of_signs_are_one_cell_wide_each() -> None:
    for signs in (UNICODE, ASCII):
        assert set(signs.statuses) == set(RunStatus)
        assert len(set(signs.statuses.values())) == len(RunStatus)
        for sign in _all_signs(signs):
            assert cell_len(sign) == len(sign)
    assert "".join(ASCII.statuses.values()).isascii()


def test_what_a_stream_cannot_encode_is_one_character() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace")
    prepare_streams((stream, None))
    stream.write("─x")
    stream.flush()
    assert raw.getvalue() == b"?x"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("latency.p50_ms", 0.00770, "0.00770"),
        ("latency.p50_ms", 0.0000774, "7.7e-05"),
        ("metrics.log_loss", 1234567.89, "1e+06"),
    ],
)
def test_a_figure_that_is_too_wide_is_rounded_and_never_cut(name: str, value: float, shown: str) -> None:
    row = replace(a_row(), figures={name: value})
    placed = place_columns(100)
    cells = row_cells(row, placed, Context(NOW, UNICODE))
    texts = {item.column.key: cell.text.strip() for item, cell in zip(placed, cells, strict=True)}
    assert texts[name] == shown


def test_where_there_is_room_all_of_a_device_stands_on_one_line() -> None:
    lines = device_lines([host_sample(), gpu_sample(0), gpu_sample(1)], 78, UNICODE)
    assert len(lines) == 3
    assert lines[1].text.endswith("61.0/80 GiB  72 °C · 612/700 W · H100 80GB HBM3")
    assert all(line.rest_at == lines[0].rest_at and len(line.text) <= 78 for line in lines)
