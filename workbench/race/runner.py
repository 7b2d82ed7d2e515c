"""One timing process of a race: ``python -m workbench.race.runner FOLDER NUMBER``.

It holds both models. Two processes, one a model, would each have a memory layout, a place in the caches and a share of
the machine's noise of their own: that difference of 5 % and more between two copies of one model is what a race is
there to remove. In one process it is common to both, and what remains (where each model happens to lie in memory)
differs from process to process and shows in the spread between them. Which model is loaded first alternates.

The calls go in pairs of blocks, one block a model, over the same rows; which comes first is drawn for each pair, so
that neither rhythm of the machine nor drift falls on one model alone. Between pairs the process tells how far it is;
inside a block nothing happens but the calls.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workbench.evaluation.cost import read_board
from workbench.evaluation.latency import THREADS, load, one_thread, time_block, warm_up
from workbench.evaluation.surroundings import describe_surroundings
from workbench.models.checkpoint import load_checkpoint
from workbench.models.predictors import Predictor, Rows
from workbench.race.child import SIDES, Plan, Tell, rows_path, run_child, trials_path
from workbench.training.seeding import settle_torch

Load = Callable[[Path, str], Predictor]
"""From a checkpoint's folder and torch's name of the device to a model."""

_TELL_EVERY_S = 0.2
_NO_LIMIT_S = float("inf")


def main(folder: Path, number: int, load_model: Load = load_checkpoint) -> int:
    """Times both models and leaves the trials in ``folder``; returns the exit code."""
    return run_child(folder, lambda plan, tell: _race(plan, tell, folder, number, load_model))


def _race(plan: Plan, tell: Tell, folder: Path, number: int, load_model: Load) -> None:
    settle_torch(plan.seed, THREADS)
    random = np.random.default_rng([plan.seed, number])
    first = (plan.seed + number) % 2
    predictors: dict[int, Predictor] = {}
    for side in (first, 1 - first):
        predictors[side] = load_model(Path(plan.entrants[side].checkpoint), plan.device)
    entered = [(predictors[side], np.load(rows_path(folder, name))) for side, name in enumerate(SIDES)]
    with one_thread():
        load_before, boards = load(), [read_board(predictors[0].device)]
        warmed = {side: warm_up(*entered[side]) for side in (first, 1 - first)}
        tell(ready=True)
        trials = _alternate(plan, tell, entered, random)
        boards.append(read_board(predictors[0].device))
    np.savez(trials_path(folder, number), **trials)
    sides: dict[str, Any] = {
        name: {
            "warm_up_calls": warmed[side].calls,
            "steady": warmed[side].steady,
            **describe_surroundings(predictors[side], boards),
        }
        for side, name in enumerate(SIDES)
    }
    tell(done=True, load_before=load_before, load_after=load(), **sides)


def _alternate(
    plan: Plan, tell: Tell, entered: list[tuple[Predictor, Rows]], random: np.random.Generator
) -> dict[str, Any]:
    """Pairs of blocks until this process's share of the time is over; one entry a call in each array."""
    design = plan.design
    times: list[list[float]] = []
    sides: list[int] = []
    positions: list[int] = []
    began = told = time.perf_counter()
    pair = 0
    while pair < design.fewest_pairs or (pair < design.most_pairs and time.perf_counter() - began < design.slice_s):
        leading = int(random.integers(2))
        for position, side in enumerate((leading, 1 - leading)):
            predictor, rows = entered[side]
            times.append(
                time_block(
                    predictor,
                    rows,
                    pair * design.block_calls,
                    calls=design.block_calls,
                    unrecorded=design.unrecorded_calls,
                    longest_s=_NO_LIMIT_S,
                )
            )
            sides.append(side)
            positions.append(position)
        pair += 1
        now = time.perf_counter()
        if now - told >= _TELL_EVERY_S:
            told = now
            tell(pairs=pair, share=max(pair / design.most_pairs, min(1.0, (now - began) / design.slice_s)))
    calls = design.block_calls
    return {
        "ms": np.concatenate([np.asarray(block, dtype=np.float32) for block in times]),
        "pair": np.repeat(np.arange(pair, dtype=np.uint16), 2 * calls),
        "side": np.repeat(np.array(sides, dtype=np.uint8), calls),
        "position": np.repeat(np.array(positions, dtype=np.uint8), calls),
        "seconds": np.array(time.perf_counter() - began),
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
