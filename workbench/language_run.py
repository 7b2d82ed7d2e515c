"""A language model's run from its text to its figures, as ``execution`` does it for classifiers, phase by phase.

What is evaluated and timed is the checkpoint that the run has kept, loaded as ``workbench generate`` loads it: so its
figures are those of the model that people will use, adapters of LoRA merged and all.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from store.records import Figure, FigureGroup, Phase
from workbench.events import (
    DataDescribed,
    EnvironmentFound,
    Event,
    ExampleSetFound,
    FiguresFound,
    LineLogged,
    OutcomesFound,
    PhaseEntered,
    TrialsFound,
)
from workbench.formatting import format_bytes, format_duration, format_value
from workbench.models import ModelEntry, check_fit
from workbench.models.language import LORA, check_together, label_of, names_checkpoint
from workbench.parameters import Value, complete
from workbench.spec import RunSpec
from workbench.stepwise import stepwise
from workbench.workspace import Workspace

if TYPE_CHECKING:
    from workbench.evaluation.cost import Energy, Price
    from workbench.language.beginnings import Beginning
    from workbench.language.checkpoints import LanguageModel
    from workbench.language.sources import ModelFiles
    from workbench.language.text_preparation import PreparedText
    from workbench.training import Trained

NEEDED: Final = (
    "workbench.data.preparation",
    "workbench.evaluation.outcomes",
    "workbench.evaluation.text_latency",
    "workbench.evaluation.text_scores",
    "workbench.language.beginnings",
    "workbench.language.keeping",
    "workbench.language.part_scores",
    "workbench.language.text_preparation",
    "workbench.language.tokenizers",
    "workbench.models.building",
    "workbench.training.language_loop",
    "workbench.training.language_rehearsal",
    "workbench.training.samples",
)
"""What is imported in the first phase, besides what every run needs."""

RECIPE: Final = (
    "each token once, in windows of the model's context that move by half of it: from all that stands before it, or "
    "from at least half a window"
)

LESS_MEMORY: Final = (
    "Make batch_size smaller, and accumulation larger by as much, or the context shorter; a checkpoint takes less with "
    "method=lora."
)


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What the catalogue of models asks about text that has been prepared."""

    name: str
    task: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a training came to, and what it took."""

    trained: "Trained"
    parameters: int
    trainable: int
    seconds: float
    energy: "Energy"


def import_needed() -> None:
    """Imports what a language model's run will need in any phase, down to what transformers puts off."""
    for module in NEEDED:
        import_module(module)
    from workbench.training.language_rehearsal import rehearse

    rehearse()


def run_language_model(
    entry: ModelEntry, spec: RunSpec, workspace: Workspace, price: "Price"
) -> Generator[Event, None, None]:
    """All phases after the first; raises what ``execution.execute`` raises, and UnusableModel or OutOfMemory."""
    from workbench.language.checkpoints import check_places
    from workbench.language.text_preparation import UnitKind, prepare_text

    yield PhaseEntered(Phase.PREPARING)
    parameters = complete(entry.parameters, spec.parameters)
    check_together(entry, parameters, workspace.device)
    prepared = yield from stepwise(lambda tell: prepare_text(spec.data, tell), "of the text")
    check_fit(entry, TextFacts(spec.data.dataset, prepared.task))
    files = find_base(spec.model, workspace) if names_checkpoint(spec.model) else None
    if files is not None:
        yield EnvironmentFound(describe_base(files))
    beginning = begin(entry, parameters, prepared, files)
    if files is not None and prepared.unit is UnitKind.SPAN:
        check_places(files.source, beginning.tokenizer)  # now, and not when it has been trained
    yield DataDescribed({**prepared.describe(), "scoring": describe_scoring(beginning, prepared)})
    yield ExampleSetFound(prepared.example_set)
    yield from describe_beginning(spec, prepared, beginning)

    learned = yield from learn(entry, spec, parameters, prepared, beginning, workspace)
    del beginning  # its memory is that of weights, gradients and the optimiser's moments

    yield PhaseEntered(Phase.EVALUATING)
    model = load_kept(workspace)
    yield FiguresFound(training_figures(learned.trained))
    yield from evaluate(model, prepared)

    yield PhaseEntered(Phase.MEASURING)
    yield from measure(model, prepared, learned, workspace, price)


