"""The interface in a real terminal: what it sends, how it begins and ends."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, add, filled
from screens_terminal import Terminal

from screens.signs import ASCII, UNICODE, Signs
from screens.terminal import choose_signs, refuse_terminal, settle_colours

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


def test_it_ends_with_a_terminal_that_goes_away_without_a_word(desk: Desk) -> None:
    with Terminal([sys.executable, "-c", LOOKING, str(desk.path)], 80, 24) as terminal:
        terminal.wait_for("demo-mlp")
        terminal.hang_up()
        terminal.process.wait(timeout=10)


def test_a_store_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "workbench.db"
    with Terminal([sys.executable, "-c", REAL, str(path)], 80, 24) as terminal:
        terminal.wait_for("train two small models")
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
        cells = [cell for line in terminal.screen.buffer.values() for cell in line.values()]
        assert {cell.fg for cell in cells} | {cell.bg for cell in cells} == {"default"}
        assert any(cell.reverse for cell in cells), "the cursor is seen all the same"


@pytest.mark.parametrize("kind", ["linux", "xterm-16color", "screen"])
def test_sixteen_colours_are_the_terminals_own(desk: Desk, kind: str) -> None:
    environ = {"TERM": kind, "COLORTERM": ""}
    with Terminal([sys.executable, "-c", LOOKING, str(desk.path)], 80, 24, environ) as terminal:
        terminal.wait_for("running  demo-cnn")
        terminal.wait_for_quiet(0.3)
        assert b"\x1b[38;" not in terminal.raw
        assert b"38;2;" not in terminal.raw
        assert b"48;2;" not in terminal.raw
        colours = {cell.fg for line in terminal.screen.buffer.values() for cell in line.values()}
        assert len(colours) > 1


def test_a_window_that_is_too_small_says_so_and_comes_back(desk: Desk) -> None:
    with Terminal([sys.executable, "-c", LOOKING, str(desk.path)], 30, 8) as terminal:
        terminal.wait_for("Workbench needs 40x12")
        terminal.resize(80, 24)
        terminal.wait_for("demo-mlp")
        terminal.resize(39, 24)
        terminal.wait_for("this window has")
        terminal.resize(3, 2)
        terminal.wait_for_quiet(0.3)
        terminal.resize(80, 24)
        terminal.wait_for("demo-mlp")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


def test_broken_settings_do_not_keep_the_interface_from_opening(desk: Desk, home: Path) -> None:
    (home / "config").mkdir()
    (home / "config" / "settings.toml").write_text("[interface]\nthema = 'nord'\n")
    with Terminal([sys.executable, "-c", LOOKING, str(desk.path)], 120, 40) as terminal:
        terminal.wait_for("The settings")
        terminal.wait_for("demo-mlp")


@pytest.mark.parametrize("kind", ["dumb", "unknown", "emacs"])
def test_a_terminal_that_cannot_draw_is_refused_in_a_sentence(kind: str) -> None:
    assert f"TERM={kind}" in (refuse_terminal({"TERM": kind}) or "")
    assert refuse_terminal({"TERM": "xterm"}) is None


@pytest.mark.parametrize(
    ("environ", "encoding", "wanted", "signs"),
    [
        ({"TERM": "xterm-256color"}, "utf-8", "auto", UNICODE),
        ({"TERM": "xterm-256color"}, "UTF8", "auto", UNICODE),
        ({"TERM": "linux"}, "utf-8", "auto", ASCII),
        ({"TERM": "linux"}, "utf-8", "never", UNICODE),
        ({"TERM": "xterm-256color"}, "utf-8", "always", ASCII),
        ({"TERM": "xterm-256color", "WORKBENCH_ASCII": "1"}, "utf-8", "auto", ASCII),
        ({"TERM": "xterm-256color", "WORKBENCH_ASCII": "0"}, "utf-8", "auto", UNICODE),
        ({"TERM": "xterm-256color"}, "latin-1", "never", ASCII),
        ({"TERM": "xterm-256color"}, None, "auto", ASCII),
    ],
)
def test_signs_are_those_that_the_terminal_shows_and_the_user_wants(
    environ: dict[str, str], encoding: str | None, wanted: str, signs: Signs
) -> None:
    assert choose_signs(environ, encoding, wanted) is signs


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "xterm-kitty"}, "truecolor"),
        ({"TERM": "xterm-ghostty", "COLORTERM": "24bit"}, "24bit"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, None),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "1.pts-0"}, None),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor", "TMUX": "/tmp/tmux"}, "truecolor"),
    ],
)
def test_colorterm_is_that_of_the_terminal_at_hand(environ: dict[str, str], colours: str | None) -> None:
    settle_colours(environ)
    assert environ.get("COLORTERM") == colours
