"""The devices screen in the app: keys, the queue's order, panes, and that a machine at rest sends nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from screens_fixtures import GIB, NOW, Desk, NotingEngine, add, filled, gpu_sample, host_sample, make_app
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.devices.screen import DevicesScreen
from screens.dialogs import StopDialog
from screens.messages import DevicesRead
from screens.signs import ASCII
from screens.widgets.devices_list import DevicesList
from store.records import DeviceProcess, Sample


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "store.db") as desk:
        yield desk


async def until(pilot: Pilot[None], condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        await asyncio.sleep(0.005)
    await pilot.pause()


def pane(app: WorkbenchApp, name: str) -> DevicesList:
    return app.screen.query_one(f"#{name}-list", DevicesList)


@asynccontextmanager
async def opened(app: WorkbenchApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The devices screen once it has drawn its devices, its runs and its leases."""
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: bool(app.samples) and app.page.total > 0, "a first reading and a page")
        app.open_devices()
        await until(pilot, lambda: isinstance(app.screen, DevicesScreen), "the screen")
        # By its rows and not its text: on a small terminal the list is not in sight.
        await until(pilot, lambda: pane(app, "queue").row_count() >= app.page.live, "the runs")
        yield pilot


async def test_a_key_leads_there_and_another_back(desk: Desk) -> None:
    app = make_app(desk.path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.page.total > 0, "a page")
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, DevicesScreen), "the screen")
        await until(pilot, lambda: app.page.queue is not None, "the queue")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard, "the dashboard")
        await until(pilot, lambda: app.page.queue is None, "the queue is read no longer")


async def test_devices_runs_and_leases_are_in_sight_at_80_by_24(desk: Desk) -> None:
    gpus = [replace(gpu_sample(number), device=f"cuda:{number}") for number in range(8)]
    app = make_app(desk.path, samples=(host_sample(), *gpus))
    async with opened(app):
        devices, queue = pane(app, "devices").text, pane(app, "queue").text
        assert devices.count("97 %") == 8
        assert "host" in devices
        assert "queued-behind" in queue
        assert "demo-cnn" in queue
        assert "Nothing is leased" in pane(app, "leases").text


async def test_a_process_of_a_run_is_named_and_opens_it(desk: Desk) -> None:
    ours = DeviceProcess(1, 2 * GIB, "ana", "python -m workbench.trainer")
    app = make_app(desk.path, samples=(host_sample(), replace(gpu_sample(), processes=(ours,))))
    runs: list[int] = []
    app.open_run = runs.append  # type: ignore[method-assign]
    async with opened(app, (120, 40)) as pilot:
        await until(
            pilot, lambda: "python -m workbench" in pane(app, "devices").text, "its process, unfolded by itself"
        )
        await pilot.press("j", "enter")
        await until(pilot, lambda: bool(runs), "the run")


async def test_enter_unfolds_a_device_and_folds_it_again(desk: Desk) -> None:
    gpus = [replace(gpu_sample(number), device=f"cuda:{number}") for number in range(8)]
    app = make_app(desk.path, samples=(host_sample(), *gpus))
    async with opened(app) as pilot:
        assert "NVIDIA" not in pane(app, "devices").text
        await pilot.press("enter")
        assert "NVIDIA H100" in pane(app, "devices").text
        await pilot.press("enter")
        assert "NVIDIA" not in pane(app, "devices").text


async def test_a_queued_run_is_moved_and_the_cursor_goes_with_it(desk: Desk) -> None:
    later = add(desk.db, "queued-last")
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with opened(app) as pilot:
        await until(pilot, lambda: "queued-last" in pane(app, "queue").text, "the last one")
        await pilot.press("tab", "G", "K")
        await until(pilot, lambda: engine.moved == [(later.id, -1)], "the wish")
        text = lambda: pane(app, "queue").text  # noqa: E731
        await until(pilot, lambda: text().index("queued-last") < text().index("queued-behind"), "the new order")
        current = pane(app, "queue").current
        assert current is not None
        assert current.run_id == later.id


