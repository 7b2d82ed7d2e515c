"""The whole paired comparison of two runs, beside reading the same arrays once.

Run by hand: ``python tests/bench/bench_comparison.py [examples]``: so many examples of 2 and of 10 classes, a tenth of
them of 100 classes, each with the rows of every class. Budget: 2 s for a million outcomes of two classes.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from comparison_fixtures import make_evidence

from workbench.comparison import Evidence, compare
from workbench.evaluation.columns import pack, unpack


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The shortest of a few rounds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def read_once(*runs: Evidence) -> float:
    """The sum of everything in the outcomes: the least that any comparison must do."""
    total = 0.0
    for run in runs:
        assert run.outcomes is not None
        for array in (run.outcomes.truth, run.outcomes.predicted, run.outcomes.loss, run.outcomes.probabilities):
            assert array is not None
            total += float(np.sum(array, dtype=np.float64))
    return total


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{n:,} outcomes a run; best of 3")
    print(f"{'classes':>8} {'read once':>10} {'compare':>9} {'unpack':>8}")
    for classes in (2, 10, 100):
        examples = n if classes < 100 else n // 10
        a, b = (make_evidence(examples, classes, 2.0 + seed / 100, seed) for seed in (1, 2))
        assert a.outcomes is not None
        columns = [
            pack(array) for array in (a.outcomes.truth, a.outcomes.predicted, a.outcomes.loss, a.outcomes.probabilities)
        ]
        baseline = seconds(lambda a=a, b=b: read_once(a, b))
        loading = 2 * seconds(lambda columns=columns: [unpack(column) for column in columns])
        took = seconds(lambda a=a, b=b: compare(a, b))
        note = "" if examples == n else f"  ({examples:,} outcomes)"
        print(f"{classes:>8} {baseline:>9.3f}s {took:>8.3f}s {loading:>7.3f}s{note}")


if __name__ == "__main__":
    main()
