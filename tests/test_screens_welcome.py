"""The first start: what an empty store says, and the demo by one key."""

import os
from pathlib import Path

import pytest
from screens_fixtures import NotingEngine, begin, end, make_app, measure
from screens_pilot import keys_shown, opened, seen, until

from screens.dashboard.welcome import welcome_lines
from screens.pieces import plain, width_of
from store.database import open_for_writing
from store.records import RunStatus
from store.runs import get_run
from workbench.demonstration import demo_specs

KEYS = {"app.demo": "D", "run.new": "n", "app.prompt": "p", "app.help": "?", "app.settings": ",", "app.leave": "q"}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "workbench.db"
    open_for_writing(path).close()
    return path


@pytest.mark.parametrize("width", [36, 76, 120])
@pytest.mark.parametrize("read_only", [False, True])
def test_the_welcome_fits_and_offers_only_what_works(width: int, *, read_only: bool) -> None:
    lines = welcome_lines(KEYS, "/home/ana/.local/share/workbench/workbench.db", width, read_only=read_only)
    text = " ".join("\n".join(plain(line) for line in lines).split())
    assert all(width_of(line) <= width for line in lines)
    assert ("reading only" in text) is read_only
    assert ("demo" in text) is not read_only
    assert "workbench.db" in text.replace(" ", "")


async def test_an_empty_store_shows_its_welcome_and_the_devices_and_no_key_without_use(empty: Path) -> None:
    async with opened(make_app(empty)) as pilot:
        await until(pilot, lambda: "the demo:" in seen(pilot.app), "the welcome")
        assert "Devices" in seen(pilot.app)
        assert "Log" not in seen(pilot.app)
        assert keys_shown(pilot.app) == "n new  p prompt  v devices  ? help  q quit"
        await pilot.press("slash", "o", "z", "3")
        assert pilot.app.screen is pilot.app.dashboard
        assert "the demo:" in seen(pilot.app)


def test_the_demo_compares_two_models_on_the_same_data() -> None:
    (a_name, a), (b_name, b) = demo_specs()
    assert a.data == b.data
    assert (a_name, b_name) == ("demo-mlp", "demo-cnn")


async def test_an_empty_store_welcomes(empty: Path) -> None:
    app = make_app(empty)
    async with opened(app) as pilot:
        await until(pilot, lambda: "train two small models" in seen(app), "the welcome")
        assert "D  the demo" in seen(app)
        assert "Runs are kept in" in seen(app)


async def test_an_empty_store_that_is_only_read_offers_nothing_that_writes(empty: Path) -> None:
    engine = NotingEngine(empty)
    app = make_app(empty, read_only=True, engine=engine)
    async with opened(app) as pilot:
        await until(pilot, lambda: "reading only" in seen(app), "the welcome")
        await pilot.press("D")
        assert engine.started == []
        assert "demo" not in seen(app)


async def test_the_demo_starts_marks_and_compares_both_when_they_are_done(empty: Path) -> None:
    app = make_app(empty)
    opened_diffs: list[tuple[int, int]] = []
    app.open_diff = lambda a_id, b_id: opened_diffs.append((a_id, b_id))  # type: ignore[method-assign]
    async with opened(app) as pilot:
        await pilot.press("D")
        await until(pilot, lambda: "A demo-mlp" in seen(app) and "B demo-cnn" in seen(app), "both runs, marked")
        a_id, b_id = app.wish.marks
        assert a_id is not None
        assert b_id is not None
        await _finish(empty, a_id, RunStatus.DONE)
        await until(pilot, lambda: app.page.a is not None and app.page.a.status is RunStatus.DONE, "A done")
        assert opened_diffs == []
        await _finish(empty, b_id, RunStatus.DONE)
        await until(pilot, lambda: opened_diffs == [(a_id, b_id)], "the comparison")


async def test_a_demo_that_fails_says_so(empty: Path) -> None:
    app = make_app(empty)
    async with opened(app) as pilot:
        await pilot.press("D")
        await until(pilot, lambda: "B demo-cnn" in seen(app), "both runs, marked")
        a_id, b_id = app.wish.marks
        assert a_id is not None
        assert b_id is not None
        await _finish(empty, a_id, RunStatus.DONE)
        await _finish(empty, b_id, RunStatus.FAILED)
        await until(pilot, lambda: "demo-cnn did not finish" in str(app.notices.newest_first), "the sentence")


async def _finish(path: Path, run_id: int, status: RunStatus) -> None:
    with open_for_writing(path) as db:
        run = get_run(db, run_id)
        lock = begin(db, run)
        if status is RunStatus.DONE:
            measure(db, run, 0.96, 0.1, 0.08)
        end(db, run, status)
        os.close(lock)
