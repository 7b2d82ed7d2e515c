"""The new-run form without its widgets: which fields there are, what is wrong with what was typed, what spec it makes.

Fields come from the model's typed parameters, so a new model needs no new form, and a person meets the same bounds and
sentences here as on the command line. What a draft differs in from what it began with is told in ``form_changes``, what
a run is going to take in ``form_estimate``.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from screens.form.checkpoint import A_CHECKPOINT, choice_of, text_of_checkpoint
from store.records import Run
from workbench.data import DATASETS, FILE_SUFFIXES, DatasetEntry
from workbench.data.files import TEXT, write_suffixes
from workbench.errors import BadValue, UsageError
from workbench.models import MODELS, ModelEntry, find_model, misfit
from workbench.models.language import label_of, names_checkpoint
from workbench.parameters import Kind, Parameter, Value, show_value
from workbench.spec import DEFAULT_TEST_FRACTION, DEFAULT_VAL_FRACTION, DataSpec, RunSpec, is_imported

A_FILE = "a file"
"""The choice of the data field that opens the fields for a path and a target."""

_ANY_TABLE = DatasetEntry(A_FILE, "classification", "table", "", None, 0, (), None)
_ANY_TEXT = DatasetEntry(A_FILE, "language-modelling", TEXT, "", None, 0, (), None)
"""What is known of a file before it is looked at, by its name."""
_SMOKE = "smoke"
_SMOKE_ROUNDS: Mapping[str, Value] = {"epochs": 1, "steps": 20}
"""An epoch of text may take a day: it is bounded by steps."""
_LARGEST_SEED = 2**32 - 1


def _fraction(name: str, default: float, words: str) -> Parameter:
    return Parameter(name, Kind.FLOAT, default, words, low=0, high=0.99, above=True)


SPLIT_FIELDS: tuple[Parameter, ...] = (
    _fraction("test_fraction", DEFAULT_TEST_FRACTION, "Share of the examples that are kept for the test."),
    _fraction("val_fraction", DEFAULT_VAL_FRACTION, "Share of the rest that is kept for validation."),
    Parameter("split_seed", Kind.INT, 0, "Of the split; runs compare best on the same.", low=0, high=_LARGEST_SEED),
)
RUN_FIELDS: tuple[Parameter, ...] = (
    Parameter("threads", Kind.INT, 1, "CPU threads of the run; 0 lets the machine decide.", low=0, high=1024),
    Parameter("seed", Kind.INT, 0, "Of the training: first weights, order of examples.", low=0, high=_LARGEST_SEED),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The run that a draft was cloned from, and the draft as it then was."""

    run_id: int
    name: str
    draft: "Draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form; texts as they were typed, wrong ones too."""

    model: str = "mlp"
    data: str = "digits"
    file: str = ""
    target: str = ""
    text: str = ""
    """The field of a file of JSON lines that holds the text, for a model that learns from text."""
    name: str = ""
    tags: str = ""
    """With commas between."""
    notes: str = ""
    device: str = "auto"
    values: Mapping[str, str] = field(default_factory=dict)
    """By field: the model's parameters, SPLIT_FIELDS and RUN_FIELDS; what is not here is the default."""
    origin: Origin | None = None

    @property
    def model_choice(self) -> str:
        """What stands in the model field: ``model``, or that it is a checkpoint."""
        return choice_of(self.model)

    @property
    def checkpoint(self) -> str:
        """What stands in the checkpoint field."""
        return text_of_checkpoint(self.model)

    @classmethod
    def from_run(cls, run: Run) -> "Draft":
        """A clone of a run; raises UsageError where its model is not one that can be trained here."""
        if is_imported(run):
            raise UsageError(f"{run.name} cannot be cloned: its model was measured elsewhere.")
        if entry_of(run.model) is None:
            raise UsageError(
                f"{run.name} cannot be cloned: its model, {run.model}, is not one that can be trained here."
            )
        spec = run.spec
        data = {"dataset": run.dataset, "split_seed": run.split_seed, **spec.get("data", {})}
        known = data["dataset"] in DATASETS
        given = {**run.parameters, **data, "seed": run.seed, "threads": spec.get("threads", run.threads)}
        texts = {p.name: show_value(given[p.name]) for p in parameters_of(run.model) if given.get(p.name) is not None}
        device = str(spec.get("device", run.device))
        draft = cls(
            model=run.model,
            data=data["dataset"] if known else A_FILE,
            file="" if known else data["dataset"],
            target="" if known else data.get("target") or "",
            text="" if known else data.get("text") or "",
            name=run.name if not _is_made_up(run) else "",
            tags=", ".join(run.tags),
            device=device if runs_on(run.model, device) else "auto",
            values=changed_values(run.model, texts),
        )
        return replace(draft, origin=Origin(run.id, run.name, draft))


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What the form returns: what to launch, how it shall be found again, and the draft, to be shown again."""

    spec: RunSpec
    name: str | None
    tags: tuple[str, ...]
    notes: str
    parent_id: int | None
    draft: Draft


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a draft: a request, or a sentence for each field that is wrong."""

    request: LaunchRequest | None
    problems: Mapping[str, str]


