"""What one log call costs, beside a bare ``write`` of the same bytes, and what a training loop keeps of its speed.

Run by hand: ``python tests/bench/bench_recorder.py``. Every ratio is taken between stretches that alternate in one run.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.runs.recorder import Recorder

VALUES = {"train_loss": 0.6931, "train_accuracy": 0.5, "learning_rate": 1e-3, "gradient_norm": 2.5}
CALLS = 20_000
ROUNDS = 7


def per_call_us(call: Callable[[int], object]) -> float:
    """Microseconds of one call, mean over many."""
    began = time.perf_counter()
    for step in range(CALLS):
        call(step)
    return (time.perf_counter() - began) / CALLS * 1e6


def bench_calls(folder: Path) -> None:
    """The log call against the kernel's part of it."""
    recorder = Recorder(folder / "spool")
    recorder.log(0, VALUES)
    size = (folder / "spool").stat().st_size
    recorder.log(1, VALUES)
    frame = b"x" * ((folder / "spool").stat().st_size - size)
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    rounds = [
        (per_call_us(lambda step: recorder.log(step, VALUES)), per_call_us(lambda _: os.write(bare, frame)))
        for _ in range(ROUNDS)
    ]
    logged, written = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"log of 4 scalars       {logged:6.2f} µs   ({len(frame)} bytes)")
    print(f"bare write             {written:6.2f} µs")
    print(f"ratio                  {logged / written:6.2f}")
    recorder.close()
    os.close(bare)


def bench_loop(folder: Path) -> None:
    """A NumPy perceptron of about 2,000 steps/s, with and without a log call a step."""
    rng = np.random.default_rng(0)
    x, w1, w2 = rng.normal(size=(64, 256)), rng.normal(size=(256, 256)), rng.normal(size=(256, 10))

    def step() -> float:
        hidden = np.maximum(x @ w1, 0.0)
        out = hidden @ w2
        gradient = out / len(x)
        w2_step = hidden.T @ gradient
        w1_step = x.T @ ((gradient @ w2.T) * (hidden > 0))
        return float((out**2).mean() + 0 * w1_step[0, 0] + 0 * w2_step[0, 0])

    recorder = Recorder(folder / "spool-of-loop")

    def rate(log: bool) -> float:
        began = time.perf_counter()
        for number in range(1000):
            loss = step()
            if log:
                recorder.log(number, {**VALUES, "train_loss": loss})
        return 1000 / (time.perf_counter() - began)

    rate(False)
    rounds = [(rate(False), rate(True)) for _ in range(ROUNDS)]
    bare, logged = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"loop without logging   {bare:6.0f} steps/s")
    print(f"loop with logging      {logged:6.0f} steps/s, keeps {logged / bare:.1%}")
    recorder.close()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as name:
        bench_calls(Path(name))
        bench_loop(Path(name))
