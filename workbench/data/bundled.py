"""The data sets that come with scikit-learn, as tables. scikit-learn is imported here and nowhere lighter."""

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.data.catalogue import DatasetEntry
from workbench.data.tables import Table, numbers_feature
from workbench.errors import BadValue

_LOADERS = {
    "iris": "load_iris",
    "wine": "load_wine",
    "breast-cancer": "load_breast_cancer",
    "digits": "load_digits",
}
_GREY_LEVELS = 16.0
"""A pixel of ``digits`` counts the black dots in a block of 4×4, so that 16 is full ink."""


def load_bundled(entry: DatasetEntry, target: str | None) -> Table:
    """The table of a catalogue entry; raises BadValue for a target that is not its own."""
    refuse_other_target(entry, target)
    from sklearn import datasets  # 1.3 s and 115 MB, which only a trainer pays

    load: Callable[[], Any] = getattr(datasets, _LOADERS[entry.name])
    bunch = load()
    values = np.asarray(bunch.data, dtype=np.float64)
    names = [str(name) for name in bunch.feature_names]
    image = entry.kind == "image"
    return Table(
        name=entry.name,
        features=tuple(numbers_feature(name, values[:, index]) for index, name in enumerate(names)),
        target=str(entry.target),
        labels=entry.classes,
        y=np.asarray(bunch.target, dtype=np.int64),
        image_shape=entry.input_shape if image else None,
        pixel_maximum=_GREY_LEVELS if image else None,
    )


def refuse_other_target(entry: DatasetEntry, target: str | None) -> None:
    """Raise BadValue where ``target`` is given and is not the one that the entry has."""
    if target is not None and target != entry.target:
        raise BadValue(f"{entry.name} has one target, {entry.target!r}, not {target!r}: leave the target out.")
