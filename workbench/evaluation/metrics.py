"""The one table of figures: name, title, unit, direction, and how two runs' values may be compared.

Screens colour by it, the command line sorts by it, the comparison takes its rows, Holm families and derived rows from
it. Names are the keys of ``show --json``. It imports nothing heavy, so that everything may import it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from store.records import FigureGroup


class HolmFamily(StrEnum):
    """Rows whose p-values are adjusted together by Holm's method, whatever is on the screen."""

    QUALITY = "quality"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a run.

    ``higher_is_better`` is None where neither direction is better. ``counted`` figures are exact and compare exactly;
    ``measured_once`` figures have n = 1 and never carry a verdict. A row with ``derived_from`` is computed from the
    figures named and takes over their verdict (where several are named: the verdict on which they agree).
    """

    name: str
    title: str
    group: FigureGroup
    unit: str
    higher_is_better: bool | None
    definition: str
    """What the figure is, in a sentence: a screen shows it as help."""
    family: HolmFamily | None = None
    derived_from: tuple[str, ...] = ()
    counted: bool = False
    measured_once: bool = False

    @property
    def row_group(self) -> str:
        """The group of the metric's row in a comparison: accuracy, latency, cost or size."""
        return "accuracy" if self.group is FigureGroup.METRICS else self.group.value


def _quality(name: str, title: str, up: bool, definition: str, *, unit: str = "", family: bool = False) -> Metric:
    holm = HolmFamily.QUALITY if family else None
    return Metric(name, title, FigureGroup.METRICS, unit, up, definition, family=holm)


def _latency(name: str, title: str, definition: str, *, family: bool = False) -> Metric:
    holm = HolmFamily.LATENCY if family else None
    return Metric(name, title, FigureGroup.LATENCY, "ms", False, definition, family=holm)


_ALL = (
    _quality("accuracy", "accuracy", True, "Share of the test examples whose predicted class is right.", family=True),
    _quality("balanced_accuracy", "balanced accuracy", True, "Mean recall over the classes that occur."),
    _quality("macro_f1", "macro F1", True, "Mean F1 over the classes; a class never predicted counts 0.", family=True),
    _quality("macro_precision", "macro precision", True, "Mean precision; a class never predicted counts 0."),
    _quality("macro_recall", "macro recall", True, "Mean recall over the classes that occur."),
    _quality(
        "log_loss",
        "log loss",
        False,
        "Mean of -ln p(true class), p clipped at 1e-7.",
        unit="nats",
        family=True,
    ),
    _quality(
        "brier", "Brier score", False, "Mean over examples of the squared error summed over all classes (0 to 2)."
    ),
    _quality(
        "roc_auc",
        "ROC AUC",
        True,
        "Area under the ROC curve; for more than two classes the mean of one class against the rest.",
        family=True,
    ),
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
        "energy_j",
        "training energy",
        FigureGroup.COST,
        "J",
        False,
        "What the board's own counter rose by during training.",
        measured_once=True,
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

LATENCY_CONDITIONS = ("batch_size", "threads", "trials")
"""Figures of the latency group that say how it was measured and are no rows of a comparison."""

TRAINING_COUNTS = ("epochs", "best_epoch", "iterations")
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
    "examples_per_s": True,
    **dict.fromkeys(TRAINING_COUNTS, None),
}


def direction_of(name: str) -> bool | None:
    """Whether higher is better for a figure or a series, None where neither is or the name is not known.

    ``train_`` and ``val_`` before a metric's name say on which part it was taken and do not change its direction.
    """
    if name in _SERIES_DIRECTIONS:
        return _SERIES_DIRECTIONS[name]
    metric = METRICS.get(name) or METRICS.get(name.removeprefix("train_").removeprefix("val_"))
    return metric.higher_is_better if metric is not None else None
