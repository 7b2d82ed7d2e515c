"""A run as JSON: the one document that ``show --json``, ``runs --json``, ``--where`` and a comparison all read.

Its keys are a promise to scripts (they may be added to, never renamed). Every key of a figure group is always there: a
figure that is not known is null, never 0 and never missing, so that a script fails on its own mistakes only.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from store.documents import finite_json
from store.records import Figure, FigureGroup, MetricSummary, RunDetail, RunStatus
from workbench.evaluation.metrics import LATENCY_CONDITIONS, METRICS, WHOLE_NUMBERS, direction_of

DECLARED: Mapping[FigureGroup, tuple[str, ...]] = {
    group: (
        *(LATENCY_CONDITIONS if group is FigureGroup.LATENCY else ()),
        *(name for name, metric in METRICS.items() if metric.group is group),
    )
    for group in FigureGroup
}
"""The figures that every run's document holds."""

DATA_KEYS = ("fingerprint", "train", "val", "test", "report")
"""What every run's document says of its data."""

SERIES_KEYS = ("last", "last_step", "best", "best_step", "min", "max")
"""What a run's document says of each metric that it logged."""


def iso_time(at: float | None) -> str | None:
    """``at`` (seconds since the epoch) as ISO 8601 in UTC with milliseconds and a ``Z``."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def run_json(detail: RunDetail, *, status: RunStatus | None = None, now: float | None = None) -> dict[str, Any]:
    """The document of one run.

    ``status`` replaces the stored one where the caller knows better (a run whose processes are gone is lost before
    anyone has written so). ``now`` lets the duration of a run that still goes on be told.
    """
    run = detail.run
    finished_at = run.finished_at if run.finished_at is not None else now
    duration_s = finished_at - run.started_at if run.started_at is not None and finished_at is not None else None
    document = {
        "id": run.id,
        "name": run.name,
        "status": (status or run.status).value,
        "phase": run.phase.value if run.phase else None,
        "model": run.model,
        "dataset": run.dataset,
        "task": run.task,
        "seed": run.seed,
        "split_seed": run.split_seed,
        "device": run.device,
        "threads": run.threads,
        "parameters": dict(run.parameters),
        "tags": list(run.tags),
        "notes": run.notes,
        "group": run.group,
        "created_at": iso_time(run.created_at),
        "started_at": iso_time(run.started_at),
        "finished_at": iso_time(run.finished_at),
        "duration_s": duration_s,
        "error": run.error,
        "lost_points": run.lost_points,
        "attempt": run.attempt,
        "host": run.host,
        **{group.value: _figures(detail.figures, group) for group in FigureGroup},
        "series": {summary.metric: _series(summary) for summary in detail.summaries},
        "data": {**dict.fromkeys(DATA_KEYS), **detail.data},
        "environment": dict(detail.environment),
        "classes": [asdict(figures) for figures in detail.classes],
        "confusion": [list(row) for row in detail.confusion],
        "checkpoint": detail.checkpoint,
        "parent": run.parent_id,
    }
    return {key: finite_json(value) for key, value in document.items()}


def _figures(figures: tuple[Figure, ...], group: FigureGroup) -> dict[str, float | int | None]:
    """Every declared figure of ``group``, null where the run has none, and those that only this run has."""
    values: dict[str, float | int | None] = dict.fromkeys(DECLARED[group])
    values.update({figure.name: counted(figure.name, figure.value) for figure in figures if figure.group is group})
    return values


def _series(summary: MetricSummary) -> dict[str, float | int | None]:
    """What a logged metric came to, so far; the best by its direction, null where neither direction is better."""
    is_up = direction_of(summary.metric)
    best = {
        None: (summary.best, summary.best_step),
        True: (summary.maximum, summary.maximum_step),
        False: (summary.minimum, summary.minimum_step),
    }[is_up]
    return {
        "last": summary.last,
        "last_step": summary.last_step,
        "best": best[0],
        "best_step": best[1],
        "min": summary.minimum,
        "max": summary.maximum,
    }


def counted(name: str, value: float | None) -> float | int | None:
    """A count (bytes, trials, threads), which the store keeps as a real number, as the whole number that it is."""
    return int(value) if name in WHOLE_NUMBERS and value is not None and value.is_integer() else value
