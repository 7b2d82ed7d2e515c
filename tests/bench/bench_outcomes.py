"""What a million outcomes take: bytes when packed, seconds to load, beside their raw arrays.

Run by hand: ``python tests/bench/bench_outcomes.py``. The probabilities are those of a calibrated model, whose
mantissas are as random as they get: a surer model packs smaller.
"""

import time
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from workbench.evaluation.columns import unpack
from workbench.evaluation.outcomes import make_outcomes

N = 1_000_000
ROUNDS = 5


def best_s(call: Callable[[], object]) -> float:
    """Seconds of the quickest of some calls."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def calibrated(classes: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Truth (N,) drawn from the probabilities (N, classes) themselves."""
    random = np.random.default_rng(0)
    odds = np.exp(random.normal(0, 2, (N, classes)))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    drawn = (probabilities.cumsum(axis=1) < random.random((N, 1))).sum(axis=1)
    return np.minimum(drawn, classes - 1), probabilities


def bench(classes: int) -> None:
    """Packs and loads a million outcomes of so many classes."""
    truth, probabilities = calibrated(classes)
    labels = tuple(str(index) for index in range(classes))
    began = time.perf_counter()
    outcomes = make_outcomes("key", labels, truth, probabilities)
    packing_s = time.perf_counter() - began
    columns = outcomes.columns.values()
    sizes = {name: len(column.data) / 1e6 for name, column in outcomes.columns.items()}
    loading_s = best_s(lambda: [unpack(column) for column in columns])
    arrays = [unpack(column) for column in columns]
    copying_s = best_s(lambda: _copies(arrays))
    print(f"{classes} classes: {sum(sizes.values()):.2f} MB ({', '.join(f'{k} {v:.2f}' for k, v in sizes.items())})")
    print(f"  load {loading_s:.4f} s · a copy of the raw arrays {copying_s:.4f} s · pack {packing_s:.2f} s")


def _copies(arrays: Iterable[npt.NDArray[np.generic]]) -> list[npt.NDArray[np.generic]]:
    return [array.copy() for array in arrays]


if __name__ == "__main__":
    for how_many in (2, 10):
        bench(how_many)