def find_base(model: str, workspace: Workspace) -> "ModelFiles":
    """The files of the checkpoint that is trained further; another run's lie beside our own folder."""
    from workbench.language.sources import find_files, parse_source

    return find_files(parse_source(model), lambda run_id: workspace.folder.parent / run_id)


def describe_base(files: "ModelFiles") -> Mapping[str, Any]:
    """What is kept of the checkpoint that is trained further, since its folder may change."""
    from workbench.language.identity import weights_hash

    return {"base_model": str(files.source), "base_weights": weights_hash(files)}


def begin(
    entry: ModelEntry, parameters: Mapping[str, Value], prepared: "PreparedText", files: "ModelFiles | None"
) -> "Beginning":
    """The network to be trained and its tokenizer."""
    from workbench.models.building import builder_of

    what: Any = prepared.train if files is None else files
    beginning: Beginning = builder_of(entry)(parameters, what)
    return beginning


def describe_scoring(beginning: "Beginning", prepared: "PreparedText") -> Mapping[str, Any]:
    """How the test part is going to be scored, for whoever wants to score another model alike."""
    from workbench.language.scoring import LONGEST_WINDOW

    config = beginning.network.config.get_text_config(decoder=True)
    window = min(getattr(config, "max_position_embeddings", None) or LONGEST_WINDOW, LONGEST_WINDOW)
    return {"recipe": RECIPE, "window": window, "stride": max(1, window // 2), "unit": prepared.unit.value}


def describe_beginning(spec: RunSpec, prepared: "PreparedText", beginning: "Beginning") -> Generator[Event, None, None]:
    """The data and the model in two lines of the log."""
    from workbench.language.spans import byte_length

    size = sum(map(byte_length, prepared.train))
    units = prepared.units
    yield LineLogged(
        f"{prepared.name}: {format_bytes(size)} to train on · {units['train']:,} {prepared.unit}s to train, "
        f"{units['val']:,} to validate, {units['test']:,} to test"
    )
    trained = "" if beginning.trainable == beginning.parameters else f", {beginning.trainable:,} of them trained (LoRA)"
    yield LineLogged(
        f"{label_of(spec.model)}: {beginning.parameters:,} parameters{trained} · {len(beginning.tokenizer):,} tokens "
        f"in the vocabulary · blocks of {beginning.context:,} tokens"
    )


def learn(
    entry: ModelEntry,
    spec: RunSpec,
    parameters: Mapping[str, Value],
    prepared: "PreparedText",
    beginning: "Beginning",
    workspace: Workspace,
) -> Generator[Event, None, Learned]:
    """Trains the model and keeps its checkpoint; goes on where an earlier attempt in the folder stopped."""
    from workbench.evaluation.cost import TrainingMeter
    from workbench.language.memory import reporting_memory
    from workbench.models.checkpoint import FOLDER, CheckpointConfig, write_config
    from workbench.training.blocks import make_blocks, make_val_blocks
    from workbench.training.language_config import LanguageConfig
    from workbench.training.language_loop import train_language_model
    from workbench.training.samples import prompt_of, sample_line

    device, folder = workspace.device, workspace.folder / FOLDER
    blocks = yield from stepwise(lambda tell: make_blocks(beginning, prepared.train, device, tell), "characters")
    val = yield from stepwise(lambda tell: make_val_blocks(beginning, prepared.val, device, tell), "characters")
    write_config(folder, CheckpointConfig(entry.name, parameters, (), (), prepared.fingerprint))
    prompt = prompt_of(beginning, prepared.val)

    yield PhaseEntered(Phase.TRAINING)
    config = LanguageConfig.of(parameters, spec.seed)
    meter = TrainingMeter.begin(device)
    with reporting_memory(f"train this model on {device}", LESS_MEMORY):
        beginning.network.to(device)  # type: ignore[arg-type]
        trained = yield from train_language_model(
            beginning, blocks, val, config, folder=folder, sample=lambda: sample_line(beginning, prompt)
        )
    seconds, energy = meter.read(trained.earlier_seconds)
    yield LineLogged(f"trained in {format_duration(seconds)}")
    if parameters.get("method") == LORA:
        yield LineLogged("the matrices of LoRA were added to the weights: the checkpoint is an ordinary one")
    return Learned(trained, beginning.parameters, beginning.trainable, seconds, energy)


def load_kept(workspace: Workspace) -> "LanguageModel":
    """The model that the run has kept, as ``workbench generate`` loads it."""
    from workbench.language.checkpoints import load_model
    from workbench.language.sources import ModelSource, SourceKind, find_files

    source = ModelSource(SourceKind.RUN, workspace.folder.name)
    return load_model(find_files(source, lambda _: workspace.folder), device=workspace.device)


def evaluate(model: "LanguageModel", prepared: "PreparedText") -> Generator[Event, None, None]:
    """Scores the test part in full, and of the other two as much as ``part_scores.MOST_BYTES``."""
    from workbench.evaluation.outcomes import make_unit_outcomes
    from workbench.evaluation.text_scores import text_figures
    from workbench.language.part_scores import score_part, some_of

    test = yield from score_part(model, prepared.test, prepared.unit)
    figures = text_figures(test.bits, test.n_bytes, test.tokens, test.right)
    yield FiguresFound(figures)
    yield OutcomesFound(make_unit_outcomes(prepared.example_set.key, test.bits, test.n_bytes, test.tokens, test.right))
    if not test.lossless:
        yield LineLogged(
            "the tokenizer does not give the test text back as it was: its code leaves something out, and is too short",
            "warning",
        )
    for part, texts in (("train", prepared.train), ("val", prepared.val)):
        some = some_of(texts)
        scores = yield from score_part(model, some.texts, prepared.unit)
        found = text_figures(scores.bits, scores.n_bytes, scores.tokens, scores.right, part)
        yield FiguresFound(tuple(Figure(f.group, f.name, f.value, f.note or some.note) for f in found))
    shown = (f"{figure.name.replace('_', ' ')} {format_value(figure.name, figure.value)}" for figure in figures)
    yield LineLogged(f"test part: {' · '.join(shown)}")


def measure(
    model: "LanguageModel", prepared: "PreparedText", learned: Learned, workspace: Workspace, price: "Price"
) -> Generator[Event, None, None]:
    """Takes the times of writing, cost and size."""
    from workbench.evaluation.cost import text_cost_figures
    from workbench.evaluation.size import size_figures
    from workbench.evaluation.text_latency import measure_text_latency, prompts_of
    from workbench.models.checkpoint import FOLDER, model_bytes

    latency = yield from measure_text_latency(model, prompts_of(model, prepared.test_units), workspace)
    yield TrialsFound(latency.trials)
    yield FiguresFound(latency.figures)
    yield LineLogged(
        f"writing: first token {format_value('ttft_ms', latency.first_ms)} · "
        f"then {1000 / latency.mean_ms:,.0f} tokens/s"
    )
    yield FiguresFound(
        text_cost_figures(
            price,
            learned.energy,
            device_seconds=learned.seconds,
            mean_ms=latency.mean_ms,
            writing=latency.energy,
            tokens=latency.tokens,
        )
    )
    checkpoint_bytes = model_bytes(workspace.folder / FOLDER)
    yield FiguresFound(
        (
            *size_figures(learned.parameters, checkpoint_bytes, workspace.device),
            *_trained_parameters(learned),
        )
    )


def training_figures(trained: "Trained") -> tuple[Figure, ...]:
    """How long a training went on, as figures."""
    counts = (("epochs", trained.epochs), ("steps", trained.steps), ("best_step", trained.best_step))
    return tuple(Figure(FigureGroup.METRICS, name, float(value)) for name, value in counts if value is not None)


def _trained_parameters(learned: Learned) -> tuple[Figure, ...]:
    if learned.trainable == learned.parameters:
        return ()
    note = f"{learned.trainable:,} of them were trained, as matrices of LoRA beside the others"
    return (Figure(FigureGroup.SIZE, "parameters", float(learned.parameters), note),)
