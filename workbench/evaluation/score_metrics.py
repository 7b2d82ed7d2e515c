"""The figures of how well a model predicts, by task, and those of a single class: declared for ``metrics``."""

from collections.abc import Mapping

from store.records import FigureGroup
from workbench.evaluation.metric import CLASSIFICATION, LANGUAGE, REGRESSION, HolmFamily, Metric


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


SCORE_METRICS = (
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
)
"""The scores, in the order in which rows are shown."""

CLASS_METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        _score("precision", "precision", True, "Share of what is taken for the class that is of it."),
        _score("recall", "recall", True, "Share of the class's examples that are recognised."),
        _score("f1", "F1", True, "Harmonic mean of precision and recall: 2 x right / (taken for it + of it)."),
    )
}
"""The scores of a single class: the rows of a comparison class by class."""
