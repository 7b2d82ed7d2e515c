"""One run from its spec to its figures, as a generator of events that reads top to bottom.

It is the whole engine behind a trainer: it knows nothing of processes, spools or stores, so that a test or a notebook
can iterate over it. To stop it, close it. The phases are those that a user sees: importing, preparing, training,
evaluating, measuring; everything that a later phase needs is imported in the first, so that replacing the installed
packages under a running training does not break it.
"""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from store.records import Figure, FigureGroup, Phase
from workbench.evaluation.metrics import METRICS
from workbench.events import (
    ClassesFound,
    DataDescribed,
    EnvironmentFound,
    Event,
    ExampleSetFound,
    FiguresFound,
    LineLogged,
    OutcomesFound,
    PhaseEntered,
    Progressed,
    TrialsFound,
)
from workbench.formatting import format_duration, format_value
from workbench.models import Family, ModelEntry, check_fit, find_model
from workbench.parameters import complete
from workbench.spec import RunSpec
from workbench.workspace import Workspace

if TYPE_CHECKING:
    from workbench.data.preparation import Prepared
    from workbench.evaluation.cost import Energy, Price
    from workbench.models.predictors import Predictor, Probabilities, Rows
    from workbench.training import Trained

PREDICTION_BATCH = 4096
PROGRESS_EVERY_S = 0.1

