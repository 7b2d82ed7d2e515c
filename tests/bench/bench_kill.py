"""A hundred runs killed at random with SIGKILL: rows in the store against log calls that returned.

Run by hand: ``python tests/bench/bench_kill.py [KILLS]``. Prints how many points were logged, lost and repeated.
"""

import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from runs_fixtures import Runs, open_runs, returned_calls, until

from store.folders import is_alive
from workbench.runs.recovery import recover

VICTIMS = [("trainer",), ("supervisor",), ("supervisor", "trainer"), ("trainer", "supervisor")]


def kill_once(runs: Runs, chance: random.Random) -> tuple[int, int, int, str]:
    """Points that a log call returned from, those of them that are missing, those that are there twice, and the end."""
    run = runs.when_working(runs.start("work", pause_s=chance.choice([0, 0.001])), 1)
    time.sleep(chance.random() * 0.4)
    for name in chance.choice(VICTIMS):
        try:
            runs.kill(run, name)
        except ProcessLookupError:
            continue
    until(lambda: not is_alive(runs.folder(run)), "the processes to be gone")
    recover(runs.db)
    returned = returned_calls(runs.folder(run))
    counts = Counter(runs.steps(run))
    missing = sum(1 for step in range(1, returned + 1) if not counts[step])
    repeated = sum(count - 1 for count in counts.values())
    assert len(counts) - returned in (0, 1), (len(counts), returned)
    return returned, missing, repeated, str(runs.now(run).status)


def main(kills: int) -> None:
    """Kills so many runs and prints the sums."""
    chance = random.Random(1)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_RUNTIME_DIR"] = f"{folder}/runtime"
        with open_runs(Path(folder) / "data" / "workbench.db") as runs:
            results = [kill_once(runs, chance) for _ in range(kills)]
    logged, missing, repeated = (sum(column) for column in list(zip(*results, strict=True))[:3])
    print(f"{kills} kills in {time.monotonic() - began:.0f} s: {dict(Counter(result[3] for result in results))}")
    print(f"{logged:,} log calls returned; {missing} points missing, {repeated} repeated")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
