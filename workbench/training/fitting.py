"""Training of scikit-learn classifiers: one call that cannot be looked into.

There are no steps to report, so none are invented: what is logged is what the solver says it did.
"""

import warnings
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.events import Event, LineLogged, Progressed
from workbench.models.checkpoint import write_estimator
from workbench.training import Trained
from workbench.training.keeping import ROOM_WAIT_S, keep


def fit(
    estimator: Any, x: npt.NDArray[np.float32], y: npt.NDArray[np.int64], folder: Path
) -> Generator[Event, None, Trained]:
    """Fits ``estimator`` on rows ``x`` (n, d) and classes ``y`` (n,), and keeps it in the checkpoint ``folder``."""
    from sklearn.exceptions import ConvergenceWarning  # heavy: the trainer imports it in its first phase

    yield LineLogged(f"fitting {type(estimator).__name__} on {len(y):,} examples")
    yield Progressed(0, None, "iterations")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # In float64, which the solver converges in; rows of either precision can be predicted afterwards.
        estimator.fit(x.astype("float64"), y)
    for warning in caught:
        yield LineLogged(" ".join(str(warning.message).split()), level="warning")
    yield from keep(partial(write_estimator, folder, estimator), folder, None, ROOM_WAIT_S)
    if not hasattr(estimator, "n_iter_"):
        return Trained()
    done = int(max(estimator.n_iter_))
    gave_up = any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    verb = "gave up after" if gave_up else "converged after"
    yield LineLogged(f"the solver {verb} {done:,} iterations")
    yield Progressed(done, done, "iterations")
    return Trained(iterations=done)
