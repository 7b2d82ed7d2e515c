"""The interface in a real terminal: what it sends, how it begins and ends."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, add, filled
from screens_terminal import Terminal

HERE = str(Path(__file__).parent)
STILL = (
    "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from screens_fixtures import make_app;"
    "make_app(Path(sys.argv[1])).run()"
)
LOOKING = (
    "import sys; from pathlib import Path; from screens.app import run_app; run_app(Path(sys.argv[1]), read_only=True)"
)
REAL = "import sys; from pathlib import Path; from screens.app import run_app; sys.exit(run_app(Path(sys.argv[1])))"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def test_nothing_is_sent_when_nothing_changes(desk: Desk) -> None:
    with Terminal([sys.executable, "-c", STILL, str(desk.path), HERE], 120, 40) as terminal:
        terminal.wait_for("Log · demo-cnn")
        terminal.wait_for("97 %")
        terminal.wait_for_quiet()
        assert terminal.read_for(2.0) == 0
        before = terminal.received
        add(desk.db, "newcomer")
        terminal.wait_for("newcomer")
        terminal.wait_for_quiet()
        assert terminal.received - before < 20_000
        terminal.send("n")
        terminal.wait_for("ready to start")
        terminal.send("\t\t")
        terminal.wait_for_quiet()
        assert terminal.read_for(1.0) == 0, "a form that waits for its user is as quiet"


def test_leaving_says_what_goes_on(desk: Desk) -> None:
    with Terminal([sys.executable, "-c", LOOKING, str(desk.path)], 80, 24) as terminal:
        terminal.wait_for("demo-mlp")
        terminal.resize(100, 30)
        terminal.wait_for_quiet(0.3)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        said = bytes(terminal.raw).decode().rpartition("\x1b")[2]
        assert "3 runs go on without this screen: queued-behind, demo-cnn, demo-mlp." in said
        assert "workbench" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(desk: Desk, number: signal.Signals) -> None:
    program = REAL.replace("sys.argv[1])", "sys.argv[1]), read_only=True")
    with Terminal([sys.executable, "-c", program, str(desk.path)], 80, 24) as terminal:
        terminal.wait_for("demo-mlp")
        terminal.process.send_signal(number)
        assert terminal.wait_for_end() == 128 + number
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
        assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")


def test_a_store_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "workbench.db"
    with Terminal([sys.executable, "-c", REAL, str(path)], 80, 24) as terminal:
        terminal.wait_for("Press n to start the first one")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    assert path.exists()


def test_a_terminal_of_ascii_gets_ascii(desk: Desk) -> None:
    environ = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    with Terminal([sys.executable, "-c", LOOKING, str(desk.path)], 80, 24, environ) as terminal:
        terminal.wait_for("* running  demo-cnn")
        terminal.wait_for("host")
        assert terminal.text.isascii()
        assert bytes(terminal.raw).isascii()


def test_without_colour_no_colour_is_sent(desk: Desk) -> None:
    with Terminal([sys.executable, "-c", STILL, str(desk.path), HERE], 80, 24, {"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("● running  demo-cnn")
        colours = {cell.fg for line in terminal.screen.buffer.values() for cell in line.values()}
        greys = {colour for colour in colours if len(set(_channels(colour))) == 1}
        assert colours - greys <= {"default"}


def _channels(colour: str) -> list[str]:
    return [colour[0:2], colour[2:4], colour[4:6]] if len(colour) == 6 else [colour, ""]
