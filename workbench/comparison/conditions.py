"""Under what conditions calls were timed, and why two timings may say more about those than about the models.

Two kinds of reasons. Conditions that differ (another device, torch, thread count…) make timings that were taken apart
incomparable. Disturbances of one measurement (others on the device, slowed clocks, drift, two modes) make it doubtful.
Each has a code, a sentence and what repairs it; a race, whose models share every condition and every disturbance,
repairs them all, so that there they are only said.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from workbench.comparison.arrays import Array, Floats, Ints
from workbench.comparison.result import Caution
from workbench.formatting import format_percent, format_some
from workbench.inert import inert

RACE_REPAIRS = "`workbench race A B` measures both again under the same conditions"
CONDITIONS: Mapping[str, tuple[str, str]] = {
    "device": ("other-device", "another device"),
    "driver": ("other-driver", "another GPU driver"),
    "torch": ("other-torch", "another torch"),
    "threads": ("other-timing-threads", "other threads"),
    "batch_size": ("other-batch-size", "other batch size"),
    "precision": ("other-precision", "other precision"),
}
"""Condition → the code of its reason, and the words for it."""

NOTABLE = 0.10
"""Drift, or a distance of two modes, from which on it is told, as a share of the median."""

_SURE = 4.0
_THIRD = 3
_FEWEST_BLOCKS = 6
_FEWEST_TRIALS = 200
_TRIMMED = 0.95
_SMALLEST_MODE = 0.05
_VALLEY = 0.5
_TO_SIGMA = 1.4826
_OF_MEDIAN = math.sqrt(math.pi / 2)


def conditions_differ(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Caution, ...]:
    """Why timings under the conditions ``a`` and ``b`` cannot be compared; empty where they can.

    A condition that either side does not tell is taken for equal, but for the device, without which nothing is known.
    """
    return tuple(_differing(a, b))


def disturbances(conditions: Mapping[str, Any], *, who: str) -> tuple[Caution, ...]:
    """What disturbed a measurement under ``conditions``, with the ``instability`` of its calls among them.

    ``who`` begins the sentences: 'A', 'B', or 'race'.
    """
    return tuple(_disturbing(conditions, who))


def instability(ms: Array, block: Array | None) -> dict[str, float]:
    """``drift`` and ``mode_gap`` of the calls ``ms`` (n,) in blocks ``block`` (n,), to stand with their conditions."""
    return {"drift": drift(ms, block), "mode_gap": mode_gap(ms)}


def drift(ms: Array, block: Array | None) -> float:
    """By which share the calls became slower (or, negative, faster) from the first third of the blocks to the last.

    0 unless the medians of the two thirds lie further apart than four standard errors, which the spread within blocks
    gives (1.4826 times the median absolute deviation, times sqrt(pi / 2n) for a median): a drift is what calls within a
    block do not show.
    """
    if block is None or len(ms) == 0:
        return 0.0
    numbers, place = np.unique(block, return_inverse=True)
    if len(numbers) < _FEWEST_BLOCKS:
        return 0.0
    third = len(numbers) // _THIRD
    first, last = ms[place < third], ms[place >= len(numbers) - third]
    medians: Floats = np.array([np.median(ms[place == number]) for number in range(len(numbers))])
    sigma = _TO_SIGMA * float(np.median(np.abs(ms - medians[place])))
    error = sigma * _OF_MEDIAN * math.sqrt(1 / len(first) + 1 / len(last))
    shift = float(np.median(last) - np.median(first))
    return shift / float(np.median(ms)) if abs(shift) > _SURE * error else 0.0


def mode_gap(ms: Array) -> float:
    """How far apart two modes of the calls lie, as a share of the faster one; 0 where there is one mode.

    The logarithms are cut in two where that leaves the least variance within the parts (Otsu 1979); they are two modes
    if each part holds a twentieth of the rest and if between the parts' medians there is a valley: in its middle fewer
    than half as many calls as around either median, by more than chance. A long tail has no valley. The slowest
    twentieth is left out, since outliers would be cut off first.
    """
    if len(ms) < _FEWEST_TRIALS or float(np.min(ms)) <= 0:
        return 0.0
    logs = np.sort(np.log(ms))[: int(_TRIMMED * len(ms))]
    cut = _otsu(logs)
    if min(cut, len(logs) - cut) < _SMALLEST_MODE * len(logs):
        return 0.0
    low, high = float(np.median(logs[:cut])), float(np.median(logs[cut:]))
    reach = (high - low) / 6
    fast, between, slow = (_within(logs, centre, reach) for centre in (low, (low + high) / 2, high))
    is_valley = between + 2 * math.sqrt(between) + 2 < _VALLEY * min(fast, slow)
    return math.expm1(high - low) if is_valley else 0.0


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Caution]:
    for key, (code, words) in CONDITIONS.items():
        value_a, value_b = a.get(key), b.get(key)
        if value_a == value_b or (key != "device" and (value_a is None or value_b is None)):
            continue
        on = "on " if key == "device" else ""
        yield Caution(code, f"{words}: A {on}{_said(value_a)}, B {on}{_said(value_b)}", RACE_REPAIRS)


def _disturbing(conditions: Mapping[str, Any], who: str) -> Iterator[Caution]:
    others = conditions.get("device_processes") or ()
    if others:
        named = format_some([_said(other) for other in others], 3)
        yield Caution("shared-device", f"{who}: timed while {named} used the device", f"End them, then: {RACE_REPAIRS}")
    if conditions.get("throttle"):
        yield Caution(
            "throttled",
            f"{who}: timed while the device slowed its clocks ({_said(conditions['throttle'])})",
            f"Let it cool or raise its power limit, then: {RACE_REPAIRS}",
        )
    drifted = conditions.get("drift") or 0.0
    if abs(drifted) >= NOTABLE:
        became = "slower" if drifted > 0 else "faster"
        yield Caution(
            "drift",
            f"{who}: calls became {format_percent(abs(drifted), 0)} {became} while they were timed",
            RACE_REPAIRS,
        )
    gap = conditions.get("mode_gap") or 0.0
    if gap >= NOTABLE:
        yield Caution(
            "two-modes",
            f"{who}: calls take one of two times, {_apart(gap)}",
            f"Look at the distribution before the percentiles. {RACE_REPAIRS}",
        )


def _apart(gap: float) -> str:
    return f"{format_percent(gap, 0)} apart" if gap < 1 else f"the longer {1 + gap:.1f} times the shorter"


def _otsu(ordered: Floats) -> int:
    """How many of the ascending values belong to the lower of two classes, by the least variance within."""
    n = len(ordered)
    below = np.cumsum(ordered)[:-1]
    sizes: Ints = np.arange(1, n)
    means_apart = below / sizes - (ordered.sum() - below) / (n - sizes)
    return int(np.argmax(sizes * (n - sizes) * means_apart**2)) + 1


def _within(ordered: Floats, centre: float, reach: float) -> int:
    low, high = np.searchsorted(ordered, (centre - reach, centre + reach))
    return int(high - low)


def _said(value: Any) -> str:
    if value is None:
        return "an unknown one"
    return f"{value:g}" if isinstance(value, int | float) else inert(str(value), 60)
