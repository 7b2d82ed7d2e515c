"""The new-run form without widgets: what is typed becomes a spec, or a sentence beside its field."""

from dataclasses import replace
from pathlib import Path

import pytest
from screens_fixtures import a_run

from screens.form.changes import apply_preset, base_texts, changes, describe_preset, preset_of, title_of
from screens.form.checkpoint import A_CHECKPOINT
from screens.form.describing import describe_data
from screens.form.draft import (
    A_FILE,
    Draft,
    changed_values,
    check_draft,
    data_choices,
    data_spec,
    devices_for,
    model_choices,
    parameters_of,
    read_tags,
    smoke,
    takes_text,
    text_of,
)
from store.records import Run
from workbench.errors import UsageError
from workbench.models import MODELS
from workbench.presets import BUILT_IN, Preset
from workbench.spec import DataSpec, RunSpec


@pytest.mark.parametrize("model", MODELS)
def test_the_defaults_of_every_model_can_be_started(model: str) -> None:
    data = "docstrings" if takes_text(model) else "digits"
    assert data in data_choices(model)
    checked = check_draft(Draft(model=model, data=data))
    assert checked.problems == {}
    assert checked.request is not None
    spec = checked.request.spec
    assert spec.model == model
    assert spec.data == DataSpec(data)
    assert spec.parameters == {parameter.name: parameter.default for parameter in MODELS[model].parameters}


def test_what_was_typed_reaches_the_spec() -> None:
    values = {"hidden": "32, 16", "epochs": "3", "dropout": "0.2", "seed": "7", "threads": "2", "split_seed": "1"}
    values |= {"test_fraction": "0.3", "val_fraction": "0.1"}
    checked = check_draft(Draft(name=" small ", tags="a, b,a,", notes=" why ", device="cpu", values=values))
    assert checked.request is not None
    assert (checked.request.tags, checked.request.notes, checked.request.parent_id) == (("a", "b"), "why", None)
    spec = checked.request.spec
    assert (spec.data.test_fraction, spec.data.val_fraction) == (0.3, 0.1)
    assert (spec.parameters["hidden"], spec.parameters["epochs"], spec.parameters["dropout"]) == ((32, 16), 3, 0.2)
    assert (spec.seed, spec.threads, spec.device, spec.data.split_seed) == (7, 2, "cpu", 1)
    assert checked.request.name == "small"


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("epochs", "many", "whole number"),
        ("epochs", "0", "1 to"),
        ("learning_rate", "nan", "above 0"),
        ("hidden", "64,-1", "1 to"),
        ("threads", "", "whole number"),
        ("seed", "-1", "0 to"),
        ("test_fraction", "0", "above 0"),
        ("val_fraction", "1", "up to 0.99"),
    ],
)
def test_a_wrong_value_gets_a_sentence_beside_its_field(field: str, text: str, words: str) -> None:
    checked = check_draft(Draft(values={field: text}))
    assert checked.request is None
    assert list(checked.problems) == [field]
    assert words in checked.problems[field]


def test_a_model_that_does_not_fit_the_data_says_which_do() -> None:
    checked = check_draft(Draft(model="cnn", data="iris"))
    assert "mlp" in checked.problems["data"]
    checked = check_draft(Draft(model="cnn", data=A_FILE, file="rows.csv", target="label"))
    assert "a file is a table" in checked.problems["data"]


def test_a_file_needs_a_path_and_a_target() -> None:
    assert set(check_draft(Draft(data=A_FILE)).problems) == {"file", "target"}
    checked = check_draft(Draft(data=A_FILE, file="rows.csv", target="label"))
    assert checked.request is not None
    assert checked.request.spec.data == DataSpec(str(Path("rows.csv").absolute()), target="label")


def test_a_text_needs_a_path_and_no_target() -> None:
    draft = Draft(model="gpt2-tiny", data=A_FILE)
    assert set(check_draft(draft).problems) == {"file"}
    for file, text in (("notes.txt", ""), ("notes", ""), ("notes.jsonl", "body")):
        checked = check_draft(replace(draft, file=file, text=text, target="left over"))
        assert checked.request is not None
        assert checked.request.spec.data == DataSpec(str(Path(file).absolute()), text=text or None)


def test_a_file_of_the_other_kind_says_what_fits() -> None:
    told = check_draft(Draft(model="gpt2-tiny", data=A_FILE, file="rows.csv")).problems["data"]
    assert "gpt2-tiny does not do classification" in told
    told = check_draft(Draft(data=A_FILE, file="notes.txt", target="x")).problems["data"]
    assert "Models that do: gpt2" in told


