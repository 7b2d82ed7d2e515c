import subprocess
import sys
from dataclasses import dataclass

import pytest

from workbench.errors import BadValue, UnknownName, UsageError
from workbench.models import MODELS, check_fit, find_model, misfit
from workbench.models.language import check_together
from workbench.parameters import complete, parse_settings


@dataclass(frozen=True)
class SomeData:
    name: str = "iris"
    task: str = "classification"
    kind: str = "table"


def test_the_catalogue_imports_nothing_heavy():
    code = (
        "import sys, workbench.models, workbench.models.building, workbench.evaluation.metrics\n"
        "print(sorted({'torch', 'sklearn', 'scipy', 'numpy', 'transformers'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_it_holds_a_baseline_a_linear_model_two_networks_and_two_language_models():
    assert {name: entry.family.value for name, entry in MODELS.items()} == {
        "majority-class": "baseline",
        "logistic-regression": "linear",
        "mlp": "neural",
        "cnn": "neural",
        "gpt2-tiny": "language",
        "gpt2-small": "language",
    }


def test_an_unknown_model_is_answered_with_the_nearest_name():
    with pytest.raises(UnknownName, match="Did you mean logistic-regression"):
        find_model("logistic-regresion")


@pytest.mark.parametrize("name", MODELS)
def test_every_default_is_accepted_by_its_own_bounds_and_every_parameter_has_help(name):
    for parameter in MODELS[name].parameters:
        assert parameter.check(parameter.default) == parameter.default
        assert parameter.help.endswith(".")


def test_the_mlp_has_two_hidden_layers_by_default_and_takes_others():
    parameters = MODELS["mlp"].parameters
    assert complete(parameters, {})["hidden"] == (128, 64)
    assert parse_settings(parameters, ["hidden=32"]) == {"hidden": (32,)}
    with pytest.raises(BadValue, match="learning_rate"):
        parse_settings(parameters, ["learning_rate=0"])


def test_networks_may_run_on_a_gpu_and_the_others_not():
    assert {name for name, entry in MODELS.items() if "cuda" in entry.devices} == {
        "mlp",
        "cnn",
        "gpt2-tiny",
        "gpt2-small",
    }
    assert all("cpu" in entry.devices for entry in MODELS.values())


def test_a_table_does_not_fit_the_cnn_and_the_sentence_names_what_does():
    with pytest.raises(UsageError, match=r"cnn takes images, and iris is a table\. Models that fit: .*mlp"):
        check_fit(find_model("cnn"), SomeData())


def test_another_task_does_not_fit():
    reason = misfit(find_model("mlp"), SomeData("houses", task="regression"))
    assert reason == "mlp does not do regression, which houses asks for. No model of the catalogue does."


@pytest.mark.parametrize("name", [name for name, entry in MODELS.items() if "classification" in entry.tasks])
def test_every_classifier_fits_images(name):
    assert misfit(find_model(name), SomeData("digits", kind="image")) is None


def test_json_of_an_entry_holds_its_parameters():
    document = find_model("cnn").to_json()
    assert document["family"] == "neural"
    assert {"channels", "kernel_size", "dense_width"} <= {row["name"] for row in document["parameters"]}


def test_a_checkpoint_is_called_as_it_is_typed_and_is_trained_further():
    entry = find_model("hf:/models/smol")
    assert (entry.name, entry.family.value, entry.kinds) == ("hf:/models/smol", "language", ("text",))
    assert complete(entry.parameters, {})["method"] == "full"
    assert "smol, trained further" in entry.summary
    assert find_model("run:12").parameters == entry.parameters


def test_heads_that_do_not_divide_the_width_and_bf16_on_a_cpu_are_refused():
    entry = find_model("gpt2-tiny")
    with pytest.raises(BadValue, match="5 does not divide 128"):
        check_together(entry, complete(entry.parameters, {"heads": 5}), "cpu")
    with pytest.raises(BadValue, match="this run would train on cpu"):
        check_together(entry, complete(entry.parameters, {"precision": "bf16"}), "cpu")
    check_together(entry, complete(entry.parameters, {"precision": "bf16"}), "cuda:0")
