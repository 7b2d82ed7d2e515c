"""Networks, predictors and checkpoints: what goes in comes back, and what is not ours is refused."""

import json
import zipfile

import numpy as np
import pytest
import torch
from training_fixtures import blobs, drain

from workbench.errors import DiskError, UsageError
from workbench.models import find_model
from workbench.models.building import DataShape, build
from workbench.models.checkpoint import (
    CheckpointConfig,
    find_checkpoint,
    load_checkpoint,
    model_bytes,
    replacing,
    write_config,
    write_estimator,
    write_network,
)
from workbench.models.predictors import EstimatorPredictor, NetworkPredictor
from workbench.parameters import complete
from workbench.training.fitting import fit

SHAPE = DataShape((6,), 3)


def config_of(name, shape=SHAPE, **parameters):
    values = complete(find_model(name).parameters, parameters)
    return CheckpointConfig(name, values, shape.input_shape, tuple("abcdefghij"[: shape.classes]), "fingerprint")


def build_from(config):
    torch.manual_seed(0)
    return build(config.entry, config.parameters, config.shape)


def keep_network(folder, config):
    network = build_from(config)
    write_config(folder, config)
    write_network(folder, network.state_dict())
    return network


def keep_estimator(folder, name):
    config, (x, y) = config_of(name), blobs()
    estimator = build_from(config)
    write_config(folder, config)
    drain(fit(estimator, x, y, folder))
    return estimator


def test_the_mlp_is_its_hidden_layers_and_an_output():
    network = build_from(config_of("mlp", hidden=(128, 64)))
    widths = [(layer.in_features, layer.out_features) for layer in network if isinstance(layer, torch.nn.Linear)]
    assert widths == [(6, 128), (128, 64), (64, 3)]


def test_the_cnn_has_two_convolution_blocks_and_two_dense_layers():
    network = build_from(config_of("cnn", DataShape((1, 8, 8), 10)))
    kinds = [type(layer).__name__ for layer in network]
    block = ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d"]
    assert kinds == ["Unflatten", *block, *block, "Flatten", "Linear", "ReLU", "Dropout", "Linear"]


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
@pytest.mark.parametrize("image", [(1, 1, 1), (3, 2, 3), (1, 5, 1), (1, 8, 8), (3, 17, 9)])
def test_the_cnn_takes_small_and_uneven_images(image, kernel_size):
    shape = DataShape(image, 4)
    network = build_from(config_of("cnn", shape, kernel_size=kernel_size, channels=(2, 3), dense_width=5)).eval()
    assert network(torch.zeros(2, shape.features)).shape == (2, 4)


@pytest.mark.parametrize(("name", "shape"), [("mlp", SHAPE), ("cnn", DataShape((1, 4, 4), 3))])
def test_a_network_predicts_the_same_after_a_round_trip(tmp_path, name, shape):
    rows = np.random.default_rng(0).normal(size=(20, shape.features)).astype(np.float32)
    before = NetworkPredictor(keep_network(tmp_path, config_of(name, shape)), "cpu").predict(rows)
    assert np.array_equal(load_checkpoint(tmp_path).predict(rows), before)


@pytest.mark.parametrize("name", ["majority-class", "logistic-regression"])
def test_an_estimator_predicts_the_same_after_a_round_trip(tmp_path, name):
    rows, _ = blobs(seed=1)
    before = EstimatorPredictor(keep_estimator(tmp_path, name), SHAPE).predict(rows)
    assert np.array_equal(load_checkpoint(tmp_path).predict(rows), before)


def test_probabilities_sum_to_one_and_are_taken_in_double_precision(tmp_path):
    predictor = NetworkPredictor(build_from(config_of("mlp")), "cpu")
    probabilities = predictor.predict(np.full((5, 6), 1e4, dtype=np.float32))
    assert probabilities.dtype == np.float64
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-15)


