"""Which figures stand for a run in a list of runs: those that its task has, the most telling first."""

from collections.abc import Mapping, Sequence
from typing import Final

from workbench.evaluation.metric import CLASSIFICATION, LANGUAGE, REGRESSION
from workbench.evaluation.metrics import METRICS

TELLING_SCORES: Final[Mapping[str, tuple[str, ...]]] = {
    CLASSIFICATION: ("accuracy", "log_loss", "macro_f1"),
    REGRESSION: ("rmse", "r2", "mae"),
    LANGUAGE: ("bits_per_byte", "perplexity", "next_token_accuracy"),
}
"""By task its scores, those first that are shown where there is room for few."""


def listed_tasks(tasks: Sequence[str]) -> tuple[str, ...]:
    """The tasks of ``tasks`` that have scores, in their order; classification where there is none."""
    return tuple(task for task in tasks if task in TELLING_SCORES) or (CLASSIFICATION,)


def listed_scores(tasks: Sequence[str], most: int) -> tuple[str, ...]:
    """The scores for a list of runs of these ``tasks``: of one task ``most``, of several one less each, at least one.

    They stand in the order in which scores are shown everywhere.
    """
    listed = listed_tasks(tasks)
    count = most if len(listed) == 1 else max(1, most - 1)
    chosen = {name for task in listed for name in TELLING_SCORES[task][:count]}
    return tuple(name for name in METRICS if name in chosen)


def listed_speeds(tasks: Sequence[str]) -> tuple[str, str]:
    """The figures of latency for a list of runs of these ``tasks``, the most telling first: those that all have."""
    return ("tokens_per_s", "ttft_ms") if listed_tasks(tasks) == (LANGUAGE,) else ("p50_ms", "p95_ms")
