"""Figures of the interface, each beside a baseline of the same run: ``python tests/bench/bench_interface.py [NAME…]``.

Names: paint, table, keys, log, bytes, cpu, screens. Every figure is printed with its budget; nothing is asserted, since
machines differ. A store is filled in a temporary folder; nothing of the user's is touched.
"""

import asyncio
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from screens_fixtures import NOW, STARTED_AT, add, begin, end, fill, measure, train
from screens_terminal import Terminal

from screens.signs import UNICODE
from screens.widgets.log_pane import LogPane
from store.database import open_for_writing
from store.logs import add_log_lines
from store.records import LogLine, Point
from store.runs import claim, set_progress
from store.series import add_points

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("ready")
Empty().run()
"""
ECHO_APP = """
from textual.app import App
from textual.widgets import Static
class Echo(App):
    BINDINGS = [("j", "count", "count")]
    times = 0
    def compose(self):
        yield Static("ready")
    def action_count(self):
        self.times += 1
        self.query_one(Static).update("▌" + str(self.times))
Echo().run()
"""
OURS = "import sys; from pathlib import Path; from screens.app import run_app; run_app(Path(sys.argv[1]))"
STILL = (
    "import sys, time; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from screens_fixtures import *;"
    "make_app(Path(sys.argv[1]), clock=time.time).run()"
)
TESTS = str(Path(__file__).parent.parent)


def say(name: str, figure: str, budget: str, baseline: str = "") -> None:
    """One line of the report."""
    print(f"{name:<44} {figure:>16}   budget {budget:<12} {baseline}", flush=True)


def many(path: Path, n: int) -> None:
    """A store of many runs that were trained and measured: queued ones the interface would try to start."""
    with open_for_writing(path) as db, db.atomic():
        for index in range(n):
            run = add(db, f"run-{index:06d}")
            claim(
                db,
                run.id,
                device="cpu",
                threads=1,
                host="here",
                boot_id="boot",
                supervisor_pid=1,
                at=STARTED_AT + index,
            )
            measure(db, run, 0.9 + index % 97 / 1000, 0.1 + index % 89 / 100, 0.05 + index % 83 / 1000)
            end(db, run, took=index + 12.5)


def paint(folder: Path) -> None:
    """From the start of the bare command to the first row on the screen, against an empty Textual app."""
    store = folder / "paint.db"
    many(store, 1000)
    empty, ours = [], []
    for _ in range(7):
        with Terminal([sys.executable, "-c", EMPTY_APP], 120, 40) as terminal:
            empty.append(terminal.wait_for("ready"))
        with Terminal([sys.executable, "-m", "workbench", "--store", str(store)], 120, 40) as terminal:
            ours.append(terminal.wait_for("run-000999"))
    ratio = statistics.median(ours) / statistics.median(empty)
    base = f"empty Textual app {statistics.median(empty):.2f} s, ratio {ratio:.2f} (budget 0.40/0.19 = 2.1)"
    say("start to first rows, 1,000 runs", f"{statistics.median(ours):.2f} s", "0.40 s", base)


def table(folder: Path) -> None:
    """100,000 runs: the first page, and keys."""
    store = folder / "table.db"
    many(store, 100_000)
    few = folder / "few.db"
    many(few, 1000)
    with Terminal([sys.executable, "-c", OURS, str(few)], 120, 40) as terminal:
        baseline = terminal.wait_for("run-000999")
    with Terminal([sys.executable, "-c", OURS, str(store)], 120, 40) as terminal:
        took = terminal.wait_for("run-099999")
        say("start to first rows, 100,000 runs", f"{took:.2f} s", "+ 0.1 s", f"1,000 runs {baseline:.2f} s")
    with Terminal([sys.executable, "-c", STILL, str(store), TESTS], 120, 40) as terminal:
        terminal.wait_for("run-099999")
        terminal.wait_for_quiet()
        _time_keys(terminal, "100,000 runs, idle store", {"G": "run-000000", "gg": "run-099999"})
        for what, pressed, words in (
            ("sort by name", "oname\r", "by name"),
            ("filter by a word", "/099\r", "where ~ 099"),
            ("fold", "u", "seeds folded"),
        ):
            began = time.monotonic()
            terminal.send(pressed)
            terminal.wait_for(words)
            say(f"  {what}, from the key to its rows", f"{terminal.arrived_at - began:.2f} s", "1 s")


def _time_keys(terminal: Terminal, what: str, jumps: dict[str, str]) -> None:
    """From a key sent to the cursor's sign received; then jumps to the ends, until their run stands there."""
    times: list[float] = []
    for _ in range(200):
        terminal.raw.clear()
        began = time.monotonic()
        terminal.send("j")
        terminal.wait_until(lambda: "▌".encode() in terminal.raw, "the cursor")
        times.append((terminal.arrived_at - began) * 1000)
        terminal.read_for(0.03)
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    say(f"key to repaint: {what}", f"p50 {statistics.median(times):.1f} p99 {p99:.1f} ms", "p99 30 ms")
    for key, run in jumps.items():
        terminal.raw.clear()
        began = time.monotonic()
        terminal.send(key)
        terminal.wait_until(lambda run=run: run.encode() in terminal.raw, run)
        say(f"  {key} to its rows", f"{(terminal.arrived_at - began) * 1000:.0f} ms", "100 ms")


