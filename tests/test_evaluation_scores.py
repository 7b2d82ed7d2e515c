"""Scores against scikit-learn's, which are independent implementations, and against counts done by hand."""

import numpy as np
import pytest
from sklearn import metrics

from workbench.evaluation.scores import binary_auc, brier, example_losses, part_figures, score

CASES = [(2, 300, 0), (3, 200, 1), (10, 1000, 2), (2, 25, 3)]


def some_predictions(classes, n, seed):
    """Truth (n,) and probabilities (n, classes) that are right more often than not, rounded so that ties occur."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, n)
    logits = random.normal(0, 1, (n, classes)).round(1)
    logits[np.arange(n), truth] += 1.0
    odds = np.exp(logits)
    return truth, odds / odds.sum(axis=1, keepdims=True)


def figures_of(truth, probabilities):
    labels = tuple(f"class {index}" for index in range(probabilities.shape[1]))
    scores = score(labels, truth, probabilities)
    return {figure.name: figure.value for figure in scores.figures}, scores


@pytest.mark.parametrize(("classes", "n", "seed"), CASES)
def test_scores_are_those_of_scikit_learn(classes, n, seed):
    truth, probabilities = some_predictions(classes, n, seed)
    predicted = probabilities.argmax(axis=1)
    figures, _ = figures_of(truth, probabilities)
    del figures["calibration_error"]  # of which scikit-learn has none
    one_hot = np.eye(classes)[truth]
    auc = (
        metrics.roc_auc_score(truth, probabilities[:, 1])
        if classes == 2
        else metrics.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")
    )
    assert figures == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(truth, predicted),
            "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
            "macro_f1": metrics.f1_score(truth, predicted, average="macro"),
            "macro_precision": metrics.precision_score(truth, predicted, average="macro"),
            "macro_recall": metrics.recall_score(truth, predicted, average="macro"),
            "weighted_f1": metrics.f1_score(truth, predicted, average="weighted"),
            "weighted_precision": metrics.precision_score(truth, predicted, average="weighted"),
            "weighted_recall": metrics.recall_score(truth, predicted, average="weighted"),
            "log_loss": metrics.log_loss(truth, probabilities),
            "brier": np.square(probabilities - one_hot).sum(axis=1).mean(),
            "roc_auc": auc,
        },
        abs=1e-12,
    )


@pytest.mark.parametrize(("classes", "n", "seed"), CASES)
def test_class_rows_and_confusion_are_those_of_scikit_learn(classes, n, seed):
    truth, probabilities = some_predictions(classes, n, seed)
    predicted = probabilities.argmax(axis=1)
    _, scores = figures_of(truth, probabilities)
    assert np.array_equal(scores.confusion, metrics.confusion_matrix(truth, predicted))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(truth, predicted)
    assert [row.precision for row in scores.classes] == pytest.approx(precision)
    assert [row.recall for row in scores.classes] == pytest.approx(recall)
    assert [row.f1 for row in scores.classes] == pytest.approx(f1)
    assert [row.support for row in scores.classes] == support.tolist()


def test_brier_of_two_classes_is_twice_the_one_sided_form():
    truth, probabilities = some_predictions(2, 100, 5)
    assert brier(truth, probabilities) == pytest.approx(2 * metrics.brier_score_loss(truth, probabilities[:, 1]))


def test_a_class_that_is_never_predicted_has_f1_0_and_no_precision():
    truth = np.array([0, 0, 1, 2])
    probabilities = np.array([[0.8, 0.1, 0.1]] * 4)
    figures, scores = figures_of(truth, probabilities)
    assert [row.f1 for row in scores.classes] == pytest.approx([2 / 3, 0, 0])
    assert [row.precision for row in scores.classes] == [0.5, None, None]
    assert figures["macro_f1"] == pytest.approx(2 / 9)
    assert figures["macro_precision"] == pytest.approx(0.5 / 3)
    note = next(figure.note for figure in scores.figures if figure.name == "macro_precision")
    assert note == "never predicted, counted 0: class 1, class 2"


def test_a_class_without_test_examples_leaves_its_own_scores_open():
    truth = np.array([0, 0, 1])
    probabilities = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]])
    figures, scores = figures_of(truth, probabilities)
    absent = scores.classes[2]
    assert (absent.recall, absent.precision, absent.f1, absent.support) == (None, None, None, 0)
    assert figures["balanced_accuracy"] == pytest.approx(0.75)
    assert figures["roc_auc"] is None
    note = next(figure.note for figure in scores.figures if figure.name == "roc_auc")
    assert note == "the test part holds no example of class 2"


def test_one_class_alone_has_no_roc_curve():
    assert binary_auc(np.array([True, True]), np.array([0.1, 0.9])) is None


def test_ties_count_half_in_the_roc_area():
    positive = np.array([True, False, True, False])
    assert binary_auc(positive, np.array([0.5, 0.5, 0.9, 0.1])) == pytest.approx((0.5 + 1 + 1 + 1) / 4)


def test_log_loss_is_clipped_and_says_how_often():
    truth = np.array([0, 1])
    probabilities = np.array([[0.0, 1.0], [0.0, 1.0]])
    assert example_losses(truth, probabilities).tolist() == pytest.approx([-np.log(1e-7), 0.0])
    _, scores = figures_of(truth, probabilities)
    loss = next(figure for figure in scores.figures if figure.name == "log_loss")
    assert loss.value == pytest.approx(-np.log(1e-7) / 2)
    assert loss.note == "1 of 2 probabilities of the true class clipped at 1e-07"


def test_figures_of_other_parts_carry_the_name_of_the_part():
    truth, probabilities = some_predictions(3, 50, 8)
    named = {figure.name: figure.value for figure in part_figures("val", truth, probabilities)}
    assert named["val_accuracy"] == pytest.approx(metrics.accuracy_score(truth, probabilities.argmax(axis=1)))
    assert named["val_log_loss"] == pytest.approx(metrics.log_loss(truth, probabilities))


def test_figures_of_an_empty_part_are_not_known():
    empty = part_figures("val", np.zeros(0, dtype=np.int64), np.zeros((0, 3)))
    assert [(figure.value, figure.note) for figure in empty] == [(None, "the part holds no examples")] * 2
