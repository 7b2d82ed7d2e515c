"""The catalogue of models: what can be trained, on which data, and with which parameters.

It imports nothing heavy: forms, help, ``workbench models`` and the check before a launch read it in a process that
never imports torch or scikit-learn. ``builder`` names the function that does, and only the trainer calls it.
"""

from collections.abc import Mapping

from workbench.errors import UnknownName, UsageError
from workbench.models.entries import Data, Family, ModelEntry
from workbench.models.language import LANGUAGE_MODELS, fine_tuning, names_checkpoint
from workbench.parameters import Kind, Parameter

__all__ = ["MODELS", "Data", "Family", "ModelEntry", "check_fit", "find_model", "misfit"]

_TASKS = ("classification",)
_DROPOUT_HELP = "Share of the hidden values that are set to zero at random in each training step."


def _optimisation(*, epochs: int, learning_rate: float, smallest_batch: int = 1) -> tuple[Parameter, ...]:
    return (
        Parameter("epochs", Kind.INT, epochs, "Passes over the training part, at most.", low=1, high=100_000),
        Parameter("batch_size", Kind.INT, 64, "Examples in each training step.", low=smallest_batch, high=65_536),
        Parameter(
            "learning_rate", Kind.FLOAT, learning_rate, "Step size of the Adam optimiser.", low=0, high=10, above=True
        ),
        Parameter(
            "schedule",
            Kind.CHOICE,
            "constant",
            "How the learning rate moves: constant, or falling to zero along a half cosine over all epochs.",
            choices=("constant", "cosine"),
        ),
        Parameter("weight_decay", Kind.FLOAT, 0.0, "How strongly weights are pulled towards zero.", low=0, high=10),
        Parameter(
            "decoupled_decay",
            Kind.BOOL,
            True,
            "Whether weight decay acts on the weights themselves (AdamW) instead of on the gradient.",
        ),
        Parameter(
            "patience",
            Kind.INT,
            10,
            "Epochs without a lower validation loss after which training stops early; 0 never stops early.",
            low=0,
            high=100_000,
        ),
    )


_MAJORITY = ModelEntry(
    name="majority-class",
    family=Family.BASELINE,
    summary="Always predicts the most frequent class: what any other model must beat.",
    tasks=_TASKS,
    kinds=("table", "image"),
    devices=("cpu",),
    parameters=(),
    builder="workbench.models.estimators:majority_class",
)
_LOGISTIC = ModelEntry(
    name="logistic-regression",
    family=Family.LINEAR,
    summary="Linear model with a softmax and an L2 penalty (scikit-learn, L-BFGS).",
    tasks=_TASKS,
    kinds=("table", "image"),
    devices=("cpu",),
    parameters=(
        Parameter(
            "C",
            Kind.FLOAT,
            1.0,
            "Inverse strength of the L2 penalty: smaller values hold the weights closer to zero.",
            low=0,
            high=1e9,
            above=True,
        ),
        Parameter("max_iter", Kind.INT, 500, "Iterations of the solver, at most.", low=1, high=1_000_000),
        Parameter(
            "class_weight",
            Kind.CHOICE,
            "none",
            "Whether examples of rare classes count more, so that each class counts the same: balanced does that.",
            choices=("none", "balanced"),
        ),
    ),
    builder="workbench.models.estimators:logistic_regression",
)
_MLP = ModelEntry(
    name="mlp",
    family=Family.NEURAL,
    summary="Multi-layer perceptron (PyTorch): fully connected layers with dropout.",
    tasks=_TASKS,
    kinds=("table", "image"),
    devices=("cpu", "cuda"),
    parameters=(
        Parameter("hidden", Kind.INTS, (128, 64), "Widths of the hidden layers.", low=1, high=65_536, longest=16),
        Parameter(
            "activation",
            Kind.CHOICE,
            "relu",
            "The function between the layers.",
            choices=("relu", "gelu", "silu", "tanh"),
        ),
        Parameter("dropout", Kind.FLOAT, 0.1, _DROPOUT_HELP, low=0, high=0.95),
        *_optimisation(epochs=60, learning_rate=2e-3),
    ),
    builder="workbench.models.networks:mlp",
)
_CNN = ModelEntry(
    name="cnn",
    family=Family.NEURAL,
    summary="Convolutional network (PyTorch): two convolution blocks, then two dense layers.",
    tasks=_TASKS,
    kinds=("image",),
    devices=("cpu", "cuda"),
    parameters=(
        Parameter(
            "channels", Kind.INTS, (16, 32), "Channels of the two convolution blocks.", low=1, high=4_096, longest=2
        ),
        Parameter("kernel_size", Kind.INT, 3, "Side of the convolution's window in pixels.", low=1, high=15),
        Parameter("dense_width", Kind.INT, 64, "Width of the dense layer before the output.", low=1, high=65_536),
        Parameter("dropout", Kind.FLOAT, 0.25, _DROPOUT_HELP, low=0, high=0.95),
        # A single example has no spread that batch normalisation could divide by.
        *_optimisation(epochs=30, learning_rate=2e-3, smallest_batch=2),
    ),
    builder="workbench.models.networks:cnn",
)

MODELS: Mapping[str, ModelEntry] = {entry.name: entry for entry in (_MAJORITY, _LOGISTIC, _MLP, _CNN, *LANGUAGE_MODELS)}


def find_model(name: str) -> ModelEntry:
    """The entry called ``name``, or the fine-tuning of a checkpoint (``hf:…``, ``run:…``).

    Raises UnknownName with the nearest names.
    """
    if names_checkpoint(name):
        return fine_tuning(name)
    if name not in MODELS:
        raise UnknownName("model", name, MODELS)
    return MODELS[name]


def misfit(entry: ModelEntry, data: Data) -> str | None:
    """Why ``entry`` cannot be trained on ``data``, in a sentence that says what to do; None where it can."""
    if data.task not in entry.tasks:
        fitting = sorted(other.name for other in MODELS.values() if data.task in other.tasks)
        offer = f"Models that do: {', '.join(fitting)}." if fitting else "No model of the catalogue does."
        return f"{entry.name} does not do {data.task}, which {data.name} asks for. {offer}"
    if data.kind not in entry.kinds:
        fitting = [other.name for other in MODELS.values() if data.kind in other.kinds and data.task in other.tasks]
        takes = " and ".join(f"{kind}s" for kind in entry.kinds)
        return f"{entry.name} takes {takes}, and {data.name} is a {data.kind}. Models that fit: {', '.join(fitting)}."
    return None


def check_fit(entry: ModelEntry, data: Data) -> None:
    """Raises UsageError with the sentence of ``misfit`` where ``entry`` cannot be trained on ``data``."""
    reason = misfit(entry, data)
    if reason is not None:
        raise UsageError(reason)
