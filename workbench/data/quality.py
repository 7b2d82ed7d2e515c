"""The quality report of a data set: counts that are exact, and warnings in the order in which they matter."""

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.caveats import list_caveats
from workbench.data.columns import ColumnKind
from workbench.data.identity import Ids
from workbench.data.leaks import find_leaks
from workbench.data.splits import Split
from workbench.data.table_caveats import table_caveats
from workbench.data.tables import NAMING, Table


def report_quality(table: Table, parts: Split, groups: Ids, ids: Ids) -> dict[str, Any]:
    """The report as JSON types. ``groups`` numbers the examples by content: equal features, equal number.

    Keys: rows, rows_dropped (their target was missing), features (columns used), missing (total and by_column, where
    any), duplicates (examples beyond the first of their content), duplicates_across_split (test examples whose
    content is also in the training or validation part), conflicting_labels (examples whose content occurs under
    several labels), constant_columns, dropped_columns, odd_cells (texts among numbers, counted as missing),
    class_balance, leak_suspects, warnings.
    """
    missing = {feature.name: feature.missing for feature in table.features if feature.missing}
    report: dict[str, Any] = {
        "rows": table.rows,
        "rows_dropped": table.rows_dropped,
        "features": len(table.used if table.image_shape is None else table.features),
        "missing": {"total": sum(missing.values()), "by_column": missing},
        "duplicates": table.rows - len(np.unique(groups)),
        "duplicates_across_split": _count_across(groups, parts),
        "conflicting_labels": _count_conflicts(groups, table.y),
        "constant_columns": [feature.name for feature in table.features if feature.kind is ColumnKind.CONSTANT],
        "dropped_columns": [
            {"column": feature.name, "reason": feature.kind.value}
            for feature in table.features
            if feature.kind in NAMING or feature.kind is ColumnKind.EMPTY
        ],
        "odd_cells": {feature.name: feature.odd for feature in table.features if feature.odd},
        "class_balance": _balance(table, parts),
        "leak_suspects": find_leaks(table, ids),
    }
    report["warnings"] = list_caveats(table_caveats(table, report))
    return report


def _count_across(groups: Ids, parts: Split) -> int:
    seen = groups[np.concatenate([parts.train, parts.val])]
    return int(np.isin(groups[parts.test], seen).sum())


def _count_conflicts(groups: Ids, y: npt.NDArray[np.int64]) -> int:
    pairs = np.unique(np.stack([groups.astype(np.int64), y], axis=1), axis=0)
    named, labels = np.unique(pairs[:, 0], return_counts=True)
    return int(np.isin(groups.astype(np.int64), named[labels > 1]).sum())


def _balance(table: Table, parts: Split) -> dict[str, dict[str, int]]:
    k = len(table.labels)
    counts = {
        name: np.bincount(table.y[rows], minlength=k)
        for name, rows in (("train", parts.train), ("val", parts.val), ("test", parts.test))
    }
    return {
        label: {name: int(part[index]) for name, part in counts.items()} for index, label in enumerate(table.labels)
    }
