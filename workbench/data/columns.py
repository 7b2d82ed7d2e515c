"""What kind of column a column of text is: numbers, categories, or nothing that a model could learn from.

Decided from the texts alone, in plain Python, so that the form's preview and the trainer agree. A column of numbers
may hold a few cells that are none (they are then missing, and reported); one in which almost every text is different
names its rows rather than describing them, and a number that just counts the rows does so too.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

_MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
_LARGEST = 3.4e38
"""Beyond it a number is infinite as float32, in which models compute."""

_ID_NAMES = re.compile(r"(^|[_\W])(?i:id|uuid|guid|index|key)$|[a-z](Id|ID)$")
"""What columns of whole numbers, each in one row only, are called where they are no measurements."""
_FEW_ROWS = 10
"""Below so many cells, all different texts are a coincidence."""
_ALMOST_ALL = 0.9
_MOST = 0.5
_LONG_TEXT = 40
_ODD_SHARE = 0.05
_MANY_NUMBERS = 20
"""A column that mixes texts into no more different numbers than this holds codes, not measurements."""


class ColumnKind(StrEnum):
    """What a column is taken for. Only numbers and categories become features."""

    NUMBER = "number"
    CATEGORY = "category"
    CONSTANT = "constant"
    IDENTIFIER = "identifier"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """A column's kind and what decided it.

    ``numbers`` gives the number that each text stands for, where the column is one of numbers (also a constant one);
    ``odd`` counts the cells of such a column that are neither finite numbers nor missing.
    """

    kind: ColumnKind
    missing: int
    numbers: Mapping[str, float] | None = None
    odd: int = 0


def is_missing(cell: str) -> bool:
    """Whether a stripped cell stands for a value not known: empty, NA, N/A, NaN, null, None, ? or -, in any case."""
    return len(cell) <= 4 and cell.lower() in _MISSING_WORDS


def parse_number(cell: str, decimal_comma: bool = False) -> float | None:
    """The finite number that ``cell`` writes, or None."""
    number = _read_number(cell, decimal_comma)
    return None if math.isinf(number) or math.isnan(number) else number


def _read_number(cell: str, decimal_comma: bool) -> float:
    """The number that ``cell`` writes, infinite where it is too large for a model, NaN where it is none."""
    if "_" in cell:  # Python reads 1_000 as a number; no table means one by it
        return math.nan
    try:
        number = float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        return math.nan
    return number + 0.0 if abs(number) < _LARGEST else math.inf  # + 0.0 turns -0.0 into 0.0


def summarise(name: str, cells: Iterable[str], decimal_comma: bool = False) -> ColumnSummary:
    """The kind of a column of stripped cells, with the counts behind it."""
    counts = Counter(cells)
    missing = sum(counts.pop(text) for text in [text for text in counts if is_missing(text)])
    if not counts:
        return ColumnSummary(ColumnKind.EMPTY, missing)
    present = counts.total()
    parsed = {text: _read_number(text, decimal_comma) for text in counts}
    numbers = {text: number for text, number in parsed.items() if math.isfinite(number)}
    values = set(numbers.values())
    words = sum(counts[text] for text, number in parsed.items() if math.isnan(number))
    if values and (words == 0 or (words <= _ODD_SHARE * present and len(values) > _MANY_NUMBERS)):
        odd = sum(counts[text] for text, number in parsed.items() if not math.isfinite(number))
        kind = _kind_of_numbers(name, values, present, missing + odd)
        return ColumnSummary(kind, missing, numbers, odd)
    return ColumnSummary(_kind_of_texts(counts, missing), missing)


def _kind_of_numbers(name: str, values: set[float], present: int, missing: int) -> ColumnKind:
    if len(values) == 1 and not missing:
        return ColumnKind.CONSTANT
    unique = present >= _FEW_ROWS and len(values) == present and not missing
    if unique and all(value.is_integer() for value in values):
        counts_rows = max(values) - min(values) == present - 1
        return ColumnKind.IDENTIFIER if counts_rows or _ID_NAMES.search(name) else ColumnKind.NUMBER
    return ColumnKind.NUMBER


def _kind_of_texts(counts: Counter[str], missing: int) -> ColumnKind:
    present = counts.total()
    if len(counts) == 1 and not missing:
        return ColumnKind.CONSTANT
    if present < _FEW_ROWS or len(counts) <= _MOST * present:
        return ColumnKind.CATEGORY
    mean_length = sum(len(text) * count for text, count in counts.items()) / present
    if mean_length > _LONG_TEXT:
        return ColumnKind.TEXT
    return ColumnKind.IDENTIFIER if len(counts) > _ALMOST_ALL * present else ColumnKind.CATEGORY