_NEEDED = (
    "threadpoolctl",
    "torch",
    "workbench.environment",
    "workbench.evaluation.cost",
    "workbench.evaluation.latency",
    "workbench.evaluation.outcomes",
    "workbench.evaluation.size",
    "workbench.models.checkpoint",
    "workbench.settings",
    "workbench.telemetry",
    "workbench.training.keeping",
    "workbench.training.seeding",
)
_NEEDED_BY_CLASSIFIERS = ("workbench.data.preparation", "workbench.evaluation.scores")
_NEEDED_BY_ESTIMATORS = ("skops.io", "workbench.models.estimators", "workbench.training.fitting")
_NEEDED_BY_FAMILY = {
    Family.NEURAL: ("safetensors.torch", "torch.optim", "workbench.models.networks", "workbench.training.loop"),
    Family.LINEAR: ("sklearn.linear_model", *_NEEDED_BY_ESTIMATORS),
    Family.BASELINE: ("sklearn.dummy", *_NEEDED_BY_ESTIMATORS),
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained model, what its training came to, and what that took."""

    predictor: "Predictor"
    trained: "Trained"
    seconds: float
    energy: "Energy"


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What the catalogue of models asks about data that has been prepared."""

    name: str
    task: str
    kind: str


def execute(spec: RunSpec, workspace: Workspace) -> Generator[Event, None, None]:
    """Trains and evaluates what ``spec`` says, on what ``workspace`` lends.

    Raises ReportedError with a sentence for everything that the user can mend: UnknownName, BadValue, UnusableData,
    UsageError where model and data do not fit, Diverged, DiskError.
    """
    yield PhaseEntered(Phase.IMPORTING)
    entry = find_model(spec.model)
    import_all(entry)
    from workbench.data import prepare
    from workbench.environment import describe_libraries
    from workbench.evaluation.cost import price_of
    from workbench.training.seeding import settle_torch

    price = price_of(workspace.device)  # now, since settings that cannot be read must not spoil a finished training
    settle_torch(spec.seed, workspace.threads)
    yield EnvironmentFound(describe_libraries())  # of torch as it trains, settled
    if entry.family is Family.LANGUAGE:
        from workbench.language_run import run_language_model

        yield from run_language_model(entry, spec, workspace, price)
        return

    yield PhaseEntered(Phase.PREPARING)
    prepared = prepare(spec.data)
    kind = "image" if len(prepared.input_shape) > 1 else "table"
    check_fit(entry, DataFacts(spec.data.dataset, prepared.task, kind))
    yield DataDescribed(prepared.describe())
    yield ExampleSetFound(prepared.example_set)
    yield LineLogged(
        f"{spec.data.dataset}: {len(prepared.y_train):,} examples to train, {len(prepared.y_val):,} to validate, "
        f"{len(prepared.y_test):,} to test · {prepared.x_train.shape[1]:,} values each · {len(prepared.labels)} classes"
    )

    yield PhaseEntered(Phase.TRAINING)
    fitted = yield from fit_model(entry, spec, prepared, workspace)

    yield PhaseEntered(Phase.EVALUATING)
    accuracy = yield from evaluate(fitted, prepared)

    yield PhaseEntered(Phase.MEASURING)
    yield from measure(fitted, prepared, workspace, price, accuracy)


def import_all(entry: ModelEntry) -> None:
    """Imports what a run of ``entry`` will need in any phase."""
    for module in _NEEDED:
        import_module(module)
    if entry.family is Family.LANGUAGE:
        from workbench.language_run import import_needed  # with transformers, which no other family wants

        import_needed()
        return
    for module in (*_NEEDED_BY_CLASSIFIERS, *_NEEDED_BY_FAMILY[entry.family]):
        import_module(module)
    if entry.family is Family.NEURAL:
        from workbench.training.seeding import rehearse

        rehearse()


def fit_model(
    entry: ModelEntry, spec: RunSpec, prepared: "Prepared", workspace: Workspace
) -> Generator[Event, None, Fitted]:
    """Builds and trains the model, and keeps its checkpoint; goes on where an earlier attempt in the folder stopped."""
    from workbench.evaluation.cost import TrainingMeter
    from workbench.models.building import DataShape, build
    from workbench.models.checkpoint import FOLDER, CheckpointConfig, write_config
    from workbench.models.predictors import EstimatorPredictor, NetworkPredictor, Predictor

    parameters = complete(entry.parameters, spec.parameters)
    shape = DataShape(prepared.input_shape, len(prepared.labels))
    folder = workspace.folder / FOLDER
    write_config(
        folder, CheckpointConfig(entry.name, parameters, prepared.input_shape, prepared.labels, prepared.fingerprint)
    )
    model = build(entry, parameters, shape)
    meter = TrainingMeter.begin(workspace.device)
    predictor: Predictor
    if entry.family is Family.NEURAL:
        from workbench.training.config import TrainingConfig
        from workbench.training.loop import train
        from workbench.training.parts import Part

        device, config = workspace.device, TrainingConfig.of(parameters, spec.seed)
        train_part = Part.of(prepared.x_train, prepared.y_train, device)
        val_part = Part.of(prepared.x_val, prepared.y_val, device)
        trained = yield from train(model.to(device), train_part, val_part, config, device=device, folder=folder)
        predictor = NetworkPredictor(model, device)
    else:
        from workbench.training.fitting import fit

        trained = yield from fit(model, prepared.x_train, prepared.y_train, folder)
        predictor = EstimatorPredictor(model, shape)
    seconds, energy = meter.read(trained.earlier_seconds)
    yield LineLogged(f"trained in {format_duration(seconds)}")
    return Fitted(predictor, trained, seconds, energy)


def evaluate(fitted: Fitted, prepared: "Prepared") -> Generator[Event, None, float | None]:
    """Scores the model on all three parts, the test part in full; returns its test accuracy."""
    from workbench.evaluation.outcomes import make_outcomes
    from workbench.evaluation.scores import part_figures, score

    probabilities = yield from predict(fitted.predictor, prepared.x_test)
    scores = score(prepared.labels, prepared.y_test, probabilities)
    yield FiguresFound((*scores.figures, *training_figures(fitted.trained)))
    yield ClassesFound(scores.classes, scores.confusion)
    yield OutcomesFound(make_outcomes(prepared.example_set.key, prepared.labels, prepared.y_test, probabilities))
    for part, x, y in (("train", prepared.x_train, prepared.y_train), ("val", prepared.x_val, prepared.y_val)):
        yield FiguresFound(part_figures(part, y, (yield from predict(fitted.predictor, x))))
    yield LineLogged(f"test part: {describe_figures(scores.figures, ('accuracy', 'macro_f1', 'log_loss'))}")
    return scores.value("accuracy")


def measure(
    fitted: Fitted, prepared: "Prepared", workspace: Workspace, price: "Price", accuracy: float | None
) -> Generator[Event, None, None]:
    """Takes latency, cost and size."""
    from workbench.evaluation.cost import cost_figures
    from workbench.evaluation.latency import measure_latency
    from workbench.evaluation.size import size_figures
    from workbench.models.checkpoint import FOLDER, model_bytes

    latency = yield from measure_latency(fitted.predictor, prepared.x_test, workspace)
    yield TrialsFound(latency.trials)
    yield FiguresFound(latency.figures)
    yield LineLogged(f"one prediction: {describe_figures(latency.figures, ('p50_ms', 'p95_ms'))}")
    yield FiguresFound(
        cost_figures(
            price,
            fitted.energy,
            device_seconds=fitted.seconds,
            mean_ms=latency.mean_ms,
            accuracy=accuracy,
        )
    )
    checkpoint_bytes = model_bytes(workspace.folder / FOLDER)
    yield FiguresFound(size_figures(fitted.predictor.parameters, checkpoint_bytes, workspace.device))


def predict(predictor: "Predictor", rows: "Rows") -> Generator[Event, None, "Probabilities"]:
    """Probabilities (n, K) of rows (n, d), in batches between which a run can be stopped."""
    import numpy as np  # only a trainer needs it here

    batches, due = [], time.monotonic() + PROGRESS_EVERY_S
    for start in range(0, len(rows), PREDICTION_BATCH):
        batches.append(predictor.predict(rows[start : start + PREDICTION_BATCH]))
        if time.monotonic() >= due:
            due = time.monotonic() + PROGRESS_EVERY_S
            yield Progressed(start + len(batches[-1]), len(rows), "examples")
    return np.concatenate(batches) if batches else np.zeros((0, 1))


def training_figures(trained: "Trained") -> tuple[Figure, ...]:
    """How long a training went on, as figures; only those that its kind of model has."""
    counts = (("epochs", trained.epochs), ("best_epoch", trained.best_epoch), ("iterations", trained.iterations))
    return tuple(Figure(FigureGroup.METRICS, name, float(value)) for name, value in counts if value is not None)


def describe_figures(figures: Sequence[Figure], names: Sequence[str]) -> str:
    """Some of ``figures`` in a line for the log, as ``accuracy 0.9722 · log loss 0.1034``."""
    return " · ".join(
        f"{METRICS[figure.name].title} {format_value(figure.name, figure.value)}"
        for figure in figures
        if figure.name in names
    )
