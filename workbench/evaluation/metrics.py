"""The one table of figures: name, title, unit, direction, and how two runs' values may be compared.

Screens colour by it, the command line sorts by it, the comparison takes its rows, Holm families and derived rows from
it. Names are the keys of ``show --json``. It imports nothing heavy, so that everything may import it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from store.records import FigureGroup

CLASSIFICATION, REGRESSION, LANGUAGE = "classification", "regression", "language-modelling"
"""The tasks that a score can belong to, by the names that data sets and runs have them under."""


class HolmFamily(StrEnum):
    """Rows whose p-values are adjusted together by Holm's method, whatever is on the screen.

    A run has one task, so it has one family of scores: of classes accuracy, macro F1, log loss and ROC AUC; of numbers
    the mean squared and the mean absolute error; of text bits per byte and next-token accuracy.
    """

    QUALITY = "quality"
    VALUES = "values"
    TEXT = "text"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a run.

    ``higher_is_better`` is None where neither direction is better. ``counted`` figures are exact and compare exactly;
    ``measured_once`` figures have n = 1 and never carry a verdict. A row with ``derived_from`` is computed from the
    figures named and takes over their verdict (where several are named: the verdict on which they agree).
    A score that is ``tested_as`` another orders any two models as that one does (RMSE as the mean squared error): it
    has an interval of its own, and the other's test. ``effect`` is the difference, in the metric's own unit, of which a
    comparison says how many examples would show it, unless the user names another; None: a 20th of the value.
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
    task: str | None = None
    """The task whose runs have the figure; None: every task's."""
    tested_as: str | None = None
    effect: float | None = None
    has_verdict: bool = True
    """False where a difference is shown with its interval, and judged by other figures."""
    per_token: bool = False
    """Whether it counts tokens, which are the tokenizer's: it compares only runs whose tokenizers cut a text alike."""

    @property
    def row_group(self) -> str:
        """The group of the metric's row in a comparison: accuracy, latency, cost or size."""
        return "accuracy" if self.group is FigureGroup.METRICS else self.group.value


def _score(
    name: str,
    title: str,
    up: bool,
    definition: str,
    *,
    task: str = CLASSIFICATION,
    unit: str = "",
    family: HolmFamily | None = None,
    effect: float | None = 0.01,
    tested_as: str | None = None,
    has_verdict: bool = True,
    per_token: bool = False,
) -> Metric:
    return Metric(
        name,
        title,
        FigureGroup.METRICS,
        unit,
        up,
        definition,
        family=family,
        task=task,
        tested_as=tested_as,
        effect=effect,
        has_verdict=has_verdict,
        per_token=per_token,
    )


def _latency(name: str, title: str, definition: str, *, family: bool = False) -> Metric:
    holm = HolmFamily.LATENCY if family else None
    return Metric(name, title, FigureGroup.LATENCY, "ms", False, definition, family=holm)


_ALL = (
    _score(
        "accuracy",
        "accuracy",
        True,
        "Share of the test examples whose predicted class is right.",
        family=HolmFamily.QUALITY,
    ),
    _score("balanced_accuracy", "balanced accuracy", True, "Mean recall over the classes that occur."),
    _score(
        "macro_f1",
        "macro F1",
        True,
        "Mean F1 over the classes; a class never predicted counts 0.",
        family=HolmFamily.QUALITY,
    ),
    _score("macro_precision", "macro precision", True, "Mean precision; a class never predicted counts 0."),
    _score("macro_recall", "macro recall", True, "Mean recall over the classes that occur."),
    _score("weighted_f1", "weighted F1", True, "Mean F1, each class weighted by how often it occurs."),
    _score(
        "weighted_precision",
        "weighted precision",
        True,
        "Mean precision, each class weighted by how often it occurs; a class never predicted counts 0.",
    ),
    _score(
        "weighted_recall",
        "weighted recall",
        True,
        "Mean recall, each class weighted by how often it occurs: the accuracy under another name.",
        tested_as="accuracy",
    ),
    _score(
        "log_loss",
        "log loss",
        False,
        "Mean of -ln p(true class), p clipped at 1e-7.",
        unit="nats",
        family=HolmFamily.QUALITY,
    ),
    _score("brier", "Brier score", False, "Mean over examples of the squared error summed over all classes (0 to 2)."),
    _score(
        "calibration_error",
        "calibration error",
        False,
        "How far confidence is from the share that is right: the root of the mean square over bins of equally many "
        "examples, less what chance alone makes of it.",
        has_verdict=False,
    ),
    _score(
        "roc_auc",
        "ROC AUC",
        True,
        "Area under the ROC curve; for more than two classes the mean of one class against the rest.",
        family=HolmFamily.QUALITY,
    ),
    _score(
        "rmse",
        "RMSE",
        False,
        "Root of the mean squared error, in the unit of the target.",
        task=REGRESSION,
        tested_as="mse",
        effect=None,
    ),
    _score(
        "mae",
        "mean absolute error",
        False,
        "Mean of |prediction - truth|, in the unit of the target.",
        task=REGRESSION,
        family=HolmFamily.VALUES,
        effect=None,
    ),
    _score(
        "mse",
        "mean squared error",
        False,
        "Mean of (prediction - truth)^2.",
        task=REGRESSION,
        family=HolmFamily.VALUES,
        effect=None,
    ),
    _score(
        "r2",
        "R2",
        True,
        "Share of the target's variance that the predictions explain; below 0, always answering the mean is better.",
        task=REGRESSION,
        tested_as="mse",
    ),
    _score(
        "bits_per_byte",
        "bits per byte",
        False,
        "Bits that the model needs to write a byte of the text.",
        task=LANGUAGE,
        family=HolmFamily.TEXT,
    ),
    _score(
        "perplexity",
        "perplexity",
        False,
        "2 to the power of the bits that the model needs for a token; comparable only between equal tokenizers.",
        task=LANGUAGE,
        tested_as="bits_per_byte",
        effect=None,
        per_token=True,
    ),
    _score(
        "next_token_accuracy",
        "next-token accuracy",
        True,
        "Share of the tokens that were the model's most probable ones; comparable only between equal tokenizers.",
        task=LANGUAGE,
        family=HolmFamily.TEXT,
        per_token=True,
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

CLASS_METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        _score("precision", "precision", True, "Share of what is taken for the class that is of it."),
        _score("recall", "recall", True, "Share of the class's examples that are recognised."),
        _score("f1", "F1", True, "Harmonic mean of precision and recall: 2 x right / (taken for it + of it)."),
    )
}
"""The scores of a single class: the rows of a comparison class by class."""

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
