"""The product in a real terminal: tmux, detached processes, a killed server, and a second look."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.database import open_read_only
from store.runs import list_runs

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

PATIENCE_S = 90.0


class Terminal:
    """One tmux server with one window, on a socket of its own."""

    def __init__(self, socket: Path, environment: dict[str, str]) -> None:
        self._socket = socket
        self._environment = environment

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *words]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True).stdout

    def start(self, *words: str, size: tuple[int, int] = (80, 24)) -> None:
        command = " ".join([sys.executable, "-P", "-m", "workbench", *words])
        size_words = ("-x", str(size[0]), "-y", str(size[1]))
        self._tmux("new-session", "-d", *size_words, f"{command}; echo exit code $?; sleep 1000")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def wait_for(self, text: str) -> str:
        return wait_until(lambda: self.screen(), lambda screen: text in screen, f"{text!r} on the screen")

    def kill_server(self) -> None:
        """Kill the server, and wait until it has gone: a new one on its socket would end with it."""
        pid = int(self._tmux("display-message", "-p", "#{pid}"))
        self._tmux("kill-server")
        wait_until(lambda: str(Path(f"/proc/{pid}").exists()), lambda seen: seen == "False", "the end of the server")


def wait_until(look: Callable[[], str], good: Callable[[str], bool], what: str) -> str:
    """What ``look`` returns once it is ``good``; fails with the last look after PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    seen = ""
    while time.monotonic() < deadline:
        seen = look()
        if good(seen):
            return seen
        time.sleep(0.1)
    pytest.fail(f"waited {PATIENCE_S:.0f} s for {what}; last seen:\n{seen}")


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.fixture
def terminal(tmp_path: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "tmux", environment)
    yield terminal
    subprocess.run(["tmux", "-S", str(tmp_path / "tmux"), "kill-server"], capture_output=True, check=False)


@pytest.fixture
def workbench(environment: dict[str, str]) -> Callable[..., str]:
    def call(*words: str) -> str:
        command = [sys.executable, "-P", "-m", "workbench", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    return call


def told(workbench: Callable[..., str]) -> str:
    """The statuses as the command line tells them, of a run that has died without a word, too."""
    return " ".join(run["status"] for run in json.loads(workbench("runs", "--json")))


def statuses(path: Path) -> str:
    """Read here: a process for each look would take a core from the runs that are waited for."""
    if not path.exists():
        return ""
    with open_read_only(path) as db:
        return " ".join(run.status for run in list_runs(db))


def test_runs_outlive_a_killed_tmux_server(terminal: Terminal, store_file: Path) -> None:
    terminal.start("demo")
    terminal.wait_for("demo-cnn")
    wait_until(lambda: statuses(store_file), lambda seen: "running" in seen, "a running run")
    terminal.kill_server()

    wait_until(lambda: statuses(store_file), lambda seen: seen == "done done", "both runs to end")
    terminal.start()
    screen = terminal.wait_for("demo-mlp")
    assert "demo-cnn" in screen
    assert "done" in screen
    terminal.press("q")
    terminal.wait_for("exit code 0")


def test_a_whole_working_session(terminal: Terminal, store_file: Path) -> None:
    """Start, a run by the form, watch it, another by cloning it, mark two, diff, filter, quit, and come back."""
    terminal.start()
    terminal.wait_for("the demo: train two small models")
    terminal.press("n")
    terminal.wait_for("New run")
    terminal.press("l", "o", "g", "i")
    terminal.wait_for("logistic-regression")
    terminal.press("Tab", "Tab", "Tab", "Tab", "i", "r", "i", "s")
    terminal.wait_for("‹ iris ›")
    terminal.press("Enter")
    terminal.wait_for("Log · logistic-regression-iris")
    terminal.wait_for("✓ done")
    terminal.wait_for("one prediction: latency")

    terminal.press("y")
    terminal.wait_for("clone of 1")
    terminal.press("Tab", "C-u", *"weaker", "Enter")
    terminal.wait_for("Log · weaker")
    wait_until(lambda: statuses(store_file), lambda seen: seen == "done done", "the second run to end")

    terminal.wait_for("Runs 2 ─")
    terminal.press("Space", "j", "Space")
    terminal.wait_for("A weaker · B logistic-regression-iris")
    terminal.press("d")
    terminal.wait_for("A  weaker")
    screen = terminal.wait_for("accuracy")
    assert "B  logistic-regression-iris" in screen
    terminal.wait_for("equivalent") if "equivalent" in screen else terminal.wait_for("unresolved")
    terminal.press("Escape")
    terminal.wait_for("Runs 2")

    terminal.press("/", *"name", "Space", "~", "Space", *"weak", "Enter")
    terminal.wait_for("Runs 1 of 2 · where name ~ weak")
    terminal.press("Enter")
    terminal.wait_for("2 · weaker")
    terminal.press("3")
    terminal.wait_for("test part: accuracy")
    terminal.press("C-q")
    terminal.wait_for("exit code 0")
    terminal.wait_for("No run is live.")

    terminal.kill_server()
    terminal.start(size=(120, 36))
    terminal.wait_for("2 · weaker")
    terminal.press("Escape")
    terminal.wait_for("Runs 1 of 2 · where name ~ weak")
    terminal.press("q")
    terminal.wait_for("exit code 0")


def test_demo_in_a_terminal_prints_the_diff_at_the_end(terminal: Terminal, store_file: Path) -> None:
    terminal.start("demo", size=(110, 60))
    terminal.wait_for("demo-cnn")
    wait_until(lambda: statuses(store_file), lambda seen: seen == "done done", "both runs to end")
    terminal.press("q")
    screen = terminal.wait_for("exit code 0")
    assert "accuracy" in screen
    assert "workbench diff 1 2" in screen


def test_interrupting_a_followed_run_asks_whether_to_stop_it(terminal: Terminal, workbench: Callable[..., str]) -> None:
    terminal.start("run", "mlp", "digits", "--epochs", "100000", "--set", "patience=0", size=(110, 30))
    terminal.wait_for("epochs")
    terminal.press("C-c")
    terminal.wait_for("go on watching [enter]?")
    assert told(workbench) == "running"
    terminal.press("s", "Enter")
    terminal.wait_for("exit code 1")
    run = json.loads(workbench("show", "last", "--json"))
    assert run["status"] == "stopped"
    assert run["checkpoint"]


def test_a_followed_run_can_be_left_running(terminal: Terminal, workbench: Callable[..., str]) -> None:
    terminal.start("run", "mlp", "digits", "--epochs", "100000", "--set", "patience=0", size=(110, 30))
    terminal.wait_for("epochs")
    terminal.press("C-c")
    terminal.wait_for("go on watching [enter]?")
    terminal.press("l", "Enter")
    terminal.wait_for("exit code 0")
    assert told(workbench) == "running"
    workbench("stop", "last")
    assert told(workbench) == "stopped"


def test_an_interface_without_a_terminal_is_refused_in_a_sentence(environment: dict[str, str]) -> None:
    command = [sys.executable, "-P", "-m", "workbench"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 2
    assert "no terminal" in done.stderr
    assert "Traceback" not in done.stderr
