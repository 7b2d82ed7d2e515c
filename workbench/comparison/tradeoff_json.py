"""A trade-off as JSON types, as ``workbench tradeoff --json`` prints it."""

from dataclasses import asdict
from typing import Any

from store.documents import finite
from workbench.comparison.candidates import Candidates, Conditions
from workbench.comparison.tradeoff import Tradeoff, TradePoint
from workbench.evaluation.metrics import METRICS


def tradeoff_json(found: Tradeoff, candidates: Candidates) -> dict[str, Any]:
    """The document of a trade-off between ``candidates``; ids are those of runs."""
    return {
        "data": asdict(candidates.data),
        "left_out": {"other_data": candidates.other_data, "not_done": candidates.not_done},
        "x": _axis_json(found.x),
        "y": _axis_json(found.y),
        "needs": dict(found.choice.needs),
        "weights": {role: finite(weight) for role, weight in found.weights.items()},
        "roles": dict(found.roles),
        "notes": list(found.notes),
        "conditions": None if found.usual is None else _conditions_json(found.usual),
        "points": [_point_json(point) for point in found.points],
        "front": [point.run.id for point in found.front],
        "winners": list(found.winners),
        "winner_by_weight": {
            role: [segment.to_json() for segment in segments] for role, segments in found.segments.items()
        },
    }


def _axis_json(name: str) -> dict[str, Any]:
    metric = METRICS[name]
    return {
        "name": name,
        "title": metric.title,
        "unit": metric.unit,
        "higher_is_better": metric.higher_is_better,
    }


def _conditions_json(conditions: Conditions) -> dict[str, Any]:
    return {
        "device": conditions.device,
        "threads": finite(conditions.threads),
        "batch_size": finite(conditions.batch_size),
    }


def _point_json(point: TradePoint) -> dict[str, Any]:
    return {
        "id": point.run.id,
        "name": point.run.name,
        "model": point.run.model,
        "x": finite(point.x),
        "y": finite(point.y),
        "placed": point.placed,
        "on_front": point.on_front,
        "dominated_by": point.dominated_by,
        "flags": [flag.to_json() for flag in point.flags],
        "passes": point.passes,
        "misses": [
            {
                "figure": miss.figure,
                "bound": miss.bound,
                "value": finite(miss.value),
                "by": finite(miss.by),
                "message": miss.sentence,
            }
            for miss in point.misses
        ],
        "scores": {role: finite(value) for role, value in point.scores.items()},
        "score": finite(point.score),
        "figures": {name: finite(value) for name, value in point.run.figures.items() if value is not None},
        "conditions": _conditions_json(point.run.conditions),
    }
