"""Whole runs, from spec to figures, on bundled data."""

import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from training_fixtures import drain, of_kind, series, spec, workspace

from store.records import FigureGroup, Phase
from workbench.data import prepare
from workbench.errors import BadValue, UnknownName, UsageError
from workbench.evaluation.columns import unpack
from workbench.evaluation.metrics import LATENCY_CONDITIONS, METRICS, direction_of
from workbench.events import (
    CheckpointKept,
    ClassesFound,
    DataDescribed,
    EnvironmentFound,
    ExampleSetFound,
    FiguresFound,
    LineLogged,
    OutcomesFound,
    PhaseEntered,
    PointsLogged,
    TrialsFound,
)
from workbench.execution import execute
from workbench.models.checkpoint import find_checkpoint, load_checkpoint

SHORT = {"mlp": {"epochs": 3}, "cnn": {"epochs": 2}}
DATA = {"mlp": "iris", "cnn": "digits", "logistic-regression": "breast-cancer", "majority-class": "iris"}


def short(model, seed=0):
    return spec(model, DATA[model], seed=seed, **SHORT.get(model, {}))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder and the events of a short run of a model, done once."""

    @cache
    def run(model):
        folder = tmp_path_factory.mktemp(model)
        events, _ = drain(execute(short(model), workspace(folder)))
        return folder, events

    return run


def figures_of(events):
    return {(figure.group, figure.name): figure for found in of_kind(events, FiguresFound) for figure in found.figures}


@pytest.mark.parametrize("model", DATA)
def test_a_run_goes_through_all_phases_and_finds_everything_once(finished, model):
    _, events = finished(model)
    assert [event.phase for event in of_kind(events, PhaseEntered)] == list(Phase)
    once = (EnvironmentFound, DataDescribed, ExampleSetFound, OutcomesFound, ClassesFound, TrialsFound, CheckpointKept)
    assert {kind.__name__: len(of_kind(events, kind)) for kind in once} == {kind.__name__: 1 for kind in once}


def test_torch_is_described_as_it_trains(finished):
    environment = of_kind(finished("mlp")[1], EnvironmentFound)[0].values
    assert (environment["cudnn_deterministic"], environment["torch_threads"]) == (True, 1)


def test_settings_that_cannot_be_read_end_a_run_before_it_trains(tmp_path, monkeypatch):
    settings = tmp_path / "settings.toml"
    settings.write_text("[stopping]\ngrace = 3\n")
    monkeypatch.setenv("WORKBENCH_CONFIG", str(settings))
    events = execute(short("majority-class"), workspace(tmp_path))
    assert next(events) == PhaseEntered(Phase.IMPORTING)
    with pytest.raises(UsageError, match="line 2: 'grace'"):
        next(events)


@pytest.mark.parametrize("model", DATA)
def test_every_declared_figure_is_found_and_every_figure_found_is_declared(finished, model):
    figures = figures_of(finished(model)[1])
    declared = {(metric.group, name) for name, metric in METRICS.items() if metric.task in (None, "classification")}
    assert declared <= figures.keys()
    for group, name in figures.keys() - {(metric.group, name) for name, metric in METRICS.items()}:
        counts = group is FigureGroup.METRICS and name in ("epochs", "best_epoch", "iterations")
        conditions = group is FigureGroup.LATENCY and name in LATENCY_CONDITIONS
        assert counts or conditions or direction_of(name) is not None, name
    for figure in figures.values():
        assert figure.value is not None or figure.note, f"{figure.name} is not known and does not say why"


@pytest.mark.parametrize("model", DATA)
def test_figures_outcomes_and_confusion_tell_the_same_story(finished, model):
    _, events = finished(model)
    figures = figures_of(events)
    outcomes = of_kind(events, OutcomesFound)[0].outcomes
    classes = of_kind(events, ClassesFound)[0]
    truth, predicted = unpack(outcomes.columns["truth"]), unpack(outcomes.columns["predicted"])
    accuracy = figures[FigureGroup.METRICS, "accuracy"].value
    assert np.mean(truth == predicted) == pytest.approx(accuracy)
    assert np.trace(classes.confusion) / np.sum(classes.confusion) == pytest.approx(accuracy)
    loss = unpack(outcomes.columns["loss"]).astype(np.float64).mean()
    assert loss == pytest.approx(figures[FigureGroup.METRICS, "log_loss"].value, rel=1e-5)
    assert outcomes.example_set == of_kind(events, ExampleSetFound)[0].example_set.key
    assert outcomes.n == of_kind(events, DataDescribed)[0].values["test"]


@pytest.mark.parametrize("model", DATA)
def test_the_checkpoint_predicts_what_the_run_found(finished, model):
    folder, events = finished(model)
    kept = of_kind(events, CheckpointKept)[0]
    assert replace(kept, step=None) == find_checkpoint(folder)
    prepared = prepare(short(model).data)
    probabilities = load_checkpoint(folder / kept.path).predict(prepared.x_test)
    outcomes = of_kind(events, OutcomesFound)[0].outcomes
    assert np.array_equal(probabilities.argmax(axis=1), unpack(outcomes.columns["predicted"]))
    stored = probabilities[:, 1] if len(prepared.labels) == 2 else probabilities
    assert np.array_equal(stored.astype(np.float16), unpack(outcomes.columns["probabilities"]))


@pytest.mark.parametrize("model", ["majority-class", "logistic-regression"])
def test_models_without_steps_report_no_curve(finished, model):
    _, events = finished(model)
    assert of_kind(events, PointsLogged) == []


def test_a_solver_reports_its_real_iterations(finished):
    _, events = finished("logistic-regression")
    iterations = figures_of(events)[FigureGroup.METRICS, "iterations"].value
    assert 1 < iterations < 500
    assert f"the solver converged after {iterations:.0f} iterations" in [
        line.text for line in of_kind(events, LineLogged)
    ]


@pytest.mark.parametrize("model", ["mlp", "logistic-regression"])
def test_the_same_spec_gives_the_same_metrics_and_outcomes(finished, tmp_path, model):
    _, events = finished(model)
    again, _ = drain(execute(short(model), workspace(tmp_path)))
    of_metrics = [
        {key: figure for key, figure in figures_of(run).items() if key[0] is FigureGroup.METRICS}
        for run in (events, again)
    ]
    assert of_metrics[0] == of_metrics[1]
    assert of_kind(events, OutcomesFound) == of_kind(again, OutcomesFound)
    assert series(events, "train_loss") == series(again, "train_loss")


def test_the_seed_moves_training_and_not_the_split(finished, tmp_path):
    _, events = finished("mlp")
    other, _ = drain(execute(short("mlp", seed=1), workspace(tmp_path)))
    assert of_kind(events, ExampleSetFound) == of_kind(other, ExampleSetFound)
    assert series(events, "train_loss") != series(other, "train_loss")


def test_a_run_that_was_stopped_goes_on_in_its_own_folder(finished, tmp_path):
    _, straight = finished("mlp")
    first = execute(short("mlp"), workspace(tmp_path))
    next(event for event in first if isinstance(event, LineLogged) and event.text.startswith("epoch 1/"))
    first.close()
    assert find_checkpoint(tmp_path) is not None
    later, _ = drain(execute(short("mlp"), workspace(tmp_path)))
    assert any(line.text.startswith("going on after epoch 1") for line in of_kind(later, LineLogged))
    assert of_kind(later, OutcomesFound) == of_kind(straight, OutcomesFound)


@pytest.mark.parametrize("model", ["mlp", "logistic-regression"])
def test_nothing_is_imported_any_more_once_training_begins_and_nothing_for_language_at_all(model):
    code = f"""