def test_the_data_sets_that_ask_for_what_a_model_does_are_offered() -> None:
    assert data_choices("mlp") == ("iris", "wine", "breast-cancer", "digits", A_FILE)
    assert data_choices("gpt2-tiny") == ("docstrings", A_FILE)


def test_a_file_is_named_by_its_whole_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_spec(Draft(data=A_FILE, file="~/a.csv")).dataset == str(tmp_path / "a.csv")


def test_a_gpu_is_offered_to_models_that_can_use_it() -> None:
    assert "cuda:0" in devices_for("mlp")
    assert "cuda:0" not in devices_for("logistic-regression")
    assert "device" in check_draft(Draft(model="logistic-regression", device="cuda:0")).problems


def test_each_field_shows_its_default_until_it_is_changed() -> None:
    shown = {parameter.name: text_of(Draft(values={"epochs": "5"}), parameter) for parameter in parameters_of("mlp")}
    assert shown["hidden"] == "128,64"
    assert shown["epochs"] == "5"
    assert shown["threads"] == "1"


def test_another_model_begins_with_its_own_defaults() -> None:
    untouched = {parameter.name: text_of(Draft(), parameter) for parameter in parameters_of("mlp")}
    assert changed_values("mlp", untouched) == {}
    assert changed_values("mlp", {"dropout": "0.4", "seed": "0"}) == {"dropout": "0.4"}


def test_data_is_described_in_a_line() -> None:
    assert describe_data("digits", "mlp").startswith("1,797 rows, 64 features, 10 classes")
    assert ".csv or .tsv file" in describe_data(A_FILE, "mlp")
    assert ".txt" in describe_data(A_FILE, "gpt2-tiny")
    assert describe_data("docstrings", "gpt2-tiny").startswith("English about code")


def test_tags_are_words_between_commas() -> None:
    assert read_tags(" a,, b c ,a") == ("a", "b c")
    assert read_tags("  ") == ()


def test_a_smoke_run_is_the_same_for_one_epoch() -> None:
    checked = check_draft(Draft(tags="mine", values={"epochs": "50", "hidden": "9"}))
    assert checked.request is not None
    tried = smoke(checked.request)
    assert (tried.spec.parameters["epochs"], tried.spec.parameters["hidden"]) == (1, (9,))
    assert (tried.name, tried.tags, tried.draft) == ("mlp-digits-smoke", ("mine", "smoke"), checked.request.draft)


def test_a_smoke_run_of_a_model_without_epochs_is_the_run_under_another_name() -> None:
    checked = check_draft(Draft(model="logistic-regression", name="base"))
    assert checked.request is not None
    tried = smoke(checked.request)
    assert tried.spec == checked.request.spec
    assert tried.name == "base-smoke"


def a_past_run(**changes: object) -> Run:
    """An mlp on digits with some settings of its own, as the launcher stored it."""
    parameters = {p.name: p.default for p in MODELS["mlp"].parameters} | {
        "hidden": (32, 16),
        "learning_rate": 0.0123456789,
    }
    spec = RunSpec("mlp", DataSpec("digits", None, 3, 0.25, 0.2), parameters, seed=4, device="cuda:2", threads=2)
    document = spec.to_json()
    run = {
        "id": 12,
        "name": "demo-mlp",
        "tags": ("a", "b"),
        "parameters": document["parameters"],
        "spec": document,
        "seed": 4,
        "split_seed": 3,
        "threads": 2,
    }
    return a_run(**{**run, **changes})


def test_a_clone_makes_the_spec_of_its_run_again() -> None:
    run = a_past_run()
    draft = Draft.from_run(run)
    checked = check_draft(draft)
    assert checked.request is not None
    assert checked.request.spec == RunSpec.from_json(run.spec)
    assert (checked.request.name, checked.request.tags, checked.request.parent_id) == ("demo-mlp", ("a", "b"), 12)
    assert changes(draft) == {}
    assert title_of(draft) == "New run · clone of 12 demo-mlp"


def test_a_name_that_was_made_from_the_model_is_made_anew() -> None:
    assert Draft.from_run(a_past_run(name="mlp-digits-4")).name == ""


def test_a_clone_tells_what_was_changed_and_from_what() -> None:
    draft = Draft.from_run(a_past_run())
    changed = replace(draft, data="iris", values={**draft.values, "hidden": "32, 16 ", "epochs": "5"})
    assert changes(changed) == {"data": "digits", "epochs": "60"}


def test_a_clone_with_another_model_begins_with_the_defaults_of_that_model() -> None:
    draft = Draft.from_run(a_past_run())
    changed = replace(draft, model="cnn", values={})
    assert list(changes(changed)) == ["model", "test_fraction", "split_seed", "threads", "seed"]
    assert base_texts(changed)["seed"] == "4"


