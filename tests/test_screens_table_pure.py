"""The run table without its widget: chosen columns, differences, spreads, filters as typed, titles, layout."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from screens_fixtures import NOW, a_row, a_run

from screens.dashboard.cells import Context
from screens.dashboard.columns import column_of, header_cells, path_title, place_columns, row_cells
from screens.dashboard.filters import (
    candidates,
    completion,
    expression_of,
    problem_lines,
    typed_of_filter,
    words_of_filter,
)
from screens.dashboard.layout import PANES, next_pane, seen_panes
from screens.dashboard.model_rows import model_line, model_rows
from screens.dashboard.titles import runs_title
from screens.memory import Memory
from screens.page import Fold, ModelUse, Page, RunRow, Value
from screens.pieces import plain, width_of
from screens.signs import ASCII, UNICODE
from store.records import RunStatus
from workbench.errors import ReportedError
from workbench.expressions import parse
from workbench.language.hub_cache import CachedModel
from workbench.models import MODELS

ACCURACY, LOSS, P50 = "metrics.accuracy", "metrics.log_loss", "latency.p50_ms"
PATHS = ("name", "model", "metrics.accuracy", "metrics.log_loss", "parameters.learning_rate", "parameters.layers")


def a_done_row(figures: dict[str, Value], **changes: object) -> RunRow:
    return RunRow(a_run(status=RunStatus.DONE, **changes), RunStatus.DONE, figures)


def shown(row: RunRow, path: str, width: int = 9, baseline: RunRow | None = None) -> tuple[str, str]:
    cell = column_of(path).cell(row, Context(NOW, UNICODE, baseline, width))
    return cell.text, cell.kind


# --- figures ------------------------------------------------------------------------------------------------------


def test_a_difference_to_the_baseline_says_by_a_sign_whether_it_is_better() -> None:
    base = a_done_row({ACCURACY: 0.95, LOSS: 0.2, P50: 0.08}, id=1)
    row = a_done_row({ACCURACY: 0.96, LOSS: 0.25, P50: 0.08}, id=2)
    assert shown(row, ACCURACY, baseline=base) == ("+0.0100▲", "better")
    assert shown(row, LOSS, baseline=base) == ("+0.0500▼", "worse")
    assert shown(row, P50, baseline=base) == ("0 ", "secondary")
    assert shown(base, ACCURACY, baseline=base) == ("0.9500", "figure")


def test_runs_on_other_data_have_no_difference_in_what_depends_on_it() -> None:
    base = a_done_row({ACCURACY: 0.95, "size.parameters": 100.0}, id=1)
    row = a_done_row({ACCURACY: 0.96, "size.parameters": 90.0}, id=2, dataset="iris")
    assert shown(row, ACCURACY, baseline=base) == ("·", "secondary")
    assert shown(row, "size.parameters", baseline=base) == ("-10▲", "better")


def test_parameters_stay_what_they_are_beside_a_baseline() -> None:
    base = a_done_row({"parameters.epochs": 10}, id=1)
    assert shown(a_done_row({"parameters.epochs": 40}, id=2), "parameters.epochs", baseline=base)[0] == "40"
    assert shown(a_done_row({"parameters.hidden": "128,64"}), "parameters.hidden")[0] == "128,64"


def test_a_group_shows_its_mean_with_its_spread_as_far_as_there_is_room() -> None:
    fold = Fold((3, 2, 1), "mlp", {ACCURACY: 0.9712}, {ACCURACY: 0.0023})
    row = replace(a_done_row({ACCURACY: 0.9712}), fold=fold)
    assert shown(row, ACCURACY, 14)[0] == "0.9712±0.0023"


@given(
    value=st.floats(-1e9, 1e9),
    spread=st.one_of(st.none(), st.floats(0, 1e6)),
    base=st.one_of(st.none(), st.floats(-1e9, 1e9)),
    path=st.sampled_from([ACCURACY, P50, "size.checkpoint_bytes", "cost.train_usd", "series.val_loss.min"]),
)
def test_no_figure_is_ever_cut(value: float, spread: float | None, base: float | None, path: str) -> None:
    fold = None if spread is None else Fold((2, 1), "mlp", {path: value}, {path: spread})
    row = replace(a_done_row({path: value}, id=2), fold=fold)
    baseline = None if base is None else a_done_row({path: base}, id=1)
    for width in (8, 9, 12):
        assert cell_len(shown(row, path, width, baseline)[0]) <= width


# --- columns ------------------------------------------------------------------------------------------------------


def test_chosen_columns_keep_their_order_and_the_name_stays_when_they_are_moved() -> None:
    chosen = ("name", "series.val_loss.min", ACCURACY, "parameters.learning_rate", "tags", "notes", "created")
    assert [item.column.key for item in place_columns(200, chosen)] == list(chosen)
    assert [item.column.key for item in place_columns(60, chosen)] == list(chosen[:4])
    assert [item.column.key for item in place_columns(60, chosen, shift=3)] == ["name", "tags", "notes"]


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_chosen_columns_never_stick_out(signs) -> None:
    chosen = ("status", "name", ACCURACY, "parameters.a_very_long_parameter_name", "progress", "id")
    for width in range(20, 160):
        placed = place_columns(width, chosen, wider=3)
        cells = row_cells(a_row(), placed, Context(NOW, signs))
        assert [cell_len(cell.text) for cell in cells] == [item.width for item in placed]
        assert placed[-1].x + placed[-1].width <= width


def test_the_column_that_is_sorted_by_has_an_arrow() -> None:
    placed = place_columns(120)
    headings = header_cells(placed, Context(NOW, UNICODE, sorted_by=LOSS, descending=False))
    assert [heading.strip() for heading in headings if "↑" in heading] == ["loss↑"]


def test_headings_of_paths_are_words() -> None:
    assert path_title("series.val_loss.best") == "best val loss"
    assert path_title("parameters.learning_rate") == "learning rate"
    assert path_title("latency.p95_ms") == "latency p95"


# --- filters ------------------------------------------------------------------------------------------------------


def test_a_single_word_is_searched_for_and_an_expression_is_left_alone() -> None:
    where = expression_of("night", PATHS)
    assert parse(where).matches({"name": "x", "model": "mlp", "dataset": "digits", "tags": ["night"]})
    assert (words_of_filter(where), typed_of_filter(where)) == ("~ night", "night")
    for text in ("accuracy > 0.9", "accuracy", "metrics.accuracy", ""):
        assert expression_of(text, PATHS) == text


def test_words_are_completed_as_far_as_the_paths_agree() -> None:
    assert completion("metrics.a", PATHS) == "metrics.accuracy "
    assert completion("metrics.", PATHS) == "metrics."
    assert completion("model == mlp and parameters.l", PATHS) == "model == mlp and parameters.l"
    assert completion("parameters.le", PATHS) == "parameters.learning_rate "
    assert completion("accuracy > 1 and lear", PATHS) == "accuracy > 1 and parameters.learning_rate "
    assert completion("zzz", PATHS) == "zzz"
    assert candidates("l", PATHS, 9) == ["metrics.log_loss", "parameters.learning_rate", "parameters.layers"]


def test_the_place_of_a_mistake_in_a_filter_is_shown_below_what_was_typed() -> None:
    typed = " accuracy = 1"
    with pytest.raises(ReportedError) as caught:
        parse(typed.strip())
    caret, sentence = problem_lines(caught.value.message, typed, 40)
    assert (caret.index("^"), sentence) == (typed.index("="), "Equality is written ==")
    assert problem_lines(caught.value.message, typed, 12) == [sentence]
    assert problem_lines("No drawing.", typed, 40) == ["No drawing."]


# --- titles -------------------------------------------------------------------------------------------------------


def test_the_title_says_how_the_rows_were_chosen_and_arranged() -> None:
    page = Page(
        total=12,
        runs=340,
        live=2,
        arrangement=(expression_of("mlp", ()), "metrics.log_loss:desc", True),
        a=a_row(name="one"),
        baseline=a_row(name="two"),
    )
    wanted = "Runs 12 of 340 · 2 live · where ~ mlp · by log loss desc · seeds folded · A one · ◆ vs two"
    assert runs_title(page, UNICODE, 120) == wanted
    assert cell_len(runs_title(page, UNICODE, 40)) == 40
    assert "cannot be read" in runs_title(page, UNICODE, 60, readable=False)
    assert "Nothing here is called" in runs_title(replace(page, problem="Nothing here is called 'x'."), UNICODE, 120)


# --- models -------------------------------------------------------------------------------------------------------


def test_models_stand_under_their_families_and_foreign_ones_last() -> None:
    rows = model_rows({"mlp": ModelUse(1200, True), "their-model": ModelUse(1, False)})
    assert [row.title for row in rows if not row.is_heading] == [*MODELS, "their-model"]
    assert rows[-2].is_heading
    assert [row.title for row in model_rows({}, "neural perc") if not row.is_heading] == ["mlp"]
    line = next(model_line(row, 24, UNICODE) for row in rows if row.title == "mlp")
    assert (plain(line).split(), width_of(line)) == (["mlp", "1.2k", "■"], 24)


def test_cached_models_have_a_family_of_their_own_with_parameters_and_what_has_to_be_done() -> None:
    folder = Path("/cache/gpt2")
    gpt2 = CachedModel("gpt2", folder, "GPT2LMHeadModel", 1024, 548_105_171, 124_439_808, "F32")
    old = CachedModel("org/old-\x1b[31mone", folder, trouble="Convert it once.")
    rows = model_rows({"gpt2": ModelUse(3, False)}, "", (gpt2, old))
    titles = [row.title for row in rows]
    assert titles[-3:] == ["cached", "gpt2", "org/old-\x1b[31mone"]
    assert titles.count("gpt2") == 1, "not once more among those that the catalogue does not know"
    for signs in (UNICODE, ASCII):
        lines = [plain(model_line(row, width, signs)) for width in (24, 100) for row in rows[-2:]]
        assert lines[0].split() == ["gpt2", "124M", signs.has]
        assert lines[1].split() == ["org/old-one", signs.problem]
        assert f"523 MiB {signs.dot} 124M parameters {signs.dot} F32 {signs.dot} GPT2LMHeadModel" in lines[2]
        assert lines[3].endswith("Convert it once.")
        assert all(cell_len(line) <= width for line, width in zip(lines, (24, 24, 100, 100), strict=True))
    found = model_rows({}, "cached f32 GPT2LM", (gpt2, old))
    assert [row.title for row in found] == ["cached", "gpt2"]


# --- layout -------------------------------------------------------------------------------------------------------


def test_models_are_seen_by_themselves_where_there_is_room() -> None:
    assert seen_panes(80, 24, {}, "", "runs") == ("runs", "log", "curve", "devices")
    assert seen_panes(120, 36, {}, "", "runs") == PANES
    assert seen_panes(80, 24, {"models": True, "log": False}, "", "runs") == ("models", "runs", "curve", "devices")


def test_one_pane_is_seen_where_it_is_zoomed_or_there_is_no_room_for_more() -> None:
    assert seen_panes(200, 60, {}, "log", "runs") == ("log",)
    assert seen_panes(40, 12, {}, "", "curve") == ("curve",)
    assert seen_panes(80, 24, dict.fromkeys(PANES, False), "", "log") == ("log",)


def test_tab_goes_round() -> None:
    seen = ("runs", "log", "devices")
    assert [next_pane(seen, name, 1) for name in seen] == ["log", "devices", "runs"]
    assert next_pane(seen, "runs", -1) == "devices"
    assert next_pane(seen, "models", 1) == "runs"


# --- memory -------------------------------------------------------------------------------------------------------


def test_what_is_remembered_comes_back_for_its_store_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "interface.json"
    memory = Memory(path, tmp_path / "one.db")
    memory.place = replace(memory.place, chosen_id=7, where="accuracy > 0.9", folded=True, screen="run")
    memory.layout = replace(memory.layout, columns=("name", ACCURACY), panes={"models": True}, zoomed="log")
    memory.save()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    again, other = Memory(path, tmp_path / "one.db"), Memory(path, tmp_path / "two.db")
    assert (again.place, again.layout) == (memory.place, memory.layout)
    assert (other.place.chosen_id, other.layout) == (None, memory.layout)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"layout": 3, "places": []}', '{"layout": {"columns": 7, "zoomed": 3, "panes": []}}']
)
def test_a_file_that_means_nothing_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "interface.json"
    path.write_text(text)
    memory = Memory(path, tmp_path / "w.db")
    fresh = Memory(None, tmp_path / "w.db")
    assert (memory.place, memory.layout) == (fresh.place, fresh.layout)
    memory.save()
    assert json.loads(path.read_text())["places"]


def test_a_file_that_cannot_be_written_disturbs_nobody(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    Memory(blocked / "interface.json", tmp_path / "w.db").save()


def test_the_progress_of_a_live_run_is_drawn_where_its_figures_will_stand() -> None:
    row = replace(a_row(), figures={})
    placed = place_columns(77)
    cells = row_cells(row, placed, Context(now=NOW, signs=UNICODE))
    shown = "".join(cell.text + ("" if cell.goes_on else " ") for cell in cells)
    assert "━━──── training 12/40" in shown
    assert len(shown) == placed[-1].x + placed[-1].width - placed[0].x + 1


def test_progress_has_no_bar_where_its_end_is_not_known() -> None:
    row = replace(a_row(progress_done=None, progress_total=None), figures={})
    cells = row_cells(row, place_columns(77), Context(now=NOW, signs=UNICODE))
    assert "".join(cell.text for cell in cells).count("training") == 1
    assert not any("━" in cell.text or "─" in cell.text for cell in cells)
