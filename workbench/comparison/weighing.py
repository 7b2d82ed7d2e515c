"""Scores of candidates by weights, and how the winner changes with each weight: exactly, not by trying.

Each role's values are brought to 0 … 1 over the candidates whose values are known: 1 is the best of them, 0 the worst,
all alike are 1. Quality goes by its differences; latency and cost by their ratios (logarithms) where all are above 0,
since ten times slower is ten times slower at any speed, else by differences. A score is the weighted mean, so on the
way from none to all of the weight for one role every candidate's score is a straight line: the winners are the upper
envelope of the lines, and the weights at which they change are where lines cross. The scale depends on who takes part:
a candidate more can change the score of the others.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from workbench.errors import UsageError
from workbench.settings_text import WEIGHTED

ROLES: Final = WEIGHTED

_RATIOS, _DIFFERENCES = "ratios", "differences"


@dataclass(frozen=True, slots=True)
class Segment:
    """Between these weights of one role, the rest going to the others as they stand to each other, who wins."""

    low: float
    high: float
    winners: tuple[int, ...]
    """Several where their scores are the same all along."""

    def to_json(self) -> dict[str, Any]:
        """The segment as JSON types."""
        return {"low": self.low, "high": self.high, "winners": list(self.winners)}


@dataclass(frozen=True, slots=True)
class Weighed:
    """Scores by candidate, who wins, and who would; everything is empty where nobody can be scored."""

    weights: Mapping[str, float] = field(default_factory=dict)
    """Of the roles that count, adding up to 1."""
    scales: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    totals: Mapping[int, float] = field(default_factory=dict)
    winners: tuple[int, ...] = ()
    segments: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    """Roles of which no candidate has a value."""


def weigh(
    values: Mapping[int, Mapping[str, float | None]],
    upward: Mapping[str, bool],
    weights: Mapping[str, float],
    eligible: Collection[int],
) -> Weighed:
    """Score candidates by role. Only those in ``eligible`` can win; all with known values set the scale.

    ``weights`` are 0 or more and need not add up to 1. Where there are some, a role without one takes no part; where
    there is none, all count alike. Raises UsageError where all are 0.
    """
    if weights and not any(weights.values()):
        raise UsageError("All weights are 0: give at least one of quality, latency and cost a weight above 0.")
    wanted = [role for role in upward if not weights or role in weights]
    unknown = tuple(role for role in wanted if all(of.get(role) is None for of in values.values()))
    known = [role for role in wanted if role not in unknown]
    chosen = {role: Fraction(weights.get(role, 1)) for role in known}
    if not any(chosen.values()):
        return Weighed(unknown=unknown)
    total = sum(chosen.values(), Fraction(0))
    chosen = {role: weight / total for role, weight in chosen.items()}
    complete = {
        run: {role: float(of[role] or 0.0) for role in known}
        for run, of in values.items()
        if all(_is_number(of.get(role)) for role in known)
    }
    scales = {role: _scale(role, [of[role] for of in complete.values()]) for role in known}
    scores: dict[int, dict[str, float]] = {run: {} for run in complete}
    for role in known:
        column = _normalised([of[role] for of in complete.values()], upward[role], scales[role])
        for run, value in zip(complete, column, strict=True):
            scores[run][role] = value
    exact = {run: {role: Fraction(value) for role, value in of.items()} for run, of in scores.items()}
    totals = {run: sum((chosen[role] * of[role] for role in known), Fraction(0)) for run, of in exact.items()}
    running = {run: of for run, of in exact.items() if run in eligible}
    best = max((totals[run] for run in running), default=None)
    return Weighed(
        weights={role: float(weight) for role, weight in chosen.items()},
        scales=scales,
        scores=scores,
        totals={run: float(value) for run, value in totals.items()},
        winners=tuple(run for run in running if totals[run] == best),
        segments={role: _segments(running, role, chosen) for role in known} if running and len(known) > 1 else {},
        unknown=unknown,
    )


def _segments(
    scores: Mapping[int, Mapping[str, Fraction]], role: str, weights: Mapping[str, Fraction]
) -> tuple[Segment, ...]:
    """Who wins as the weight of ``role`` goes from 0 to 1: the upper envelope of the candidates' lines."""
    others = {name: weight for name, weight in weights.items() if name != role}
    rest = sum(others.values(), Fraction(0))
    shares = {name: weight / rest if rest else Fraction(1, len(others)) for name, weight in others.items()}
    lines: dict[tuple[Fraction, Fraction], list[int]] = {}
    for run, of in scores.items():
        start = sum((share * of[name] for name, share in shares.items()), Fraction(0))
        lines.setdefault((start, of[role] - start), []).append(run)
    at, (start, slope) = Fraction(0), max(lines)
    segments = []
    while True:
        crossings = [
            ((start - other_start) / (other_slope - slope), other_slope, other_start)
            for other_start, other_slope in lines
            if other_slope > slope
        ]
        # Of those that cross first, the steepest is above all others from there on.
        first = min(crossings, key=lambda crossing: (crossing[0], -crossing[1]), default=None)
        if first is None or first[0] >= 1:
            segments.append(Segment(float(at), 1.0, tuple(lines[start, slope])))
            return tuple(segments)
        segments.append(Segment(float(at), float(first[0]), tuple(lines[start, slope])))
        at, slope, start = first


def _scale(role: str, values: Sequence[float]) -> str:
    return _RATIOS if role != ROLES[0] and all(value > 0 for value in values) else _DIFFERENCES


def _normalised(values: Sequence[float], upward: bool, scale: str) -> list[float]:
    measures = [math.log(value) for value in values] if scale == _RATIOS else list(values)
    if not measures:
        return []
    low, high = min(measures), max(measures)
    if low == high:
        return [1.0] * len(measures)
    return [(value - low if upward else high - value) / (high - low) for value in measures]


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
