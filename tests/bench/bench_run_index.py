"""What arranging many runs costs: a filter, a sort key, groups, a page of them, and keeping up with a live run.

    python tests/bench/bench_run_index.py [--runs 100000] [--store PATH]

Each figure stands beside a baseline of the same run: the rows alone, as SQLite counts or Python sorts them.
``--store`` keeps the store for the next time; making it takes longest.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from store import runs, series
from store.database import Database, open_for_writing, open_read_only
from store.records import FigureGroup, NewRun, Point
from workbench.run_index import RunIndex

SHOWN = (
    *("metrics.accuracy", "metrics.log_loss", "latency.p50_ms", "cost.train_usd", "parameters.learning_rate"),
    *("series.val_loss.best", "duration_s", "seed"),
)
METRICS = ("accuracy", "macro_f1", "log_loss", "brier", "roc_auc", "train_loss", "epochs", "best_epoch")
SEEDS = 5


def main() -> None:
    """Build a store, if need be, and print every figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--store", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.store or Path(folder) / "store.db"
        if not path.exists():
            print_time(f"a store of {asked.runs} runs, made", lambda: fill(path, asked.runs))
        with open_for_writing(path) as db:
            live = add_live(db)
            print_figures(db, path, live)
            runs.end_run(db, live, runs.RunStatus.DONE, error=None, at=time.time())


def fill(path: Path, n: int) -> None:
    """Ended runs as real ones are, five seeds of each; written by rows, since a hundred thousand lives take hours."""
    source = random.Random(0)
    started = 1_700_000_000.0
    with open_for_writing(path) as db, db.atomic() as connection:
        series.add_points(db, runs.add_run(db, NewRun("first", "mlp", "digits", "c", 0, 0, "cpu", 1, {}, {})).id, [])
        connection.executemany("INSERT INTO metrics (name) VALUES (?)", [("val_loss",), ("val_accuracy",)])
        connection.execute("UPDATE runs SET status = 'done'")
        numbers = range(2, n + 1)
        connection.executemany(
            "INSERT INTO runs (id, name, status, model, dataset, task, seed, split_seed, device, threads, parameters, "
            "spec, tags, host, created_at, started_at, finished_at, attempt) "
            "VALUES (?, ?, ?, ?, 'digits', 'classification', ?, 0, 'cpu', 1, ?, ?, '[\"night\"]', 'box', ?, ?, ?, 1)",
            (run_row(number, source, started + number * 10) for number in numbers),
        )
        environment = json.dumps(
            {"python": "3.11", "torch": "2.13", "cpu": "a CPU" * 8, "gpu": "H100", "git": "f" * 40}
        )
        data = json.dumps({"fingerprint": "f" * 32, "train": 1000, "labels": [str(k) for k in range(10)]})
        connection.executemany(
            "INSERT INTO details (run_id, environment, data) VALUES (?, ?, ?)",
            ((number, environment, data) for number in numbers),
        )
        figures = [(FigureGroup.METRICS, name) for name in METRICS]
        figures += [(FigureGroup.LATENCY, "p50_ms"), (FigureGroup.LATENCY, "p95_ms"), (FigureGroup.COST, "train_usd")]
        connection.executemany(
            "INSERT INTO figures VALUES (?, ?, ?, ?, NULL)",
            ((number, group, name, source.random()) for number in numbers for group, name in figures),
        )
        connection.executemany(
            "INSERT INTO metric_summaries VALUES (?, ?, 20, ?, 20, ?, 12, ?, 1, ?, 12)",
            ((number, metric, *(source.random() for _ in range(4))) for number in numbers for metric in (1, 2)),
        )


def run_row(number: int, source: random.Random, at: float) -> tuple[object, ...]:
    """One run: the settings of five in a row are the same."""
    setting = number // SEEDS
    model = ("mlp", "cnn", "forest")[setting % 3]
    parameters = {"hidden": [128, 64], "learning_rate": 1e-6 * (setting * 7919 % 99991), "epochs": 20, "batch_size": 64}
    spec = {"model": model, "data": {"dataset": "digits", "target": None}, "parameters": parameters, "seed": number}
    status = "failed" if source.random() < 0.05 else "done"
    name = f"{model}-digits-{number}"
    return (
        *(number, name, status, model, number % SEEDS, json.dumps(parameters, separators=(",", ":"))),
        *(json.dumps(spec, separators=(",", ":")), at, at + 1, at + 1 + source.random() * 100),
    )


def add_live(db: Database) -> int:
    """A run that goes on, on another host, so that no lock is asked for."""
    run = runs.add_run(
        db, NewRun("live", "mlp", "digits", "classification", 0, 0, "cpu", 1, {"learning_rate": 0.5}, {})
    )
    runs.claim(db, run.id, device="cpu", threads=1, host="elsewhere", boot_id="", supervisor_pid=1, at=time.time())
    series.add_points(db, run.id, [Point("val_loss", 0, 0.5, time.time())])
    return run.id


