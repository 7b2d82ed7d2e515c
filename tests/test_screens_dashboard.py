"""The interface driven by keys over a real store: what is pressed, what the store says, what stands on the screen."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from generation_fixtures import cache_model
from screens_fixtures import NOW, Desk, NotingEngine, add, begin, end, filled, gpu_sample, host_sample, make_app, many
from screens_pilot import keys_shown, opened, seen, until

from screens.dialogs import KillDialog, StopDialog
from screens.form.dialog import NewRunDialog
from screens.help.dialog import HelpDialog
from screens.prompt.screen import PromptScreen
from screens.run.screen import RunScreen
from store.database import open_for_writing
from store.errors import StoreBusy
from store.logs import add_log_lines
from store.records import RunStatus
from store.runs import request_stop


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


async def test_it_begins_on_the_newest_live_run_with_its_log_and_curve(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app):
        text = seen(app)
        assert "Runs 17 · 3 live" in text
        assert "● running  demo-cnn" in text
        assert "Log · demo-cnn" in text
        assert "epoch   6/25" in text
        assert "val accuracy" in text
        assert "0.9737 0.0702  0.0440  12.3 s" in text


async def test_keys_move_the_cursor_and_the_log_follows_it(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        table = app.dashboard.runs
        await pilot.press("j")
        await until(pilot, lambda: "Log · demo-mlp" in seen(app), "the log of the run below")
        assert "W validation loss has not fallen" in seen(app)
        await pilot.press("k", "k")
        assert table.cursor_row == 0
        await pilot.press("G")
        await until(pilot, lambda: "Log · majority-iris" in seen(app), "the log of the oldest run")
        await pilot.press("g")
        assert table.cursor_row == 16
        await pilot.press("g")
        assert table.cursor_row == 0
        await pilot.press("down", "pagedown", "up")
        assert table.cursor_row == 8


async def test_a_long_table_reads_only_what_is_in_sight(tmp_path: Path) -> None:
    many(tmp_path / "many.db", 3000)
    app = make_app(tmp_path / "many.db")
    async with opened(app) as pilot:
        assert len(app.page.rows) < 100
        await pilot.press("G")
        await until(pilot, lambda: "run-000000" in seen(app), "the oldest run")
        assert app.dashboard.runs.cursor_row == 2999
        assert len(app.page.rows) < 100
        await until(pilot, lambda: app.page.chosen is not None and app.page.chosen.run.id == 1, "its details")


async def test_the_cursor_stays_on_its_run_when_others_come_in(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        chosen, row = app.dashboard.runs.cursor_id, app.dashboard.runs.cursor_row
        add(desk.db, "newcomer")
        await until(pilot, lambda: "newcomer" in seen(app), "the new run")
        assert (app.dashboard.runs.cursor_id, app.dashboard.runs.cursor_row) == (chosen, row + 1)


async def test_a_scrolled_table_does_not_jump_when_runs_come_in(tmp_path: Path) -> None:
    many(tmp_path / "many.db", 200)
    app = make_app(tmp_path / "many.db")
    async with opened(app) as pilot:
        await pilot.press(*["pagedown"] * 6)
        await until(pilot, lambda: app.dashboard.runs.cursor_id is not None, "the run under the cursor")
        before = [line for line in seen(app).splitlines() if "run-0" in line and "Log" not in line]
        many_more = open_for_writing(tmp_path / "many.db")
        for name in ("a", "b", "c"):
            add(many_more, name)
        many_more.close()
        await until(pilot, lambda: app.page.total == 203, "the new runs")
        wanted = lambda: [line for line in seen(app).splitlines() if "run-0" in line and "Log" not in line] == before  # noqa: E731
        await until(pilot, wanted, "the same rows in the same places")


async def test_a_run_that_changes_is_drawn_anew(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        end(desk.db, desk.live, took=41)
        await until(pilot, lambda: "✓ done     demo-mlp" in seen(app), "the run's end")
        assert "Runs 17 · 2 live" in seen(app)


async def test_the_log_follows_its_end_until_it_is_scrolled_up(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        log = app.dashboard.log_pane
        run_id = app.dashboard.runs.cursor_id
        assert run_id is not None
        add_log_lines(desk.db, run_id, 1, [(NOW, "info", f"line {n:03d}") for n in range(100)])
        await until(pilot, lambda: "line 099" in seen(app), "the newest line")
        await pilot.press("tab", "k")
        assert not log.follows
        await until(pilot, lambda: "paused" in seen(app), "the word that it does not follow")
        add_log_lines(desk.db, run_id, 1, [(NOW, "info", "later")])
        await until(pilot, lambda: log.line_count == 107, "the new line")
        assert "later" not in seen(app)
        await pilot.press("G")
        assert log.follows
        await until(pilot, lambda: "later" in seen(app), "the newest line again")
        await pilot.press("g")
        assert "epoch   1/25" in seen(app)
        await pilot.press("f")
        assert "later" in seen(app)


async def test_hostile_names_and_lines_are_only_text(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with open_for_writing(path) as db:
        run = add(db, "evil[bold red]\x1b[2Jname", dataset="/tmp/[link=http://x]a.csv")
        lock = begin(db, run)
        hostile = ["[red]not red[/red]", "\x1b]0;owned\x07title", "\x1b[31mcolour", "a\rb", "\u202egnp", "x" * 100_000]
        add_log_lines(db, run.id, 1, [(NOW, "output", line) for line in hostile])
    app = make_app(path)
    async with opened(app, (120, 36)) as pilot:
        await until(pilot, lambda: app.dashboard.log_pane.line_count == 6, "the lines")
        text = seen(app)
        assert "evil[bold red]name" in text
        assert "[red]not red[/red]" in text
        assert "owned" not in text
        assert not set(text) & {"\x1b", "\x07", "\r", "\u202e"}
        await pilot.press("tab", "l", "l", "h")
        await pilot.press("s")
        assert "evil[bold red]name" in seen(app)
    os.close(lock)


async def test_a_run_is_stopped_after_a_question_and_killed_after_a_second(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with opened(app) as pilot:
        run_id = app.dashboard.runs.cursor_id
        assert run_id is not None
        await pilot.press("s", "n")
        assert engine.stopped == []
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, StopDialog), "the question")
        await pilot.press("y")
        await until(pilot, lambda: engine.stopped == [(run_id, False)], "the request")
        request_stop(desk.db, run_id, False)
        await until(pilot, lambda: "stopping" in seen(app), "the word that it is stopping")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, KillDialog), "the second question")
        assert keys_shown(app) == "y kill it  n leave it"
        await pilot.press("enter")
        await until(pilot, lambda: engine.stopped[1:] == [(run_id, True)], "the kill")


async def test_only_keys_that_work_are_offered(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        assert keys_shown(app).startswith("n new  space mark  d diff  / filter  o sort  s stop")
        assert keys_shown(app).endswith("? help  q quit")
        await pilot.press("j", "j")
        await until(pilot, lambda: "stop" not in keys_shown(app), "that an ended run cannot be stopped")
        await pilot.press("s")
        assert app.screen is app.dashboard


async def test_the_keys_of_the_pane_with_the_focus_come_first(desk: Desk) -> None:
    async with opened(make_app(desk.path)) as pilot:
        await pilot.press("tab")
        await until(pilot, lambda: keys_shown(pilot.app).startswith("f follow  i levels  / search"), "those of the log")
        assert keys_shown(pilot.app).endswith("? help  q quit")


async def test_a_store_that_is_only_read_is_never_written(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine, read_only=True)
    async with opened(app) as pilot:
        assert not {"new", "stop"} & set(keys_shown(app).split())
        await pilot.press("n", "s", "x", "t", "y", "D")
        assert app.screen is app.dashboard
        assert engine.recovered == 0


async def test_runs_that_seem_dead_are_looked_after(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # So long that the run is seen dead before its time has come, after which no page changes any more.
    monkeypatch.setattr("screens.upkeep.RECOVER_EVERY_S", 3.0)
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with opened(app) as pilot:
        await until(pilot, lambda: engine.recovered == 1, "the recovery at the start")
        os.close(desk.locks.pop())
        await until(pilot, lambda: "? lost     demo-cnn" in seen(app), "that the run is lost")
        await until(pilot, lambda: engine.recovered == 2, "the recovery")


async def test_a_run_opens_with_all_that_is_known_of_it(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (100, 70)) as pilot:
        await pilot.press("j", "j")
        await until(pilot, lambda: "Log · churn-mlp" in seen(app), "the run")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "Metrics" in seen(app), "the run screen")
        text = seen(app)
        for words in ("14 · churn-mlp", "✓ done", "accuracy", "0.8125", "17,226", "n/a", "no price is set"):
            assert words in text
        await pilot.press("escape")
        assert app.screen is app.dashboard


async def test_the_way_out_of_a_dialog_is_not_the_way_out_of_the_app(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        for opening, dialog in (("n", NewRunDialog), ("s", StopDialog), ("question_mark", HelpDialog)):
            await pilot.press(opening)
            await until(pilot, lambda dialog=dialog: isinstance(app.screen, dialog), "the dialog")
            await pilot.press("ctrl+c")
            await until(pilot, lambda: app.screen is app.dashboard, "the dashboard again")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running, "the end")


async def test_the_palette_offers_what_works_here(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        offered = lambda: [command.title for command in app.get_system_commands(app.screen)]  # noqa: E731
        assert offered()[:3] == ["New run", "Stop the run", "Clone the run"]
        assert offered()[-3:] == ["Keys", "Theme", "Quit"]
        await pilot.press("j", "j")
        await until(pilot, lambda: "Stop the run" not in offered(), "that an ended run cannot be stopped")
        assert "Delete the run" in offered()
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        assert offered() == ["Theme", "Quit"]


async def test_news_arrive_under_an_open_dialog(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (160, 48)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, StopDialog), "the question")
        add(desk.db, "newcomer")
        await until(pilot, lambda: app.dashboard.runs.page.total == 18, "the new run")
        await until(pilot, lambda: "newcomer" in seen(app), "the new run beside the dialog")
        assert isinstance(app.screen, StopDialog)
        await pilot.press("escape")
        assert "newcomer" in seen(app)


async def test_help_lists_every_key_of_the_screen_and_its_panes(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (200, 60)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpDialog), "the help")
        text = seen(app)
        for words in ("Start a new run", "Stop the chosen run", "home g g", "Follow the end of the log", "runs go on"):
            assert words in text
        await pilot.press("escape")
        assert app.screen is app.dashboard


async def test_a_small_terminal_shows_one_pane_at_a_time(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (40, 12)) as pilot:
        assert "demo-cnn" in seen(app)
        assert "Log" not in seen(app)
        await pilot.press("tab")
        await until(pilot, lambda: "epoch   6/25" in seen(app), "the log")
        assert "demo-mlp" not in seen(app)
        await pilot.press("5")
        await until(pilot, lambda: "97 %" in seen(app), "the devices")
        await pilot.press("tab")
        await until(pilot, lambda: "Baseline" in seen(app), "the models")
        await pilot.press("tab")
        await until(pilot, lambda: "demo-mlp" in seen(app), "the runs again")


async def test_panes_are_zoomed_hidden_and_brought_back_and_stay_so(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 36)) as pilot:
        assert app.dashboard.seen == ("models", "runs", "log", "curve", "devices")
        await pilot.press("3", "4", "5")
        await until(
            pilot, lambda: "Log" not in seen(app) and app.dashboard.runs.size.height > 30, "the upper half alone"
        )
        await pilot.press("4", "1")
        await until(pilot, lambda: app.dashboard.seen == ("runs", "curve"), "the curve instead of the models")
        assert app.dashboard.curve.size.width > 100
        await pilot.press("z")
        await until(pilot, lambda: app.dashboard.seen == ("curve",), "the curve alone")
        await pilot.press("tab")
        await until(pilot, lambda: app.dashboard.seen == ("devices",), "the next pane alone")
        await pilot.press("z")
        await until(pilot, lambda: app.dashboard.seen == ("runs", "curve"), "both again")
        assert app.memory.layout.panes == {"log": False, "curve": True, "devices": False, "models": False}


async def test_models_lead_to_a_new_run_and_to_their_runs(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 36)) as pilot:
        await pilot.press("shift+tab", "slash", *"conv", "enter", "f")
        await until(pilot, lambda: app.page.total == 3, "the runs of the one model that fits")
        assert {row.run.model for row in app.page.rows} == {"cnn"}
        await pilot.press("f")
        await until(pilot, lambda: app.page.total == 17, "all runs")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        await until(pilot, lambda: "kernel size" in seen(app), "the fields of that model")


async def test_the_models_of_the_hubs_cache_are_watched_and_found_by_typing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("screens.dashboard.cached_models.EVERY_S", 0.01)
    cache_model(tmp_path / "hub", "org/tiny", numbers=1_200)
    app = make_app(desk.path)
    async with opened(app, (120, 36)) as pilot:
        models = app.dashboard.models
        await until(
            pilot, lambda: re.search(r"Cached *\n.*org/tiny +1.2k ■", models.text) is not None, "the cached model"
        )
        await pilot.press("shift+tab", "slash", *"org", "enter")
        assert models.chosen is not None
        assert models.chosen.title == "org/tiny"
        assert "enter prompt" in keys_shown(app)
        before = models.chosen.cached
        cache_model(tmp_path / "hub", "a/pickle", weights="pytorch_model.bin")
        await pilot.press("escape")
        await until(pilot, lambda: "a/pickle" in models.text, "the other model, without a key")
        assert models.chosen is not None
        assert models.chosen.cached is before, "what was read is not read again, and the cursor stays on it"
        await pilot.press("k")
        assert models.chosen.title == "a/pickle"
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.notices.newest_first), "a notice")
        assert "Convert it once" in app.notices.newest_first[0].sentence
        await pilot.press("k")
        assert "enter new run" in keys_shown(app)
        await pilot.press("j", "j", "n")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        await until(
            pilot, lambda: "a checkpoint" in seen(app) and "hf:org/tiny" in seen(app), "what is trained further"
        )
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen), "the generation screen")
        assert app.screen.models == {"A": "org/tiny", "B": ""}  # type: ignore[attr-defined]


async def test_a_checkpoint_that_runs_were_trained_from_is_trained_further_again(desk: Desk) -> None:
    add(desk.db, "further", model="run:12", task="language-modelling")
    add(desk.db, "theirs", model="their-model")
    app = make_app(desk.path)
    async with opened(app, (120, 36)) as pilot:
        models = app.dashboard.models
        await until(pilot, lambda: "run:12" in models.text, "the model")
        await pilot.press("shift+tab", "G")
        assert "enter new run" not in keys_shown(app), "nobody knows how to train it"
        await pilot.press("slash", *"run:12", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        await until(pilot, lambda: "run:12, trained further" in seen(app), "what is trained further")


async def test_what_happens_to_runs_is_told_on_every_screen_and_kept(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 36)) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: app.screen is not app.dashboard, "the devices")
        words = "The loss is 40 times what it was. Lower the learning rate."
        add_log_lines(desk.db, desk.live.id, 1, [(NOW, "alert", words)])
        await until(pilot, lambda: words in {notice.message for notice in app._notifications}, "the alert")
        end(desk.db, desk.live, RunStatus.FAILED, error="Out of memory. Lower the batch size.")
        await until(pilot, lambda: len(app._notifications) == 2, "that the run failed")
        await pilot.press("escape", "exclamation_mark")
        await until(pilot, lambda: "Notices" in seen(app), "the list")
        assert "Out of memory. Lower the batch size." in seen(app)
        assert words in seen(app)
        await pilot.press("escape")
        assert app.screen is app.dashboard


async def test_it_can_be_resized_at_any_time(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (80, 24)) as pilot:
        for size in ((200, 60), (40, 12), (20, 5), (1, 1), (300, 20), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert all(len(line) <= size[0] for line in seen(app).splitlines())
        await until(pilot, lambda: "demo-cnn" in seen(app) and "Log · demo-cnn" in seen(app), "the dashboard as before")


async def test_a_store_that_cannot_be_read_is_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    many(path, 3)
    app = make_app(path)

    def refuse() -> None:
        raise StoreBusy("Another process holds the store. Wait a little.")

    async with opened(app) as pilot:
        app._poller._reader.version = refuse
        app._poller._open_reader = refuse
        await until(pilot, lambda: bool(app._notifications), "the notice")
        sentence = "Another process holds the store. Wait a little."
        assert next(iter(app._notifications)).message == f"{sentence} (! reads it again.)"
        assert app.notices.newest_first[0].sentence == sentence
        assert "the store cannot be read" in seen(app).splitlines()[0]
        assert "run-000002" in seen(app)


async def test_a_defect_in_a_thread_is_kept_in_a_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    app = make_app(desk.path, engine=NotingEngine(desk.path, error=KeyError("odd")))
    async with opened(app) as pilot:
        await pilot.press("s", "y")
        await until(pilot, lambda: bool(app._notifications), "the notice")
        assert "KeyError" in next(iter(app._notifications)).message
        kept = list(tmp_path.glob("workbench-error-*"))
        assert "KeyError" in kept[0].read_text()
        assert app.screen is app.dashboard


async def test_devices_that_change_are_drawn_and_those_that_hardly_do_are_not(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await until(pilot, lambda: "97 %" in seen(app), "the meters")
        app.dashboard.show_devices((host_sample(39.0), gpu_sample()))
        assert "38 %" in app.dashboard.devices.text
        app.dashboard.show_devices((host_sample(80.0), gpu_sample(error="GPU is lost.")))
        assert "80 %" in app.dashboard.devices.text
        assert "✗ GPU is lost." in app.dashboard.devices.text


async def test_a_run_can_be_chosen_from_outside(desk: Desk) -> None:
    app = make_app(desk.path, select=desk.live.id)
    async with opened(app) as pilot:
        await until(pilot, lambda: "Log · demo-mlp" in seen(app), "the run that was asked for")
        assert RunStatus.RUNNING in {row.status for row in app.page.rows}


def test_a_session_with_the_form_open_never_loads_what_trains(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    many(path, 3)
    program = f"""