import sys, tempfile
from pathlib import Path
from training_fixtures import spec, workspace
from workbench.events import PhaseEntered
from workbench.execution import execute
before = None
for event in execute(spec({model!r}, {DATA[model]!r}, **{SHORT.get(model, {})!r}), workspace(Path(tempfile.mkdtemp()))):
    if isinstance(event, PhaseEntered) and event.phase == "training":
        before = set(sys.modules)
print(sorted(set(sys.modules) - before), sorted({{"transformers", "tokenizers", "peft"}} & set(sys.modules)))
"""
    folder = str(__file__).rpartition("/")[0]
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert printed.stdout.strip() == "[] []"


def test_a_model_that_does_not_fit_its_data_is_refused_before_training(tmp_path):
    with pytest.raises(UsageError, match="cnn takes images, and iris is a table"):
        drain(execute(spec("cnn", "iris"), workspace(tmp_path)))


def test_unknown_names_and_bad_values_in_a_spec_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(UnknownName, match="no data set called 'irsi'"):
        drain(execute(spec("mlp", "irsi"), workspace(tmp_path)))
    wrong = spec("mlp", "iris")
    with pytest.raises(BadValue, match="epochs must be"):
        drain(execute(type(wrong)("mlp", wrong.data, {"epochs": 0}, device="cpu"), workspace(tmp_path)))
