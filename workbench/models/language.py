"""Language models in the catalogue: GPT-2 from scratch in two sizes, and any causal checkpoint that is trained further.

As the rest of the catalogue it imports nothing heavy. A checkpoint has no entry of its own: its name, ``hf:FOLDER``,
``hf:ID`` or ``run:ID``, stands for the fine-tuning of what lies there.
"""

from collections.abc import Mapping
from typing import Final

from workbench.errors import BadValue
from workbench.evaluation.metrics import LANGUAGE
from workbench.inert import inert
from workbench.models.entries import Family, ModelEntry
from workbench.parameters import Kind, Parameter, Value

FULL, LORA = "full", "lora"
FP32, BF16 = "fp32", "bf16"
CHECKPOINTS: Final = ("hf:", "run:")
_LONGEST_LABEL: Final = 80


def names_checkpoint(name: str) -> bool:
    """Whether the name of a model means a checkpoint that is to be trained further."""
    return name.startswith(CHECKPOINTS)


def label_of(model: str) -> str:
    """A short name of a model: the last part of a checkpoint's path or id, else the whole."""
    if not model.startswith("hf:"):
        return model
    return inert(model.removeprefix("hf:").rstrip("/").rpartition("/")[2], _LONGEST_LABEL) or model


def check_together(entry: ModelEntry, parameters: Mapping[str, Value], device: str) -> None:
    """Raises BadValue where parameters of a language model do not go together, or not with the device.

    Any other model passes: what its parameters allow, each allows by itself.
    """
    if entry.family is not Family.LANGUAGE:
        return
    if parameters["precision"] == BF16 and not device.startswith("cuda"):
        raise BadValue(
            f"precision={BF16} is for GPUs, and this run would train on {device}, where it is slower and less exact. "
            f"Leave precision at {FP32}, or ask for a GPU with --device cuda."
        )
    width, heads = parameters.get("width"), parameters.get("heads")
    if isinstance(width, int) and isinstance(heads, int) and width % heads:
        raise BadValue(f"heads must divide the width, and {heads} does not divide {width}. Change one of them.")


def _schedule(
    *, epochs: int, steps: int, batch_size: int, learning_rate: float, accumulation: int
) -> tuple[Parameter, ...]:
    return (
        Parameter("epochs", Kind.INT, epochs, "Passes over the training part, at most.", low=1, high=100_000),
        Parameter(
            "steps",
            Kind.INT,
            steps,
            "Training steps, at most, where that is less than the epochs make; 0 leaves it to the epochs.",
            low=0,
            high=1_000_000_000,
        ),
        Parameter("batch_size", Kind.INT, batch_size, "Blocks of tokens that are read together.", low=1, high=65_536),
        Parameter(
            "accumulation",
            Kind.INT,
            accumulation,
            "Batches whose gradients make one step together: a larger batch in the memory of a smaller one.",
            low=1,
            high=65_536,
        ),
        Parameter(
            "learning_rate",
            Kind.FLOAT,
            learning_rate,
            "Step size of the AdamW optimiser after the warm-up.",
            low=0,
            high=10,
            above=True,
        ),
        Parameter(
            "schedule",
            Kind.CHOICE,
            "cosine",
            "How the learning rate moves after the warm-up: constant, or along a half cosine to a tenth.",
            choices=("cosine", "constant"),
        ),
        Parameter(
            "warmup",
            Kind.FLOAT,
            0.05,
            "Share of the steps in which the learning rate rises from zero.",
            low=0,
            high=0.9,
        ),
    )


def _regularisation(*, weight_decay: float, evaluate_every: int, patience: int) -> tuple[Parameter, ...]:
    return (
        Parameter(
            "weight_decay",
            Kind.FLOAT,
            weight_decay,
            "How strongly weights are pulled towards zero; biases and norms are left alone.",
            low=0,
            high=10,
        ),
        Parameter(
            "clip_norm",
            Kind.FLOAT,
            1.0,
            "The longest gradient that a step takes as it is; a longer one is shortened to this. 0 takes all.",
            low=0,
            high=1e6,
        ),
        Parameter(
            "precision",
            Kind.CHOICE,
            FP32,
            "Numbers to compute with: fp32, or on a GPU bf16 (autocast), which is faster and takes less memory.",
            choices=(FP32, BF16),
        ),
        Parameter(
            "evaluate_every",
            Kind.INT,
            evaluate_every,
            "Steps from one look at the validation part to the next; 0 looks after each epoch.",
            low=0,
            high=1_000_000,
        ),
        Parameter(
            "patience",
            Kind.INT,
            patience,
            "Looks without a lower validation loss after which training stops early; 0 never stops early.",
            low=0,
            high=100_000,
        ),
    )