async def test_only_what_works_on_the_row_is_offered(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        screen = app.screen
        assert screen.check_action("stop_run", ()) is False
        await pilot.press("tab")
        assert screen.check_action("stop_run", ())
        assert screen.check_action("move_run", (1,)) is False
        await pilot.press("G")
        assert screen.check_action("move_run", (1,))
        app.read_only = True
        assert screen.check_action("move_run", (1,)) is False
        assert screen.check_action("stop_run", ()) is False


async def test_the_run_of_the_row_is_stopped_after_a_question(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with opened(app) as pilot:
        await pilot.press("tab")
        current = pane(app, "queue").current
        assert current is not None
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, StopDialog), "the question")
        await pilot.press("y")
        await until(pilot, lambda: engine.stopped == [(current.run_id, False)], "the stop")


async def test_tab_goes_round_the_lists_and_a_small_terminal_shows_one_at_a_time(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (40, 12)) as pilot:
        assert pane(app, "devices").display
        seen = []
        for _ in range(3):
            seen.append(str(app.focused and app.focused.id))
            await pilot.press("tab")
        assert seen == ["devices-list", "queue-list", "leases-list"]
        assert app.focused is pane(app, "devices")
        await pilot.press("tab")
        await until(pilot, lambda: "training 23/40" in pane(app, "queue").text, "the runs in the whole width")
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "cuda:0" in pane(app, "devices").text, "all of them")


async def test_newer_readings_are_drawn_and_those_that_hardly_moved_are_not(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        devices = pane(app, "devices")
        drawn: list[object] = []
        refresh = devices.refresh
        devices.refresh = lambda *regions, **more: drawn.append(regions) or refresh(*regions, **more)  # type: ignore[method-assign]
        nearly = (host_sample(39.5), replace(gpu_sample(), energy_j=7.0, clock_mhz=None))
        take(app, nearly)
        assert drawn == []
        take(app, (host_sample(80.0), gpu_sample(error="GPU is lost.")))
        await until(pilot, lambda: "80 %" in devices.text, "the newer reading")
        assert "✗ GPU is lost." in devices.text


def take(app: WorkbenchApp, samples: tuple[Sample, ...]) -> None:
    """A reading arrives, and the screen looks."""
    app.on_devices_read(DevicesRead(tuple(replace(sample, at=NOW + 2) for sample in samples)))
    screen = app.screen
    assert isinstance(screen, DevicesScreen)
    screen.look_at_meters()


async def test_without_a_gpu_all_else_works_in_ascii(desk: Desk) -> None:
    app = make_app(desk.path, samples=(host_sample(),), signs=ASCII)
    async with opened(app) as pilot:
        await until(pilot, lambda: "cores" in pane(app, "devices").text, "the host's room")
        text = "".join(pane(app, name).text for name in ("devices", "queue", "leases"))
        assert "No GPU to show" in text
        assert text.isascii()


async def test_nothing_of_a_covered_screen_is_painted_and_it_comes_back_in_the_new_size(desk: Desk) -> None:
    app = make_app(desk.path)
    painted: list[object] = []
    async with opened(app, (120, 36)) as pilot:
        display = app._display
        app._display = lambda screen, update: painted.append(update) or display(screen, update)  # type: ignore[method-assign]
        app.dashboard.show_devices((host_sample(90.0), gpu_sample()))
        app.dashboard.devices.refresh()
        await pilot.pause(0.1)
        assert [update for update in painted if update is not None] == []
        await pilot.resize_terminal(40, 12)
        await pilot.press("escape")
        await until(pilot, lambda: app.dashboard.has_class("-narrow"), "the dashboard in its new size")
        assert app.dashboard.size.width == 40


async def test_a_list_that_grows_gets_the_room_for_it(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app) as pilot:
        many = tuple(DeviceProcess(5000 + number, GIB, "ana", "worker") for number in range(4))
        take(app, (host_sample(), replace(gpu_sample(), processes=many)))
        await until(pilot, lambda: "5003" in pane(app, "devices").text, "the last process")
        assert "host" in pane(app, "devices").text


async def test_the_lines_below_the_cursor_s_row_scroll_into_sight_with_it(desk: Desk) -> None:
    gpus = [replace(gpu_sample(number), device=f"cuda:{number}") for number in range(8)]
    app = make_app(desk.path, samples=(host_sample(), *gpus))
    async with opened(app, (40, 12)) as pilot:
        await until(pilot, lambda: "disk" not in pane(app, "devices").text, "a list longer than its room")
        await pilot.press("G")
        await until(pilot, lambda: "disk" in pane(app, "devices").text, "the host's disk")
        assert "host" in pane(app, "devices").text
