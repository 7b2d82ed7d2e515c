"""Columns that alone give the target away: most often something that was written down after the answer was known.

Each column is asked, by itself and on examples that it was not fitted on, how often it names the right class. For a
category that is the majority of its level among the *other* examples, in closed form, so that a level of one example,
as an identifier has, knows nothing. For a number it is a small decision tree in five folds. A suspect is right in 98
% and makes at most a tenth of the errors of always guessing the commonest class; honest columns that are merely good,
as the petals of iris, stay below.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.tables import Feature, Table

_ACCURATE = 0.98
_ERRORS_LEFT = 0.1
_MIN_ROWS = 40
"""With fewer, a column can be right by luck."""
_SAMPLE = 3000
_FOLDS = 5
_MAX_LEAVES = 64


def find_leaks(table: Table, ids: npt.NDArray[np.uint64]) -> list[dict[str, Any]]:
    """``{"column", "accuracy", "baseline"}`` of each suspect, the most accurate first."""
    if table.rows < _MIN_ROWS:
        return []
    # Ids are hashes, so the examples with the lowest ones are a random sample, the same for any order of the file.
    sample = np.argsort(ids, kind="stable")[:_SAMPLE]
    y = table.y[sample]
    baseline = float(np.bincount(y).max() / len(y))
    enough = max(_ACCURATE, 1 - _ERRORS_LEFT * (1 - baseline))
    suspects = []
    for feature in table.used:
        accuracy = _accuracy_alone(feature, feature.values[sample], y, len(table.labels), enough)
        if accuracy is not None and accuracy >= enough and baseline < 1:
            suspects.append({"column": feature.name, "accuracy": round(accuracy, 4), "baseline": round(baseline, 4)})
    return sorted(suspects, key=lambda suspect: -suspect["accuracy"])


def _accuracy_alone(
    feature: Feature, values: npt.NDArray[np.float64], y: npt.NDArray[np.int64], k: int, enough: float
) -> float | None:
    if feature.levels is not None:
        codes = np.where(np.isnan(values), len(feature.levels), values).astype(np.int64)
        return leave_one_out_accuracy(codes, y, k)
    return _tree_accuracy(values.reshape(-1, 1), y, k, enough)


def leave_one_out_accuracy(codes: npt.NDArray[np.int64], y: npt.NDArray[np.int64], k: int) -> float:
    """How often the majority class among the other examples of the same level is an example's own; ties count as wrong.

    With n_c examples of class c in the level, an example of class y is right where n_y − 1 exceeds every other n_c.
    """
    counts = np.zeros((int(codes.max()) + 1, k), dtype=np.int64)
    np.add.at(counts, (codes, y), 1)
    own = counts[codes, y]
    others = counts.copy()
    top = np.argmax(counts, axis=1)
    highest = counts[np.arange(len(counts)), top]
    others[np.arange(len(counts)), top] = -1
    second = others.max(axis=1) if k > 1 else np.zeros(len(counts), dtype=np.int64)
    rival = np.where(top[codes] == y, second[codes], highest[codes])
    return float(np.mean(own - 1 > rival))


def is_too_mixed(values: npt.NDArray[np.float64], y: npt.NDArray[np.int64], leaves: int, errors: int) -> bool:
    """Whether no tree of so many ``leaves`` on ``values`` (NaN: missing) can be wrong on ``errors`` examples or fewer.

    In the order of the values its prediction changes at most once a leaf (missing values go together), and each error
    explains at most two further changes of the label. This spares the tables of thousands of columns most of the trees.
    """
    return int(np.count_nonzero(np.diff(y[np.argsort(values)]))) > leaves + 2 * errors


def _tree_accuracy(x: npt.NDArray[np.float64], y: npt.NDArray[np.int64], k: int, enough: float) -> float | None:
    """Cross-validated accuracy of a small tree; None where it is not even good enough on what it was fitted on."""
    from sklearn.tree import DecisionTreeClassifier  # heavy: only a trainer comes here

    leaves = min(2 * k, _MAX_LEAVES)
    if is_too_mixed(x[:, 0], y, leaves, int((1 - enough) * len(y)) + 1):
        return None

    def fit(rows: npt.NDArray[np.bool_]) -> Any:
        tree = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
        return tree.fit(x[rows], y[rows])

    everything = np.ones(len(y), dtype=bool)
    if float(np.mean(fit(everything).predict(x) == y)) < enough:
        return None
    folds = np.arange(len(y)) % _FOLDS
    right = [np.mean(fit(folds != fold).predict(x[folds == fold]) == y[folds == fold]) for fold in range(_FOLDS)]
    return float(np.mean(right))
