"""The new-run form without its widgets: which fields there are, what is wrong with what was typed, what spec it makes.

Fields come from the model's typed parameters, so a new model needs no new form, and a person meets the same bounds and
sentences here as on the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.data import DATASETS, DatasetEntry
from workbench.errors import BadValue
from workbench.formatting import format_count
from workbench.models import MODELS, misfit
from workbench.parameters import Kind, Parameter, Value, show_value
from workbench.spec import DataSpec, RunSpec

A_FILE = "a file"
"""The choice of the data field that opens the fields for a path and a target."""

_ANY_FILE = DatasetEntry(A_FILE, "classification", "table", "", 0, 0, (), None)
"""What is known of a file before it is looked at."""

RUN_FIELDS: tuple[Parameter, ...] = (
    Parameter("threads", Kind.INT, 1, "CPU threads of the run; 0 lets the machine decide.", low=0, high=1024),
    Parameter("seed", Kind.INT, 0, "Of the training: initial weights, order of the examples.", low=0, high=2**32 - 1),
    Parameter("split_seed", Kind.INT, 0, "Of the split; runs compare best on the same one.", low=0, high=2**32 - 1),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form; texts as they were typed, wrong ones too."""

    model: str = "mlp"
    data: str = "digits"
    file: str = ""
    target: str = ""
    name: str = ""
    device: str = "auto"
    values: Mapping[str, str] = field(default_factory=dict)
    """By field: the model's parameters and RUN_FIELDS; what is not here is the default."""


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What the form returns: a spec, and the name that the run shall have, if any. The draft can be shown again."""

    spec: RunSpec
    name: str | None
    draft: Draft


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a draft: a request, or a sentence for each field that is wrong."""

    request: LaunchRequest | None
    problems: Mapping[str, str]


def parameters_of(model: str) -> tuple[Parameter, ...]:
    """The typed fields of the form for a model, in their order."""
    entry = MODELS.get(model)
    return (entry.parameters if entry is not None else ()) + RUN_FIELDS


def changed_values(model: str, texts: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a model's fields, without what is only its default: another model has defaults of its own."""
    defaults = {parameter.name: show_value(parameter.default) for parameter in parameters_of(model)}
    return {name: text for name, text in texts.items() if text != defaults.get(name)}


def text_of(draft: Draft, parameter: Parameter) -> str:
    """What stands in a parameter's field."""
    return draft.values.get(parameter.name, show_value(parameter.default))


def devices_for(model: str) -> tuple[str, ...]:
    """The devices that can be asked for; which GPU there is, the run finds out."""
    entry = MODELS.get(model)
    return ("auto", "cpu", "cuda:0") if entry is not None and "cuda" in entry.devices else ("auto", "cpu")


def describe_data(name: str) -> str:
    """A data set of the catalogue in a few words."""
    entry = DATASETS.get(name)
    if entry is None:
        return "A .csv or .tsv file; the target is one of its columns."
    rows, features = format_count(entry.rows), format_count(entry.features)
    return f"{rows} rows, {features} features, {len(entry.classes)} classes ({entry.kind})."


def describe_model(name: str) -> str:
    """A model of the catalogue in a sentence."""
    entry = MODELS.get(name)
    return entry.summary if entry is not None else ""


def check_draft(draft: Draft) -> Checked:
    """What is wrong with a draft, without reading any file; the content of a file is checked apart."""
    problems: dict[str, str] = {}
    own = MODELS[draft.model].parameters
    values = _parse_all(draft, parameters_of(draft.model), problems)
    reason = misfit(MODELS[draft.model], _ANY_FILE if draft.data == A_FILE else DATASETS[draft.data])
    if reason is not None:
        problems["data"] = reason
    if draft.data == A_FILE:
        problems.update(_file_problems(draft))
    if draft.device not in devices_for(draft.model):
        problems["device"] = f"{draft.model} runs on {' or '.join(devices_for(draft.model))}."
    if problems:
        return Checked(None, problems)
    threads, seed = values["threads"], values["seed"]
    assert isinstance(threads, int)
    assert isinstance(seed, int)
    spec = RunSpec(
        model=draft.model,
        data=data_spec(draft, values["split_seed"]),
        parameters={parameter.name: values[parameter.name] for parameter in own},
        seed=seed,
        device=draft.device,
        threads=threads,
    )
    return Checked(LaunchRequest(spec, draft.name.strip() or None, draft), {})


def data_spec(draft: Draft, split_seed: Value = 0) -> DataSpec:
    """The data that a draft names; a file by its whole path, since a rerun may start in another folder."""
    assert isinstance(split_seed, int)
    if draft.data != A_FILE:
        return DataSpec(draft.data, split_seed=split_seed)
    path = Path(draft.file.strip()).expanduser().resolve()
    return DataSpec(str(path), target=draft.target.strip() or None, split_seed=split_seed)


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
        problems["file"] = "Type the path of a .csv or .tsv file."
    if not draft.target.strip():
        problems["target"] = "Type the name of the column that is to be predicted."
    return problems
