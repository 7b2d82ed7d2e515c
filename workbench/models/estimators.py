"""The models that scikit-learn trains: each builder returns an unfitted classifier.

Logistic regression is left with its L2 penalty alone: scikit-learn is renaming the choice of others (``penalty`` goes,
``l1_ratio`` comes), and a parameter here must mean the same with every version that we accept.
"""

from collections.abc import Mapping
from typing import Any

from workbench.models.building import DataShape
from workbench.parameters import Value


def majority_class(parameters: Mapping[str, Value], shape: DataShape) -> Any:
    """Predicts the shares of the classes in the training part, whatever the example."""
    from sklearn.dummy import DummyClassifier  # heavy: only a trainer builds models

    return DummyClassifier(strategy="prior")


def logistic_regression(parameters: Mapping[str, Value], shape: DataShape) -> Any:
    """Multinomial logistic regression, solved by L-BFGS, which draws no random numbers."""
    from sklearn.linear_model import LogisticRegression

    weighting = parameters["class_weight"]
    return LogisticRegression(
        C=parameters["C"],
        max_iter=parameters["max_iter"],
        class_weight=None if weighting == "none" else weighting,
    )
