"""A defect of our own leaves no traceback on the terminal: the app goes on, a screen closes, or all ends calmly."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, filled
from screens_terminal import Terminal

PROGRAM = """
import sys
from pathlib import Path
from screens import app, navigation
from screens.run import screen as run
from screens.widgets.device_pane import DevicePane

def fail(*args, **options):
    raise RuntimeError("a defect")

{defect}
sys.exit(app.run_app(Path(sys.argv[1]), read_only=True))
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def terminal_with(desk: Desk, defect: str) -> Terminal:
    command = [sys.executable, "-c", PROGRAM.format(defect=defect), str(desk.path)]
    return Terminal(command, 100, 30, {"TMPDIR": str(desk.path.parent)})


def kept(desk: Desk) -> str:
    return "".join(path.read_text() for path in desk.path.parent.glob("workbench-error-*"))


def test_a_key_that_fails_is_a_notice_and_the_next_one_works(desk: Desk) -> None:
    with terminal_with(desk, "navigation.Navigation.open_devices = fail") as terminal:
        terminal.wait_for("Log · demo-cnn")
        terminal.send("v")
        terminal.wait_for("A defect in Workbench")
        terminal.send("j")
        terminal.wait_for("Log · demo-mlp")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert "Traceback" not in bytes(terminal.raw).decode()
    assert "RuntimeError: a defect" in kept(desk)


def test_a_part_that_is_missing_on_the_disk_says_to_open_it_again(desk: Desk) -> None:
    with terminal_with(desk, "sys.modules['screens.devices.screen'] = None") as terminal:
        terminal.wait_for("Log · demo-cnn")
        terminal.send("v")
        terminal.wait_for("upgraded or removed")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize("method", ["compose", "show_page"])
def test_a_screen_that_fails_is_closed(desk: Desk, method: str) -> None:
    with terminal_with(desk, f"run.RunScreen.{method} = fail") as terminal:
        terminal.wait_for("Log · demo-cnn")
        terminal.send("\r")
        terminal.wait_for("A defect in Workbench")
        terminal.wait_for("Log · demo-cnn")
        terminal.send("j")
        terminal.wait_for("Log · demo-mlp")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


def test_a_dashboard_that_fails_closes_the_interface_with_a_sentence(desk: Desk) -> None:
    with terminal_with(desk, "DevicePane.draw = fail") as terminal:
        assert terminal.wait_for_end() == 3
        said = bytes(terminal.raw).decode().rpartition("\x1b")[2]
        assert "Workbench closed by itself. RuntimeError: a defect." in said.replace("\r\n", " ")
        assert "goes on" in said or "go on" in said
        assert "Traceback (most recent call last)" not in said
    assert "RuntimeError: a defect" in kept(desk)
