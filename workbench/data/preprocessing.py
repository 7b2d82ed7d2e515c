"""Columns to the dense float32 matrix that models take; everything is fitted on the training part alone.

Numbers: the training median for what is missing, an indicator column where the training part has missing values, then
zero mean and unit variance. Categories: one column a level, where missing is a level of its own; beyond a cap the
rarest levels share one column, to which levels belong that training never saw (without such a column they give
zeros). Pixels are divided by their full scale, a property of the format: standardising each pixel would blow the
noise at the border up to the size of the ink.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.columns import ColumnKind
from workbench.data.tables import Feature, Table

MAX_LEVELS = 40
"""Columns that one category may become, the one of its rare levels included."""
_FARTHEST = 1000.0
"""Standardised values are cut to so many training standard deviations: beyond it float32 sums lose everything else."""
_MISSING_CODE = -1.0


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Feature matrices of the parts (float32, C-contiguous, (n, d)) and the names of their d columns."""

    parts: tuple[npt.NDArray[np.float32], ...]
    names: tuple[str, ...]


def encode_parts(table: Table, train: npt.NDArray[np.int64], others: Sequence[npt.NDArray[np.int64]]) -> Encoded:
    """The matrices of ``train`` and of each of ``others`` (row positions), in that order, fitted on ``train`` alone."""
    if table.image_shape is not None:
        pixels = np.stack([feature.values for feature in table.features], axis=1) / (table.pixel_maximum or 1.0)
        parts = tuple(np.ascontiguousarray(pixels[rows], dtype=np.float32) for rows in (train, *others))
        return Encoded(parts, tuple(feature.name for feature in table.features))
    columns = np.stack([feature.values for feature in table.used], axis=1)
    transformer = _build(table.used)
    matrices = [transformer.fit_transform(columns[train]), *(transformer.transform(columns[rows]) for rows in others)]
    return Encoded(tuple(map(_as_float32, matrices)), _column_names(transformer, table.used))


def _build(features: Sequence[Feature]) -> Any:
    """The unfitted ColumnTransformer: numbers first, then categories."""
    from sklearn.compose import ColumnTransformer  # heavy: only a trainer comes here
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    categories = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=_MISSING_CODE, keep_empty_features=True),
        OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, max_categories=MAX_LEVELS),
    )
    steps = [
        (kind.value, step, [index for index, feature in enumerate(features) if feature.kind is kind])
        for kind, step in ((ColumnKind.NUMBER, numbers), (ColumnKind.CATEGORY, categories))
    ]
    return ColumnTransformer([step for step in steps if step[2]])


def _column_names(transformer: Any, features: Sequence[Feature]) -> tuple[str, ...]:
    """Names of the matrix's columns: ``age``, ``age is missing``, ``colour=red``, ``colour=(missing)``,
    ``colour=(rare)``.
    """
    names: list[str] = []
    for kind, pipeline, indices in transformer.transformers_:
        chosen = [features[index] for index in indices]
        if kind == ColumnKind.NUMBER.value:
            names += [feature.name for feature in chosen]
            indicator = pipeline[0].indicator_
            names += [f"{chosen[index].name} is missing" for index in indicator.features_]
        elif kind == ColumnKind.CATEGORY.value:
            for feature, codes, rare in zip(
                chosen, pipeline[1].categories_, pipeline[1].infrequent_categories_, strict=True
            ):
                names += _level_names(feature, codes, () if rare is None else rare)
    return tuple(names)


def _level_names(feature: Feature, codes: Sequence[float], rare: Sequence[float]) -> list[str]:
    levels = feature.levels or ()
    kept = [code for code in codes if code not in set(rare)]
    names = ["(missing)" if code == _MISSING_CODE else levels[int(code)] for code in kept]
    return [f"{feature.name}={name}" for name in (*names, *(["(rare)"] if len(rare) else []))]


def _as_float32(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(np.clip(matrix, -_FARTHEST, _FARTHEST), dtype=np.float32)