def test_a_clone_of_a_file_names_the_file() -> None:
    spec = RunSpec("mlp", DataSpec("/data/churn.csv", "churned"), {}, device="cpu")
    draft = Draft.from_run(a_past_run(name="churn", dataset="/data/churn.csv", spec=spec.to_json(), parameters={}))
    assert (draft.data, draft.file, draft.target, draft.device) == (A_FILE, "/data/churn.csv", "churned", "cpu")


def test_a_clone_of_a_text_names_its_field_and_a_preset_keeps_it() -> None:
    spec = RunSpec("gpt2-tiny", DataSpec("/x/a.jsonl", text="body"), {}, device="cpu")
    run = a_past_run(model="gpt2-tiny", dataset="/x/a.jsonl", spec=spec.to_json(), parameters={})
    draft = Draft.from_run(run)
    assert (draft.data, draft.file, draft.text, draft.target) == (A_FILE, "/x/a.jsonl", "body", "")
    preset = preset_of(replace(draft, target="left over"), "mine")
    assert (preset.data, preset.text, preset.target) == ("/x/a.jsonl", "body", None)
    assert "text body" in describe_preset(preset)
    again = apply_preset(Draft(), preset)
    assert (again.model, again.file, again.text) == ("gpt2-tiny", "/x/a.jsonl", "body")


def test_a_run_of_a_model_from_elsewhere_cannot_be_cloned() -> None:
    with pytest.raises(UsageError, match="cannot be cloned"):
        Draft.from_run(a_past_run(model="their-model"))


def test_without_a_clone_only_what_has_a_default_counts_as_changed() -> None:
    assert changes(Draft(model="cnn", data="iris", name="x", tags="t", notes="n")) == {}
    assert changes(Draft(values={"epochs": "x"}, device="cpu")) == {"device": "auto", "epochs": "60"}


@pytest.mark.parametrize("preset", BUILT_IN, ids=lambda preset: preset.name)
def test_every_preset_that_is_built_in_can_be_started(preset: Preset) -> None:
    draft = apply_preset(Draft(name="kept", notes="kept"), preset)
    assert check_draft(draft).request is not None
    assert (draft.model, draft.data, draft.name, draft.notes) == (preset.model, "digits", "kept", "kept")
    assert set(changes(draft)) == set(preset.values)


def test_a_draft_comes_back_from_its_preset() -> None:
    draft = Draft(
        data=A_FILE, file="/x/a.csv", target="label", tags="t", device="cpu", values={"epochs": "5", "other": "1"}
    )
    preset = preset_of(draft, " mine ")
    assert preset == Preset("mine", "mlp", {"epochs": "5"}, "/x/a.csv", "label", "cpu", "t")
    assert apply_preset(Draft(model="cnn", values={"channels": "1,2"}), preset) == Draft(
        data=A_FILE, file="/x/a.csv", target="label", tags="t", device="cpu", values={"epochs": "5"}
    )
    assert describe_preset(preset) == "epochs 5 · data /x/a.csv · target label · device cpu · tags t"
    assert describe_preset(Preset("plain", "mlp")) == "the defaults"


def test_a_run_that_was_trained_further_is_cloned_with_its_checkpoint() -> None:
    run = replace(
        a_run(model="run:12"),
        dataset="docstrings",
        parameters={"method": "lora", "steps": 50},
        spec={"data": {"dataset": "docstrings"}, "device": "cpu", "threads": 1},
    )
    draft = Draft.from_run(run)
    assert (draft.model_choice, draft.checkpoint) == (A_CHECKPOINT, "run:12")
    assert A_CHECKPOINT in model_choices()
    another = replace(draft, model="run:13")
    assert changes(another) == {"checkpoint": "run:12"}, "what was cloned stays beside another checkpoint"
    checked = check_draft(draft)
    assert checked.request is not None
    spec = checked.request.spec
    assert (spec.model, spec.parameters["method"], spec.parameters["steps"]) == ("run:12", "lora", 50)
    assert smoke(checked.request).spec.parameters["steps"] == 20


def test_a_checkpoint_that_is_not_named_yet_is_asked_for() -> None:
    draft = Draft(model="hf:", data="docstrings")
    assert (draft.model_choice, draft.checkpoint) == (A_CHECKPOINT, "")
    assert list(check_draft(draft).problems) == ["checkpoint"]
    named = check_draft(replace(draft, model="hf:gpt2", values={"method": "lora"})).request
    assert named is not None
    assert (named.spec.model, named.spec.parameters["method"]) == ("hf:gpt2", "lora")
