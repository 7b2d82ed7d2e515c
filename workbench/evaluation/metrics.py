"""The one table of figures: name, title, unit, direction, and how two runs' values may be compared.

Screens colour by it, the command line sorts by it, the comparison takes its rows, Holm families and derived rows from
it. Names are the keys of ``show --json``. It imports nothing heavy, so that everything may import it.
"""

from collections.abc import Mapping

from store.records import FigureGroup
from workbench.evaluation.metric import CLASSIFICATION, LANGUAGE, REGRESSION, HolmFamily, Metric
from workbench.evaluation.score_metrics import CLASS_METRICS, SCORE_METRICS

__all__ = [
    "CLASSIFICATION",
    "CLASS_METRICS",
    "EFFECTS",
    "LANGUAGE",
    "LATENCY_CONDITIONS",
    "MARGINS",
    "METRICS",
    "RACED",
    "REGRESSION",
    "SCORES",
    "TRAINING_COUNTS",
    "WHOLE_NUMBERS",
    "HolmFamily",
    "Metric",
    "direction_of",
    "metric_of",
]


def _latency(name: str, title: str, definition: str, *, family: bool = False) -> Metric:
    holm = HolmFamily.LATENCY if family else None
    return Metric(name, title, FigureGroup.LATENCY, "ms", False, definition, family=holm)


_ALL = (
    *SCORE_METRICS,
    _latency("p50_ms", "latency p50", "Half of the single predictions took no longer.", family=True),
    _latency("p90_ms", "latency p90", "Nine of ten single predictions took no longer."),
    _latency("p95_ms", "latency p95", "Nineteen of twenty single predictions took no longer.", family=True),
    _latency("p99_ms", "latency p99", "99 of 100 single predictions took no longer; needs 400 trials."),
    _latency("mean_ms", "latency mean", "Mean time of a single prediction."),
    Metric(
        "throughput_per_s",
        "throughput",
        FigureGroup.LATENCY,
        "/s",
        True,
        "Single predictions a second, one after another: 1000 / mean_ms.",
        derived_from=("mean_ms",),
    ),
    Metric(
        "ttft_ms",
        "time to first token",
        FigureGroup.LATENCY,
        "ms",
        False,
        "From the prompt to the first token of the answer.",
        task=LANGUAGE,
    ),
    Metric(
        "tokens_per_s",
        "tokens a second",
        FigureGroup.LATENCY,
        "/s",
        True,
        "Tokens written a second after the first, of one text by itself: 1000 / mean_ms.",
        derived_from=("mean_ms",),
        task=LANGUAGE,
        per_token=True,
    ),
    Metric(
        "train_usd",
        "training cost",
        FigureGroup.COST,
        "USD",
        False,
        "Device seconds of training times the device's price.",
        measured_once=True,
    ),
    Metric(
        "usd_per_1k_predictions",
        "cost per 1,000 predictions",
        FigureGroup.COST,
        "USD",
        False,
        "1,000 single predictions at mean_ms times the device's price.",
        derived_from=("mean_ms",),
    ),
    Metric(
        "usd_per_1k_correct",
        "cost per 1,000 correct",
        FigureGroup.COST,
        "USD",
        False,
        "usd_per_1k_predictions / accuracy.",
        derived_from=("mean_ms", "accuracy"),
    ),
    Metric(
        "usd_per_million_tokens",
        "cost per million tokens",
        FigureGroup.COST,
        "USD",
        False,
        "1,000,000 tokens written one after another at mean_ms times the device's price.",
        derived_from=("mean_ms",),
        task=LANGUAGE,
        per_token=True,
    ),
    Metric(
        "energy_j",
        "training energy",
        FigureGroup.COST,
        "J",
        False,
        "What the board's own counter rose by during training.",
        measured_once=True,
    ),
    Metric(
        "energy_per_token_j",
        "energy per token",
        FigureGroup.COST,
        "J",
        False,
        "What the board's own counter rose by while tokens were written, a token.",
        measured_once=True,
        task=LANGUAGE,
        per_token=True,
    ),
    Metric(
        "device_seconds",
        "device time",
        FigureGroup.COST,
        "s",
        False,
        "Seconds for which training held its device.",
        measured_once=True,
    ),
    Metric(
        "parameters",
        "parameters",
        FigureGroup.SIZE,
        "",
        False,
        "Numbers that training can change.",
        counted=True,
    ),
    Metric(
        "checkpoint_bytes",
        "checkpoint",
        FigureGroup.SIZE,
        "bytes",
        False,
        "Bytes on disk of what is needed to predict.",
        counted=True,
    ),
    Metric(
        "peak_memory_bytes",
        "peak memory",
        FigureGroup.SIZE,
        "bytes",
        False,
        "The most memory that the run held: on the device, else resident in its process with all libraries.",
        measured_once=True,
    ),
)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _ALL}
"""Every row of a comparison, in the order in which rows are shown."""

SCORES = tuple(metric.name for metric in _ALL if metric.group is FigureGroup.METRICS)
"""How well a model predicts, estimated from its outcomes: the rows of the accuracy group."""

EFFECTS = tuple(metric.name for metric in _ALL if metric.group is FigureGroup.METRICS and metric.has_verdict)
"""Scores of which the user may say what difference shall be seen."""

RACED = ("p50_ms", "p90_ms", "p95_ms", "p99_ms", "mean_ms")
"""Latencies that a race measures of both models."""

MARGINS = (*EFFECTS, *RACED)
"""Figures of which the user may say what difference does not matter; what follows from another has the other's."""

LATENCY_CONDITIONS = ("batch_size", "threads", "trials")
"""Figures of the latency group that say how it was measured and are no rows of a comparison."""

TRAINING_COUNTS = ("epochs", "best_epoch", "iterations", "steps", "best_step")
"""Figures that say how long a training went on, and are no rows either."""

WHOLE_NUMBERS = frozenset(
    {
        *LATENCY_CONDITIONS,
        *TRAINING_COUNTS,
        *(metric.name for metric in _ALL if metric.counted or metric.unit == "bytes"),
    }
)
"""Figures that count something, which the store keeps as real numbers."""

_SERIES_DIRECTIONS: Mapping[str, bool | None] = {
    "train_loss": False,
    "val_loss": False,
    "learning_rate": None,
    "grad_norm": None,
    "examples_per_s": True,
    **dict.fromkeys(TRAINING_COUNTS, None),
}


def metric_of(name: str) -> Metric:
    """The metric of a row of a comparison, of all examples or of a class; raises KeyError for a name of neither."""
    return METRICS.get(name) or CLASS_METRICS[name]


def direction_of(name: str) -> bool | None:
    """Whether higher is better for a figure or a series, None where neither is or the name is not known.

    ``train_`` and ``val_`` before a metric's name say on which part it was taken and do not change its direction.
    """
    if name in _SERIES_DIRECTIONS:
        return _SERIES_DIRECTIONS[name]
    metric = METRICS.get(name) or METRICS.get(name.removeprefix("train_").removeprefix("val_"))
    return metric.higher_is_better if metric is not None else None
