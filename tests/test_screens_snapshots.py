"""Pictures of the screens, with a clock that stands: looked at by people, compared by the test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, filled, gpu_sample, host_sample, make_app
from textual.pilot import Pilot

from screens.signs import ASCII


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def shown(*keys: str):
    """What to do before the picture is taken: wait for the chosen run and the meters, then press keys."""

    async def prepare(pilot: Pilot) -> None:
        dashboard = pilot.app.dashboard
        for _ in range(1000):
            if dashboard.log_pane.line_count and dashboard.devices.text and dashboard.curve.text:
                break
            await pilot.pause(0.01)
        await pilot.press(*keys)
        await pilot.pause()

    return prepare


def test_dashboard_80x24(snap_compare, desk: Desk) -> None:
    assert snap_compare(make_app(desk.path), terminal_size=(80, 24), run_before=shown())


def test_dashboard_120x36_with_a_lost_gpu(snap_compare, desk: Desk) -> None:
    samples = (host_sample(), gpu_sample(), gpu_sample(1, error="GPU is lost. Reset it or reboot."))
    assert snap_compare(make_app(desk.path, samples=samples), terminal_size=(120, 36), run_before=shown())


def test_dashboard_in_ascii_without_a_gpu(snap_compare, desk: Desk) -> None:
    app = make_app(desk.path, samples=(host_sample(),), signs=ASCII)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown("j"))


def test_form_with_a_wrong_value(snap_compare, desk: Desk) -> None:
    keys = ["n", *["down"] * 6, "x"]
    assert snap_compare(make_app(desk.path), terminal_size=(120, 36), run_before=shown(*keys))


def test_question_over_a_dashboard_without_colour(snap_compare, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make_app(desk.path), terminal_size=(80, 24), run_before=shown("s"))
