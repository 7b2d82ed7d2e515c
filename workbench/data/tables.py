"""A data set as numbers: one array a column, whatever it came from.

Categories are codes into their sorted levels; a missing value is NaN in both kinds. The codes mean nothing beyond
equality: they exist so that everything after this point (ids, splits, preprocessing, report) works on arrays and
never meets text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.data.columns import ColumnKind, is_missing, summarise
from workbench.data.reading import RawTable, read_table
from workbench.data.targets import Target, read_target
from workbench.errors import UnusableData

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

USED = (ColumnKind.NUMBER, ColumnKind.CATEGORY)
"""The kinds that become features of a model."""
NAMING = (ColumnKind.IDENTIFIER, ColumnKind.TEXT)
"""The kinds that tell rows apart without describing them: no part of an example's identity."""


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """One column that is not the target.

    ``values`` is float64 of shape (n,): numbers, or codes into ``levels`` where those are not None. A column of kind
    identifier or text has only its ``texts``.
    """

    name: str
    kind: ColumnKind
    values: Floats
    levels: tuple[str, ...] | None = None
    texts: tuple[str, ...] | None = None
    odd: int = 0
    """Cells of a column of numbers that are neither numbers nor missing; counted as missing."""
    missing: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Examples of a classification task: features, and for each row the index of its label (int64, shape (n,))."""

    name: str
    features: tuple[Feature, ...]
    target: str
    labels: tuple[str, ...]
    y: Ints
    image_shape: tuple[int, ...] | None = None
    """(channels, height, width) where the features are the pixels of an image."""
    pixel_maximum: float | None = None
    rows_dropped: int = 0
    """Rows that were left out because their target is missing."""
    has_header: bool = True

    @property
    def used(self) -> tuple[Feature, ...]:
        """The features that a model may learn from."""
        return tuple(feature for feature in self.features if feature.kind in USED)

    @property
    def rows(self) -> int:
        """The number of examples."""
        return len(self.y)


def load_file(ref: str, target: str | None) -> Table:
    """The table in a file with its target; raises UnusableData where nothing can be learned from it."""
    raw = read_table(ref)
    found = read_target(raw, target)
    return encode(raw, found)


def encode(raw: RawTable, target: Target) -> Table:
    """Texts to numbers, without the rows whose target is missing; raises UnusableData where no feature is left."""
    features = tuple(
        _encode_column(name, cells, target, raw.delimiter == ";")
        for name, cells in zip(raw.names, raw.columns, strict=True)
        if name != target.name
    )
    table = Table(
        name=raw.file_name,
        features=features,
        target=target.name,
        labels=target.labels,
        y=np.array(target.indices, dtype=np.int64),
        rows_dropped=target.dropped,
        has_header=raw.has_header,
    )
    if not table.used:
        raise UnusableData(_say_nothing_left(raw, table))
    return table


def _encode_column(name: str, all_cells: Sequence[str], target: Target, decimal_comma: bool) -> Feature:
    summary = summarise(name, all_cells, decimal_comma)
    naming = summary.kind in NAMING  # judged on all rows: a row number with gaps in it would pass for a measurement
    cells = all_cells if not target.dropped else [all_cells[row] for row in target.kept]
    if naming:
        missing = sum(map(is_missing, cells))
        return Feature(name, summary.kind, np.empty(0), texts=tuple(cells), missing=missing)
    if target.dropped:
        summary = summarise(name, cells, decimal_comma)
    missing = summary.missing + summary.odd
    if summary.numbers is not None:
        lookup, levels = summary.numbers, None
    else:
        levels = tuple(sorted({cell for cell in cells if not is_missing(cell)}))
        lookup = {level: float(code) for code, level in enumerate(levels)}
    values = np.fromiter((lookup.get(cell, np.nan) for cell in cells), dtype=np.float64, count=len(cells))
    return Feature(name, summary.kind, values, levels=levels, odd=summary.odd, missing=missing)


def numbers_feature(name: str, values: Floats) -> Feature:
    """A feature made from an array of numbers; a column of one value is constant."""
    kind = ColumnKind.CONSTANT if len(values) and np.all(values == values[0]) else ColumnKind.NUMBER
    return Feature(name, kind, values + 0.0, missing=int(np.isnan(values).sum()))


def _say_nothing_left(raw: RawTable, table: Table) -> str:
    if not table.features:
        return (
            f"{raw.file_name} has only one column: a model needs at least one more beside the target. "
            f"Check that its delimiter is one of comma, semicolon, tab or |."
        )
    if any(feature.kind is ColumnKind.TEXT for feature in table.features):
        named = next(feature.name for feature in table.features if feature.kind is ColumnKind.TEXT)
        return (
            f"{raw.file_name} has nothing but text to learn from (column {named!r}), and text is not supported yet: "
            f"add columns of numbers or categories."
        )
    kinds = ", ".join(f"{feature.name!r} is {_article(feature.kind)}" for feature in table.features[:6])
    return (
        f"{raw.file_name} has no column that a model could learn from: {kinds}. Add columns of numbers or categories."
    )


def _article(kind: ColumnKind) -> str:
    return {ColumnKind.IDENTIFIER: "an identifier"}.get(kind, kind.value)
