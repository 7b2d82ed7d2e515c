"""Races on real processes: a model against its own copy, and against itself slowed down by a tenth.

Run by hand on a machine that does nothing else:
``python tests/bench/bench_race.py [--races 40] [--slowed 10] [--seconds 6] [--processes 6] [--forked]``. It ends with 1
unless at least 95 % of the copies come out unresolved or equivalent at p50 and p95, and each slowed model is found out
at p50. It trains one small model in a store of its own; the slowed one is a wrapper in the timing process that computes
for a tenth longer than the call took, so the product knows nothing of it.

Most of a race's time is that of six processes importing torch. With ``--forked`` they are forked from this one, which
has imported it already: every process still loads the models anew, but into the memory layout that all of them inherit.

As a runner (``--slow RUN SHARE FOLDER NUMBER``) this file is what the races start in place of the product's own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from store.database import open_read_only
from workbench.comparison.compared import compare_runs
from workbench.race import Design, conduct, run_race
from workbench.settings import Settings

ROWS = ("p50_ms", "p90_ms", "p95_ms", "p99_ms", "mean_ms")
FAMILY = ("p50_ms", "p95_ms")
SAME = ("unresolved", "equivalent")


class SlowedPredictor:
    """A model that takes a share longer for each call than it would."""

    def __init__(self, inner: Any, share: float) -> None:
        self._inner = inner
        self._share = share
        self.device, self.parameters, self.precision = inner.device, inner.parameters, inner.precision

    def predict(self, rows: Any) -> Any:
        began = time.perf_counter_ns()
        probabilities = self._inner.predict(rows)
        now = time.perf_counter_ns()
        end = now + self._share * (now - began)
        while time.perf_counter_ns() < end:
            pass
        return probabilities


def run_slowed(slow_run: str, share: float, folder: Path, number: int) -> int:
    """A timing process in which one run's model is slowed down."""
    from workbench.models.checkpoint import load_checkpoint
    from workbench.race.runner import main as run

    def load(checkpoint: Path, device: str) -> Any:
        model = load_checkpoint(checkpoint, device)
        return SlowedPredictor(model, share) if checkpoint.parent.name == slow_run else model

    return run(folder, number, load)


def forked_messages(command: Sequence[str], _folder: Path, environment: Mapping[str, str], *_: Any) -> Iterator[Any]:
    """What ``messages_of`` gives, of a child that is forked instead of started."""
    from workbench.race import rows, runner
    from workbench.race.child import run_child

    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(writing, 1)
        os.environ.update(environment)
        words = list(command)
        if rows.__name__ in words:
            place = Path(words[-1])
            os._exit(run_child(place, lambda plan, tell: rows.make_rows(plan, tell, place)))
        if "--slow" in words:
            _, slow_run, share, folder, number = words[words.index("--slow") :]
            os._exit(run_slowed(slow_run, float(share), Path(folder), int(number)))
        os._exit(runner.main(Path(words[-2]), int(words[-1])))
    os.close(writing)
    with os.fdopen(reading) as lines:
        yield from map(json.loads, lines)
    _, status = os.waitpid(pid, 0)
    assert status == 0, f"the forked child ended with {status}"


def train(home: Path) -> Path:
    """A store with two runs of one spec, whose models are alike to the bit."""
    os.environ.update(
        WORKBENCH_STORE=str(home / "bench.db"),
        WORKBENCH_CONFIG=str(home / "settings.toml"),
        WORKBENCH_RUNTIME_DIR=str(home / "runtime"),
        WORKBENCH_STATE=str(home / "state"),
        PYTHONSAFEPATH="1",
    )
    for words in (("run", "mlp", "digits", "--epochs", "3"), ("rerun", "1")):
        subprocess.run([sys.executable, "-m", "workbench", *words, "--json"], check=True, stdout=subprocess.DEVNULL)
    return home / "bench.db"


def verdicts(store: Path) -> dict[str, tuple[str, float | None, float | None]]:
    """Verdict, relative difference and adjusted p of each row of the newest race."""
    with open_read_only(store) as db:
        comparison = compare_runs(db, 1, 2, Settings()).comparison
    rows = {row.metric: row for row in comparison.rows}
    return {name: (rows[name].verdict.value, rows[name].relative, rows[name].p_adjusted) for name in ROWS}


def race_often(store: Path, title: str, times: int, design: Design, **how: Any) -> list[dict[str, Any]]:
    """So many races, each printed in a line."""
    found = []
    for number in range(times):
        began = time.monotonic()
        run_race(store, 1, 2, design=design, seed=number, **how)
        found.append(verdicts(store))
        cells = " ".join(f"{name} {verdict} {_figures(*rest)};" for name, (verdict, *rest) in found[-1].items())
        load = os.getloadavg()[0]
        print(f"{title} {number + 1:>2}: {cells} {time.monotonic() - began:.0f} s, load {load:.1f}", flush=True)
    return found


def _figures(relative: float | None, p: float | None) -> str:
    return "n/a" if relative is None or p is None else f"{relative:+.1%} p={p:.3f}"


def _share(count: int, of: int) -> str:
    return f"{count} of {of} ({count / of:.1%})" if of else "none raced"


def main() -> None:
    if sys.argv[1:2] == ["--slow"]:
        slow_run, share, folder, number = sys.argv[2:]
        sys.exit(run_slowed(slow_run, float(share), Path(folder), int(number)))
    parser = argparse.ArgumentParser()
    parser.add_argument("--races", type=int, default=40)
    parser.add_argument("--slowed", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--processes", type=int, default=6)
    parser.add_argument("--forked", action="store_true")
    arguments = parser.parse_args()
    if arguments.forked:
        conduct.messages_of = forked_messages
    design = Design(seconds=arguments.seconds, fewest_processes=arguments.processes, most_processes=arguments.processes)
    slow = (sys.executable, str(Path(__file__).resolve()), "--slow", "2", "0.1")
    with tempfile.TemporaryDirectory(prefix="bench-race-") as home:
        store = train(Path(home))
        slowed = race_often(store, "slowed", arguments.slowed, design, runner=slow)
        copies = race_often(store, "copy", arguments.races, design)
    for title, races in (("slowed by 10 %", slowed), ("own copy", copies)):
        for name in ROWS:
            print(f"{title:>14} {name:>8}: {dict(Counter(race[name][0] for race in races))}")
    quiet = sum(all(race[name][0] in SAME for name in FAMILY) for race in copies)
    strict = sum(all(race[name][0] not in ("a", "b") for name in ROWS) for race in copies)
    seen = sum(race["p50_ms"][0] == "a" for race in slowed)
    print(f"own copy, unresolved or equivalent at p50 and p95: {_share(quiet, len(copies))}; at least 95 % is wanted")
    print(f"own copy, told apart in no row: {_share(strict, len(copies))}")
    print(f"slowed by 10 %, found out at p50: {_share(seen, len(slowed))}; all is wanted")
    if quiet < 0.95 * len(copies) or seen < len(slowed):
        sys.exit("A race told a copy apart too often, or let a slowed model pass.")


if __name__ == "__main__":
    main()