def keys(folder: Path) -> None:
    """Keys while another process's run logs 1,000 lines a second, against an app that only counts them."""
    with Terminal([sys.executable, "-c", ECHO_APP], 120, 40) as terminal:
        terminal.wait_for("ready")
        _time_keys(terminal, "an app that counts them", {})
    store = folder / "keys.db"
    many(store, 1000)
    with open_for_writing(store) as db:
        run = add(db, "talkative")
        begin(db, run)
    stop = threading.Event()
    writer = threading.Thread(target=_write_lines, args=(store, run.id, 1000, stop))
    writer.start()
    try:
        with Terminal([sys.executable, "-c", STILL, str(store), TESTS], 120, 40) as terminal:
            terminal.wait_for("line ")
            _time_keys(terminal, "a run logs 1,000 lines/s", {})
    finally:
        stop.set()
        writer.join()


def _write_lines(store: Path, run_id: int, per_second: int, stop: threading.Event) -> None:
    with open_for_writing(store) as db:
        line = 0
        while not stop.wait(0.1):
            batch = [
                (time.time(), "info", f"line {line + i} of something that goes on and on")
                for i in range(per_second // 10)
            ]
            add_log_lines(db, run_id, 1, batch)
            line += len(batch)


def log(folder: Path) -> None:
    """The log pane alone at 2,000 lines a second in five batches: its share of a core."""
    asyncio.run(_log())


async def _log() -> None:
    from textual.app import App
    from textual.widgets import RichLog

    from screens.app import WorkbenchApp

    class Bare(App[None]):
        def __init__(self, pane) -> None:
            super().__init__()
            self.pane = pane

        def get_theme_variable_defaults(self) -> dict[str, str]:
            return WorkbenchApp.get_theme_variable_defaults(self)

        def compose(self):
            yield self.pane

    text = "epoch 12 step 3412 loss 0.1234 accuracy 0.9711 examples/s 3412 " * 2
    for name in ("LogPane", "RichLog"):
        pane = LogPane(UNICODE) if name == "LogPane" else RichLog()
        async with Bare(pane).run_test(size=(120, 40)) as pilot:
            began, used, n = time.perf_counter(), time.process_time(), 0
            while time.perf_counter() - began < 3.0:
                lines = [LogLine(n + i + 1, 1, 1, NOW, "info", f"{n + i} {text}") for i in range(400)]
                n += 400
                if name == "LogPane":
                    pane.show(1, lines)
                else:
                    for line in lines:
                        pane.write(line.text)
                await pilot.pause(0.2)
            share = (time.process_time() - used) / (time.perf_counter() - began)
            rate = n / (time.perf_counter() - began)
            budget = "10 % at 2,000/s" if name == "LogPane" else "(baseline)"
            say(f"{name} at {rate:,.0f} lines/s", f"{share * 100:.1f} % of a core", budget)


def _live(folder: Path, name: str) -> tuple[Path, Callable[[int], None]]:
    """A store with one live run, and what gives it one update: a point, a log line and its progress."""
    store = folder / name
    many(store, 50)
    db = open_for_writing(store)
    run = add(db, "live-run")
    begin(db, run, at=time.time())
    train(db, run, 3, of=400)

    def update(step: int) -> None:
        line = (
            time.time(),
            "info",
            f"epoch {step + 4}/400  train loss {1 / (step + 1):.4f}  validation accuracy 0.9{step % 10}12",
        )
        with db.atomic():
            add_points(db, run.id, [Point("val_accuracy", step + 4, 0.9 + (step % 10) / 200, time.time())])
            add_log_lines(db, run.id, 1, [line])
            set_progress(db, run.id, step + 4, 400, "epochs")

    return store, update


def bytes_sent(folder: Path) -> None:
    """Bytes to the terminal at 120x40: nothing changes; then one live run with one update a second."""
    store = folder / "still.db"
    many(store, 50)
    with Terminal([sys.executable, "-c", STILL, str(store), TESTS], 120, 40) as terminal:
        terminal.wait_for("run-000049")
        terminal.wait_for_quiet()
        say("bytes, nothing changes, still meters", f"{terminal.read_for(5) / 5:.0f} B/s", "0 B/s")
    with Terminal([sys.executable, "-c", OURS, str(store)], 120, 40) as terminal:
        terminal.wait_for("run-000049")
        terminal.read_for(2)
        say("bytes, nothing changes, live meters", f"{terminal.read_for(8) / 8:.0f} B/s", "(the machine is not still)")
    store, update = _live(folder, "live.db")
    with Terminal([sys.executable, "-c", STILL, str(store), TESTS], 120, 40) as terminal:
        terminal.wait_for("live-run")
        terminal.read_for(1.5)
        sent = 0
        for step in range(10):
            update(step)
            sent += terminal.read_for(1.0)
        say("bytes, one live run, one update a second", f"{sent / 10:.0f} B/s", "3,072 B/s")


def cpu(folder: Path) -> None:
    """The interface's own processor time: idle, and with one live run at one update a second."""
    store = folder / "idle.db"
    many(store, 50)
    with Terminal([sys.executable, "-c", OURS, str(store)], 120, 40) as terminal:
        terminal.wait_for("run-000049")
        terminal.read_for(2)
        say("processor, idle", f"{_share(terminal, lambda _: None):.2f} % of a core", "0.2 %")
    store, update = _live(folder, "busy.db")
    with Terminal([sys.executable, "-c", OURS, str(store)], 120, 40) as terminal:
        terminal.wait_for("live-run")
        terminal.read_for(2)
        say("processor, one live run", f"{_share(terminal, update):.2f} % of a core", "2 %")


def _share(terminal: Terminal, each_second: Callable[[int], None], seconds: int = 10) -> float:
    import psutil

    process = psutil.Process(terminal.process.pid)
    before = process.cpu_times()
    for second in range(seconds):
        each_second(second)
        terminal.read_for(1.0)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / seconds * 100


def screens(folder: Path) -> None:
    """From a key to what it opens, against the key that moves the cursor: twice, since the first loads code."""
    store = folder / "screens.db"
    desk = fill(store)
    with Terminal([sys.executable, "-c", STILL, str(store), TESTS], 120, 40) as terminal:
        terminal.wait_for("Log · demo-cnn")
        terminal.send("jj")
        terminal.wait_for("Log · churn-mlp")
        for name, key, words in (
            ("run", "\r", "Overview"),
            ("devices", "v", "Leases"),
            ("form", "n", "ready to start"),
            ("help", "?", "On this screen"),
            ("settings", ",", "Prices"),
        ):
            times = []
            for _ in range(2):
                terminal.wait_for_quiet(0.2)
                began, before = time.monotonic(), terminal.received
                terminal.send(key)
                terminal.wait_for(words)
                times.append((terminal.arrived_at - began) * 1000)
                sent = terminal.received - before
                terminal.send("\x1b")
                terminal.wait_until(lambda words=words: words not in terminal.text, "the dashboard")
            say(f"open the {name}", f"{times[0]:.0f}, {times[1]:.0f} ms", "", f"{sent / 1000:.1f} KB the second time")
    desk.db.close()


BENCHES = {
    "paint": paint,
    "table": table,
    "keys": keys,
    "log": log,
    "bytes": bytes_sent,
    "cpu": cpu,
    "screens": screens,
}


def main() -> None:
    """Run the benches that are named, or all."""
    with tempfile.TemporaryDirectory() as folder:
        import os

        own = {"CONFIG": f"{folder}/settings.toml", "RUNTIME_DIR": folder, "STATE": f"{folder}/interface.json"}
        os.environ.update({f"WORKBENCH_{name}": value for name, value in own.items()})
        for name in sys.argv[1:] or BENCHES:
            BENCHES[name](Path(folder))


if __name__ == "__main__":
    main()
