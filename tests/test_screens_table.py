"""The run table by its keys: filter, sort, columns, folding, marks, a baseline, tags, deleting."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, NotingEngine, add, filled, make_app
from screens_form_pilot import burst
from screens_pilot import keys_shown, opened, seen, until
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.dashboard.filters import typed_of_filter
from screens.dashboard.table_dialogs import ColumnsDialog, SortDialog
from screens.edit_dialogs import DeleteDialog, LabelsDialog
from screens.memory import Memory
from screens.widgets.filter_line import FilterLine
from store.runs import delete_run


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def names(app: WorkbenchApp) -> list[str]:
    """The names in the table, from the top."""
    return [row.run.name for row in app.dashboard.runs.page.rows]


async def type_filter(pilot: Pilot, text: str) -> None:
    app = pilot.app
    assert isinstance(app, WorkbenchApp)
    await pilot.press("slash")
    await until(pilot, lambda: bool(app.page.paths), "the paths")
    await pilot.press(*("space" if letter == " " else letter for letter in text))


# --- filter and order ---------------------------------------------------------------------------------------------


async def test_a_filter_shows_the_runs_for_which_it_holds(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await type_filter(pilot, "accuracy > 0.97 and model == mlp")
        assert keys_shown(app) == "enter filter  tab complete  esc cancel"
        await pilot.press("enter")
        await until(pilot, lambda: app.page.total == 4, "the runs that pass")
        assert "Runs 4 of 17 · 3 live · where accuracy > 0.97 and model == mlp" in seen(app)
        await until(pilot, lambda: "dropout-seed-8 ──" in seen(app), "the first of them")
        await type_filter(pilot, "")
        app.dashboard.filter_line.query_one("Input").value = ""  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: app.page.total == 17, "all runs again")


async def test_a_single_word_is_searched_for(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await type_filter(pilot, "churn")
        await pilot.press("enter")
        await until(pilot, lambda: names(app) == ["churn-mlp"], "the run of that name")
        assert "where ~ churn" in seen(app)


async def test_a_filter_that_holds_for_no_run_says_so_and_escape_takes_it_away(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await type_filter(pilot, "zzz")
        await pilot.press("enter")
        await until(
            pilot, lambda: "The filter holds for no run: esc takes it away and shows all 17." in seen(app), "why"
        )
        await pilot.press("escape")
        await until(pilot, lambda: app.page.total == 17, "all runs")
        assert "holds for no run" not in seen(app)


async def test_keys_that_edit_a_filter_are_obeyed_before_the_letters_behind_them(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await type_filter(pilot, "churn")
        burst(app, "ctrl+u", *"cnnx", "backspace", "home", "delete", "c", "enter")
        await until(pilot, lambda: typed_of_filter(app.page.arrangement[0]) == "cnn", "the filter as it was typed")
        await type_filter(pilot, "")
        burst(app, "ctrl+u", *"metrics.acc", "tab", *">0.97", "enter")
        await until(pilot, lambda: app.page.arrangement[0] == "metrics.accuracy >0.97", "the completed filter")


async def test_a_wrong_filter_says_what_is_wrong_and_is_not_taken(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await type_filter(pilot, "acuracy >= 0.9 ")
        await until(pilot, lambda: "Did you mean accuracy" in seen(app), "the sentence")
        await pilot.press("enter")
        line = app.dashboard.query_one(FilterLine)
        assert line.display
        await pilot.press("escape")
        assert not line.display
        assert app.page.total == 17
        assert app.dashboard.runs.has_focus


async def test_tab_completes_a_path_and_up_brings_an_earlier_filter_back(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await type_filter(pilot, "metrics.acc")
        await pilot.press("tab", *"> 0.97".replace(" ", ""), "enter")
        await until(pilot, lambda: app.page.total == 5, "the runs that pass")
        await pilot.press("slash", "ctrl+u", "up")
        field = app.dashboard.filter_line.query_one("Input")
        assert field.value == "metrics.accuracy >0.97"  # type: ignore[attr-defined]


async def test_a_list_is_narrowed_by_what_was_typed_before_a_key_moves_in_it_or_takes_of_it(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, SortDialog) and bool(app.page.paths), "the dialog")
        burst(app, *"p9x", "backspace", "down", "enter")
        await until(pilot, lambda: app.page.arrangement[1] == "latency.p95_ms", "the second of those that hold it")


async def test_rows_are_sorted_by_any_value_and_turned_round(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        for _ in range(2):
            await pilot.press("o")
            await until(pilot, lambda: isinstance(app.screen, SortDialog) and bool(app.page.paths), "the dialog")
            await pilot.press(*"log loss".replace(" ", ""), "backspace", "backspace", "backspace", "backspace")
            await pilot.press("space", *"loss", "enter")
            await until(pilot, lambda: app.screen is app.dashboard, "the table")
        await until(pilot, lambda: app.page.arrangement[1] == "metrics.log_loss:desc", "the largest first")
        assert names(app)[0] == "majority-iris"
        assert "by log loss desc" in seen(app)
        assert "loss↓" in seen(app)
        await pilot.press("o", "enter")
        await until(pilot, lambda: names(app)[0] == "queued-behind", "the newest first again")


async def test_the_cursor_stays_on_its_run_when_the_order_changes(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await pilot.press("j", "j")
        await until(pilot, lambda: "Log · churn-mlp" in seen(app), "the run")
        app.dashboard.runs.rearrange(sort="metrics.accuracy")
        await until(pilot, lambda: app.page.arrangement[1] == "metrics.accuracy", "the order")
        assert names(app)[app.dashboard.runs.cursor_row] == "churn-mlp"
        assert app.dashboard.runs.cursor_row > 5


async def test_a_filter_that_the_store_refuses_is_told_in_the_title(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (160, 36)) as pilot:
        app.dashboard.runs.rearrange(sort="metrics.nonsense")
        await until(pilot, lambda: app.page.problem is not None, "the sentence")
        assert "metrics.nonsense" in seen(app).splitlines()[0]
        assert app.page.total == 17


# --- columns ------------------------------------------------------------------------------------------------------


async def test_columns_are_chosen_moved_and_given_back(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (200, 36)) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog) and bool(app.page.paths), "the dialog")
        await pilot.press(*"learning", "tab", "ctrl+k", "ctrl+k", "enter")
        await until(pilot, lambda: "learning rate" in seen(app), "the new column")
        heading = seen(app).splitlines()[1]
        assert heading.index("learning rate") < heading.index("device")
        await until(pilot, lambda: "0.001" in seen(app), "its values")
        assert "parameters.learning_rate" in (app.memory.layout.columns or ())
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog), "the dialog")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "learning rate" not in seen(app), "the usual columns")
        assert app.memory.layout.columns is None


async def test_chosen_columns_that_do_not_fit_are_moved_into_sight(desk: Desk) -> None:
    app = make_app(desk.path)
    columns = ("name", "metrics.accuracy", "metrics.macro_f1", "latency.p50_ms", "latency.p95_ms", "created", "notes")
    app.dashboard.runs.show_columns(columns)
    async with opened(app) as pilot:
        heading = lambda: seen(app).splitlines()[1]  # noqa: E731
        await until(pilot, lambda: "acc" in heading(), "the first columns")
        assert "notes" not in heading()
        await pilot.press("l", "l", "l", "l")
        await until(pilot, lambda: "notes" in heading(), "the last one")
        assert "run" in heading()
        assert "acc" not in heading()
        await pilot.press("h", "h", "h", "h")
        await until(pilot, lambda: "acc" in heading(), "the first ones again")


# --- groups -------------------------------------------------------------------------------------------------------


async def test_runs_that_differ_only_in_seed_are_folded_to_mean_and_spread(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 36)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: app.page.arrangement[2], "the groups")
        row = next(row for row in app.page.rows if row.fold is not None and row.run.model == "mlp")
        assert row.fold is not None
        accuracies = [0.961 + seed * 0.002 for seed in range(9)]
        assert row.figures["metrics.accuracy"] == pytest.approx(sum(accuracies) / 9)
        assert "±" in seen(app)
        assert "seeds folded" in seen(app)
        place = app.page.rows.index(row)
        before = app.page.total
        await pilot.press("g", "g", *["j"] * place, "enter")
        await until(pilot, lambda: app.page.total == before + len(row.fold.member_ids), "the members below it")
        assert app.dashboard.runs.cursor_row == place
        await pilot.press("enter")
        await until(pilot, lambda: app.page.total == before, "the group folded again")
        await pilot.press("u")
        await until(pilot, lambda: app.page.total == 17, "every run by itself")


# --- marks and baseline -------------------------------------------------------------------------------------------


async def test_space_marks_a_then_b_and_takes_a_mark_back(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: "A demo-cnn" in seen(app).splitlines()[0], "A in the title")
        await pilot.press("j")
        await until(pilot, lambda: "Log · demo-mlp" in seen(app), "the next run")
        await pilot.press("space")
        await until(pilot, lambda: "B demo-mlp" in seen(app).splitlines()[0], "B in the title")
        lines = seen(app).splitlines()
        assert next(line for line in lines if "● running  demo-cnn" in line)[1] == "A"
        assert next(line for line in lines if "● running  demo-mlp" in line)[1] == "B"
        await pilot.press("space")
        await until(pilot, lambda: "B demo-mlp" not in seen(app), "the mark gone")
        assert app.memory.place.a_id is not None


async def test_without_marks_the_diff_key_says_how_to_mark(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: bool(app._notifications), "the notice")
        assert "Mark a run with space" in next(iter(app._notifications)).message
        assert app.screen is app.dashboard


async def test_a_baseline_turns_figures_into_differences(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 36)) as pilot:
        await type_filter(pilot, "dropout-seed")
        await pilot.press("enter")
        await until(pilot, lambda: app.page.total == 9 and app.page.chosen_at == 0, "the runs with a seed in the name")
        await pilot.press("b")
        await until(pilot, lambda: "-0.0020▼" in seen(app), "what the next run is worse by")
        assert "◆ vs" in seen(app).splitlines()[0]
        assert "-0.00300▲" in seen(app)
        await pilot.press("b")
        await until(pilot, lambda: "▼" not in seen(app), "the figures again")


async def test_marks_and_baseline_of_runs_that_somebody_deletes_are_taken_away(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        ended = [row.run for row in app.page.rows if not row.is_live]
        app.mark(ended[0].id, ended[1].id)
        app.set_baseline(ended[0].id)
        await until(pilot, lambda: app.page.baseline is not None, "the baseline")
        delete_run(desk.db, ended[0].id)
        await until(pilot, lambda: app.wish.baseline_id is None, "no baseline")
        assert app.wish.marks == (None, ended[1].id)
        assert (app.memory.place.a_id, app.memory.place.baseline_id) == (None, None)
        delete_run(desk.db, ended[1].id)
        await until(pilot, lambda: app.wish.marks == (None, None), "no marks")
        await pilot.press("space")
        await until(pilot, lambda: "A demo-cnn" in seen(app).splitlines()[0], "the next mark to be A again")


# --- what changes runs --------------------------------------------------------------------------------------------


async def test_tags_and_notes_are_written_and_wrong_tags_are_refused(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with opened(app) as pilot:
        run_id = app.dashboard.runs.cursor_id
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, LabelsDialog), "the dialog")
        await pilot.press(*"night", "space", *"x" * 60, "enter")
        assert isinstance(app.screen, LabelsDialog)
        await until(pilot, lambda: "40 characters" in seen(app), "what is wrong")
        await pilot.press("ctrl+u", *"night", "space", *"gpu", "tab", *"good", "enter")
        await until(pilot, lambda: engine.labelled == [(run_id, ("night", "gpu"), "good")], "the wish")


async def test_keys_that_arrive_together_go_to_the_dialogs_that_they_open_and_behind_them_to_the_table(
    desk: Desk,
) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with opened(app) as pilot:
        run_id = app.dashboard.runs.cursor_id
        burst(app, "t", *"night", "tab", *"good", "enter", "j", "space", "o", "x", "escape", "slash", *"cnn", "enter")
        await until(pilot, lambda: typed_of_filter(app.page.arrangement[0]) == "cnn", "the filter")
        assert engine.labelled == [(run_id, ("night",), "good")]
        assert app.wish.marks[0] not in (None, run_id)


async def test_an_ended_run_is_deleted_after_a_question_and_a_live_one_is_not(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with opened(app) as pilot:
        await pilot.press("x")
        assert app.screen is app.dashboard
        await pilot.press("j", "j")
        await until(pilot, lambda: "Log · churn-mlp" in seen(app), "an ended run")
        run_id = app.dashboard.runs.cursor_id
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, DeleteDialog), "the question")
        assert "Delete churn-mlp?" in seen(app)
        await pilot.press("enter", "n", "x")
        await until(pilot, lambda: isinstance(app.screen, DeleteDialog), "the question again")
        await pilot.press("y")
        await until(pilot, lambda: engine.deleted == [(run_id,)], "the wish")


# --- coming back --------------------------------------------------------------------------------------------------


async def test_it_comes_back_to_where_it_was(desk: Desk, tmp_path: Path) -> None:
    state = tmp_path / "interface.json"
    app = make_app(desk.path, memory=Memory(state, desk.path))
    async with opened(app, (120, 36)) as pilot:
        await type_filter(pilot, "mlp")
        await pilot.press("enter")
        await until(pilot, lambda: app.page.total == 12, "the runs that pass")
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: app.page.chosen_at == 3, "another run")
        await pilot.press("space", "4", "1")
        chosen = app.page.chosen
        assert chosen is not None
    again = make_app(desk.path, memory=Memory(state, desk.path))
    async with opened(again, (120, 36)) as pilot:
        await until(pilot, lambda: again.page.total == 12, "the filter")
        assert again.page.chosen is not None
        assert again.page.chosen.run.id == chosen.run.id
        assert again.dashboard.runs.cursor_id == chosen.run.id
        assert "A " in seen(again).splitlines()[0]
        assert again.dashboard.seen == ("runs", "log", "devices")


async def test_a_place_that_is_gone_is_forgotten(desk: Desk, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "interface.json", desk.path)
    memory.place = type(memory.place)(chosen_id=4000, a_id=4001, screen="run")
    app = make_app(desk.path, memory=memory)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Log · demo-cnn" in seen(app), "the newest live run")
        assert app.screen is app.dashboard


async def test_a_run_that_comes_in_is_sorted_in(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        app.dashboard.runs.rearrange(sort="name")
        await until(pilot, lambda: names(app)[:1] == ["churn-mlp"], "the order")
        add(desk.db, "aaa")
        await until(pilot, lambda: names(app)[:1] == ["aaa"], "the new run in its place")


async def test_a_screen_that_it_came_back_to_and_that_was_left_is_not_come_back_to_again(
    desk: Desk, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    first = make_app(desk.path, memory=Memory(state, desk.path))
    async with opened(first) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: first.screen is not first.dashboard, "the devices")
    second = make_app(desk.path, memory=Memory(state, desk.path))
    async with opened(second) as pilot:
        await until(pilot, lambda: second.screen is not second.dashboard, "the devices again")
        await pilot.press("escape")
        await until(pilot, lambda: second.screen is second.dashboard, "the dashboard")
    assert Memory(state, desk.path).place.screen == ""