def test_a_class_that_training_never_saw_gets_no_probability():
    x, y = blobs()
    estimator = build_from(config_of("logistic-regression")).fit(x[y != 1], y[y != 1])
    probabilities = EstimatorPredictor(estimator, SHAPE).predict(x[:4])
    assert probabilities.shape == (4, 3)
    assert probabilities[:, 1].tolist() == [0, 0, 0, 0]


def test_parameters_are_counted_where_there_are_any(tmp_path):
    x, y = blobs()
    assert NetworkPredictor(build_from(config_of("mlp", hidden=(4,))), "cpu").parameters == 6 * 4 + 4 + 4 * 3 + 3
    linear = build_from(config_of("logistic-regression")).fit(x, y)
    assert EstimatorPredictor(linear, SHAPE).parameters == 6 * 3 + 3
    majority = build_from(config_of("majority-class")).fit(x, y)
    assert EstimatorPredictor(majority, SHAPE).parameters is None


def test_a_solver_that_gives_up_says_so_in_the_log(tmp_path):
    x, y = blobs()
    estimator = build_from(config_of("logistic-regression", max_iter=1))
    events, trained = drain(fit(estimator, x, y, tmp_path))
    lines = [(event.level, event.text) for event in events if hasattr(event, "text")]
    assert trained.iterations == 1
    assert lines[1][0] == "warning"
    assert lines[1][1].startswith("lbfgs failed to converge after 1 iteration")
    assert lines[2] == ("info", "the solver gave up after 1 iterations")


def test_a_tampered_skops_file_is_refused_by_the_name_of_what_it_holds(tmp_path):
    keep_estimator(tmp_path, "logistic-regression")
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(parts["schema.json"])
    schema["content"]["content"]["C"] = {
        "__class__": "system",
        "__module__": "posix",
        "__loader__": "FunctionNode",
        "content": "posix.system",
        "__id__": 1,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (parts | {"schema.json": json.dumps(schema).encode()}).items():
            archive.writestr(name, data)
    with pytest.raises(UsageError, match=r"model.skops holds posix.system, which no checkpoint of ours does"):
        load_checkpoint(tmp_path)


def test_a_type_that_skops_trusts_and_we_do_not_is_refused(tmp_path):
    from sklearn.svm import SVC

    x, y = blobs()
    write_config(tmp_path, config_of("logistic-regression"))
    write_estimator(tmp_path, SVC().fit(x, y))
    with pytest.raises(UsageError, match=r"sklearn.svm._classes.SVC"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a zip file"])
def test_a_damaged_skops_file_is_refused_in_a_sentence(tmp_path, content):
    write_config(tmp_path, config_of("majority-class"))
    (tmp_path / "model.skops").write_bytes(content)
    with pytest.raises(UsageError, match="is not a skops file that can be read"):
        load_checkpoint(tmp_path)


def test_weights_of_another_network_are_refused_in_a_sentence(tmp_path):
    keep_network(tmp_path, config_of("mlp"))
    write_config(tmp_path, config_of("mlp", hidden=(7,)))
    with pytest.raises(UsageError, match="do not make up a mlp"):
        load_checkpoint(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"torn")
    with pytest.raises(UsageError, match="do not make up a mlp"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}'])
def test_a_config_that_cannot_be_read_is_refused_in_a_sentence(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(UsageError, match="checkpoint"):
        load_checkpoint(tmp_path)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "model"
    path.write_text("old")

    def write_half():
        with replacing(path) as temporary:
            temporary.write_text("ne")
            raise OSError(28, "No space left on device")

    with pytest.raises(DiskError, match="No space left on device"):
        write_half()
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
    assert path.read_text() == "old"


def test_a_checkpoint_is_found_in_its_run_folder_and_sized_in_two_ways(tmp_path):
    assert find_checkpoint(tmp_path) is None
    keep_network(tmp_path / "checkpoint", config_of("mlp"))
    (tmp_path / "checkpoint" / "training.safetensors").write_bytes(b"x" * 1000)
    found = find_checkpoint(tmp_path)
    assert found.path == "checkpoint"
    assert found.size_bytes == model_bytes(tmp_path / "checkpoint") + 1000