import asyncio, sys
from pathlib import Path
from screens_fixtures import make_app
async def session():
    app = make_app(Path({str(path)!r}))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "down", "escape", "question_mark", "escape", "enter")
        await pilot.pause()
asyncio.run(session())
heavy = {{"torch", "transformers", "sklearn", "scipy", "pandas"}}
print(*sorted(heavy & {{name.partition(".")[0] for name in sys.modules}}))
"""
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": here},
    )
    assert done.stdout.strip() == ""


async def test_titles_have_the_room_of_a_window_that_was_resized_at_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(desk.path)
    async with opened(app, (44, 24)) as pilot:
        ended = [row.run for row in app.page.rows if not row.is_live]
        app.mark(ended[0].id, ended[1].id)
        app.dashboard.runs.rearrange(where='status == "done"')
        await until(pilot, lambda: app.page.b is not None and bool(app.page.arrangement[0]), "the marks")
        title = lambda: seen(app).splitlines()[0]  # noqa: E731
        assert f"B {ended[1].name}" not in title()
        monkeypatch.setattr(app, "ask", lambda **_: None)  # no page comes that would bring a title along
        await pilot.resize_terminal(160, 40)
        await until(pilot, lambda: f"A {ended[0].name} · B {ended[1].name}" in title(), "the whole title")


async def test_in_a_narrow_window_the_key_to_the_other_panes_comes_first(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (40, 12)):
        assert keys_shown(app) == "tab pane  n new  ? help  q quit"
