"""The new-run form without widgets: what is typed becomes a spec, or a sentence beside its field."""

from pathlib import Path

import pytest

from screens.form import (
    A_FILE,
    Draft,
    changed_values,
    check_draft,
    data_spec,
    describe_data,
    devices_for,
    parameters_of,
    text_of,
)
from workbench.models import MODELS
from workbench.spec import DataSpec


@pytest.mark.parametrize("model", MODELS)
def test_the_defaults_of_every_model_can_be_started(model: str) -> None:
    checked = check_draft(Draft(model=model))
    assert checked.problems == {}
    assert checked.request is not None
    spec = checked.request.spec
    assert spec.model == model
    assert spec.data == DataSpec("digits")
    assert spec.parameters == {parameter.name: parameter.default for parameter in MODELS[model].parameters}


def test_what_was_typed_reaches_the_spec() -> None:
    values = {"hidden": "32, 16", "epochs": "3", "dropout": "0.2", "seed": "7", "threads": "2", "split_seed": "1"}
    checked = check_draft(Draft(name=" small ", device="cpu", values=values))
    assert checked.request is not None
    spec = checked.request.spec
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
    assert checked.request.spec.data == DataSpec(str(Path("rows.csv").resolve()), target="label")


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
    assert describe_data("digits").startswith("1,797 rows, 64 features, 10 classes")
    assert ".csv" in describe_data(A_FILE)
