"""Slices of a million paired examples by twenty columns, and a trade-off of a thousand runs, beside plain passes.

Run by hand: ``python tests/bench/bench_slices.py [examples]``. Budget: all columns within a couple of seconds.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from comparison_fixtures import make_evidence

from workbench.comparison import Evidence, Options, compare
from workbench.comparison.candidates import Candidate, Conditions
from workbench.comparison.compared import Compared
from workbench.comparison.slices import Slicer
from workbench.comparison.tradeoff import trade_off
from workbench.evaluation.contents import Categories, Numbers, pack_contents, table_contents, unpack_contents

RUNS = 1000


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The least processor time of a few rounds."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def make_contents(n: int) -> bytes:
    """Ten columns of numbers with one decimal, and ten of ten categories, with gaps."""
    rng = np.random.default_rng(0)
    columns: dict[str, Numbers | Categories] = {}
    for number in range(10):
        columns[f"n{number}"] = Numbers(rng.normal(50, 10, n).round(1) + 0.0)
        columns[f"c{number}"] = Categories(rng.integers(-1, 10, n), tuple("abcdefghij"))
    return pack_contents(table_contents(columns, n))


def one_pass(packed: bytes, right: np.ndarray) -> None:
    """The least that slicing must do: every column once, and the share of right answers in two halves of it."""
    contents = unpack_contents(packed)
    for column in contents.columns.values():
        values = column.values if isinstance(column, Numbers) else column.codes  # type: ignore[union-attr]
        np.bincount(values > 0, right, 2)


def make_candidates(n: int) -> list[Candidate]:
    """Runs with an accuracy, a latency and a cost each."""
    rng = np.random.default_rng(1)
    accuracy, ms, usd = rng.uniform(0.5, 1, n), rng.lognormal(0, 1, n), rng.lognormal(-5, 1, n)
    rows = zip(accuracy.tolist(), ms.tolist(), usd.tolist(), strict=True)
    return [
        Candidate(
            place,
            f"run-{place}",
            "mlp",
            "classification",
            0,
            Conditions("Xeon", 1, 1),
            {"accuracy": score, "p95_ms": p95, "p50_ms": p95, "usd_per_1k_predictions": cost},
        )
        for place, (score, p95, cost) in enumerate(rows)
    ]


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    began = time.process_time()
    packed = make_contents(n)
    print(f"{n:,} examples, 20 columns: {len(packed) / 1e6:.1f} MB packed in {time.process_time() - began:.2f} s")
    a, b = (make_evidence(n, 2, 2.0 + seed / 100, seed) for seed in (1, 2))
    assert a.examples is not None
    a = replace(a, outcomes=replace(a.examples, packed_contents=packed))
    right = (a.examples.predicted == a.examples.truth).astype(np.float64)
    options = Options()
    comparison = compare(a, b, options=options)

    def fresh() -> Compared:
        assert a.examples is not None
        return Compared(comparison, Evidence(a.run, replace(a.examples)), b, options)

    print(f"one pass over all columns    {seconds(lambda: one_pass(packed, right)):>7.3f} s")
    print(f"one column of numbers        {seconds(lambda: Slicer(fresh()).by('n0')):>7.3f} s")
    print(f"one column of categories     {seconds(lambda: Slicer(fresh()).by('c0')):>7.3f} s")
    for metric in ("accuracy", "log_loss"):
        took = seconds(lambda metric=metric: Slicer(fresh(), metric).worst())
        print(f"worst slices by {metric:<12} {took:>7.3f} s")
    candidates = make_candidates(RUNS)
    print(f"trade-off of {RUNS:,} runs       {seconds(lambda: trade_off(candidates)):>7.3f} s")


if __name__ == "__main__":
    main()
