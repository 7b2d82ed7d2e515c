"""Pictures of the screens, with a clock that stands: looked at by people, compared by the test."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from screens_fixtures import STARTED_AT, Desk, filled, gpu_sample, host_sample, make_app
from screens_pairs import pairs
from screens_pilot import seen
from test_screens_run_screen import DONE, classify
from textual.pilot import Pilot

from screens.devices.surroundings import Surroundings
from screens.signs import ASCII
from store.database import Database
from workbench.telemetry.room import Room

GIB = 1024**3


@pytest.fixture(autouse=True)
def _same_clock_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("store.runs.time", SimpleNamespace(time=lambda: STARTED_AT))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        classify(desk.db, DONE)
        yield desk
        for lock in desk.locks:
            os.close(lock)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Database]:
    with pairs(tmp_path / "workbench.db", name="strong") as db:
        yield db


def shown(*keys: str, words: str = "", at: int | None = None):
    """What to do before the picture is taken: wait for the chosen run and the meters, press keys, wait for words."""

    async def wait(pilot: Pilot, condition) -> None:
        for _ in range(2000):
            if condition():
                return
            await pilot.pause(0.005)
        raise AssertionError(f"the picture was never ready:\n{seen(pilot.app)}")

    async def prepare(pilot: Pilot) -> None:
        app = pilot.app
        board = app.dashboard
        await wait(pilot, lambda: app.page.detail is not None and board.devices.text)
        await wait(pilot, lambda: board.log_pane.run_id == app.wish.chosen_id)
        if at is not None:
            board.runs.choose_newest(at)
            await wait(pilot, lambda: app.page.chosen is not None and app.page.chosen.run.id == at)
        await pilot.press(*keys)
        await wait(pilot, lambda: words in seen(app))
        await wait(pilot, lambda: app.page.chosen is not None and app.page.chosen.run.id == app.wish.chosen_id)
        await pilot.pause(0.1)

    return prepare


def test_dashboard_80x24(snap_compare, desk: Desk) -> None:
    assert snap_compare(make_app(desk.path), terminal_size=(80, 24), run_before=shown())


def test_dashboard_120x36_with_a_lost_gpu(snap_compare, desk: Desk) -> None:
    samples = (host_sample(), gpu_sample(), gpu_sample(1, error="GPU is lost. Reset it or reboot."))
    assert snap_compare(make_app(desk.path, samples=samples), terminal_size=(120, 36), run_before=shown())


def test_dashboard_in_ascii_without_a_gpu(snap_compare, desk: Desk) -> None:
    app = make_app(desk.path, samples=(host_sample(),), signs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown("j", words="Log - demo-mlp"))


def test_differences_to_a_baseline_beside_two_marks(snap_compare, desk: Desk) -> None:
    prepare = shown("b", "space", "j", "space", words="B mlp", at=10)
    assert snap_compare(make_app(desk.path), terminal_size=(120, 36), run_before=prepare)


def test_seeds_folded(snap_compare, desk: Desk) -> None:
    assert snap_compare(make_app(desk.path), terminal_size=(120, 36), run_before=shown("u", words="±"))


def test_form_with_a_wrong_value(snap_compare, desk: Desk) -> None:
    keys = ["n", *["tab"] * 8, "x"]
    prepare = shown(*keys, words="1 field to mend")
    assert snap_compare(make_app(desk.path), terminal_size=(120, 36), run_before=prepare)


def test_question_over_a_dashboard_without_colour(snap_compare, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make_app(desk.path), terminal_size=(80, 24), run_before=shown("s"))


@pytest.mark.parametrize(("tab", "size"), [("1", (80, 24)), ("2", (120, 36)), ("4", (80, 24))])
def test_run(snap_compare, desk: Desk, tab: str, size: tuple[int, int]) -> None:
    words = {"1": "Metrics", "2": "train loss", "4": "precision"}[tab]
    prepare = shown("enter", tab, words=words, at=DONE)
    assert snap_compare(make_app(desk.path), terminal_size=size, run_before=prepare)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_diff(snap_compare, pair: Database, size: tuple[int, int]) -> None:
    prepare = shown("space", "k", "space", "d", words="mcnemar", at=1)
    assert snap_compare(make_app(pair.path), terminal_size=size, run_before=prepare)


def test_devices(snap_compare, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(
        Path("store"),
        disk_used_bytes=210 * GIB,
        disk_total_bytes=930 * GIB,
        swap_used_bytes=0,
        swap_total_bytes=8 * GIB,
    )
    around = Surroundings("workbench.db", room, 16, "Xeon", "ana")
    monkeypatch.setattr("screens.devices.screen.look_around", lambda store: around)
    samples = (host_sample(), gpu_sample(), gpu_sample(1, error="GPU is lost. Reset it or reboot."))
    prepare = shown("v", words="16 cores")
    assert snap_compare(make_app(desk.path, samples=samples), terminal_size=(120, 36), run_before=prepare)


def test_help(snap_compare, desk: Desk) -> None:
    prepare = shown("question_mark", words="On this screen")
    assert snap_compare(make_app(desk.path), terminal_size=(120, 36), run_before=prepare)
