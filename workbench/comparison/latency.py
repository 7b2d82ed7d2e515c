"""Rows of latency: of a race where there is one, else of two measurements that were taken apart.

The same model timed twice in two processes often differs by 5 % and more, which no interval taken within one process
knows of. So timings taken apart get no p-value, and a verdict only where the intervals stand further apart than a wide
margin, which a drift or a second mode of either measurement widens.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.conditions import RACE_REPAIRS, conditions_differ, disturbances, instability
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import binomial_cdf
from workbench.comparison.evidence import Evidence
from workbench.comparison.means import mean_estimate
from workbench.comparison.options import Options
from workbench.comparison.proportions import mover
from workbench.comparison.race_bootstrap import SHARES
from workbench.comparison.raced import RacedCalls, race_rows
from workbench.comparison.result import Caution, Row, Verdict, row_of
from workbench.evaluation.metrics import LANGUAGE, METRICS, Metric
from workbench.formatting import format_percent
from workbench.spec import ELSEWHERE

_BATCHES = 20
_FIRST_TOKEN, _MIDDLE = "ttft_ms", 0.5
"""The time to the first token, and that it is a median."""
_SETTLES = "race settles it"
_MEASURE_AGAIN = "Measure both again, one after another, on a machine that does nothing else"
"""What repairs a timing of models that cannot race."""


def latency_rows(a: Evidence, b: Evidence, options: Options, race: RacedCalls | None = None) -> list[Row]:
    """The rows of the measured timings that either run has, or of their race; derived ones are left to ``figures``."""
    if race is not None:
        return race_rows(race, options)
    different = conditions_differ(conditions_of(a), conditions_of(b))
    obstacle = unnamed_devices(a, b) or (f"{different[0].message}; {_SETTLES}" if different else None)
    disturbed, margin = disturbed_words(a, b), max(options.latency_margin, *map(_instability, (a, b)))
    rows = []
    for name in (*SHARES, "mean_ms", _FIRST_TOKEN):
        metric, contrast = METRICS[name], _contrast(a, b, name)
        if contrast is None:
            continue
        verdict, reason = _decide(metric, contrast, obstacle, disturbed, margin)
        if not _can_race(a, b):
            reason = reason.removesuffix(f"; {_SETTLES}")
        rows.append(row_of(metric, contrast, None, verdict, reason))
    return rows


def timing_cautions(a: Evidence, b: Evidence) -> Iterator[Caution]:
    """What is to be known of two measurements that were taken apart, but for another device, which touches more."""
    for caution in _timing_cautions(a, b):
        repair = caution.repair if _can_race(a, b) else caution.repair.replace(RACE_REPAIRS, _MEASURE_AGAIN)
        yield replace(caution, repair=repair)


def _timing_cautions(a: Evidence, b: Evidence) -> Iterator[Caution]:
    if not (_is_timed(a) and _is_timed(b)):
        return
    unnamed = unnamed_devices(a, b)
    if unnamed is not None:
        yield Caution("unknown-device", unnamed, "Import it with --device")
    for caution in conditions_differ(conditions_of(a), conditions_of(b)):
        if caution.code != "other-device":
            yield caution
    busy = busy_words(a, b)
    if busy:
        yield Caution("busy-machine", f"latency was measured on a busy machine ({busy})", RACE_REPAIRS)
    for letter, side in (("A", a), ("B", b)):
        if side.calls is not None:
            unstable = instability(side.calls.ms, side.calls.block)
            yield from disturbances({**side.calls.conditions, **unstable}, who=letter)


def quantile_interval(ms: Array, share: float, level: float = 0.95) -> tuple[float, float] | None:
    """The interval for a quantile between two order statistics, free of any assumption on the distribution of times.

    Its coverage is at least ``level`` for independent calls (Conover 1999, section 3.2). None where there are too few
    calls for the outer one to exist.
    """
    n, tail = len(ms), (1 - level) / 2
    low = _smallest(n, lambda k: binomial_cdf(k, n, share) > tail)
    high = _smallest(n, lambda k: binomial_cdf(k, n, share) >= 1 - tail) + 1
    if low < 1 or high > n:
        return None
    part = np.partition(ms, (low - 1, high - 1))
    return float(part[low - 1]), float(part[high - 1])


def batch_mean(ms: Array) -> Estimate:
    """The mean time and an interval from the means of 20 stretches of calls, since neighbouring calls are alike."""
    if len(ms) < 2 * _BATCHES:
        return Estimate(float(np.mean(ms))) if len(ms) else Estimate()
    means: Floats = np.array([stretch.mean() for stretch in np.array_split(ms, _BATCHES)])
    interval = mean_estimate(means)
    return Estimate(float(np.mean(ms)), interval.low, interval.high)


def device_of(evidence: Evidence) -> str | None:
    """The device of a run by the name of its make, which is what makes timings alike; its index does not.

    None where nobody named it, as of a run that was imported.
    """
    device = str(
        (evidence.calls.conditions if evidence.calls else {}).get("device") or evidence.run.get("device") or ""
    )
    environment = evidence.run.get("environment") or {}
    if device == ELSEWHERE:
        return environment.get("gpu") or environment.get("cpu")
    kind = "gpu" if device.startswith("cuda") else "cpu"
    return environment.get(kind) or device.partition(":")[0] or None


def unnamed_devices(a: Evidence, b: Evidence) -> str | None:
    """Of which runs the device is not known, in a few words; None where both are."""
    unnamed = [letter for letter, side in (("A", a), ("B", b)) if device_of(side) is None]
    if not unnamed:
        return None
    return f"the device of {unnamed[0]} is not known" if len(unnamed) == 1 else "the devices of A and B are not known"


def conditions_of(evidence: Evidence) -> dict[str, Any]:
    """The conditions that timings depend on, from the trials, else from the run: see ``conditions.CONDITIONS``."""
    stated: Mapping[str, Any] = evidence.calls.conditions if evidence.calls else {}
    environment = evidence.run.get("environment") or {}
    return {
        "device": device_of(evidence),
        "driver": stated.get("driver"),
        # Which torch the machine has says nothing of a model that another library computes.
        "torch": stated["torch"] if "torch" in stated else environment.get("torch"),
        "threads": _condition(evidence, "threads"),
        "batch_size": _condition(evidence, "batch_size"),
        "precision": stated.get("precision"),
    }


def disturbed_words(a: Evidence, b: Evidence) -> str | None:
    """What lets no verdict rest on the timings: a busy machine, or a device that was shared or slowed down."""
    busy = busy_words(a, b)
    if busy is not None:
        return f"on a busy machine ({busy})"
    for letter, side in (("A", a), ("B", b)):
        stated: Mapping[str, Any] = side.calls.conditions if side.calls else {}
        if stated.get("device_processes"):
            return f"on a device that others used meanwhile ({letter})"
        if stated.get("throttle"):
            return f"on a device that slowed its clocks ({letter}: {stated['throttle']})"
    return None


def busy_words(a: Evidence, b: Evidence) -> str | None:
    """Which runs were timed on a busy machine and what kept it busy; None where both had it to themselves."""
    why_a, why_b = _busy(a), _busy(b)
    if why_a is not None and why_a == why_b:
        return f"A and B: {why_a}"
    parts = [f"{letter}: {why}" for letter, why in (("A", why_a), ("B", why_b)) if why is not None]
    return "; ".join(parts) or None


def _can_race(a: Evidence, b: Evidence) -> bool:
    """Whether both can be timed side by side: not a model that was timed elsewhere, nor one that writes text."""
    return not any(
        side.run.get("task") == LANGUAGE or (side.calls is not None and side.calls.conditions.get("imported"))
        for side in (a, b)
    )


def _is_timed(evidence: Evidence) -> bool:
    return evidence.calls is not None or evidence.figure("latency", "p50_ms") is not None


def _instability(evidence: Evidence) -> float:
    """By which share the calls of one measurement themselves differ, by drift or between two modes."""
    calls = evidence.calls
    return 0.0 if calls is None else max(map(abs, instability(calls.ms, calls.block).values()))


def _busy(evidence: Evidence) -> str | None:
    conditions: Mapping[str, Any] = evidence.calls.conditions if evidence.calls else {}
    if conditions.get("shared_with"):
        shared = conditions["shared_with"]
        return "; ".join(map(str, shared)) if isinstance(shared, list | tuple) else str(shared)
    if conditions.get("exclusive") is False:
        return "without exclusive use"
    load, cores = conditions.get("load_before"), conditions.get("cores")
    # A run's own training still weighs on the one-minute average when its timing begins: only what is more than all
    # cores can serve beside one such run counts.
    if isinstance(load, int | float) and isinstance(cores, int | float) and load > cores + 1:
        return f"load {load:.1f} on {cores:g} cores"
    return None


def _condition(evidence: Evidence, key: str) -> float | None:
    value = (evidence.calls.conditions if evidence.calls else {}).get(key)
    return float(value) if isinstance(value, int | float) else evidence.figure("latency", key)


def _contrast(a: Evidence, b: Evidence, name: str) -> Contrast | None:
    estimate_a, estimate_b = _estimate(a, name), _estimate(b, name)
    if estimate_a.value is None and estimate_b.value is None:
        return None
    if estimate_a.value is None or estimate_b.value is None:
        missing = "A" if estimate_a.value is None else "B"
        few = " (p99 needs 400 trials)" if name == "p99_ms" else ""
        return Contrast(estimate_a, estimate_b, note=f"{missing} has no {METRICS[name].title}{few}")
    delta = estimate_b.value - estimate_a.value
    interval_a, interval_b = _ends(estimate_a), _ends(estimate_b)
    if interval_a is None or interval_b is None:
        return Contrast(estimate_a, estimate_b, delta)
    return Contrast(
        estimate_a,
        estimate_b,
        delta,
        interval=mover(estimate_a.value, interval_a, estimate_b.value, interval_b),
        n=sum(len(times) for side in (a, b) if (times := _times(side, name)) is not None),
    )


def _estimate(evidence: Evidence, name: str) -> Estimate:
    """The published value, with the interval that the stored trials give."""
    published, times = evidence.figure("latency", name), _times(evidence, name)
    if times is None or len(times) == 0:
        return Estimate(published)
    if name == "mean_ms":
        estimate = batch_mean(times)
        return Estimate(published if published is not None else estimate.value, estimate.low, estimate.high)
    if published is None:
        return Estimate()
    share = _MIDDLE if name == _FIRST_TOKEN else SHARES[name]
    return Estimate(published, *(quantile_interval(times, share) or (None, None)))


def _times(evidence: Evidence, name: str) -> Array | None:
    """The times that a figure is taken from: of the first token those of the first ones, of all others the calls."""
    if evidence.calls is None:
        return None
    return evidence.calls.first_ms if name == _FIRST_TOKEN else evidence.calls.ms


def _decide(
    metric: Metric, contrast: Contrast, obstacle: str | None, disturbed: str | None, margin: float
) -> tuple[Verdict, str]:
    if contrast.delta is None:
        return Verdict.NOT_COMPARABLE, contrast.note or "one of the runs was not timed"
    if obstacle:
        return Verdict.NOT_COMPARABLE, obstacle
    if disturbed:
        return Verdict.UNRESOLVED, f"measured apart, {disturbed}; {_SETTLES}"
    interval_a, interval_b = _ends(contrast.a), _ends(contrast.b)
    if interval_a is None or interval_b is None:
        return Verdict.UNRESOLVED, "measured apart, and without trials to tell how far it may be off; race settles it"
    words = f"beyond the {format_percent(margin, 0)} by which measurements taken apart may differ"
    if interval_b[0] > interval_a[1] * (1 + margin):
        return Verdict.A, f"measured apart, but {words}"
    if interval_a[0] > interval_b[1] * (1 + margin):
        return Verdict.B, f"measured apart, but {words}"
    return Verdict.UNRESOLVED, "measured apart; race settles it"


def _ends(estimate: Estimate) -> tuple[float, float] | None:
    return None if estimate.low is None or estimate.high is None else (estimate.low, estimate.high)


def _smallest(n: int, holds: Callable[[int], bool]) -> int:
    """The smallest k from 0 to n for which a condition holds that, once true, stays true."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