def entry_of(model: str) -> ModelEntry | None:
    """The entry of a model, or of a checkpoint that is trained further; None of one that cannot be trained here."""
    return find_model(model) if model in MODELS or names_checkpoint(model) else None


def model_choices() -> tuple[str, ...]:
    """The models to choose from: the catalogue, and a checkpoint, which another field then names."""
    return (*MODELS, A_CHECKPOINT)


def parameters_of(model: str) -> tuple[Parameter, ...]:
    """The typed fields of the form for a model, in their order."""
    entry = entry_of(model)
    return (*SPLIT_FIELDS, *(entry.parameters if entry is not None else ()), *RUN_FIELDS)


def changed_values(model: str, texts: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a model's fields, without what is only its default: another model has defaults of its own."""
    defaults = {parameter.name: show_value(parameter.default) for parameter in parameters_of(model)}
    return {name: text for name, text in texts.items() if text != defaults.get(name)}


def text_of(draft: Draft, parameter: Parameter) -> str:
    """What stands in a parameter's field."""
    return draft.values.get(parameter.name, show_value(parameter.default))


def runs_on(model: str, device: str) -> bool:
    """Whether a model can be asked to run on a device."""
    entry = entry_of(model)
    kind = "cuda" if re.fullmatch(r"cuda(:\d+)?", device) else device
    return kind == "auto" or (entry is not None and kind in entry.devices)


def devices_for(model: str, *known: str) -> tuple[str, ...]:
    """The devices that can be asked for: those that are ``known``, or the first GPU where none is."""
    gpus = [device for device in dict.fromkeys(known) if device.startswith("cuda")] or ["cuda:0"]
    return tuple(device for device in ("auto", "cpu", *gpus) if runs_on(model, device))


def takes_text(model: str) -> bool:
    """Whether a model learns from text, which has no target."""
    entry = entry_of(model)
    return entry is not None and TEXT in entry.kinds


def data_choices(model: str) -> tuple[str, ...]:
    """The data sets that ask for what a model does, and a file."""
    entry = entry_of(model)
    tasks = entry.tasks if entry is not None else ()
    return (*(name for name, data in DATASETS.items() if data.task in tasks), A_FILE)


def check_draft(draft: Draft) -> Checked:
    """What is wrong with a draft, without reading any file; the content of a file is checked apart."""
    problems: dict[str, str] = {}
    values = _parse_all(draft, parameters_of(draft.model), problems)
    reason = misfit(find_model(draft.model), _any_file(draft) if draft.data == A_FILE else DATASETS[draft.data])
    if reason is not None:
        problems["data"] = reason
    if names_checkpoint(draft.model) and not draft.checkpoint:
        problems["checkpoint"] = "Type hf:FOLDER, an id of the hub's cache or run:ID, or look for one with ctrl+o."
    if draft.data == A_FILE:
        problems.update(_file_problems(draft))
    if not runs_on(draft.model, draft.device):
        problems["device"] = f"{draft.model} runs on {' or '.join(devices_for(draft.model))}."
    if problems:
        return Checked(None, problems)
    spec = RunSpec(
        model=draft.model,
        data=_with_split(data_spec(draft), values),
        parameters={parameter.name: values[parameter.name] for parameter in find_model(draft.model).parameters},
        seed=_whole(values["seed"]),
        device=draft.device,
        threads=_whole(values["threads"]),
    )
    parent_id = draft.origin.run_id if draft.origin is not None else None
    request = LaunchRequest(
        spec, draft.name.strip() or None, read_tags(draft.tags), draft.notes.strip(), parent_id, draft
    )
    return Checked(request, {})


def smoke(request: LaunchRequest) -> LaunchRequest:
    """The same for one epoch, or some steps of one, where the model has any: what is wrong then shows in seconds."""
    spec = request.spec
    short = {name: rounds for name, rounds in _SMOKE_ROUNDS.items() if name in spec.parameters}
    if short:
        spec = replace(spec, parameters={**spec.parameters, **short})
    dataset = spec.data.dataset if spec.data.dataset in DATASETS else Path(spec.data.dataset).stem
    name = request.name or f"{label_of(spec.model)}-{dataset}"
    tags = tuple(dict.fromkeys((*request.tags, _SMOKE)))
    return replace(request, spec=spec, name=f"{name}-{_SMOKE}", tags=tags)


def read_tags(text: str) -> tuple[str, ...]:
    """Tags as they were typed with commas between, each once."""
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def data_spec(draft: Draft) -> DataSpec:
    """The data that a draft names, split as usual; a file by its whole path, since a rerun may start elsewhere."""
    if draft.data != A_FILE:
        return DataSpec(draft.data)
    # The disk is not asked whether there are links on the way: this is done with each key.
    path = os.path.abspath(os.path.expanduser(draft.file.strip()))
    if takes_text(draft.model):
        return DataSpec(path, text=draft.text.strip() or None)
    return DataSpec(path, target=draft.target.strip() or None)


def _any_file(draft: Draft) -> DatasetEntry:
    """What the file of a draft is by its name; without a telling one, what the model learns from."""
    kind = FILE_SUFFIXES.get(Path(draft.file.strip()).suffix.lower())
    is_text = kind == TEXT if kind is not None else takes_text(draft.model)
    return _ANY_TEXT if is_text else _ANY_TABLE


def _with_split(data: DataSpec, values: Mapping[str, Value]) -> DataSpec:
    test, val = values["test_fraction"], values["val_fraction"]
    assert isinstance(test, float)
    assert isinstance(val, float)
    return replace(data, split_seed=_whole(values["split_seed"]), test_fraction=test, val_fraction=val)


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _is_made_up(run: Run) -> bool:
    """Whether a run is called what any run of its model and data is called, with or without a number."""
    usual = f"{label_of(run.model)}-{run.dataset if run.dataset in DATASETS else Path(run.dataset).stem}"
    return re.fullmatch(re.escape(usual) + r"(-\d+)?", run.name) is not None


def _parse_all(draft: Draft, parameters: tuple[Parameter, ...], problems: dict[str, str]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for parameter in parameters:
        try:
            values[parameter.name] = parameter.parse(text_of(draft, parameter))
        except BadValue as error:
            problems[parameter.name] = error.message
    return values


def _file_problems(draft: Draft) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not draft.file.strip():
        kind = TEXT if takes_text(draft.model) else "table"
        problems["file"] = f"Type the path of a {write_suffixes(kind)} file, or look for one with ctrl+o."
    if not draft.target.strip() and not takes_text(draft.model):
        problems["target"] = "Type the name of the column that is to be predicted."
    return problems
