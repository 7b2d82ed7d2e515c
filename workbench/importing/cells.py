"""What cells mean: labels, numbers, lists. Fast where a column is as it should be, exact about where it is not."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data.columns import parse_number
from workbench.importing.table import Cells

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_WHOLE = re.compile(r"(-?[0-9]+)\.0+")


def read_text(value: Any) -> str:
    """A cell as text: numbers that are whole without a point, JSON's true as Python writes it, '' for nothing."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def read_texts(cells: Cells) -> list[str]:
    """A column as texts."""
    if set(map(type, cells)) <= {str}:
        return list(map(str.strip, cells))
    return [read_text(cell) for cell in cells]


def read_labels(cells: Cells) -> list[str]:
    """A column as class labels: of whole numbers that were written as ``1.0`` the point is taken away.

    Programs that hold labels as numbers write those of one column with a point and those of the next without.
    """
    labels: dict[str, str] = {}
    found = []
    for text in read_texts(cells):
        label = labels.get(text)
        if label is None:
            match = _WHOLE.fullmatch(text)
            label = labels[text] = match[1] if match else text
        found.append(label)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class NumberColumn:
    """A column of numbers, of shape (n,): NaN where a cell is empty (``missing``) or holds no number (``strange``)."""

    values: Floats
    missing: Mask
    strange: Mask

    @property
    def whole(self) -> bool:
        """Whether every cell holds a finite number."""
        return not (self.missing.any() or self.strange.any())


def read_numbers(cells: Cells, *, decimal_comma: bool = False) -> NumberColumn:
    """A column as numbers."""
    try:
        values = np.fromiter(map(float, cells), dtype=np.float64, count=len(cells))
    except (TypeError, ValueError, OverflowError):
        return _read_one_by_one(cells, decimal_comma)
    missing = np.isnan(values)
    strange = np.isinf(values)
    return NumberColumn(np.where(strange, np.nan, values), missing, strange)


def _read_one_by_one(cells: Cells, decimal_comma: bool) -> NumberColumn:
    values = np.full(len(cells), np.nan)
    missing, strange = np.zeros(len(cells), dtype=bool), np.zeros(len(cells), dtype=bool)
    for row, cell in enumerate(cells):
        text = read_text(cell)
        number = parse_number(text, decimal_comma)
        if number is not None:
            values[row] = number
        elif text and text.lower() != "nan":
            strange[row] = True
        else:
            missing[row] = True
    return NumberColumn(values, missing, strange)


def is_numeric(cells: Cells, *, decimal_comma: bool = False, sample: int = 1000) -> bool:
    """Whether the first cells that are not empty are all numbers, and there are some."""
    column = read_numbers(cells[:sample], decimal_comma=decimal_comma)
    return not column.strange.any() and not bool(column.missing.all())


def read_structures(cells: Cells) -> list[Any]:
    """A column of lists or objects: JSON text is read, everything else stays; None where a text is no JSON."""
    return [_read_structure(cell) for cell in cells]


def _read_structure(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        return None


def code_labels(texts: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """The index of each text in ``labels``, of shape (n,); -1 where it is none of them."""
    index = {label: number for number, label in enumerate(labels)}
    return np.fromiter((index.get(text, -1) for text in texts), dtype=np.int64, count=len(texts))
