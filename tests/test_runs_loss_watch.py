"""A loss that jumps is told at once, and a loss that is merely noisy never: on simulated curves."""

import math
import random
from collections.abc import Callable

import pytest

from workbench.runs.loss_watch import Jump, LossWatch, limit_of

STEPS = 6000


def jumps(values: list[float]) -> dict[int, Jump]:
    watch = LossWatch()
    return {place: jump for place, value in enumerate(values) if (jump := watch.add(value)) is not None}


def falling(step: int) -> float:
    """A loss as it falls from 2.6 to 0.3."""
    return 2.3 * math.exp(-step / 800) + 0.3


def even_noise(chance: random.Random, step: int) -> float:
    return falling(step) * max(0.01, chance.gauss(1.0, 0.3))


def skewed_noise(chance: random.Random, step: int) -> float:
    return falling(step) * math.exp(chance.gauss(0.0, 1.5))


def one_example_a_batch(chance: random.Random, step: int) -> float:
    return falling(step) * chance.expovariate(1.0)


def odd_batches(chance: random.Random, step: int) -> float:
    return falling(step) * chance.gauss(1.0, 0.1) * (20.0 if chance.random() < 0.1 else 1.0)


def nearly_learnt(chance: random.Random, step: int) -> float:
    right = [chance.expovariate(1.0) * (chance.random() < 0.3) for _ in range(8)]
    return 2.3 * math.exp(-step / 400) * sum(right) / 8 + 1e-7


def epochs(chance: random.Random, step: int) -> float:
    return falling(step) * (1.3 - 0.3 * (step % 500) / 500) * chance.gauss(1.0, 0.1)


def restarts_of_the_learning_rate(chance: random.Random, step: int) -> float:
    return (
        falling(step)
        * (1.0 + (0.5 * math.exp(-(step % 2000) / 300) if step >= 2000 else 0.0))
        * (chance.gauss(1.0, 0.05))
    )


def of_any_sign(chance: random.Random, step: int) -> float:
    return -100.0 * falling(step) + chance.gauss(0.0, 10.0)


def around_zero(chance: random.Random, step: int) -> float:
    return 0.1 * chance.gauss(0.0, 1.0) / max(0.1, abs(chance.gauss(0.0, 1.0)))


def mostly_zero(chance: random.Random, step: int) -> float:
    return 0.5 if chance.random() < 0.05 else 0.0


def constant(chance: random.Random, step: int) -> float:
    return 0.7


@pytest.mark.parametrize(
    "curve",
    [
        even_noise,
        skewed_noise,
        one_example_a_batch,
        odd_batches,
        nearly_learnt,
        epochs,
        restarts_of_the_learning_rate,
        of_any_sign,
        around_zero,
        mostly_zero,
        constant,
    ],
)
def test_a_healthy_curve_raises_no_alarm(curve: Callable[[random.Random, int], float]) -> None:
    chance = random.Random(0)
    assert jumps([curve(chance, step) for step in range(STEPS)]) == {}


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.25])
@pytest.mark.parametrize("factor", [3.0, 10.0])
def test_a_jump_is_told_once_within_nine_values(noise: float, factor: float) -> None:
    chance = random.Random(1)
    values = [2.5 * math.exp(chance.gauss(0.0, noise)) for _ in range(600)]
    values[400:430] = [factor * value for value in values[400:430]]
    ((place, jump),) = jumps(values).items()
    assert 404 <= place <= 408
    assert jump.level == pytest.approx(2.5, rel=0.1)
    assert jump.now == pytest.approx(2.5 * factor, rel=0.3)


def test_a_jump_of_a_loss_of_any_sign_is_told() -> None:
    chance = random.Random(2)
    values = [chance.gauss(-5.0, 0.5) for _ in range(400)]
    values[300:] = [value + 20.0 for value in values[300:]]
    assert list(jumps(values)) == [304]


def test_one_odd_batch_is_no_jump() -> None:
    values = [1.0 + 0.001 * (step % 7) for step in range(400)]
    values[300] = values[350] = 1000.0
    assert jumps(values) == {}


def test_a_level_that_stays_becomes_the_usual_one_and_the_next_jump_counts_from_there() -> None:
    values = [level * (1.0 + 0.001 * (step % 7)) for level in (1.0, 5.0, 25.0) for step in range(600)]
    assert list(jumps(values)) == [604, 1204]


def test_jumps_among_tiny_losses_are_nobodys_concern() -> None:
    values = [2.0] * 100 + [1e-6] * 400 + [1e-3] * 400
    assert jumps(values) == {}


def test_nothing_is_told_before_there_is_a_history() -> None:
    assert jumps([0.1] * 20 + [100.0] * 8) == {}


def test_the_limit_takes_any_number() -> None:
    assert limit_of([1e-300, 1e300] * 20) > 1e300
    assert limit_of([0.0] * 40) == math.inf
