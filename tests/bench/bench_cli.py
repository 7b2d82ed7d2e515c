"""How long whole commands take, beside the start of Python itself: ``python tests/bench/bench_cli.py``.

Budgets: ``--help`` ≤ 0.12 s. The reads are taken on a store of 1,000 runs with final figures.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from store.database import open_for_writing
from store.details import set_figures
from store.records import Figure, FigureGroup, NewRun, RunStatus
from store.runs import add_run, claim, end_run

REPEATS = 9
RUNS = 1_000


def median_s(command: list[str]) -> float:
    """The median wall time of ``command`` over REPEATS runs, after one that is not counted."""
    times = []
    for _ in range(REPEATS + 1):
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:])


def fill(path: Path) -> None:
    """A store of RUNS finished runs with eight figures each."""
    names = ("accuracy", "macro_f1", "log_loss", "brier", "roc_auc", "balanced_accuracy")
    with open_for_writing(path) as db, db.atomic():
        for number in range(RUNS):
            parameters = {"learning_rate": 0.001 * (1 + number % 9), "epochs": 30}
            new = NewRun(f"run-{number}", "mlp", "digits", "classification", number, 0, "cpu", 1, parameters, {})
            run = add_run(db, new)
            claim(db, run.id, device="cpu", threads=1, host="here", boot_id="b", supervisor_pid=1, at=time.time())
            value = 0.9 + (number % 97) / 1000
            figures = [Figure(FigureGroup.METRICS, name, value) for name in names]
            set_figures(db, run.id, [*figures, Figure(FigureGroup.LATENCY, "p50_ms", 0.05)])
            end_run(db, run.id, RunStatus.DONE, error=None, at=time.time())


def main() -> None:
    """Print a line for each command."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbench.db"
        os.environ["WORKBENCH_CONFIG"] = str(Path(folder) / "settings.toml")
        fill(path)
        workbench = [sys.executable, "-P", "-m", "workbench", "--store", str(path)]
        baseline = median_s([sys.executable, "-c", "pass"])
        print(f"{'python -c pass (baseline)':40} {baseline * 1000:7.0f} ms")
        for words in (
            ["--help"],
            ["models", "--json"],
            ["show", "last", "--json"],
            ["runs", "--limit", "40"],
            ["runs", "--json"],
            ["runs", "--where", "accuracy > 0.95 and epochs == 30", "--sort", "accuracy"],
        ):
            taken = median_s([*workbench, *words])
            print(f"{' '.join(['workbench', *words])[:40]:40} {taken * 1000:7.0f} ms   {taken / baseline:5.1f} ×")


if __name__ == "__main__":
    main()
