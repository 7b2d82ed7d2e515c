"""What the store costs: the run table, two runs' details, a snapshot, bytes on disk, and eight writers with one reader.

    python tests/bench/bench_store_runs_table.py [--runs 1000] [--seconds 5]

Each figure stands beside a baseline of the same run: plain sqlite3 reading as many rows, or the raw size of the values.
"""

import argparse
import multiprocessing
import random
import sqlite3
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from store import details, runs, series
from store.database import Database, open_for_writing, open_read_only
from store.records import Figure, FigureGroup, NewRun, Point, RunStatus
from store.snapshot import View, read_snapshot

SHOWN = (
    (FigureGroup.METRICS, "accuracy"),
    (FigureGroup.METRICS, "macro_f1"),
    (FigureGroup.LATENCY, "p50_ms"),
    (FigureGroup.COST, "train_usd"),
)
METRICS = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")


def main() -> None:
    """Build a store and print every figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with open_for_writing(path) as db:
            print_bytes_on_disk(db)
            for number in range(asked.runs - 1):
                add_ended_run(db, number, figures=30, steps=10)
        print_read_times(path)
        print_writers(Path(folder) / "busy" / "store.db", asked.seconds)


def add_ended_run(db: Database, number: int, figures: int, steps: int) -> int:
    """A run with as much in it as a real one has."""
    spec = {"model": "mlp", "data": {"dataset": "digits"}, "parameters": parameters(number), "seed": number}
    new = NewRun(
        "mlp-digits", "mlp", "digits", "classification", number, 0, "cpu", 1, parameters(number), spec, tags=("bench",)
    )
    with db.atomic():
        run = runs.add_run(db, new)
        runs.claim(db, run.id, device="cpu", threads=1, host="here", boot_id="boot", supervisor_pid=1, at=time.time())
        source = random.Random(number)
        start = time.time()
        series.add_points(
            db,
            run.id,
            [
                # As torch gives them: float32 values in host floats, one time a call.
                Point(metric, step, as_float32(source.random()), start + step * 0.0137)
                for step in range(steps)
                for metric in METRICS
            ],
        )
        named = [Figure(group, name, source.random()) for group, name in SHOWN]
        named += [Figure(FigureGroup.METRICS, f"figure_{place}", source.random()) for place in range(figures)]
        details.set_figures(db, run.id, named)
        details.merge_environment(db, run.id, {"python": "3.11", "torch": "2.13", "cpu": "a CPU" * 8})
        details.set_data(db, run.id, {"fingerprint": "f" * 32, "train": 1000, "labels": [str(k) for k in range(10)]})
        runs.end_run(db, run.id, RunStatus.DONE, error=None, at=time.time())
    series.fold_series(db, run.id, {"val_accuracy": True, "val_loss": False})
    return run.id


def parameters(number: int) -> dict[str, object]:
    """Parameters that differ from run to run."""
    return {"hidden": [128, 64], "learning_rate": 0.001 * (number + 1), "epochs": 20, "batch_size": 64}


def as_float32(value: float) -> float:
    """The nearest float32."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def print_bytes_on_disk(db: Database) -> None:
    """File growth by one run of 4,000 values, and by 20."""

    def size() -> int:
        db.checkpoint()
        return db.path.stat().st_size

    blank = size()
    add_ended_run(db, 1, figures=0, steps=1000)
    one = size() - blank
    for number in range(20):
        add_ended_run(db, number, figures=0, steps=1000)
    twenty = (size() - blank - one) / 20
    print(f"bytes on disk of a run of 4,000 values    {one / 1e3:8.1f} KB alone, {twenty / 1e3:.1f} KB among others")
    print("  the values alone, as float64             32.0 KB")


def print_read_times(path: Path) -> None:
    """The run table, two details, a page."""
    with open_read_only(path) as db:
        count = sum(runs.count_by_status(db).values())
        print_time(
            f"table of {count} runs with 4 figures", lambda: (runs.list_runs(db), details.figures_table(db, SHOWN))
        )
        print_time("  plain sqlite3, as many rows", lambda: plain_read(path))
        print_time("details of two runs, one of 4,000 values", lambda: details.get_details(db, [1, 2]))
        view = View(chosen=1, figures=SHOWN)
        print_time("snapshot of a page of 40 runs", lambda: read_snapshot(db, view))
        print_time("curve of 1,000 points of an ended run", lambda: series.read_curve(db, 1, "val_loss"))
        print_time("every point of it (4,000)", lambda: list(series.read_points(db, 1)))


def plain_read(path: Path) -> None:
    """What SQLite and Python need for the rows alone."""
    connection = sqlite3.connect(path)
    connection.execute("SELECT * FROM runs ORDER BY id DESC").fetchall()
    for _, name in SHOWN:
        connection.execute("SELECT run_id, value FROM figures WHERE name = ?", (name,)).fetchall()
    connection.close()


def print_time(label: str, call: Callable[[], object], times: int = 15) -> None:
    """The median of some calls, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1e3)
    print(f"{label:42}{statistics.median(taken):8.2f} ms")


def write_points(path: Path, run_id: int, seconds: float, result: "multiprocessing.Queue[tuple[int, float]]") -> None:
    """One process: 1,000 rows a second in batches of 100, then how many, and the slowest commit."""
    slowest, sent, deadline = 0.0, 0, time.time() + seconds
    with open_for_writing(path) as db:
        start = time.perf_counter()
        while time.time() < deadline:
            now = time.time()
            begun = time.perf_counter()
            series.add_points(db, run_id, [Point("loss", sent + place, 0.5, now) for place in range(100)])
            slowest = max(slowest, time.perf_counter() - begun)
            sent += 100
            time.sleep(max(0.0, start + sent / 1000 - time.perf_counter()))
    result.put((sent, slowest))


def print_writers(path: Path, seconds: float) -> None:
    """Eight processes write, this one reads the newest point of each and how old it is."""
    with open_for_writing(path) as db:
        ids = [runs.add_run(db, NewRun("w", "m", "d", "t", 0, 0, "cpu", 1, {}, {})).id for _ in range(8)]
    results: multiprocessing.Queue[tuple[int, float]] = multiprocessing.Queue()
    writers = [multiprocessing.Process(target=write_points, args=(path, one, seconds, results)) for one in ids]
    for writer in writers:
        writer.start()
    ages: list[float] = []
    with open_read_only(path) as db:
        version = 0
        while any(writer.is_alive() for writer in writers):
            if (now := db.data_version()) != version:
                version = now
                read_snapshot(db, View(chosen=ids[0]))
                found = db.row("SELECT max(at) FROM points WHERE run_id = ?", (ids[0],))
                if found and found[0]:
                    ages.append(time.time() - found[0])
            time.sleep(0.02)
        told = [results.get() for _ in writers]
        kept = sum(summary.n for one in ids for summary in series.summaries(db, one))
    sent = sum(n for n, _ in told)
    slowest = max(taken for _, taken in told) * 1e3
    print(f"8 writers, {sent / seconds:.0f} rows/s: {sent - kept} lost, 0 locked, slowest batch {slowest:.0f} ms")
    # A writer's batch is up to 100 ms old by design: half of that is the age of the freshest news on average.
    print(f"  reader's news: median {statistics.median(ages) * 1e3:.0f} ms old")


if __name__ == "__main__":
    main()
