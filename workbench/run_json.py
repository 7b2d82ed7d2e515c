"""A run as JSON: the one document that ``show --json``, ``runs --json``, ``--where`` and a comparison all read.

Its keys are a promise to scripts (they may be added to, never renamed). Every key of a figure group is always there: a
figure that is not known is null, never 0 and never missing, so that a script fails on its own mistakes only.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from store.documents import finite_json
from store.records import Figure, FigureGroup, RunDetail, RunStatus
from workbench.evaluation.metrics import LATENCY_CONDITIONS, METRICS, WHOLE_NUMBERS


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
        "data": {"fingerprint": None, "train": None, "val": None, "test": None, "report": None, **detail.data},
        "environment": dict(detail.environment),
        "classes": [asdict(figures) for figures in detail.classes],
        "confusion": [list(row) for row in detail.confusion],
        "checkpoint": detail.checkpoint,
        "parent": run.parent_id,
    }
    return {key: finite_json(value) for key, value in document.items()}


def _figures(figures: tuple[Figure, ...], group: FigureGroup) -> dict[str, float | int | None]:
    """Every declared figure of ``group``, null where the run has none, and those that only this run has."""
    conditions = LATENCY_CONDITIONS if group is FigureGroup.LATENCY else ()
    declared = (*conditions, *(name for name, metric in METRICS.items() if metric.group is group))
    values: dict[str, float | int | None] = dict.fromkeys(declared)
    values.update({figure.name: _counted(figure) for figure in figures if figure.group is group})
    return values


def _counted(figure: Figure) -> float | int | None:
    """A count (bytes, trials, threads), which the store keeps as a real number, as the whole number that it is."""
    if figure.name in WHOLE_NUMBERS and figure.value is not None and figure.value.is_integer():
        return int(figure.value)
    return figure.value