def _architecture(
    *, layers: int, heads: int, width: int, context: int, vocabulary: int, dropout: float
) -> tuple[Parameter, ...]:
    return (
        Parameter("layers", Kind.INT, layers, "Blocks of attention and a dense layer.", low=1, high=256),
        Parameter("heads", Kind.INT, heads, "Heads of attention in a layer; they divide the width.", low=1, high=256),
        Parameter("width", Kind.INT, width, "Numbers that stand for a token between layers.", low=8, high=65_536),
        Parameter("context", Kind.INT, context, "The most tokens that a text is read from.", low=8, high=131_072),
        Parameter(
            "vocabulary",
            Kind.INT,
            vocabulary,
            "Tokens of the byte-level BPE that is trained on the training part, at most.",
            low=257,
            high=1_000_000,
        ),
        Parameter(
            "dropout",
            Kind.FLOAT,
            dropout,
            "Share of the hidden values that are set to zero at random in each training step.",
            low=0,
            high=0.95,
        ),
    )


_GPT2_TINY = ModelEntry(
    name="gpt2-tiny",
    family=Family.LANGUAGE,
    summary="GPT-2's architecture in small, from scratch: a first text in two minutes on a laptop's CPU.",
    tasks=(LANGUAGE,),
    kinds=("text",),
    devices=("cpu", "cuda"),
    parameters=(
        *_architecture(layers=2, heads=4, width=128, context=128, vocabulary=2048, dropout=0.0),
        *_schedule(epochs=20, steps=600, batch_size=16, learning_rate=3e-3, accumulation=1),
        *_regularisation(weight_decay=0.1, evaluate_every=100, patience=5),
    ),
    builder="workbench.language.beginnings:gpt2_from_scratch",
)
_GPT2_SMALL = ModelEntry(
    name="gpt2-small",
    family=Family.LANGUAGE,
    summary="GPT-2 with its 124 million weights, from scratch; for a GPU.",
    tasks=(LANGUAGE,),
    kinds=("text",),
    devices=("cpu", "cuda"),
    parameters=(
        *_architecture(layers=12, heads=12, width=768, context=1024, vocabulary=50_257, dropout=0.1),
        *_schedule(epochs=3, steps=0, batch_size=8, learning_rate=6e-4, accumulation=4),
        *_regularisation(weight_decay=0.1, evaluate_every=250, patience=5),
    ),
    builder="workbench.language.beginnings:gpt2_from_scratch",
)
LANGUAGE_MODELS: Final = (_GPT2_TINY, _GPT2_SMALL)

_FINE_TUNING: Final = (
    Parameter(
        "method",
        Kind.CHOICE,
        FULL,
        "What is trained: all weights, or small matrices beside them (LoRA), which takes a fraction of the memory.",
        choices=(FULL, LORA),
    ),
    Parameter(
        "context",
        Kind.INT,
        0,
        "Tokens of a block of training text; 0 takes the model's own context, at most 1,024.",
        low=0,
        high=131_072,
    ),
    *_schedule(epochs=3, steps=0, batch_size=4, learning_rate=5e-5, accumulation=4),
    *_regularisation(weight_decay=0.01, evaluate_every=50, patience=3),
    Parameter("lora_rank", Kind.INT, 8, "Rank of the matrices of LoRA: how much it can learn.", low=1, high=4096),
    Parameter("lora_alpha", Kind.FLOAT, 16.0, "What LoRA's matrices are scaled by, over the rank.", low=0, high=65_536),
    Parameter("lora_dropout", Kind.FLOAT, 0.05, "Dropout before LoRA's matrices.", low=0, high=0.95),
)


def fine_tuning(name: str) -> ModelEntry:
    """The entry of a checkpoint that is trained further, called as the checkpoint is."""
    return ModelEntry(
        name=name,
        family=Family.LANGUAGE,
        summary=f"{label_of(name)}, trained further on a text of one's own.",
        tasks=(LANGUAGE,),
        kinds=("text",),
        devices=("cpu", "cuda"),
        parameters=_FINE_TUNING,
        builder="workbench.language.beginnings:from_checkpoint",
    )
