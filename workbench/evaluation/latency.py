"""How long one prediction takes: single calls, timed one by one under the exclusive measuring lease.

A call goes from a row in host memory to its class probabilities in host memory: batch size 1, one CPU thread, the
device synchronised by the copy back. Warm-up runs until the calls are steady; then calls are timed in blocks, over the
test examples in their order, round and round. Between blocks the garbage collector may run and the run may be stopped;
inside one nothing happens but the call. A block begins with a few unrecorded calls, since a pause disturbs caches.
"""

import gc
import os
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from store.packed_records import Trials
from store.records import Figure, FigureGroup
from workbench.evaluation.columns import pack
from workbench.evaluation.cost import read_board
from workbench.evaluation.surroundings import describe_surroundings
from workbench.events import Event, Progressed
from workbench.models.predictors import Predictor, Rows
from workbench.workspace import Workspace

BATCH_SIZE = 1
THREADS = 1
FEWEST_TRIALS = 400
"""Under this many, one trial in a hundred is too few to say where the slowest one in a hundred begins."""
MOST_TRIALS = 2_000
AIM_S = 3.0
LONGEST_S = 60.0
BLOCK_CALLS = 50
BLOCK_S = 0.5
UNRECORDED_CALLS = 2
WARM_UP_CALLS = 20
WARM_UP_S = 2.0
STEADY_WITHIN = 0.05
WARM_UP_RULE = (
    f"blocks of {WARM_UP_CALLS} calls until a block's median lies within {STEADY_WITHIN:.0%} of the one before, "
    f"for at most {WARM_UP_S:g} s"
)


@dataclass(frozen=True, slots=True)
class Latency:
    """The figures of a measurement, and the trials that they were taken from."""

    figures: tuple[Figure, ...]
    trials: Trials
    mean_ms: float


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How many calls a warm-up took, and whether they became steady."""

    calls: int
    steady: bool


def measure_latency(predictor: Predictor, rows: Rows, workspace: Workspace) -> Generator[Event, None, Latency]:
    """Times single predictions of ``rows`` (n, d): at least 400, more while they fit into 3 seconds, at most 2,000.

    Where 400 would take over a minute, as many as fit in it, and p99 is None.
    """
    with workspace.measuring() as lent, one_thread():
        load_before, board_before = load(), read_board(predictor.device)
        warmed = warm_up(predictor, rows)
        milliseconds: list[float] = []
        blocks: list[int] = []
        began = time.perf_counter()
        for block in count():
            timed = time_block(predictor, rows, first=len(milliseconds))
            milliseconds += timed
            blocks += [block] * len(timed)
            elapsed = time.perf_counter() - began
            yield Progressed(len(milliseconds), max(FEWEST_TRIALS, len(milliseconds)), "calls")
            if _enough(len(milliseconds), elapsed):
                break
        conditions = {
            **lent,
            "batch_size": BATCH_SIZE,
            "threads": THREADS,
            "device": predictor.device,
            "warm_up_calls": warmed.calls,
            "warm_up_rule": WARM_UP_RULE,
            "steady": warmed.steady,
            "load_before": load_before,
            "load_after": load(),
            **describe_surroundings(predictor, (board_before, read_board(predictor.device))),
        }
    times = np.array(milliseconds)
    trials = Trials(
        conditions=conditions,
        n=len(times),
        columns={
            "ms": pack(times),
            "block": pack(np.array(blocks, dtype=np.uint16)),
            "process": pack(np.zeros(len(times), dtype=np.uint16)),
        },
        measured_at=time.time(),
    )
    return Latency(latency_figures(times, conditions), trials, mean_ms=float(times.mean()))


def latency_figures(times: npt.NDArray[np.float64], conditions: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Percentiles (linear between the two nearest trials), mean and throughput of ``times`` (n,) in milliseconds.

    Throughput is that of single calls one after another, 1000 / mean: it is derived, not measured in batches.
    """
    enough = len(times) >= FEWEST_TRIALS
    mean = float(times.mean())
    few = f"needs {FEWEST_TRIALS} trials, there are {len(times)}"
    return (
        *(_figure(name, conditions.get(name)) for name in ("batch_size", "threads")),
        _figure("trials", float(len(times))),
        *(_figure(f"p{q}_ms", float(np.percentile(times, q))) for q in (50, 90, 95)),
        _figure("p99_ms", float(np.percentile(times, 99)) if enough else None, None if enough else few),
        _figure("mean_ms", mean),
        _figure("throughput_per_s", 1000 / mean, "single calls one after another"),
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Holds torch and the BLAS and OpenMP pools to one thread for the block's length."""
    import torch  # heavy: only a trainer measures
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        with threadpool_limits(THREADS):
            yield
    finally:
        torch.set_num_threads(before)


def warm_up(predictor: Predictor, rows: Rows) -> WarmUp:
    """Calls until the times are steady, by ``WARM_UP_RULE``."""
    before, calls, end = None, 0, time.perf_counter() + WARM_UP_S
    while time.perf_counter() < end:
        times: list[float] = []
        while len(times) < WARM_UP_CALLS and (len(times) < 2 or time.perf_counter() < end):
            times.append(_time_call(predictor, rows, calls + len(times)))
        calls += len(times)
        middle = median(times)
        if before is not None and abs(middle - before) <= STEADY_WITHIN * before:
            return WarmUp(calls, True)
        before = middle
    return WarmUp(calls, False)


def time_block(
    predictor: Predictor,
    rows: Rows,
    first: int,
    *,
    calls: int = BLOCK_CALLS,
    unrecorded: int = UNRECORDED_CALLS,
    longest_s: float = BLOCK_S,
) -> list[float]:
    """Milliseconds of up to ``calls`` calls in a row from row ``first`` on, with the garbage collector off.

    The block ends early, but not before one call, when it has taken ``longest_s``.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for index in range(unrecorded):
            _time_call(predictor, rows, first + index)
        end = time.perf_counter() + longest_s
        times: list[float] = []
        while len(times) < calls and (not times or time.perf_counter() < end):
            times.append(_time_call(predictor, rows, first + len(times)))
        return times
    finally:
        if was_enabled:
            gc.enable()


def load() -> float:
    """The one-minute average of processes that want to run on this machine."""
    return os.getloadavg()[0]


def _time_call(predictor: Predictor, rows: Rows, index: int) -> float:
    """Milliseconds that the prediction of one row takes."""
    place = index % len(rows)
    row = rows[place : place + 1]
    began = time.perf_counter_ns()
    predictor.predict(row)
    return (time.perf_counter_ns() - began) / 1e6


def _enough(trials: int, elapsed_s: float) -> bool:
    if trials >= FEWEST_TRIALS:
        return trials >= MOST_TRIALS or elapsed_s >= AIM_S
    return elapsed_s >= LONGEST_S


def _figure(name: str, value: float | None, note: str | None = None) -> Figure:
    return Figure(FigureGroup.LATENCY, name, None if value is None else float(value), note)