def print_figures(db: Database, path: Path, live: int) -> None:
    """What the table asks for, each beside its baseline."""
    with open_read_only(path) as reader:
        index = RunIndex(reader)
        print_time("all runs, newest first", lambda: index.arrange())
        print_time("  SELECT count(*)", lambda: reader.row("SELECT count(*) FROM runs"))
        print_time("  SELECT id, as a list", lambda: reader.rows("SELECT id FROM runs ORDER BY id DESC"))
        print_time("filter: accuracy > 0.9", lambda: index.arrange("accuracy > 0.9"))
        print_time("  SELECT count(*) of these", lambda: reader.row(_COUNT))
        print_time("filter: model == mlp and not p50_ms < 0.5", lambda: index.arrange(_AND))
        print_time("sort: accuracy", lambda: index.arrange(sort="accuracy"))
        values = [random.random() for _ in range(len(index.arrange()))]
        print_time("  sorted() of as many floats", lambda: sorted(values))
        print_time("sort: learning_rate", lambda: index.arrange(sort="learning_rate"))
        print_time("sort: series.val_loss.best, filter: status == done", lambda: index.arrange(_DONE, _BEST))
        print_time("filter: environment.gpu ~ h100", lambda: index.arrange("environment.gpu ~ h100"))
        print_time("fold", lambda: index.arrange(folded=True))
        print_time("fold, sort: accuracy", lambda: index.arrange(sort="accuracy", folded=True))
        groups = index.arrange(sort="accuracy", folded=True).groups[:60]
        print_time("page of 60 groups with 8 paths", lambda: index.fold_values(groups, SHOWN), times=5)
        ids = index.arrange(sort="accuracy").ids[50_000:50_060] or index.arrange().ids[:60]
        print_time("page of 60 runs with 8 paths", lambda: index.values(ids, SHOWN), times=5)
        print_time("every path that is known", index.known_paths)
        print_time("a misspelt filter", lambda: attempt(lambda: index.arrange("acuracy > 0.9")))
        index.arrange("accuracy > 0.9", "accuracy")
        print_live(db, index, live)
    with open_read_only(path) as reader:
        index = RunIndex(reader)
        print_stall(
            "longest stall of another thread, filter and sort", lambda: index.arrange("accuracy > 0.1", "log_loss")
        )
        print_stall("longest stall of another thread, fold and sort", lambda: index.arrange("", "accuracy", True))
        print_stall("  the same beside a thread that sleeps", lambda: time.sleep(0.5))


_COUNT = "SELECT count(*) FROM figures WHERE name = 'accuracy' AND grp = 'metrics' AND value > 0.9"
_AND = "model == mlp and not p50_ms < 0.5"
_DONE = "status == done"
_BEST = "series.val_loss.best"


def print_live(db: Database, index: RunIndex, live: int) -> None:
    """After each write of a live run: nothing moves, or the live run does."""
    for label, where, key in (("rows as before", "accuracy > 0.9", "accuracy"), ("its row moves", "", _BEST)):
        taken = []
        index.arrange(where, key)
        for step in range(10):
            series.add_points(db, live, [Point("val_loss", step + 1, 0.5 - step / 100, time.time())])
            start = time.perf_counter()
            index.arrange(where, key)
            taken.append(time.perf_counter() - start)
        print(f"{'after a write of a live run: ' + label:52}{sorted(taken)[5] * 1e3:9.2f} ms")


def attempt(call: Callable[[], object]) -> None:
    """A call that is refused."""
    try:
        call()
    except Exception as error:
        print(f"  {error}".split("\n")[0][:100])


def print_time(label: str, call: Callable[[], object], times: int = 1) -> None:
    """The first time (nothing is cached), or the median of several; and of this what the processor worked."""
    taken = []
    for _ in range(times):
        start, worked = time.perf_counter(), time.thread_time()
        call()
        taken.append(((time.perf_counter() - start) * 1e3, (time.thread_time() - worked) * 1e3))
    wall, processor = sorted(taken)[times // 2]
    print(f"{label:52}{wall:9.2f} ms, {processor:9.2f} ms of a core")


def print_stall(label: str, call: Callable[[], object]) -> None:
    """How long a thread that only ticks is kept from running while ``call`` works: what a key press would wait."""
    gaps: list[float] = []
    done = threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(0.0005)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    ticker = threading.Thread(target=tick)
    ticker.start()
    call()
    done.set()
    ticker.join()
    worst = sorted(gaps)
    print(f"{label:52}{worst[-1] * 1e3:9.2f} ms (p99 {worst[int(len(worst) * 0.99)] * 1e3:.2f})")


if __name__ == "__main__":
    sys.exit(main())
